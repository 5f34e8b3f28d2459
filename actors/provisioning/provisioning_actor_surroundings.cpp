// What the other roles say of pools, plans and ledgers.
#include "actors/provisioning/provisioning_actor_host.hpp"

namespace warmfront {

void provisioning_host::look_around(look_around_task what) {
  const auto all = std::make_shared<look_around_task>(std::move(what));
  self_->request(ports_.ip_pool, answer_within, list_pools{})
      .then(
          [this, all](const answer<std::vector<pool>>& pools) {
            if (!pools.value)
              return all->otherwise(pools.value.error());
            all->found.pools = pools.value.value();
            ask_for_plans(all);
          },
          [all](const caf::error&) { all->otherwise(no_answer("ip_pool")); });
}

void provisioning_host::ask_for_plans(std::shared_ptr<look_around_task> what) {
  self_->request(ports_.warmup, answer_within, list_plans{})
      .then(
          [this, what](const answer<std::vector<plan>>& plans) {
            if (!plans.value)
              return what->otherwise(plans.value.error());
            what->found.plans = plans.value.value();
            ask_for_ledgers(what);
          },
          [what](const caf::error&) { what->otherwise(no_answer("warmup")); });
}

void provisioning_host::ask_for_ledgers(std::shared_ptr<look_around_task> what) {
  if (what->ledgers_of.empty())
    return what->then(*what);
  const list_ledgers question{ledger_subject{what->ledgers_of.front().str()}};
  what->ledgers_of.pop_front();
  self_->request(ports_.warmup, answer_within, question)
      .then(
          [this, what](const answer<std::vector<ledger_report>>& ledgers) {
            if (ledgers.value)
              what->found.ledgers.insert(what->found.ledgers.end(), ledgers.value.value().begin(),
                                         ledgers.value.value().end());
            else if (ledgers.value.error().code != errc::not_found)
              return what->otherwise(ledgers.value.error());
            ask_for_ledgers(what);
          },
          [what](const caf::error&) { what->otherwise(no_answer("warmup")); });
}

} // namespace warmfront
