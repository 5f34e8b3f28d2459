// Declared state: plans of changes against a model of the API.
#include <catch2/catch.hpp>

#include <string>
#include <utility>

#include "actors/core/random.hpp"
#include "admin/cli/change_plan.hpp"
#include "admin/cli/yaml_reader.hpp"
#include "admin/cli/yaml_text.hpp"
#include "tests/admin/cli_apply_model.hpp"
#include "tests/admin/cli_process.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using namespace warmfront::admin::cli;
using admin::ordered_json;

namespace {

declared_state state_of(const ordered_json& document) {
  auto state = read_state(document);
  INFO((state ? std::string{} : state.error().what));
  REQUIRE(state.has_value());
  return std::move(state.value());
}

declared_state state_of(const declared_model& model) {
  auto state = read_listed(model.listed);
  INFO((state ? std::string{} : state.error().what));
  REQUIRE(state.has_value());
  return std::move(state.value());
}

change_plan plan_for(const ordered_json& document, const declared_model& model, bool prune) {
  auto plan = plan_changes(state_of(document), state_of(model), prune);
  INFO((plan ? std::string{} : plan.error().what));
  REQUIRE(plan.has_value());
  return std::move(plan.value());
}

void carry_out(const change_plan& plan, declared_model& model) {
  INFO(to_text(plan));
  for (const auto& step : plan.steps) {
    for (const auto& request : step.requests) {
      INFO(request.method << ' ' << request.target << ' ' << request.body);
      const auto refusal = model.take(request);
      INFO(refusal.value_or("taken"));
      REQUIRE_FALSE(refusal.has_value());
    }
  }
}

declared_model new_model() {
  declared_model model;
  for (const auto* name : {"standard", "warm"}) {
    model.listed["plans"].push_back({{"name", name}, {"days", {500}}, {"built_in", true}});
  }
  model.listed["pools"].push_back({{"name", "shared"},
                                   {"kind", "shared"},
                                   {"account", ""},
                                   {"overflow", "hold"},
                                   {"ips", ordered_json::array()}});
  return model;
}

bool by_chance(seeded_random& random) {
  return random.next() % 2 == 0;
}

ordered_json random_pools(seeded_random& random) {
  auto pools = ordered_json::array();
  pools.push_back({{"name", "shared"}, {"ips", ordered_json::array()}});
  for (const auto* name : {"a", "b", "c"}) {
    if (by_chance(random)) {
      // Into one that stands before or behind it in the file.
      const auto target = pools[random.next() % pools.size()]["name"].get<std::string>();
      pools.insert(pools.begin() + static_cast<std::ptrdiff_t>(random.next() % (pools.size() + 1)),
                   ordered_json{{"name", name},
                                {"kind", "dedicated"},
                                {"account", "default"},
                                {"overflow", by_chance(random) ? "hold" : "pool:" + target},
                                {"ips", ordered_json::array()}});
    }
  }
  for (const auto* address : {"192.0.2.1", "192.0.2.2", "2001:db8::1", "192.0.2.4"}) {
    auto& ips = pools[random.next() % pools.size()]["ips"];
    if (random.next() % 4 != 0) {
      ips.push_back({{"address", address}});
      // One that it has cannot be taken away, but for another one.
      if (by_chance(random)) {
        ips.back()["plan"] = by_chance(random) ? "standard" : "warm";
      }
    }
  }
  return pools;
}

ordered_json random_document(seeded_random& random) {
  ordered_json document{{"warmfront", 1}, {"plans", ordered_json::array()}};
  for (const auto* name : {"slow", "fast"}) {
    if (by_chance(random)) {
      document["plans"].push_back({{"name", name}, {"days", {random.next() % 3 + 1, 100}}});
    }
  }
  document["pools"] = random_pools(random);
  document["identities"] = ordered_json::array();
  for (const std::string domain : {"x.test", "y.test"}) {
    if (by_chance(random)) {
      ordered_json identity{{"domain", domain}, {"senders", ordered_json::array()}};
      if (by_chance(random)) {
        identity["tracking_host"] = by_chance(random) ? "" : "links." + domain;
      }
      for (const std::string name : {"news", "shop"}) {
        if (by_chance(random)) {
          identity["senders"].push_back({{"address", name + '@' + domain}});
        }
      }
      document["identities"].push_back(identity);
    }
  }
  document["templates"] = ordered_json::array();
  document["webhooks"] = ordered_json::array();
  for (const std::string name : {"one", "two"}) {
    if (by_chance(random)) {
      document["templates"].push_back(
          {{"name", name}, {"subject", by_chance(random) ? "s" : "S"}, {"text", "a\n b\n"}});
    }
    // Of one URL there may be several.
    while (by_chance(random)) {
      document["webhooks"].push_back(
          {{"url", "https://h.test/" + name}, {"active", by_chance(random)}});
    }
  }
  return document;
}

} // namespace

TEST_CASE("apply: makes any state any other one, in an order that the API takes, and then has "
          "nothing to do",
          "[cli][property]") {
  const auto seed = GENERATE(range(1, 300));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  auto model = new_model();
  for (int round = 0; round < 3; ++round) {
    const auto document = random_document(random);
    CAPTURE(document.dump(1));
    carry_out(plan_for(document, model, true), model);
    const auto again = plan_for(document, model, true);
    INFO(to_text(again));
    CHECK(again.steps.empty());
    CHECK(again.kept.empty());
  }
}

TEST_CASE("apply: what was exported changes nothing", "[cli][property]") {
  const auto seed = GENERATE(range(1, 100));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  auto model = new_model();
  carry_out(plan_for(random_document(random), model, true), model);
  const auto text = yaml_text(to_document(model.listed));
  INFO(text);
  const auto read = read_yaml(text);
  REQUIRE(read.has_value());
  const auto plan = plan_for(read.value(), model, true);
  INFO(to_text(plan));
  CHECK(plan.steps.empty());
  CHECK(plan.kept.empty());
}

TEST_CASE("apply: nothing goes unless it is asked for, and only what the file speaks of", "[cli]") {
  auto model = new_model();
  carry_out(plan_for({{"plans", {{{"name", "slow"}, {"days", {1, 2}}}}},
                      {"templates", {{{"name", "old"}, {"text", "t"}}}}},
                     model, false),
            model);
  const ordered_json document{{"plans", ordered_json::array()}};
  const auto kept = plan_for(document, model, false);
  CHECK(kept.steps.empty());
  CHECK(kept.kept == std::vector<std::string>{"plan slow"});
  const auto pruned = plan_for(document, model, true);
  REQUIRE(pruned.steps.size() == 1);
  CHECK(to_text(pruned) == "- plan slow\n0 to create, 0 to change, 1 to delete.\n");
}

TEST_CASE("apply: an IP that the file has in another pool leaves the one it is in", "[cli]") {
  auto model = new_model();
  const auto pools = [](const char* first, const char* second) {
    ordered_json document{{"pools", ordered_json::array()}};
    for (const auto* name : {"a", "b"}) {
      document["pools"].push_back({{"name", name},
                                   {"kind", "dedicated"},
                                   {"account", "default"},
                                   {"ips", ordered_json::array()}});
    }
    document["pools"][0]["ips"].push_back({{"address", first}});
    document["pools"][1]["ips"].push_back({{"address", second}});
    return document;
  };
  carry_out(plan_for(pools("192.0.2.1", "192.0.2.2"), model, false), model);
  const auto swapped = plan_for(pools("192.0.2.2", "192.0.2.1"), model, false);
  CHECK(swapped.steps.size() == 4);
  carry_out(swapped, model);
}

TEST_CASE("apply: faults of a file name their place", "[cli]") {
  const auto fault_of = [](const std::string& text) {
    const auto document = read_yaml(text);
    REQUIRE(document.has_value());
    const auto state = read_state(document.value());
    REQUIRE_FALSE(state.has_value());
    return state.error().what;
  };
  check_has(fault_of("poolz: []"), "poolz: is not a section");
  check_has(fault_of("plans: 3"), "plans: is not a list");
  check_has(fault_of("pools: [{name: a, colour: red}]"), "pools[0].colour");
  check_has(fault_of("pools: [{name: a}, {name: a}]"), "pools[1]: the pool a comes a second time");
  check_has(fault_of("pools: [{name: a, ips: [{address: x}]}]"), "pools[0].ips[0].address");
  check_has(fault_of("plans: [{name: a}]"), "plans[0].days");
  check_has(fault_of("identities: [{domain: x.test, senders: [{address: a@y.test}]}]"),
            "identities[0].senders[0].address: is not of the domain x.test");
  check_has(fault_of("templates: [3]"), "templates[0]: is not a list of fields");
  check_has(fault_of("warmfront: 2"), "warmfront: is not 1");
  check_has(fault_of("- a"), "document: is not a list of sections");
}

TEST_CASE("apply: what the API cannot change is refused before anything is done", "[cli]") {
  auto model = new_model();
  const ordered_json first{{"identities", {{{"domain", "x.test"}, {"tags", {{"team", "a"}}}}}}};
  carry_out(plan_for(first, model, false), model);
  const ordered_json second{{"identities", {{{"domain", "X.test."}, {"tags", {{"team", "b"}}}}}}};
  const auto plan = plan_changes(state_of(second), state_of(model), false);
  REQUIRE_FALSE(plan.has_value());
  CHECK(plan.error().what == "The tags of identity x.test cannot be changed.");
  const ordered_json circle{
      {"pools",
       {{{"name", "a"}, {"overflow", "pool:b"}}, {{"name", "b"}, {"overflow", "pool:a"}}}}};
  CHECK_FALSE(plan_changes(state_of(circle), state_of(model), false).has_value());
}

TEST_CASE("apply: fields and kinds in another order than the API lists them are the same",
          "[cli]") {
  auto model = new_model();
  model.listed["identities"].push_back({{"domain", "x.test"},
                                        {"account", "default"},
                                        {"tags", {{"a", "1"}, {"b", "2"}}},
                                        {"senders", ordered_json::array()}});
  model.listed["plans"].push_back({{"name", "slow"},
                                   {"days", {10}},
                                   {"providers", {{"gmail", {1}}, {"outlook", {2}}}},
                                   {"thresholds", {{"lower_spam", 5}, {"raise_used", 80}}},
                                   {"built_in", false}});
  model.listed["webhooks"].push_back({{"id", "1"},
                                      {"url", "https://h.test/"},
                                      {"account", "default"},
                                      {"kinds", {"delivered", "bounced"}}});
  const ordered_json turned{
      {"identities", {{{"domain", "x.test"}, {"tags", {{"b", "2"}, {"a", "1"}}}}}},
      {"plans",
       {{{"name", "slow"},
         {"days", {10}},
         {"thresholds", {{"raise_used", 80}, {"lower_spam", 5}}},
         {"providers", {{"outlook", {2}}, {"gmail", {1}}}}}}},
      {"webhooks", {{{"url", "https://h.test/"}, {"kinds", {"bounced", "delivered"}}}}}};
  CHECK(to_text(plan_for(turned, model, true)) == "Nothing to change.\n");
}

TEST_CASE("apply: what exists is not judged by the limits of what is new", "[cli]") {
  auto model = new_model();
  for (int i = 0; i < 2000; ++i) {
    model.listed["pools"][0]["ips"].push_back(
        {{"address", "2001:db8::" + std::to_string(i)}, {"node", "n1"}, {"plan", ""}});
  }
  CHECK(plan_for({{"plans", ordered_json::array()}}, model, true).steps.empty());
  for (const auto* number : {"9", "10"}) {
    model.listed["webhooks"].push_back({{"id", number},
                                        {"url", "https://h.test/"},
                                        {"account", "default"},
                                        {"kinds", {number}},
                                        {"active", true}});
  }
  // The API lists numbers as texts.
  std::swap(model.listed["webhooks"][0], model.listed["webhooks"][1]);
  const auto actual = state_of(model);
  const auto second = actual.items.back();
  CHECK(second.name == "default/https://h.test/ (2)");
  CHECK(second.id == "10");
  model.listed["identities"].push_back(
      {{"domain", "x.test"}, {"senders", {{{"address", "a@y.test"}}}}});
  const auto broken = read_listed(model.listed);
  REQUIRE_FALSE(broken.has_value());
  CHECK(broken.error().code == errc::protocol);
}

TEST_CASE("apply: thresholds that are not said stay as they are", "[cli]") {
  auto model = new_model();
  model.listed["plans"].push_back({{"name", "slow"},
                                   {"days", {10}},
                                   {"thresholds", {{"lower_spam", 3}, {"raise_used", 80}}},
                                   {"built_in", false}});
  const ordered_json document{
      {"plans", {{{"name", "slow"}, {"days", {10}}, {"thresholds", {{"lower_spam", 5}}}}}}};
  const auto plan = plan_for(document, model, false);
  check_has(to_text(plan), "~ plan slow\n    thresholds.lower_spam: 3 -> 5\n");
  const auto body = ordered_json::parse(plan.steps.at(0).requests.at(0).body);
  CHECK(body["thresholds"] == ordered_json{{"lower_spam", 5}, {"raise_used", 80}});
  carry_out(plan, model);
  CHECK(plan_for(document, model, false).steps.empty());
}

TEST_CASE("apply: plans that allow less on a later day are made and changed as any other",
          "[cli]") {
  auto model = new_model();
  const auto declared = [](const char* spread, bool said) {
    ordered_json plan{{"name", "down"}, {"days", {100, 50}}, {"spread", spread}};
    if (said) {
      plan["allow_decrease"] = true;
    }
    return ordered_json{{"plans", {plan}}};
  };
  for (const auto* spread : {"none", "even"}) {
    const auto plan = plan_for(declared(spread, false), model, false);
    CHECK(ordered_json::parse(plan.steps.at(0).requests.at(0).body)["allow_decrease"] == true);
    carry_out(plan, model);
    CHECK(plan_for(declared(spread, true), model, false).steps.empty());
  }
}

TEST_CASE("apply: the IPs of a pool that goes are told, and go before it", "[cli]") {
  auto model = new_model();
  carry_out(plan_for({{"pools", {{{"name", "old"}, {"ips", {{{"address", "192.0.2.1"}}}}}}}}, model,
                     false),
            model);
  const ordered_json document{{"pools", ordered_json::array()}};
  CHECK(plan_for(document, model, false).kept ==
        std::vector<std::string>{"pool shared", "pool old"});
  const auto plan = plan_for(document, model, true);
  CHECK(to_text(plan) == "- ip old/192.0.2.1\n- pool old\n"
                         "  stays, though the file does not have it: pool shared\n"
                         "0 to create, 0 to change, 2 to delete.\n");
  carry_out(plan, model);
}

TEST_CASE("apply: nothing is called changed that a request cannot take away", "[cli]") {
  auto model = new_model();
  const auto with_plan = [](const char* plan) {
    return ordered_json{
        {"pools", {{{"name", "a"}, {"ips", {{{"address", "192.0.2.1"}, {"plan", plan}}}}}}}};
  };
  carry_out(plan_for(with_plan("standard"), model, false), model);
  const auto refused = plan_changes(state_of(with_plan("")), state_of(model), false);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().what == "The plan of ip a/192.0.2.1 cannot be taken away.");
  const auto empty = read_state({{"identities", {{{"domain", "x.test"}, {"return_path", ""}}}}});
  REQUIRE_FALSE(empty.has_value());
  check_has(empty.error().what, "identities[0].return_path: is empty");
}
