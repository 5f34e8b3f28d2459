#include "actors/suppressions/suppression_list_reader.hpp"

#include <random>

#include <catch2/catch.hpp>

using namespace warmfront;

namespace {

const wall_time read_at{seconds{1'767'225'600}}; // 2026-01-01

struct read_list {
  std::vector<suppression_draft::item> items;
  suppression_import_report report;
  result<void> outcome = success();
};

/// Reads a list in pieces of so many octets.
read_list read_in(const std::string& octets, bool is_csv, std::size_t piece = 7) {
  suppression_list_reader reader{{suppression_reason::unsubscribe, std::nullopt, is_csv, read_at}};
  read_list found;
  for (std::size_t at = 0; at < octets.size() && found.outcome; at += piece)
    found.outcome = reader.push(std::string_view{octets}.substr(at, piece));
  if (found.outcome)
    found.outcome = reader.end();
  found.items = reader.take();
  found.report = reader.report();
  return found;
}

} // namespace

TEST_CASE("suppression list: CSV with all columns, in any order", "[suppressions]") {
  const auto found = read_in("\xef\xbb\xbfText;Reason;E-Post;address;until\r\n"
                             "\"said; no\";complaint;x;Ada@A.example;2027-01-01T00:00:00Z\r\n"
                             ";;;bob@a.example;\r\n",
                             true);
  REQUIRE(found.outcome);
  REQUIRE(found.items.size() == 2);
  CHECK(found.items[0].address == "ada@a.example");
  CHECK(found.items[0].reason == suppression_reason::complaint);
  CHECK(found.items[0].text == "said; no");
  CHECK(to_rfc3339(*found.items[0].until).starts_with("2027-01-01T00:00:00"));
  CHECK(found.items[1] ==
        suppression_draft::item{"bob@a.example", suppression_reason::unsubscribe, {}, ""});
  CHECK(found.report.lines == 2);
}

TEST_CASE("suppression list: NDJSON, with members that are of no use", "[suppressions]") {
  const auto found =
      read_in("{\"address\":\"a@a.example\",\"reason\":\"hard_bounce\",\"since\":\"x\",\"n\":[1,"
              "{\"address\":\"no@a.example\"}]}\n\n{\"email\":\"b@a.example\",\"until\":null}",
              false);
  REQUIRE(found.items.size() == 2);
  CHECK(found.items[0].address == "a@a.example");
  CHECK(found.items[0].reason == suppression_reason::hard_bounce);
  CHECK(found.items[1].address == "b@a.example");
  CHECK(found.report.lines == 2);
}

TEST_CASE("suppression list: a wrong line is rejected with its reason, and the rest read",
          "[suppressions]") {
  const auto csv = read_in("address,reason,until\n"
                           "nobody,,\n"
                           "a@a.example,spite,\n"
                           "b@a.example,,2025-01-01T00:00:00Z\n"
                           "c@a.example,,tomorrow\n"
                           "d@a.example,\n"
                           "e@a.example,\"manual\"x,\n"
                           "f@a.example,manual,\n",
                           true);
  CHECK(csv.report.rejected == 6);
  CHECK(csv.report.lines == 7);
  REQUIRE(csv.items.size() == 1);
  REQUIRE(csv.report.first_rejected.size() == 6);
  CHECK(csv.report.first_rejected[1] ==
        "line 3: \"spite\" is no reason: manual, hard_bounce, complaint or unsubscribe");
  const auto json = read_in("[1]\n{\"address\":7}\n{\"address\":\"a@a.example\"\nnull\n"
                            "{\"address\":\"a@a.example\"}\n" +
                                std::string(100'000, '[') + "\n",
                            false);
  CHECK(json.report.rejected == 5);
  CHECK(json.items.size() == 1);
}

TEST_CASE("suppression list: a list without addresses is none", "[suppressions]") {
  CHECK(read_in("", true).outcome.error().code == errc::invalid_argument);
  CHECK(read_in("reason,until\na,b\n", true).outcome.error().code == errc::invalid_argument);
  CHECK(read_in("address,email\n", true).outcome.error().code == errc::invalid_argument);
  CHECK(read_in(std::string(100'000, 'a'), true).outcome.error().code == errc::invalid_argument);
  CHECK(read_in("", false).outcome);
}

TEST_CASE("suppression list: a stray quote costs its line, endless ones no memory",
          "[suppressions]") {
  std::string octets = "address,text\na@a.example,\"open\n";
  for (int i = 0; i < 5000; ++i)
    octets += "x" + std::to_string(i) + "@a.example,y\n";
  const auto found = read_in(octets, true, 4096);
  CHECK(found.report.rejected == 1);
  CHECK(found.items.size() == 5000);
  const auto long_line = read_in("address\n" + std::string(300'000, 'q') + "\nb@a.example\n", true);
  CHECK(long_line.items.size() == 1);
  CHECK(long_line.report.rejected == 1);
}

TEST_CASE("suppression list: any octets, in any pieces, are the same entries", "[suppressions]") {
  std::mt19937 random{7};
  const std::string_view parts[] = {"a@a.example", ",",  "\"", "\n", "\r\n",   "{\"address\":\"",
                                    "\"}",         "\\", "u",  "[",  "manual", "address,text\n"};
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    std::string octets = round % 2 == 0 ? "address,text\n" : "";
    for (int i = 0; i < 40; ++i)
      octets += parts[random() % std::size(parts)];
    const auto one = read_in(octets, round % 2 == 0, 1);
    const auto all = read_in(octets, round % 2 == 0, 100'000);
    CHECK(one.items == all.items);
    CHECK(one.report.first_rejected == all.report.first_rejected);
    CHECK(one.report.lines == all.report.lines);
  }
}
