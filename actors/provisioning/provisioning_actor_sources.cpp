// Addresses in use: whether lists name them, and whether their nodes can send from them.
#include <algorithm>
#include <utility>

#include <caf/send.hpp>

#include "actors/provisioning/provisioning_actor_host.hpp"

namespace warmfront {

namespace {

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
  look_around(
      {.then = [this](const look_around_task& found) { recheck_those_of(found.found.pools); },
       .otherwise = [this](const error&) { recheck_later(); }});
}

void provisioning_host::recheck_those_of(const std::vector<pool>& pools) {
  std::set<ip_address> used;
  for (const auto& pool : pools)
    for (const auto& each : pool.addresses)
      if (may_send(each.state) && (config_.alone || each.node == config_.self))
        used.insert(each.address);
  recheck_next(std::make_shared<std::deque<ip_address>>(used.begin(), used.end()));
}

/// Without those that the last run about the address waived.
std::vector<std::string> provisioning_host::lists_for(const ip_address& address) const {
  auto lists = config_.dns_lists;
  if (const auto* const run = book_.last_about(address))
    std::erase_if(lists,
                  [run](const auto& zone) { return is_waived("dns_list:" + zone, run->waived); });
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
                       if (!listed.empty()) // ip_pool logs what becomes of it
                         caf::anon_send(
                             ports_.ip_pool,
                             set_address_state{address, address_state::quarantined, listed});
                       recheck_next(left);
                     });
}

// ---- whose node can send from what --------------------------------------------------------

source_binding provisioning_host::binding_of(const report_binding& m) const {
  const auto bound = ports_.can_bind(m.address.str());
  return {m.address, config_.self, bound.has_value(), bound ? std::string{} : bound.error().what};
}

void provisioning_host::check(const check_sources& m, done_promise promise) {
  std::vector<check_sources::source> of_others;
  for (const auto& source : m.sources) {
    if (!config_.alone && !source.node.empty() && source.node != config_.self) {
      of_others.push_back(source);
    } else if (!binding_of({source.address}).can_send) {
      promise.deliver(answer<done>{cannot_send({source.address, config_.self}, "")});
      return;
    }
  }
  if (of_others.empty()) {
    promise.deliver(answer<done>{done{}});
    return;
  }
  // All at once: who asks does not wait for one silent node after the other.
  const auto open = std::make_shared<open_check>(open_check{of_others.size(), std::move(promise)});
  for (const auto& source : of_others)
    ask_owner(source, open);
}

void provisioning_host::ask_owner(const check_sources::source& source,
                                  std::shared_ptr<open_check> of) {
  auto what = std::make_shared<const inquiry>(
      inquiry{"GET", "/v1/ips/" + source.address.str() + "/binding", as_node()});
  const auto believe = [of] {
    if (of->unanswered > 0 && --of->unanswered == 0)
      of->promise.deliver(answer<done>{done{}});
  };
  self_->request(ports_.inquiries, answer_within, ask_peers{std::move(what)})
      .then(
          [source, of, believe](const std::vector<peer_answer>& peers) {
            std::string others;
            bool is_refused = false;
            for (const auto& each : peers) {
              is_refused =
                  is_refused || (each.peer == source.node && each.value.status == not_found_status);
              if (each.value.status == found_status)
                others += (others.empty() ? "; these can: " : ", ") + each.peer.str();
            }
            if (!is_refused)
              return believe();
            if (std::exchange(of->unanswered, 0) > 0)
              of->promise.deliver(answer<done>{cannot_send(source, others)});
          },
          [believe](const caf::error&) { believe(); });
}

} // namespace warmfront
