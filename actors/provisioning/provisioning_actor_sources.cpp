// Addresses in use: whether lists name them, and whether their nodes can send from them.
#include <algorithm>

#include "actors/provisioning/provisioning_actor_host.hpp"

namespace warmfront {

namespace {

/// Inquiries answer within six seconds.
constexpr std::chrono::seconds peers_within{10};
constexpr std::chrono::seconds quarantined_within{10};
constexpr unsigned found_status = 200;
constexpr unsigned not_found_status = 404;

/// Who can send from it is no secret to whoever may change pools.
client_identity as_node() {
  return {account_name{"default"}, {}, key_role::viewer};
}

error cannot_send(const check_sources::source& source, const std::string& why) {
  return {errc::conflict,
          "node " + source.node.str() + " cannot send from " + source.address.str() + why,
          "add it to a network interface of that node, or name the node that has it", "address"};
}

} // namespace

// ---- lists --------------------------------------------------------------------------------

void provisioning_host::recheck_later() {
  if (!config_.dns_lists.empty())
    run_(config_.check_every, [this] { recheck(); });
}

void provisioning_host::recheck() {
  look_around({{},
               {},
               {},
               [this](const look_around_task& found) {
                 auto left = std::make_shared<std::deque<ip_address>>();
                 for (const auto& pool : found.found.pools)
                   for (const auto& each : pool.addresses)
                     if (may_send(each.state) && (config_.alone || each.node == config_.self) &&
                         std::ranges::find(*left, each.address) == left->end())
                       left->push_back(each.address);
                 recheck_next(std::move(left));
               },
               [this](const error&) { recheck_later(); }});
}

/// Without those that the last run about the address waived.
std::vector<std::string> provisioning_host::lists_for(const ip_address& address) const {
  auto lists = config_.dns_lists;
  const auto waives = [&](const provisioning& run, const std::string& zone) {
    return std::ranges::any_of(run.waived, [&](const auto& each) {
      return each == "dns_list" || each == "dns_list:" + zone;
    });
  };
  const auto runs = book_.list({});
  for (const auto& run : runs.value()) {
    if (std::ranges::find(run.steps, address, &provisioning_step::address) == run.steps.end())
      continue;
    std::erase_if(lists, [&](const auto& zone) { return waives(run, zone); });
    break;
  }
  return lists;
}

void provisioning_host::recheck_next(std::shared_ptr<std::deque<ip_address>> left) {
  if (left->empty())
    return recheck_later();
  const auto address = left->front();
  left->pop_front();
  inspector_.inspect({address, {}, lists_for(address)}, std::nullopt,
                     [this, address, left](const std::vector<address_check>& checks) {
                       std::string listed;
                       for (const auto& each : checks)
                         if (each.verdict == check_verdict::failed)
                           listed += (listed.empty() ? "" : "; ") + each.text;
                         else if (each.verdict == check_verdict::unknown)
                           ports_.log->write(log_level::warn, "list_not_asked",
                                             {{"address", std::string_view{address.str()}},
                                              {"what", std::string_view{each.text}}});
                       if (!listed.empty())
                         quarantine(address, listed);
                       recheck_next(left);
                     });
}

void provisioning_host::quarantine(const ip_address& address, const std::string& why) {
  const auto tell = [this, address](log_level level, const char* event, const std::string& what) {
    ports_.log->write(
        level, event,
        {{"address", std::string_view{address.str()}}, {"reason", std::string_view{what}}});
  };
  self_
      ->request(ports_.ip_pool, quarantined_within,
                set_address_state{address, address_state::quarantined, why})
      .then(
          [tell, why](const answer<done>& told) {
            if (told.value)
              tell(log_level::warn, "address_quarantined", why);
            else
              tell(log_level::error, "address_not_quarantined", told.value.error().what);
          },
          [tell](const caf::error&) {
            tell(log_level::error, "address_not_quarantined", "ip_pool did not answer in time");
          });
}

// ---- whose node can send from what --------------------------------------------------------

source_binding provisioning_host::binding_of(const report_binding& m) const {
  const auto bound = ports_.can_bind(m.address.str());
  return {m.address, config_.self, bound.has_value(), bound ? std::string{} : bound.error().what};
}

void provisioning_host::check(const check_sources& m, done_promise promise) {
  check_next(
      std::make_shared<std::deque<check_sources::source>>(m.sources.begin(), m.sources.end()),
      std::move(promise));
}

void provisioning_host::check_next(std::shared_ptr<std::deque<check_sources::source>> left,
                                   done_promise promise) {
  while (!left->empty()) {
    const auto source = left->front();
    left->pop_front();
    if (!config_.alone && !source.node.empty() && source.node != config_.self)
      return ask_owner(source, std::move(left), std::move(promise));
    if (const auto own = binding_of({source.address}); !own.can_send) {
      promise.deliver(answer<done>{cannot_send({source.address, config_.self}, "")});
      return;
    }
  }
  promise.deliver(answer<done>{done{}});
}

void provisioning_host::ask_owner(const check_sources::source& source,
                                  std::shared_ptr<std::deque<check_sources::source>> left,
                                  done_promise promise) {
  auto what = std::make_shared<const inquiry>(
      inquiry{"GET", "/v1/ips/" + source.address.str() + "/binding", as_node()});
  self_->request(ports_.inquiries, peers_within, ask_peers{std::move(what)})
      .then(
          [this, source, left, promise](const std::vector<peer_answer>& peers) mutable {
            std::string others;
            bool is_refused = false;
            for (const auto& each : peers) {
              is_refused =
                  is_refused || (each.peer == source.node && each.value.status == not_found_status);
              if (each.value.status == found_status)
                others += (others.empty() ? "; these can: " : ", ") + each.peer.str();
            }
            if (is_refused) {
              promise.deliver(answer<done>{cannot_send(source, others)});
              return;
            }
            check_next(std::move(left), std::move(promise));
          },
          [this, left, promise](const caf::error&) mutable {
            check_next(std::move(left), std::move(promise));
          });
}

} // namespace warmfront
