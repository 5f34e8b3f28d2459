// GetSendEmailStatus, step by step, as it is answered in a cluster.
#include <catch2/catch.hpp>

#include "admin/api/handlers.hpp"
#include "admin/tencent/handlers.hpp"

using namespace warmfront;
using namespace warmfront::admin;
using admin::tencent::handlers::get_send_email_status;

namespace {

// 2026-11-24 12:00 of UTC+8.
const wall_time noon = *parse_rfc3339("2026-11-24T04:00:00Z");

message_report mail_at(wall_time when, const std::string& account, const std::string& to,
                       recipient_state state, std::uint64_t unique = 1) {
  message_report report;
  report.id = message_id{when, 1, unique};
  report.from = "shop@sender.test";
  report.account = account_name{account};
  report.accepted_at = when;
  report.recipients.emplace_back().address = to;
  report.recipients.back().state = state;
  report.recipients.back().changed_at = when;
  return report;
}

/// A call by a sender of the account `acme`.
struct asked_status {
  node_view node;
  call request;

  explicit asked_status(bool alone) {
    node.alone = alone;
    request.node = &node;
    request.who = {account_name{"acme"}, "k1", key_role::sender};
    request.now = noon + std::chrono::hours{1};
    request.body = {{"RequestDate", "2026-11-24"}, {"Offset", 0U}, {"Limit", 100U}};
  }
  std::vector<ask> questions(const answers& given = {}) {
    return std::get<tencent::ask_anew>(get_send_email_status(request, given)).questions;
  }
  ordered_json rows(const answers& given) {
    return std::get<ordered_json>(get_send_email_status(request, given))["EmailStatusList"];
  }
  std::string code(const answers& given = {}) {
    return std::get<tencent::gateway_error>(get_send_email_status(request, given)).code;
  }
};

std::vector<std::string> recipients_in(const ordered_json& rows) {
  std::vector<std::string> all;
  for (const auto& each : rows)
    all.push_back(each["ToEmailAddress"]);
  return all;
}

} // namespace

TEST_CASE("status: goes backwards from the end of the day there", "[tencent]") {
  asked_status of{true};
  const auto first = of.questions();
  REQUIRE(first.size() == 1);
  CHECK(std::get<list_messages>(first.front()).after->accepted_at() ==
        *parse_rfc3339("2026-11-24T16:00:00Z"));
  message_page page;
  page.items = {mail_at(noon, "acme", "a@next.test", recipient_state::delivered)};
  page.next = page.items.front().id;
  const auto second = of.questions({page});
  CHECK(std::get<list_messages>(second.front()).after == page.next);
  message_page last;
  last.items = {
      mail_at(noon - std::chrono::hours{11}, "acme", "b@next.test", recipient_state::bounced),
      mail_at(noon - std::chrono::hours{13}, "acme", "yesterday@next.test",
              recipient_state::delivered)};
  CHECK(recipients_in(of.rows({last})) == std::vector<std::string>{"a@next.test", "b@next.test"});
}

TEST_CASE("status: all nodes are asked, and of each mail one tells", "[tencent]") {
  asked_status of{false};
  const auto questions = of.questions();
  REQUIRE(questions.size() == 2);
  const auto& inquiry = *std::get<ask_peers>(questions[1]).what;
  CHECK(inquiry.target.starts_with("/v1/messages?limit=20&after="));
  CHECK(inquiry.who.account.str() == "acme");
  message_page own;
  own.items = {mail_at(noon, "acme", "own@next.test", recipient_state::delivered, 3),
               mail_at(noon, "acme", "both@next.test", recipient_state::queued, 1)};
  ordered_json theirs{{"items", ordered_json::array()}, {"next", nullptr}};
  theirs["items"].push_back(
      to_json(mail_at(noon, "acme", "theirs@next.test", recipient_state::deferred, 2)));
  theirs["items"].push_back(
      to_json(mail_at(noon, "acme", "both@next.test", recipient_state::queued, 1)));
  const std::vector<peer_answer> peers{{node_name{"n2"}, false, {200, dump(theirs)}},
                                       {node_name{"n3"}, false, {0, ""}}};
  const auto rows = of.rows({own, peers});
  CHECK(recipients_in(rows) ==
        std::vector<std::string>{"own@next.test", "theirs@next.test", "both@next.test"});
  CHECK(rows[1]["DeliverStatus"] == 8);
}

TEST_CASE("status: tells of the account's own mail alone, and of no notices", "[tencent]") {
  asked_status of{true};
  message_page page;
  page.items = {mail_at(noon, "other", "a@next.test", recipient_state::delivered),
                mail_at(noon, "acme", "shop@sender.test", recipient_state::delivered)};
  page.items.back().from.clear();
  CHECK(of.rows({page}).empty());
}

TEST_CASE("status: every state has its two numbers", "[tencent]") {
  asked_status of{true};
  const auto told = [&](recipient_state state) {
    message_page page;
    page.items = {mail_at(noon, "acme", "a@next.test", state)};
    const auto row = of.rows({page})[0];
    return std::pair{row["SendStatus"].get<int>(), row["DeliverStatus"].get<int>()};
  };
  CHECK(told(recipient_state::queued) == std::pair{0, 0});
  CHECK(told(recipient_state::held) == std::pair{1010, 0});
  CHECK(told(recipient_state::deferred) == std::pair{0, 8});
  CHECK(told(recipient_state::delivered) == std::pair{0, 1});
  CHECK(told(recipient_state::bounced) == std::pair{0, 3});
  CHECK(told(recipient_state::expired) == std::pair{1004, 2});
  CHECK(told(recipient_state::suppressed) == std::pair{1007, 2});
  CHECK(told(recipient_state::cancelled) == std::pair{1003, 2});
}

TEST_CASE("status: one mail is looked for by its number, also where that ends in ones",
          "[tencent]") {
  asked_status of{true};
  const auto mail =
      mail_at(noon, "acme", "a@next.test", recipient_state::delivered, 0xffffffffffffffff);
  of.request.body["MessageId"] = mail.id.str();
  const auto after = *std::get<list_messages>(of.questions().front()).after;
  CHECK(after > mail.id);
  CHECK(after == message_id{noon, 2, 0});
  message_page page;
  page.items = {mail, mail_at(noon, "acme", "b@next.test", recipient_state::delivered)};
  page.next = page.items.back().id;
  CHECK(recipients_in(of.rows({page})) == std::vector<std::string>{"a@next.test"});
}

TEST_CASE("status: days that nobody keeps, and too many mails, are refused", "[tencent]") {
  asked_status of{true};
  of.request.body["RequestDate"] = "2026-11-25";
  CHECK(of.code() == "FailedOperation.NotSupportDate");
  of.request.body["RequestDate"] = "2026-08-25";
  CHECK(of.code() == "FailedOperation.NotSupportDate");
  of.request.body["RequestDate"] = "2026-02-30";
  CHECK(of.code() == "InvalidParameterValue.WrongDate");
  of.request.body["RequestDate"] = "2026-11-24";
  message_page page;
  page.items = {mail_at(noon, "other", "a@next.test", recipient_state::delivered)};
  page.items.front().recipients.resize(100'000);
  page.next = page.items.front().id;
  for (int i = 0; i < 4; ++i)
    CHECK(of.questions({page}).size() == 1);
  CHECK(of.code({page}) == "FailedOperation.ServiceNotAvailable");
}

TEST_CASE("status: pages are as large as their messages are small", "[tencent]") {
  asked_status of{true};
  const auto asked_for = [](const std::vector<ask>& questions) {
    return std::get<list_messages>(questions.front()).limit;
  };
  CHECK(asked_for(of.questions()) == 20);
  message_page page;
  page.items = {mail_at(noon, "acme", "a@next.test", recipient_state::delivered)};
  page.next = page.items.front().id;
  CHECK(asked_for(of.questions({page})) == 500);
  page.items.front().account = account_name{"other"};
  page.items.front().recipients.resize(1000);
  CHECK(asked_for(of.questions({page})) == 20);
}

TEST_CASE("status: rows before the offset are counted, not kept", "[tencent]") {
  asked_status of{true};
  of.request.body["Offset"] = 1U;
  of.request.body["Limit"] = 1U;
  message_page page;
  page.items = {mail_at(noon, "acme", "a@next.test", recipient_state::delivered, 3)};
  page.next = page.items.front().id;
  CHECK(of.questions({page}).size() == 1);
  page.items = {mail_at(noon, "acme", "b@next.test", recipient_state::delivered, 2),
                mail_at(noon, "acme", "c@next.test", recipient_state::delivered, 1)};
  CHECK(recipients_in(of.rows({page})) == std::vector<std::string>{"b@next.test"});
}
