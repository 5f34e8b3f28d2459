#include "admin/reference/reference.hpp"

#include "actors/warmup/plans.hpp"
#include "actors/webhooks/event_json.hpp"
#include "admin/api/metrics.hpp"
#include "admin/api/openapi.hpp"
#include "admin/api/problem_codes.hpp"
#include "admin/reference/event_examples.hpp"
#include "admin/tencent/action_table.hpp"
#include "net/smtp/server_replies.hpp"

namespace warmfront::admin {

namespace {

ordered_json problems() {
  auto all = ordered_json::array();
  for (const auto& each : problem_codes())
    all.push_back({{"code", each.code},
                   {"statuses", each.statuses},
                   {"meaning", each.meaning},
                   {"remedy", each.remedy}});
  return all;
}

ordered_json smtp_replies() {
  auto all = ordered_json::array();
  for (const auto& each : smtp::server_replies())
    all.push_back({{"code", each.code},
                   {"status", each.status},
                   {"meaning", each.meaning},
                   {"remedy", each.remedy}});
  return all;
}

ordered_json events() {
  ordered_json all;
  all["kinds"] = ordered_json::array();
  for (const auto& each : event_examples())
    all["kinds"].push_back({{"kind", to_string(each.event.kind)},
                            {"meaning", each.meaning},
                            {"body", webhook_body(each.event)},
                            {"line", event_line(each.event, "n1")}});
  all["test"] = webhook_test_body(1, event_examples().front().event.at);
  all["fields"] = ordered_json::array();
  for (const auto& each : event_fields())
    all["fields"].push_back({{"name", each.name}, {"meaning", each.meaning}});
  return all;
}

/// Families show their labels only where they have samples.
std::string metrics_of_one_of_everything(std::string_view version) {
  ledger_report ledger;
  ledger.limit = 500;
  ledger.quality.outcomes = 1;
  pool with_address;
  with_address.addresses.emplace_back();
  const std::vector<ledger_report> ledgers{ledger};
  const std::vector<queue_report> queues(1);
  const std::vector<pool> pools{with_address};
  const std::vector<provisioning> runs;
  const std::vector<webhook_report> webhooks(1);
  const std::vector<identity_report> identities(1);
  return metrics_text({ledgers,
                       queues,
                       delivery_counts{},
                       pools,
                       runs,
                       chunk_counts{},
                       webhooks,
                       identities,
                       suppression_counts{},
                       {},
                       {},
                       true,
                       std::chrono::seconds{0},
                       std::string{version},
                       net::smtp_server_counts{}});
}

ordered_json cloud_actions() {
  auto all = ordered_json::array();
  for (const auto& each : tencent::all_actions()) {
    auto needed = ordered_json::array();
    auto optional = ordered_json::array();
    for (const auto& one : each.input)
      (one.required ? needed : optional).push_back(one.name);
    all.push_back({{"action", each.name}, {"required", needed}, {"optional", optional}});
  }
  return all;
}

ordered_json plans() {
  auto all = ordered_json::array();
  for (const auto& each : built_in_plans())
    all.push_back({{"name", each.name.str()},
                   {"days", each.days},
                   {"advance", to_string(each.advance)},
                   {"spread", to_string(each.spread)}});
  return all;
}

} // namespace

ordered_json reference_document(std::string_view version) {
  ordered_json document;
  document["version"] = version;
  document["openapi"] = openapi_document(version);
  document["problems"] = problems();
  document["metrics"] = metrics_of_one_of_everything(version);
  document["smtp_replies"] = smtp_replies();
  document["events"] = events();
  document["cloud_actions"] = cloud_actions();
  document["plans"] = plans();
  return document;
}

} // namespace warmfront::admin
