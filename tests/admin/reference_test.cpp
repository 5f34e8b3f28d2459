// What the handbook's reference is made from is complete: nothing that the code says is missing.
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "actors/webhooks/event_json.hpp"
#include "admin/api/problem.hpp"
#include "admin/api/problem_codes.hpp"
#include "admin/reference/event_examples.hpp"
#include "admin/reference/reference.hpp"
#include "net/smtp/server_dialogue.hpp"
#include "net/smtp/server_replies.hpp"

using namespace warmfront;
using namespace warmfront::admin;

namespace {

namespace fs = std::filesystem;

/// The sources of some folders, of files whose names begin so; the tables themselves are left out.
std::vector<std::string> sources_of(const std::vector<std::string>& folders,
                                    const std::vector<std::string>& prefixes) {
  std::vector<std::string> texts;
  for (const auto& folder : folders)
    for (const auto& entry : fs::directory_iterator{fs::path{WARMFRONT_SOURCE_ROOT} / folder}) {
      const auto name = entry.path().filename().string();
      const bool is_asked = std::any_of(prefixes.begin(), prefixes.end(),
                                        [&](const auto& each) { return name.starts_with(each); });
      if (!is_asked || !name.ends_with(".cpp") || name == "problem_codes.cpp" ||
          name == "server_replies.cpp")
        continue;
      std::ifstream stream{entry.path(), std::ios::binary};
      texts.emplace_back(std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{});
    }
  return texts;
}

/// What the groups of a pattern match, joined by blanks, in all of the texts.
std::set<std::string> matches(const std::vector<std::string>& texts, const std::string& pattern) {
  std::set<std::string> found;
  const std::regex rule{pattern};
  for (const auto& text : texts)
    for (std::sregex_iterator at{text.begin(), text.end(), rule}, end; at != end; ++at) {
      auto words = (*at)[1].str();
      for (std::size_t group = 2; group < at->size(); ++group)
        words += ' ' + (*at)[group].str();
      found.insert(words);
    }
  return found;
}

constexpr errc every_errc[] = {
    errc::invalid_argument, errc::not_found,      errc::already_exists, errc::conflict,
    errc::refused,          errc::limit_exceeded, errc::storage_full,   errc::storage_failed,
    errc::storage_corrupt,  errc::storage_newer,  errc::storage_locked, errc::unavailable,
    errc::timed_out,        errc::protocol,       errc::stopping,
};

/// `code status` of each row that has a status with it.
std::set<std::string> table_of_replies() {
  std::set<std::string> rows;
  for (const auto& each : smtp::server_replies())
    if (!each.status.empty())
      rows.insert(std::string{each.code} + ' ' + std::string{each.status});
  return rows;
}

} // namespace

TEST_CASE("reference: the table of problem codes has what the code answers, and nothing else",
          "[reference]") {
  const auto texts = sources_of({"admin", "admin/api", "admin/http"}, {""});
  auto used = matches(texts, R"re(\b[45][0-9]{2},\s*"([a-z_]+)")re");
  used.merge(matches(texts, R"re(\.code = "([a-z_]+)")re"));
  REQUIRE(used.size() > 15);
  for (const auto code : every_errc)
    used.emplace(to_string(code));
  std::set<std::string> known;
  for (const auto& each : problem_codes())
    known.emplace(each.code);
  CHECK(known == used);
}

TEST_CASE("reference: problem codes are in order, explained, and name the statuses they come with",
          "[reference]") {
  const auto all = problem_codes();
  CHECK(std::is_sorted(all.begin(), all.end(),
                       [](const auto& a, const auto& b) { return a.code < b.code; }));
  for (const auto& each : all) {
    CAPTURE(each.code);
    CHECK(each.meaning.ends_with('.'));
    CHECK(each.remedy.ends_with('.'));
  }
  for (const auto code : every_errc) {
    const auto shown = to_problem({code, "x", ""});
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const problem_code& each) { return each.code == shown.code; });
    CAPTURE(shown.code, shown.status);
    REQUIRE(found != all.end());
    CHECK(found->statuses.find(std::to_string(shown.status)) != std::string_view::npos);
  }
}

TEST_CASE("reference: the table of SMTP replies has what the dialogue says, and nothing else",
          "[reference]") {
  const auto texts =
      sources_of({"net/smtp", "net/asio"}, {"server_", "command", "smtp_server", "smtp_session"});
  auto said = matches(texts, R"re("([2-5][0-9]{2})[ -]([245]\.[0-9]{1,3}\.[0-9]{1,3}) )re");
  said.merge(matches(texts, R"re(\b([2-5][0-9]{2}), "([245]\.[0-9]{1,3}\.[0-9]{1,3})")re"));
  // Where the status is passed in: `fault_of`.
  said.insert({"553 5.1.3", "553 5.1.7"});
  REQUIRE(said.size() > 20);
  CHECK(said == table_of_replies());
}

TEST_CASE("reference: every verdict on a mail is a reply of the table", "[reference]") {
  const auto known = table_of_replies();
  for (const auto code : every_errc)
    for (const char* field : {"", "to", "content"}) {
      const auto said = smtp::reply_to(error{code, "x", "", field});
      const auto row = std::to_string(said.code) + ' ' + said.status;
      CAPTURE(row);
      CHECK(known.contains(row));
    }
}

TEST_CASE("reference: each kind of event has an example, each of its fields a description",
          "[reference]") {
  const auto examples = event_examples();
  std::set<std::string> described;
  for (const auto& each : event_fields())
    described.emplace(each.name);
  std::set<std::string> shown;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    CHECK(static_cast<std::size_t>(examples[i].event.kind) == i + 1);
    const auto body = json::parse(webhook_body(examples[i].event));
    for (const auto& [name, value] : body["data"].items())
      shown.insert(name);
  }
  CHECK(to_string(static_cast<event_kind>(examples.size() + 1)) == "unknown");
  CHECK(shown == described);
}

TEST_CASE("reference: the document has metrics with their labels, routes and plans",
          "[reference]") {
  const auto document = reference_document("1.2.3");
  const auto metrics = document["metrics"].get<std::string>();
  for (const char* sample : {"warmfront_ledger_limit{subject=", "warmfront_queue_waiting{pool=",
                             "warmfront_pool_ips{pool=", "warmfront_inbound_connections_total 0",
                             "warmfront_ledger_outcomes{subject="})
    CHECK(metrics.find(sample) != std::string::npos);
  CHECK(document["openapi"]["paths"].contains("/v1/messages"));
  CHECK(document["plans"].size() == 3);
  CHECK(document["cloud_actions"].size() > 20);
}
