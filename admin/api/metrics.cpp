#include "admin/api/metrics.hpp"

#include <algorithm>
#include <string_view>

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace warmfront::admin {

namespace {

using labels = std::vector<prometheus::ClientMetric::Label>;
using families = std::vector<prometheus::MetricFamily>;

prometheus::MetricFamily& add(families& target, const char* name, const char* help,
                              prometheus::MetricType type) {
  target.push_back({name, help, type, {}});
  return target.back();
}

void sample(prometheus::MetricFamily& family, double value, labels names = {}) {
  prometheus::ClientMetric metric;
  metric.label = std::move(names);
  metric.gauge.value = value;
  metric.counter.value = value;
  family.metric.push_back(std::move(metric));
}

double number(std::uint64_t value) {
  return static_cast<double>(value);
}

/// A family of one sample without labels.
struct plain_metric {
  const char* name;
  const char* help;
  bool is_counter;
  std::uint64_t value;
};

void add_plain(families& target, std::initializer_list<plain_metric> metrics) {
  for (const auto& each : metrics) {
    sample(add(target, each.name, each.help,
               each.is_counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge),
           number(each.value));
  }
}

/// Results that have not happened are left out: most never will.
void add_tls(families& target, const delivery_counts& counts) {
  auto& sessions =
      add(target, "warmfront_tls_sessions_total",
          "Connections to receivers by the policy they were made under, and what came of it.",
          prometheus::MetricType::Counter);
  for (std::uint8_t policy = 0; policy < counts.tls_sessions.size(); ++policy) {
    for (std::uint8_t result = 0; result < trust::tls_results; ++result) {
      const auto count = counts.tls_sessions.at(policy).at(result);
      if (count > 0 || result == 0) {
        sample(sessions, number(count),
               {{"policy", std::string{to_string(*trust::to_policy_type(policy))}},
                {"result", std::string{to_string(*trust::to_tls_result(result))}}});
      }
    }
  }
}

void add_delivery(families& target, const delivery_counts& counts) {
  add_plain(
      target,
      {{"warmfront_recipients_accepted_total", "Recipients accepted.", true,
        counts.accepted_recipients},
       {"warmfront_messages_with_one_copy_total",
        "Messages acknowledged with one copy though a second one was wanted.", true,
        counts.single_copies},
       {"warmfront_attempts_deferred_total", "Attempts to be repeated.", true, counts.deferred},
       {"warmfront_delivery_connections", "Open connections to receivers.", false,
        counts.connections_open},
       {"warmfront_recipients_in_flight", "Recipients being delivered.", false, counts.in_flight}});
  auto& outcomes = add(target, "warmfront_recipients_total", "Recipients by their outcome.",
                       prometheus::MetricType::Counter);
  sample(outcomes, number(counts.delivered), {{"outcome", "delivered"}});
  sample(outcomes, number(counts.bounced), {{"outcome", "bounced"}});
  sample(outcomes, number(counts.expired), {{"outcome", "expired"}});
  sample(outcomes, number(counts.cancelled), {{"outcome", "cancelled"}});
  add_tls(target, counts);
}

void add_smtp(families& target, const net::smtp_server_counts& counts) {
  add_plain(
      target,
      {{"warmfront_smtp_connections_total", "Connections accepted.", true, counts.connections},
       {"warmfront_smtp_connections_refused_total", "Connections refused.", true,
        counts.connections_refused},
       {"warmfront_smtp_connections", "Connections open.", false, counts.connections_open},
       {"warmfront_smtp_authentication_failures_total", "Failed AUTH commands.", true,
        counts.authentication_failures},
       {"warmfront_smtp_messages_accepted_total", "Messages accepted.", true,
        counts.messages_accepted},
       {"warmfront_smtp_messages_refused_total", "Messages refused.", true,
        counts.messages_refused},
       {"warmfront_smtp_octets_received_total", "Octets received.", true, counts.octets_received}});
}

/// Of the listener for what comes back about mail.
void add_inbound(families& target, const net::smtp_server_counts& counts) {
  add_plain(target, {{"warmfront_inbound_connections_total", "Connections to the inbound listener.",
                      true, counts.connections},
                     {"warmfront_inbound_connections_refused_total", "The same, refused.", true,
                      counts.connections_refused},
                     {"warmfront_inbound_messages_accepted_total",
                      "Bounces, complaints and unsubscriptions taken over.", true,
                      counts.messages_accepted},
                     {"warmfront_inbound_messages_refused_total", "The same, refused.", true,
                      counts.messages_refused}});
}

void add_chunks(families& target, const chunk_counts& counts) {
  add_plain(
      target,
      {{"warmfront_contents_with_one_copy_total",
        "Templates, parts of lists and attachments stored with one copy though a second one "
        "was wanted.",
        true, counts.single_copies},
       {"warmfront_contents_fetched_total", "Those read from other nodes.", true, counts.fetched},
       {"warmfront_contents_removed_total", "Those removed, since nothing referred to them.", true,
        counts.swept}});
}

void add_ledgers(families& target, const std::vector<ledger_report>& ledgers) {
  struct gauge {
    const char* name;
    const char* help;
    double (*value)(const ledger_report&);
  };
  static constexpr gauge gauges[] = {
      {"warmfront_ledger_used", "Permits spent on the ledger's day.",
       [](const ledger_report& each) { return number(each.used); }},
      {"warmfront_ledger_day", "The day of the ledger's plan.",
       [](const ledger_report& each) { return number(each.day); }},
      {"warmfront_ledger_held_days", "Days from today on for which an early weak signal holds it.",
       [](const ledger_report& each) { return number(each.held_days); }},
      {"warmfront_ledger_blocked", "1 while the ledger is blocked for its delivery quality.",
       [](const ledger_report& each) { return each.state == ledger_state::blocked ? 1.0 : 0.0; }},
      {"warmfront_ledger_paused", "1 while the ledger is paused.",
       [](const ledger_report& each) { return each.state == ledger_state::paused ? 1.0 : 0.0; }},
  };
  const auto name = [](const ledger_report& each) {
    return labels{{"subject", each.subject.str()}, {"provider", each.provider}};
  };
  for (const auto& each : gauges) {
    auto& family = add(target, each.name, each.help, prometheus::MetricType::Gauge);
    for (const auto& ledger : ledgers) {
      sample(family, each.value(ledger), name(ledger));
    }
  }
  auto& limits = add(target, "warmfront_ledger_limit", "What may be sent on the ledger's day.",
                     prometheus::MetricType::Gauge);
  for (const auto& ledger : ledgers) {
    if (ledger.limit) {
      sample(limits, number(*ledger.limit), name(ledger));
    }
  }
}

/// What became of the mail of each whole ledger today; those that have seen nothing are left out.
void add_quality(families& target, const std::vector<ledger_report>& ledgers) {
  auto& outcomes = add(target, "warmfront_ledger_outcomes",
                       "Recipients of the ledger's day by what became of them on this node.",
                       prometheus::MetricType::Gauge);
  for (const auto& ledger : ledgers) {
    const auto& counts = ledger.quality;
    if (counts == quality_counts{}) {
      continue;
    }
    const std::pair<const char*, std::uint64_t> results[] = {
        {"all", counts.outcomes}, {"delivered", counts.delivered},  {"invalid", counts.invalid},
        {"spam", counts.spam},    {"complaint", counts.complaints}, {"opened", counts.opened}};
    for (const auto& [result, count] : results) {
      sample(outcomes, number(count), {{"subject", ledger.subject.str()}, {"result", result}});
    }
  }
}

void add_queues(families& target, const std::vector<queue_report>& queues) {
  auto& waiting = add(target, "warmfront_queue_waiting", "Recipients that wait in a queue.",
                      prometheus::MetricType::Gauge);
  for (const auto& each : queues) {
    sample(waiting, number(each.waiting),
           {{"pool", each.pool.str()},
            {"class", std::string{to_string(each.importance)}},
            {"sender_domain", each.sender_domain},
            {"provider", each.provider},
            {"destination", each.destination},
            {"state", each.state}});
  }
}

/// Every node has the same pools and runs.
void add_pools(families& target, const std::vector<pool>& pools,
               const std::vector<provisioning>& runs) {
  auto& addresses = add(target, "warmfront_pool_ips", "IPs of a pool by their state.",
                        prometheus::MetricType::Gauge);
  for (const auto& each : pools) {
    for (const auto state :
         {address_state::active, address_state::draining, address_state::quarantined}) {
      const auto count =
          std::count_if(each.addresses.begin(), each.addresses.end(),
                        [state](const pool_address& address) { return address.state == state; });
      sample(addresses, static_cast<double>(count),
             {{"pool", each.name.str()}, {"state", std::string{to_string(state)}}});
    }
  }
  auto& kept =
      add(target, "warmfront_provisionings", "Runs by their state.", prometheus::MetricType::Gauge);
  for (const auto state : {run_state::running, run_state::paused, run_state::rolling_back,
                           run_state::rolled_back, run_state::finished}) {
    const auto count = std::count_if(runs.begin(), runs.end(), [state](const provisioning& each) {
      return each.state == state;
    });
    sample(kept, static_cast<double>(count), {{"state", std::string{to_string(state)}}});
  }
}

/// Of this node: each node brings the events of its own log.
void add_webhooks(families& target, const std::vector<webhook_report>& webhooks) {
  const auto name = [](const webhook_report& each) {
    return labels{{"webhook", std::to_string(each.value.number)},
                  {"account", each.value.account.str()}};
  };
  auto& requests = add(target, "warmfront_webhook_requests_total",
                       "Requests to a webhook by whether its receiver took them.",
                       prometheus::MetricType::Counter);
  for (const auto& each : webhooks) {
    for (const auto& [result, count] :
         {std::pair{"taken", each.taken}, std::pair{"refused", each.refused}}) {
      auto names = name(each);
      names.push_back({"result", result});
      sample(requests, number(count), std::move(names));
    }
  }
  auto& waiting = add(target, "warmfront_webhook_waiting",
                      "Events that a webhook has not got yet, of the next 5000 in the log.",
                      prometheus::MetricType::Gauge);
  for (const auto& each : webhooks) {
    sample(waiting, number(each.waiting), name(each));
  }
  auto& dead = add(target, "warmfront_webhook_dead_letters",
                   "Events given up after a day; kept for a week.", prometheus::MetricType::Gauge);
  for (const auto& each : webhooks) {
    sample(dead, number(each.dead_letters), name(each));
  }
  auto& failing =
      add(target, "warmfront_webhook_failing", "1 while a webhook that is active takes nothing.",
          prometheus::MetricType::Gauge);
  for (const auto& each : webhooks) {
    sample(failing, each.value.is_active && each.failing_since ? 1 : 0, name(each));
  }
}

/// More sender domains than these are counted and not named: a scrape stays small.
constexpr std::size_t identities_named_max = 1'000;

/// Every node has the same.
void add_identities(families& target, const std::vector<identity_report>& identities) {
  auto& all = add(target, "warmfront_identities", "Sender domains by whether mail may be sent.",
                  prometheus::MetricType::Gauge);
  const auto verified = std::count_if(identities.begin(), identities.end(),
                                      [](const identity_report& each) { return each.verified; });
  sample(all, static_cast<double>(verified), {{"state", "verified"}});
  sample(all, static_cast<double>(identities.size()) - static_cast<double>(verified),
         {{"state", "unverified"}});
  const auto name = [](const identity_report& each) {
    return labels{{"domain", each.domain.str()}, {"account", each.account.str()}};
  };
  const auto named = std::min(identities.size(), identities_named_max);
  auto& each_one = add(target, "warmfront_identity_verified",
                       "1 while mail may be sent from the domain; of the first 1000 domains.",
                       prometheus::MetricType::Gauge);
  for (std::size_t i = 0; i < named; ++i) {
    sample(each_one, identities[i].verified ? 1 : 0, name(identities[i]));
  }
  auto& wrong = add(target, "warmfront_identity_wrong",
                    "1 while required records of the domain are not as they should be: after three "
                    "days it is not verified any more.",
                    prometheus::MetricType::Gauge);
  for (std::size_t i = 0; i < named; ++i) {
    sample(wrong, identities[i].wrong_since ? 1 : 0, name(identities[i]));
  }
}

void add_suppressions(families& target, const suppression_counts& counts) {
  add_plain(target, {{"warmfront_suppressions", "Addresses that accounts do not send to.", false,
                      counts.entries},
                     {"warmfront_suppressions_behind",
                      "Changes of the list that other nodes have told of and this one has not got.",
                      false, counts.behind}});
}

} // namespace

std::string metrics_text(const metric_sources& sources) {
  families all;
  sample(add(all, "warmfront_build_info", "The release.", prometheus::MetricType::Gauge), 1,
         {{"version", sources.version}});
  add_plain(
      all, {{"warmfront_ready", "1 when the node can do its work.", false, sources.ready ? 1U : 0U},
            {"warmfront_control_silent_seconds",
             "How long the control store has not answered; 0: it answers.", false,
             static_cast<std::uint64_t>(sources.control_silent.count())},
            {"warmfront_storage_accepts_mail", "0 once the reserve of free space is reached.",
             false, sources.storage.accepts_growth && !sources.storage.failure ? 1U : 0U},
            {"warmfront_storage_free_bytes", "Free space of the data directory.", false,
             sources.storage.free_octets}});
  add_delivery(all, sources.delivery);
  add_chunks(all, sources.chunks);
  add_smtp(all, sources.smtp);
  if (sources.inbound)
    add_inbound(all, *sources.inbound);
  add_ledgers(all, sources.ledgers);
  add_quality(all, sources.ledgers);
  add_queues(all, sources.queues);
  add_pools(all, sources.pools, sources.runs);
  add_webhooks(all, sources.webhooks);
  add_identities(all, sources.identities);
  add_suppressions(all, sources.suppressions);
  return prometheus::TextSerializer{}.Serialize(all);
}

} // namespace warmfront::admin
