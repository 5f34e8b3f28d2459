#include "actors/scheduler/expansion.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;

TEST_CASE("expansion pace: one segment at first, more while they are sent faster", "[tasks]") {
  expansion_pace pace;
  CHECK(pace.next({}) == 1);
  CHECK(pace.next({1000, true}) == 0);
  CHECK(pace.next({499, true}) == 2);
  CHECK(pace.next({100, true}) == 4);
  CHECK(pace.next({999, true}) == 4);
  CHECK(pace.next({1000, true}) == 0);
}

TEST_CASE("expansion pace: of a shut lane one segment, and slowly again afterwards", "[tasks]") {
  expansion_pace pace;
  CHECK(pace.next({}) == 1);
  CHECK(pace.next({}) == 2);
  CHECK(pace.next({550, false}) == 0);
  CHECK(pace.next({0, false}) == 1);
  CHECK(pace.next({0, true}) == 1);
}

TEST_CASE("expansion: a name that nobody has a value for is told", "[tasks]") {
  task of;
  of.variables = {{"city", "Oslo"}};
  group_report group;
  group.variables = {{"name", 3}};
  CHECK(check_variables({"name", "city"}, of, group));
  CHECK(check_variables({"name", "code"}, of, group).error().field == "variables.code");
}

TEST_CASE("expansion: a merge has what the task and its template say", "[tasks]") {
  task of;
  of.from = "News <n@example.net>";
  of.headers = {{"X-A", "1"}};
  of.variables = {{"city", "Oslo"}};
  of.reply_to = {"r@example.net"};
  auto merge = merge_of(of, {"S", "H", "T"});
  CHECK(merge.content == template_source{"S", "H", "T"});
  of.subject = "Own";
  merge = merge_of(of, {"S", "H", "T"});
  CHECK(merge.content.subject == "Own");
  CHECK(merge.headers == of.headers);
  CHECK(merge.defaults == of.variables);
  merge.rows = {{"a@example.org", {}}, {"ü@example.org", {}}};
  const auto mail = envelope_of(of, merge).value();
  CHECK(mail.reverse_path == "n@example.net");
  CHECK(mail.smtputf8);
  CHECK(mail.recipients[1].address == "ü@example.org");
  CHECK(mail.recipients[1].notify_on == notify::never);
  of.from = "nobody";
  CHECK(envelope_of(of, merge).error().field == "from");
}
