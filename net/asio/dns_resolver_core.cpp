#include "net/asio/dns_resolver_core.hpp"

#include <utility>

namespace warmfront::net {

void unbound_core::listen() {
  pipe_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                   [weak = weak_from_this()](const boost::system::error_code& ec) {
                     const auto self = weak.lock();
                     if (ec || self == nullptr || self->unbound_ == nullptr) {
                       return;
                     }
                     ub_process(self->unbound_.get());
                     self->listen();
                   });
}

void unbound_core::release() {
  if (unbound_ == nullptr) {
    return;
  }
  for (const auto& [id, current] : lookups_) {
    for (const auto& [pointer, asked] : current->open) {
      ub_cancel(unbound_.get(), asked->id);
    }
  }
  lookups_.clear();
  if (pipe_.is_open()) {
    pipe_.release(); // it belongs to libunbound
  }
  unbound_.reset();
}

template <class Callback, class Answer>
void unbound_core::answer(const Callback& done, Answer value) {
  const std::lock_guard lock{delivery_};
  if (!stopped_) {
    done(std::move(value));
  }
}

lookup& unbound_core::add(std::uint64_t id, std::string name) {
  lookup& current = *lookups_.emplace(id, std::make_unique<lookup>(context_)).first->second;
  current.domain = std::move(name);
  current.limits = options_.limits;
  set_timeout(id, current);
  return current;
}

void unbound_core::begin(const std::string& domain, bool host_only, dns::route_callback done) {
  if (unbound_ == nullptr) {
    return;
  }
  if (auto literal = dns::literal_host(domain)) {
    answer(done,
           result<mail_route>{mail_route{dns::route_kind::mail_hosts, {std::move(*literal)}}});
    return;
  }
  auto labels = dns::to_a_labels(domain);
  if (!labels) {
    // A name the DNS cannot hold does not exist there.
    answer(done, result<mail_route>{mail_route{dns::route_kind::no_domain, {}}});
    return;
  }
  if (lookups_.size() >= options_.lookups_max) {
    answer(done, result<mail_route>{error{errc::unavailable,
                                          "look up " + domain + ": too many look-ups under way",
                                          "try again later"}});
    return;
  }
  const std::uint64_t id = next_++;
  lookup& current = add(id, std::move(labels.value()));
  current.done = std::move(done);
  if (!host_only) {
    ask(id, current, current.domain, dns_type_mx, 0);
    return;
  }
  current.limits.allow_loopback = true;
  current.hosts.push_back({current.domain, 0, {}});
  ask_addresses(id, current);
}

void unbound_core::look_up(const std::string& name, dns::record_type type,
                           dns::record_callback done) {
  if (unbound_ == nullptr) {
    return;
  }
  if (lookups_.size() >= options_.lookups_max) {
    answer(done, dns::record_answer{dns::answer_kind::failed, {}, "too many look-ups under way"});
    return;
  }
  const std::uint64_t id = next_++;
  lookup& current = add(id, name);
  current.records = std::move(done);
  ask(id, current, name, static_cast<int>(type), 0);
}

void unbound_core::set_timeout(std::uint64_t id, lookup& current) {
  current.timer.expires_after(options_.timeout);
  current.timer.async_wait([weak = weak_from_this(), id](const boost::system::error_code& ec) {
    const auto self = weak.lock();
    if (ec || self == nullptr) {
      return;
    }
    const auto found = self->lookups_.find(id);
    if (found == self->lookups_.end()) {
      return;
    }
    const std::string why = "no answer from the name servers in time";
    if (found->second->records) {
      self->conclude(id, dns::record_answer{dns::answer_kind::failed, {}, why});
    } else {
      self->conclude(id, error{errc::unavailable,
                               "look up the mail hosts of " + found->second->domain + ": " + why,
                               "try again later"});
    }
  });
}

std::unique_ptr<lookup> unbound_core::end(std::uint64_t id) {
  auto current = std::move(lookups_.extract(id).mapped());
  current->timer.cancel();
  for (const auto& [pointer, asked] : current->open) {
    ub_cancel(unbound_.get(), asked->id);
  }
  return current;
}

void unbound_core::conclude(std::uint64_t id, result<mail_route> route) {
  answer(end(id)->done, std::move(route));
}

void unbound_core::conclude(std::uint64_t id, dns::record_answer records) {
  answer(end(id)->records, std::move(records));
}

} // namespace warmfront::net
