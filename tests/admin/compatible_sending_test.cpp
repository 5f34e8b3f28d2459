// The compatible API's ways to send, and what it tells of mail.
#include <catch2/catch.hpp>

#include "tests/admin/cloud_client.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using admin::json;

namespace {

constexpr const char* html_for_name = "PGI+e3tuYW1lfX08L2I+"; // <b>{{name}}</b>

/// A node with a shared IP; the account has the domain `sender.test`, a template and a group.
struct sending_node {
  fake_node node;
  cloud_client client{node};
  json template_id;
  json group_id;

  sending_node() {
    pool shared;
    shared.name = pool_name{"shared"};
    pool_address ip;
    ip.address = ip_address{"127.0.0.9"};
    ip.plan = plan_name{"standard"};
    shared.addresses.push_back(ip);
    node.world.pools.push_back(shared);
    REQUIRE(client.refusal("CreateEmailIdentity", {{"EmailIdentity", "sender.test"}}).empty());
    REQUIRE(client.call("UpdateEmailIdentity",
                        {{"EmailIdentity", "sender.test"}})["VerifiedForSendingStatus"] == true);
    template_id = client.call(
        "CreateEmailTemplate",
        {{"TemplateName", "Code"}, {"TemplateContent", {{"Html", html_for_name}}}})["TemplateID"];
    group_id = client.call("CreateReceiver", {{"ReceiversName", "Readers"}})["ReceiverId"];
  }

  void fill_group() {
    const auto counts =
        client.call("CreateReceiverDetailWithData",
                    {{"ReceiverId", group_id},
                     {"Datas",
                      {{{"Email", "a@next.test"}, {"TemplateData", R"({"name":"Ada"})"}},
                       {{"Email", "b@next.test"}, {"TemplateData", R"({"name":"Bob"})"}}}}});
    REQUIRE(counts["ValidCount"] == 2);
  }
  [[nodiscard]] json mail(const json& more = json::object()) const {
    json made{{"FromEmailAddress", "Shop <shop@sender.test>"},
              {"Destination", {"b@next.test"}},
              {"Subject", "Hello {{name}}"},
              {"TriggerType", 1},
              {"Template", {{"TemplateID", template_id}, {"TemplateData", R"({"name":"<Bob>"})"}}}};
    made.update(more);
    return made;
  }
  [[nodiscard]] json batch(const json& more = json::object()) const {
    json made{{"FromEmailAddress", "shop@sender.test"},
              {"ReceiverId", group_id},
              {"Subject", "News"},
              {"TaskType", 1},
              {"Template", {{"TemplateID", template_id}, {"TemplateData", ""}}}};
    made.update(more);
    return made;
  }
  submission only_submission() {
    const std::lock_guard lock{node.world.guard};
    REQUIRE(node.world.submitted.size() == 1);
    return node.world.submitted.front();
  }
  json only_task() {
    const auto listed = client.call("ListSendTasks", {{"Offset", 0}, {"Limit", 10}});
    REQUIRE(listed["TotalCount"] == 1);
    return listed["Data"][0];
  }
};

bool has(const submission& mail, const std::string& text) {
  return mail.content.find(text) != std::string::npos;
}

} // namespace

TEST_CASE("compatible sending: a mail is made from a template for all its recipients",
          "[admin][tencent]") {
  sending_node of;
  const auto sent = of.client.call("SendEmail", of.mail({{"Destination", {"a@next.test"}},
                                                         {"Cc", {"b@next.test"}},
                                                         {"Bcc", {"c@next.test", "a@next.test"}},
                                                         {"ReplyToAddresses", "help@sender.test"},
                                                         {"SmtpMessageId", "<one@sender.test>"},
                                                         {"SmtpHeaders", R"({"X-A":"1"})"}}));
  CHECK(sent["MessageId"].get<std::string>().size() > 20);
  const auto mail = of.only_submission();
  CHECK(mail.mail.reverse_path == "shop@sender.test");
  CHECK(mail.mail.recipients.size() == 3);
  CHECK(mail.importance == mail_class::triggered);
  CHECK(mail.source.account == account_name{"acme"});
  for (const auto* const text :
       {"From: Shop <shop@sender.test>", "To: a@next.test", "Cc: b@next.test",
        "Reply-To: help@sender.test", "Message-ID: <one@sender.test>", "X-A: 1",
        "Subject: Hello <Bob>", "<b>&lt;Bob&gt;</b>"})
    CHECK(has(mail, text));
  CHECK_FALSE(has(mail, "c@next.test"));
}

TEST_CASE("compatible sending: what is no trigger is batch mail", "[admin][tencent]") {
  sending_node of;
  of.client.call("SendEmail", of.mail({{"TriggerType", 0}}));
  CHECK(of.only_submission().importance == mail_class::batch);
}

TEST_CASE("compatible sending: content of one's own and attachments", "[admin][tencent]") {
  sending_node of;
  auto mail = of.mail({{"Simple", {{"Text", "aGVsbG8="}}},
                       {"Attachments", {{{"FileName", "a.txt"}, {"Content", "Zm9vYmFy"}}}}});
  mail.erase("Template");
  CHECK(of.client.refusal("SendEmail", mail).empty());
  CHECK(has(of.only_submission(), "a.txt"));
  mail.erase("Simple");
  CHECK(of.client.refusal("SendEmail", mail) == "FailedOperation.MissingEmailContent");
}

TEST_CASE("compatible sending: faults of a mail have the names that clients know",
          "[admin][tencent][security]") {
  sending_node of;
  const auto refusal = [&](const json& more) {
    of.node.time.advance(seconds{1});
    return of.client.refusal("SendEmail", of.mail(more));
  };
  CHECK(refusal({{"FromEmailAddress", "nobody"}}) == "FailedOperation.IncorrectSender");
  CHECK(refusal({{"FromEmailAddress", "a@stranger.test"}}) ==
        "FailedOperation.NotAuthenticatedSender");
  CHECK(refusal({{"HeaderFrom", "a@stranger.test"}}) == "FailedOperation.NotAuthenticatedSender");
  CHECK(refusal({{"Destination", {"nobody"}}}) == "InvalidParameterValue.ReceiverEmailInvalid");
  CHECK(refusal({{"Destination", json::array()}}) == "InvalidParameterValue.EmailAddressIsNULL");
  CHECK(refusal({{"Destination", std::vector<std::string>(51, "a@next.test")}}) ==
        "FailedOperation.TooManyRecipients");
  CHECK(refusal({{"Cc", std::vector<std::string>(21, "a@next.test")}}) ==
        "FailedOperation.TooManyRecipients");
  CHECK(refusal({{"Template", {{"TemplateID", 999}, {"TemplateData", "{}"}}}}) ==
        "FailedOperation.InvalidTemplateID");
  CHECK(refusal({{"Template", {{"TemplateID", of.template_id}, {"TemplateData", "no JSON"}}}}) ==
        "FailedOperation.WrongContentJson");
  CHECK(refusal({{"Template", {{"TemplateID", of.template_id}, {"TemplateData", "{}"}}}}) ==
        "InvalidParameterValue.TemplateNotMatchData");
  CHECK(refusal({{"Unsubscribe", "99"}}) == "InvalidParameterValue");
  for (const json& more :
       {json{{"Subject", "a\r\nBcc: x@y.test"}}, json{{"SmtpMessageId", "<a@b>\r\nBcc: x@y.test"}},
        json{{"SmtpHeaders", R"({"X-A":"1\r\nBcc: x@y.test"})"}},
        json{{"ReplyToAddresses", "a@b.test\r\nBcc: x@y.test"}}})
    CHECK_FALSE(refusal(more).empty());
  const std::lock_guard lock{of.node.world.guard};
  CHECK(of.node.world.submitted.empty());
}

TEST_CASE("compatible sending: a template of another account is none",
          "[admin][tencent][security]") {
  sending_node of;
  cloud_client other{of.node, "other"};
  REQUIRE(other.refusal("CreateEmailIdentity", {{"EmailIdentity", "other.test"}}).empty());
  CHECK(other.refusal("SendEmail", of.mail({{"FromEmailAddress", "a@other.test"}})) ==
        "FailedOperation.NotAuthenticatedSender"); // not verified
  REQUIRE(other.refusal("UpdateEmailIdentity", {{"EmailIdentity", "other.test"}}).empty());
  CHECK(other.refusal("SendEmail", of.mail({{"FromEmailAddress", "a@other.test"}})) ==
        "FailedOperation.InvalidTemplateID");
  CHECK(other.refusal("SendEmail", of.mail()) == "FailedOperation.NotAuthenticatedSender");
}

TEST_CASE("compatible sending: over the day's limit a single mail is refused", "[admin][tencent]") {
  sending_node of;
  of.node.world.ledgers.push_back(sample_ledger("127.0.0.9"));
  CHECK(of.client.refusal("SendEmail", of.mail()) == "FailedOperation.ExceedSendLimit");
  {
    const std::lock_guard lock{of.node.world.guard};
    CHECK(of.node.world.submitted.empty());
    of.node.world.ledgers.front().state = ledger_state::open;
    of.node.world.ledgers.front().used = 0;
  }
  CHECK(of.client.refusal("SendEmail", of.mail()).empty());
}

TEST_CASE("compatible sending: a batch is a task", "[admin][tencent]") {
  sending_node of;
  of.fill_group();
  const auto made = of.client.call("BatchSendEmail", of.batch());
  const auto told = of.only_task();
  CHECK(told["TaskId"] == made["TaskId"]);
  CHECK(told["ReceiverId"] == of.group_id);
  CHECK(told["ReceiversName"] == "Readers");
  CHECK(told["TaskType"] == 1);
  CHECK(told["FromEmailAddress"] == "shop@sender.test");
  CHECK(told["Subject"] == "News");
  CHECK(told["Template"]["TemplateID"] == of.template_id);
  CHECK(told["CycleParam"].is_null());
  CHECK(told["TimedParam"].is_null());
  CHECK(told["RequestCount"] == 2);
  CHECK(told["CreateTime"] == "2026-01-01 08:00:00");
}

TEST_CASE("compatible sending: batches may begin later and repeat", "[admin][tencent]") {
  sending_node of;
  of.fill_group();
  REQUIRE(of.client
              .refusal("BatchSendEmail",
                       of.batch({{"TaskType", 2},
                                 {"TimedParam", {{"BeginTime", "2026-01-02 09:00:00"}}}}))
              .empty());
  auto told = of.only_task();
  CHECK(told["TaskType"] == 2);
  CHECK(told["TaskStatus"] == 1);
  CHECK(told["TimedParam"]["BeginTime"] == "2026-01-02 09:00:00");
  REQUIRE(of.client
              .refusal("BatchSendEmail",
                       of.batch({{"TaskType", 3},
                                 {"CycleParam",
                                  {{"BeginTime", "2026-01-02 09:00:00"}, {"IntervalTime", 24}}}}))
              .empty());
  told = of.client.call("ListSendTasks", {{"Offset", 0}, {"Limit", 10}, {"TaskType", 3}});
  REQUIRE(told["TotalCount"] == 1);
  CHECK(told["Data"][0]["CycleParam"]["IntervalTime"] == 24);
  CHECK(told["Data"][0]["TimedParam"].is_null());
}

TEST_CASE("compatible sending: faults of a batch have the names that clients know",
          "[admin][tencent]") {
  sending_node of;
  const auto refusal = [&](const json& more) {
    of.node.time.advance(seconds{1});
    return of.client.refusal("BatchSendEmail", of.batch(more));
  };
  CHECK(refusal(json::object()) == "OperationDenied.ReceiverStatusError");
  of.fill_group();
  CHECK(refusal({{"ReceiverId", 999}}) == "OperationDenied.ReceiverNotExist");
  CHECK(refusal({{"Subject", ""}}) == "InvalidParameterValue.SubjectLengthError");
  CHECK(refusal({{"Subject", std::string(101, 'x')}}) ==
        "InvalidParameterValue.SubjectLengthError");
  CHECK(refusal({{"TaskType", 2}}) == "MissingParameter.TimedParamNecessary");
  CHECK(refusal({{"TaskType", 3}}) == "MissingParameter.CycleParamNecessary");
  CHECK(refusal({{"TaskType", 4}}) == "InvalidParameterValue");
  CHECK(refusal({{"TaskType", 2}, {"TimedParam", {{"BeginTime", "2026-01-01 07:59:59"}}}}) ==
        "InvalidParameterValue.BeginTimeBeforeNow");
  CHECK(refusal({{"TaskType", 2}, {"TimedParam", {{"BeginTime", "tomorrow"}}}}) ==
        "InvalidParameterValue");
  CHECK(refusal({{"Template", {{"TemplateID", 999}}}}) == "OperationDenied.TemplateStatusError");
  CHECK(refusal({{"FromEmailAddress", "a@stranger.test"}}) ==
        "FailedOperation.NotAuthenticatedSender");
  CHECK(of.client.call("ListSendTasks", {{"Offset", 0}, {"Limit", 10}})["TotalCount"] == 0);
}

TEST_CASE("compatible sending: a value that not every recipient has is asked for",
          "[admin][tencent]") {
  sending_node of;
  REQUIRE(of.client
              .refusal("CreateReceiverDetail",
                       {{"ReceiverId", of.group_id}, {"Emails", {"a@next.test"}}})
              .empty());
  CHECK(of.client.refusal("BatchSendEmail", of.batch()) ==
        "InvalidParameterValue.TemplateNotMatchData");
  const json with_default{{"TemplateID", of.template_id}, {"TemplateData", R"({"name":"you"})"}};
  CHECK(of.client.refusal("BatchSendEmail", of.batch({{"Template", with_default}})).empty());
}

TEST_CASE("compatible sending: every recipient of a day has a row", "[admin][tencent]") {
  sending_node of;
  const auto held = of.node.add_message("acme", recipient_state::held);
  const auto bounced = of.node.add_message("acme", recipient_state::bounced);
  of.node.add_message("other", recipient_state::delivered);
  const json day{{"RequestDate", "2026-01-01"}, {"Offset", 0}, {"Limit", 100}};
  const auto rows = of.client.call("GetSendEmailStatus", day)["EmailStatusList"];
  REQUIRE(rows.size() == 2);
  CHECK(rows[1]["MessageId"] == held.str());
  CHECK(rows[1]["SendStatus"] == 1010);
  CHECK(rows[1]["RequestTime"] == 1'767'225'600);
  CHECK(rows[0]["DeliverStatus"] == 3);
  CHECK(rows[0]["ToEmailAddress"] == "bob@example.org");
  auto one = day;
  one["MessageId"] = bounced.str();
  CHECK(of.client.call("GetSendEmailStatus", one)["EmailStatusList"].size() == 1);
  one["MessageId"] = "nonsense";
  CHECK(of.client.call("GetSendEmailStatus", one)["EmailStatusList"].empty());
  cloud_client nobody_else{of.node, "other"};
  CHECK(nobody_else.call("GetSendEmailStatus", day)["EmailStatusList"].size() == 1);
}

TEST_CASE("compatible sending: days too long ago, to come and of no calendar", "[admin][tencent]") {
  sending_node of;
  const auto refusal = [&](const std::string& day) {
    return of.client.refusal("GetSendEmailStatus",
                             {{"RequestDate", day}, {"Offset", 0}, {"Limit", 100}});
  };
  CHECK(refusal("2025-10-03").empty());
  CHECK(refusal("2025-10-02") == "FailedOperation.NotSupportDate");
  CHECK(refusal("2026-01-02") == "FailedOperation.NotSupportDate");
  CHECK(refusal("2026-02-30") == "InvalidParameterValue.WrongDate");
  CHECK(refusal("today") == "InvalidParameterValue.WrongDate");
}
