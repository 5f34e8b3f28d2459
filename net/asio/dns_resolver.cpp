#include "net/asio/dns_resolver.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <unbound.h>

#include <mutex>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "net/asio/dns_resolver_unbound.hpp"
#include "net/dns/rdata.hpp"

namespace warmfront::net {

namespace {

using dns::address_answer;
using dns::answer_kind;
using dns::mail_host;
using dns::mail_route;
using dns::mx_answer;

constexpr int type_a = 1;
constexpr int type_mx = 15;
constexpr int type_aaaa = 28;
constexpr int class_in = 1;

class unbound_core;

/// One question to libunbound; it holds a pointer to this until it answers or is cancelled.
struct question {
  unbound_core* core = nullptr;
  std::uint64_t lookup = 0;
  std::size_t host = 0;
  int type = 0;
  int id = 0; ///< of libunbound
};

/// A route being looked up: first its MX, then the addresses of all hosts at once.
struct lookup {
  std::string domain;
  dns::route_callback done;
  dns::record_callback records; ///< instead of `done`, when single records are asked for
  dns::route_limits limits;
  std::vector<mail_host> hosts;
  std::vector<dns::host_answer> answers;
  std::unordered_map<const question*, std::unique_ptr<question>> open;
  bool asking = false; ///< more questions follow: an answer now is not the last
  boost::asio::steady_timer timer;
  explicit lookup(boost::asio::io_context& context) : timer{context} {}
};

/// Lives on one I/O thread; handlers hold it.
class unbound_core : public std::enable_shared_from_this<unbound_core> {
public:
  unbound_core(unbound_options options, unbound_context unbound, boost::asio::io_context& context,
               std::unique_ptr<random_source> random)
      : options_{std::move(options)}, unbound_{std::move(unbound)}, context_{context},
        pipe_{context}, random_{std::move(random)} {}
  ~unbound_core() { release(); }

  void start() {
    pipe_.assign(ub_fd(unbound_.get()));
    listen();
  }
  /// Any thread: no answer is delivered after this.
  void stop() {
    {
      const std::lock_guard lock{delivery_};
      stopped_ = true;
    }
    boost::asio::post(context_, [self = shared_from_this()] { self->release(); });
  }
  void begin(const std::string& domain, bool host_only, dns::route_callback done);
  void look_up(const std::string& name, dns::record_type type, dns::record_callback done);

private:
  void listen();
  void release();
  template <class Callback, class Answer>
  void answer(const Callback& done, Answer value);
  lookup& add(std::uint64_t id, std::string name);
  std::unique_ptr<lookup> end(std::uint64_t id);
  void conclude(std::uint64_t id, result<mail_route> route);
  void conclude(std::uint64_t id, dns::record_answer records);
  void ask_addresses(std::uint64_t id, lookup& current);
  void ask(std::uint64_t id, lookup& current, const std::string& name, int type, std::size_t host);
  static void on_answer(void* data, int code, ub_result* answer);
  void take(std::unique_ptr<question> asked, int code, const ub_result* answer);
  void take_mx(std::uint64_t id, lookup& current, int code, const ub_result* answer);
  void set_timeout(std::uint64_t id, lookup& current);
  void conclude_if_answered(std::uint64_t id, lookup& current);

  unbound_options options_;
  unbound_context unbound_;
  boost::asio::io_context& context_;
  boost::asio::posix::stream_descriptor pipe_;
  std::unique_ptr<random_source> random_;
  std::unordered_map<std::uint64_t, std::unique_ptr<lookup>> lookups_;
  std::uint64_t next_ = 1;
  std::mutex delivery_; ///< held while an answer is delivered
  bool stopped_ = false;
};

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
    ask(id, current, current.domain, type_mx, 0);
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
    answer(done, dns::record_answer{answer_kind::failed, {}, "too many look-ups under way"});
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
      self->conclude(id, dns::record_answer{answer_kind::failed, {}, why});
    } else {
      self->conclude(id, error{errc::unavailable,
                               "look up the mail hosts of " + found->second->domain + ": " + why,
                               "try again later"});
    }
  });
}

void unbound_core::ask(std::uint64_t id, lookup& current, const std::string& name, int type,
                       std::size_t host) {
  auto asked = std::make_unique<question>(question{this, id, host, type, 0});
  question* const pointer = asked.get();
  current.open.emplace(pointer, std::move(asked));
  // Answers come by `ub_process` only: the context is in its threaded mode.
  const int code = ub_resolve_async(unbound_.get(), name.c_str(), type, class_in, pointer,
                                    &unbound_core::on_answer, &pointer->id);
  if (code != 0) {
    on_answer(pointer, code, nullptr);
  }
}

void unbound_core::on_answer(void* data, int code, ub_result* answer) {
  const unbound_result owner{answer};
  auto* const pointer = static_cast<question*>(data);
  unbound_core& core = *pointer->core;
  const auto found = core.lookups_.find(pointer->lookup);
  if (found == core.lookups_.end()) {
    return;
  }
  auto node = found->second->open.extract(pointer);
  if (!node.empty()) {
    core.take(std::move(node.mapped()), code, answer);
  }
}

void unbound_core::take(std::unique_ptr<question> asked, int code, const ub_result* answer) {
  lookup& current = *lookups_.at(asked->lookup);
  if (current.records) {
    conclude(asked->lookup, records_of(static_cast<dns::record_type>(asked->type), code, answer));
    return;
  }
  if (asked->type == type_mx) {
    take_mx(asked->lookup, current, code, answer);
    return;
  }
  dns::host_answer& both = current.answers[asked->host];
  address_answer& one = asked->type == type_a ? both.ipv4 : both.ipv6;
  std::tie(one.kind, one.why) = kind_of(code, answer);
  if (answer != nullptr && one.kind == answer_kind::found) {
    each_record(*answer, [&](std::string_view data) {
      if (auto address = dns::parse_address_record(data)) {
        one.addresses.push_back(std::move(*address));
      }
    });
  }
  conclude_if_answered(asked->lookup, current);
}

void unbound_core::conclude_if_answered(std::uint64_t id, lookup& current) {
  if (current.open.empty() && !current.asking) {
    conclude(id, dns::route_of(current.domain, std::move(current.hosts), current.answers,
                               current.limits));
  }
}

void unbound_core::take_mx(std::uint64_t id, lookup& current, int code, const ub_result* answer) {
  mx_answer records;
  std::tie(records.kind, records.why) = kind_of(code, answer);
  if (answer != nullptr && records.kind == answer_kind::found) {
    each_record(*answer, [&](std::string_view data) {
      if (auto record = dns::parse_mx(data)) {
        records.records.push_back(std::move(*record));
      }
    });
  }
  auto plan = dns::plan_hosts(current.domain, records, current.limits, *random_);
  if (plan.decided) {
    conclude(id, std::move(*plan.decided));
    return;
  }
  current.hosts = std::move(plan.hosts);
  ask_addresses(id, current);
}

void unbound_core::ask_addresses(std::uint64_t id, lookup& current) {
  current.answers.resize(current.hosts.size());
  current.asking = true; // a question may fail at once
  for (std::size_t host = 0; host < current.answers.size(); ++host) {
    for (const int type : {type_aaaa, type_a}) {
      ask(id, current, current.hosts[host].name, type, host);
    }
  }
  current.asking = false;
  conclude_if_answered(id, current);
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

class unbound_resolver final : public dns::resolver {
public:
  unbound_resolver(std::shared_ptr<unbound_core> core, boost::asio::io_context& context)
      : core_{std::move(core)}, context_{context} {}
  ~unbound_resolver() override { core_->stop(); }

  void resolve(const std::string& domain, dns::route_callback done) override {
    begin(domain, false, std::move(done));
  }
  void resolve_host(const std::string& host, dns::route_callback done) override {
    begin(host, true, std::move(done));
  }
  void look_up(const std::string& name, dns::record_type type, dns::record_callback done) override {
    boost::asio::post(context_, [core = core_, name, type, done = std::move(done)]() mutable {
      core->look_up(name, type, std::move(done));
    });
  }

private:
  void begin(const std::string& name, bool host_only, dns::route_callback done) {
    boost::asio::post(context_, [core = core_, name, host_only, done = std::move(done)]() mutable {
      core->begin(name, host_only, std::move(done));
    });
  }

  std::shared_ptr<unbound_core> core_;
  boost::asio::io_context& context_;
};

} // namespace

result<std::unique_ptr<dns::resolver>>
make_unbound_resolver(unbound_options options, io_threads& threads,
                      std::unique_ptr<random_source> random) {
  auto unbound = make_unbound_context(options);
  if (!unbound) {
    return unbound.error();
  }
  boost::asio::io_context& context = threads.next();
  auto core = std::make_shared<unbound_core>(std::move(options), std::move(unbound.value()),
                                             context, std::move(random));
  boost::asio::post(context, [core] { core->start(); });
  return std::unique_ptr<dns::resolver>{
      std::make_unique<unbound_resolver>(std::move(core), context)};
}

} // namespace warmfront::net
