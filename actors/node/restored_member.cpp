// A restored node of a cluster, before it joins.
#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "actors/backup/restored_state.hpp"
#include "actors/cluster/node_record.hpp"
#include "actors/node/node_parts.hpp"
#include "actors/node/takeover_wait.hpp"
#include "actors/replication/bond_book.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::milliseconds look_every{500};
constexpr std::chrono::seconds view_within{5};

/// One answer of the control store; `timed_out` when it is away.
template <class Value, class Ask>
result<Value> answer_of(Ask ask) {
  auto answered = std::make_shared<std::promise<result<Value>>>();
  auto answer = answered->get_future();
  ask([answered](const result<Value>& got) { answered->set_value(got); });
  if (answer.wait_for(view_within) != std::future_status::ready)
    return error{errc::timed_out, "the control store does not answer", {}};
  return answer.get();
}

result<takeover_view> view_takeover(storage::control_store& control, const node_name& self) {
  const auto read = [&control](std::string prefix) {
    return answer_of<storage::control_snapshot>(
        [&](auto done) { control.range(std::move(prefix), std::move(done)); });
  };
  takeover_view seen;
  // The bonds come last: what a holder does after the others were read shows in them.
  WARMFRONT_TRY(nodes, read(std::string{node_prefix}));
  WARMFRONT_TRY(lives, read(std::string{life_prefix}));
  WARMFRONT_TRY(bonds, read(bond_key(self, node_name{})));
  seen.nodes = std::move(nodes);
  seen.lives = std::move(lives);
  seen.bonds = std::move(bonds);
  return seen;
}

} // namespace

// Waits for as long as it takes: to join sooner would lose what was accepted after the backup.
result<void> node::parts::wait_for_takeover() {
  WARMFRONT_TRY(how, pending_return(*store));
  if (how == cluster_return::as_usual)
    return success();
  const node_name self{settings.node.name};
  takeover_wait wait{self,
                     std::chrono::ceil<seconds>(settings.cluster->takeover_after) + seconds{5}};
  std::string told;
  while (!must_stop()) {
    const auto seen = view_takeover(*control, self);
    auto why = seen ? wait.look(seen.value(), time.steady_now()) : std::optional{seen.error().what};
    if (!why)
      return success();
    if (seen && how == cluster_return::peers_lost) {
      WARMFRONT_TRY(ended, declare_self_dead(self, seen.value().nodes, time.wall_now()));
      if (!ended)
        return success();
      [[maybe_unused]] const auto outcome = answer_of<storage::transaction_outcome>([&](auto done) {
        control->transact(std::move(*ended), std::move(done));
      }); // the next look shows whether it happened
    }
    if (*why != told)
      log->write(log_level::warn, "restored_node_waits", {{"text", std::string_view{*why}}});
    told = std::move(*why);
    std::this_thread::sleep_for(look_every);
  }
  return error{
      errc::stopping, "the node was stopped while it waited for the others to take over", {}};
}

} // namespace warmfront
