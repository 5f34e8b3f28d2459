// Who is asked what, and how long an answer may take. Part of `admin_actor`.
#pragma once

#include <chrono>
#include <type_traits>
#include <vector>

#include <caf/duration.hpp>
#include <caf/response_type.hpp>
#include <caf/sec.hpp>

#include "admin/admin_actor.hpp"

namespace warmfront::admin {

using admin_pointer = admin_actor::stateful_pointer<admin_state>;
using exchange_pointer = std::shared_ptr<exchange>;

template <class Question, class... Set>
constexpr bool is_one_of = (std::is_same_v<Question, Set> || ...);

/// Who answers a question.
template <class Question>
const auto& whom(const admin_parts& parts) {
  if constexpr (is_one_of<Question, create_key, list_keys, revoke_key, authenticate_key,
                          use_signature_key, identify_key, list_accounts, create_account,
                          delete_account>) {
    return parts.access;
  } else if constexpr (is_one_of<Question, list_pools, put_pool, delete_pool, put_pool_address,
                                 delete_pool_address, set_address_state>) {
    return parts.ip_pool;
  } else if constexpr (is_one_of<Question, list_ledgers, set_ledger_plan, pause_ledger,
                                 resume_ledger, set_ledger_day, list_plans, put_plan, delete_plan,
                                 forecast_batch, propose_addresses, count_permits,
                                 preview_ledger>) {
    return parts.warmup;
  } else if constexpr (is_one_of<Question, start_provisioning, list_provisionings,
                                 act_on_provisioning, check_sources, report_binding>) {
    return parts.provisioning;
  } else if constexpr (is_one_of<Question, put_template, delete_template, review_template,
                                 list_templates, use_template>) {
    return parts.templates;
  } else if constexpr (is_one_of<Question, put_unsubscribe_setting, delete_unsubscribe_setting,
                                 list_unsubscribe_settings>) {
    return parts.unsubscribes;
  } else if constexpr (is_one_of<Question, create_group, delete_group, list_groups, import_list,
                                 list_recipients>) {
    return parts.groups;
  } else if constexpr (is_one_of<Question, create_task, act_on_task, delete_task, list_tasks,
                                 preview_recurrence>) {
    return parts.scheduler;
  } else if constexpr (is_one_of<Question, add_identity, remove_identity, list_identities,
                                 add_sender, remove_sender, list_senders, set_sender_password,
                                 verify_identity, add_signing_key, retire_signing_key,
                                 change_identity, check_sending>) {
    return parts.identities;
  } else if constexpr (is_one_of<Question, put_suppressions, remove_suppressions,
                                 count_suppressions, list_suppressions, import_suppressions>) {
    return parts.suppressions;
  } else if constexpr (is_one_of<Question, sum_statistics>) {
    return parts.statistics;
  } else if constexpr (is_one_of<Question, read_series, read_ledger_days>) {
    return parts.history;
  } else if constexpr (is_one_of<Question, list_tls_reports>) {
    return parts.transport_policy;
  } else if constexpr (is_one_of<Question, store_chunks, count_chunks>) {
    return parts.chunks;
  } else if constexpr (is_one_of<Question, list_nodes, change_node>) {
    return parts.cluster;
  } else if constexpr (is_one_of<Question, claim_request>) {
    return parts.idempotency;
  } else if constexpr (is_one_of<Question, put_webhook, delete_webhook, list_webhooks,
                                 list_dead_letters, replay_dead_letters, test_webhook,
                                 read_events>) {
    return parts.webhooks;
  } else if constexpr (is_one_of<Question, record_audit, list_audit>) {
    return parts.audit;
  } else if constexpr (is_one_of<Question, ask_peers>) {
    return parts.inquiries;
  } else {
    return parts.delivery;
  }
}

template <class Actor, class Question>
using reply_of = caf::detail::tl_head_t<caf::response_type_t<typename Actor::signatures, Question>>;

template <class T>
const result<T>& result_of(const answer<T>& value) {
  return value.value;
}
inline result<chunk_counts> result_of(const chunk_counts& value) {
  return value;
}
inline result<suppression_counts> result_of(const suppression_counts& value) {
  return value;
}
inline result<delivery_counts> result_of(const delivery_counts& value) {
  return value;
}
inline result<std::vector<peer_answer>> result_of(const std::vector<peer_answer>& value) {
  return value;
}

/// A list of any size is read while its question is asked.
inline constexpr std::chrono::minutes list_patience{24 * 60};

/// The DNS has fifteen seconds to answer.
inline constexpr std::chrono::seconds dns_patience{25};

template <class Question>
caf::duration patience_for(const admin_parts& parts) {
  if constexpr (is_one_of<Question, import_list, import_suppressions>) {
    return caf::duration{list_patience};
  } else if constexpr (is_one_of<Question, verify_identity, check_sending>) {
    return caf::duration{dns_patience};
  } else {
    return caf::duration{parts.patience};
  }
}

inline error no_answer(const caf::error& reason) {
  const bool late = reason == caf::sec::request_timeout;
  return {late ? errc::timed_out : errc::stopping,
          late ? "The node did not answer in time." : "The node is shutting down.", "try again"};
}

/// Asks one question; `use` gets the result, failures of the actor system included.
template <class Question, class Use>
void put(admin_pointer self, Question question, Use use) {
  const auto& target = whom<Question>(self->state.parts);
  using reply = reply_of<std::decay_t<decltype(target)>, Question>;
  using outcome_of_question = std::decay_t<decltype(result_of(std::declval<const reply&>()))>;
  self->request(target, patience_for<Question>(self->state.parts), std::move(question))
      .then([use](const reply& got) { use(result_of(got)); },
            [use](const caf::error& reason) { use(outcome_of_question{no_answer(reason)}); });
}

} // namespace warmfront::admin
