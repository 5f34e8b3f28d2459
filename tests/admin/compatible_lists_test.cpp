// What the compatible API keeps and lists: domains, templates, groups, blocklists, statistics.
#include <catch2/catch.hpp>

#include "tests/admin/cloud_client.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using admin::json;

namespace {

json listed_page(std::uint64_t offset = 0, std::uint64_t limit = 100) {
  return {{"Offset", offset}, {"Limit", limit}};
}

json page_with(const json& more) {
  auto made = listed_page();
  made.update(more);
  return made;
}

struct client_of_node {
  fake_node node;
  cloud_client client{node};

  json call(const std::string& action, const json& parameters = json::object()) {
    auto answer = client.call(action, parameters);
    INFO(answer.dump());
    CHECK_FALSE(answer.contains("Error"));
    return answer;
  }
  std::string refusal(const std::string& action, const json& parameters = json::object()) {
    node.time.advance(seconds{1});
    return client.refusal(action, parameters);
  }
  json make_group(const std::string& name) {
    return call("CreateReceiver", {{"ReceiversName", name}, {"Desc", "of " + name}})["ReceiverId"];
  }
};

} // namespace

TEST_CASE("compatible lists: a sender domain comes, is told and goes", "[admin][tencent]") {
  client_of_node of;
  const json domain{{"EmailIdentity", "Sender.test"}};
  const auto made =
      of.call("CreateEmailIdentity", {{"EmailIdentity", "Sender.test"},
                                      {"TagList", {{{"TagKey", "team"}, {"TagValue", "a b"}}}}});
  CHECK(made["IdentityType"] == "DOMAIN");
  CHECK(made["VerifiedForSendingStatus"] == false);
  REQUIRE(made["Attributes"].size() >= 3);
  CHECK(made["Attributes"][0]["SendDomain"].get<std::string>().ends_with("sender.test"));
  CHECK(of.call("GetEmailIdentity", domain)["TagList"][0]["TagValue"] == "a b");
  CHECK(made["Attributes"][0]["CurrentValue"] == "");
  CHECK(made["Attributes"][0]["Status"] == false);
  const auto looked = of.call("UpdateEmailIdentity", domain);
  CHECK(looked["VerifiedForSendingStatus"] == true);
  REQUIRE(looked["Attributes"].size() == made["Attributes"].size());
  CHECK(looked["Attributes"][0]["ExpectedValue"] == made["Attributes"][0]["ExpectedValue"]);
  CHECK(looked["Attributes"][0]["CurrentValue"] == made["Attributes"][0]["ExpectedValue"]);
  CHECK(looked["Attributes"][0]["Status"] == true);
  CHECK(of.call("GetEmailIdentity", domain)["VerifiedForSendingStatus"] == true);
  CHECK(of.refusal("CreateEmailIdentity", domain) == "InvalidParameterValue.RepeatCreation");
  cloud_client other{of.node, "other"};
  CHECK(other.refusal("CreateEmailIdentity", domain) == "InvalidParameterValue.CreatedByOther");
  CHECK(other.refusal("GetEmailIdentity", domain) == "InvalidParameterValue.NotExistDomain");
  CHECK(of.call("DeleteEmailIdentity", domain).size() == 1);
  CHECK(of.refusal("DeleteEmailIdentity", domain) == "InvalidParameterValue.NotExistDomain");
}

TEST_CASE("compatible lists: no name is no domain", "[admin][tencent][security]") {
  client_of_node of;
  for (const auto* const action :
       {"GetEmailIdentity", "UpdateEmailIdentity", "DeleteEmailIdentity"})
    for (const auto* const name : {"", " ", "..", "a b"})
      CHECK(of.refusal(action, {{"EmailIdentity", name}}) ==
            "InvalidParameterValue.NotExistDomain");
  CHECK(of.refusal("CreateEmailIdentity", {{"EmailIdentity", ""}}) ==
        "InvalidParameterValue.InvalidEmailIdentity");
  for (const auto* const address : {"", "x", "x@", "@", "a b@sender.test"})
    CHECK_FALSE(of.refusal("CreateEmailAddress", {{"EmailAddress", address}}).empty());
}

TEST_CASE("compatible lists: a domain's level and quota are those of its ledger",
          "[admin][tencent]") {
  client_of_node of;
  for (const auto* const name : {"cold.test", "warm.test"})
    of.call("CreateEmailIdentity", {{"EmailIdentity", name}});
  of.node.world.ledgers.push_back(sample_ledger("cold.test"));
  pool own;
  own.name = pool_name{"own"};
  own.kind = pool_kind::dedicated;
  own.account = account_name{"acme"};
  own.addresses.push_back({ip_address{"192.0.2.7"}, {}, 1, {}});
  of.node.world.pools.push_back(own);
  const auto listed = of.call("ListEmailIdentities");
  REQUIRE(listed["Total"] == 2);
  const auto& cold = listed["EmailIdentities"][0];
  CHECK(cold["IdentityName"] == "cold.test");
  CHECK(cold["CurrentReputationLevel"] == 1);
  CHECK(cold["DailyQuota"] == 500);
  CHECK(cold["SendIp"] == json{"192.0.2.7"});
  // Nothing limits the other one: it is where the plan ends.
  CHECK(listed["EmailIdentities"][1]["CurrentReputationLevel"] == 2);
  CHECK(listed["EmailIdentities"][1]["DailyQuota"] == 1000);
  CHECK(listed["MaxReputationLevel"] == 2);
  CHECK(listed["MaxDailyQuota"] == 1000);
}

TEST_CASE("compatible lists: an account has ten domains, a domain ten addresses",
          "[admin][tencent]") {
  client_of_node of;
  for (int i = 0; i < 10; ++i) {
    const auto number = std::to_string(i);
    CHECK(of.refusal("CreateEmailIdentity", {{"EmailIdentity", "d" + number + ".test"}}).empty());
    CHECK(of.refusal("CreateEmailAddress", {{"EmailAddress", "a" + number + "@d0.test"}}).empty());
  }
  CHECK(of.refusal("CreateEmailIdentity", {{"EmailIdentity", "more.test"}}) ==
        "OperationDenied.ExceedDomainLimit");
  CHECK(of.refusal("CreateEmailAddress", {{"EmailAddress", "more@d0.test"}}) ==
        "OperationDenied.ExceedSenderLimit");
}

TEST_CASE("compatible lists: a sender address gets a password", "[admin][tencent][security]") {
  client_of_node of;
  const json address{{"EmailAddress", "ada@sender.test"}};
  CHECK_FALSE(of.refusal("CreateEmailAddress", address).empty());
  of.call("CreateEmailIdentity", {{"EmailIdentity", "sender.test"}});
  of.call("CreateEmailAddress", {{"EmailAddress", "ada@sender.test"}, {"EmailSenderName", "Ada"}});
  CHECK(of.refusal("CreateEmailAddress", address) == "InvalidParameterValue.RepeatEmailAddress");
  CHECK(of.refusal("DeleteEmailIdentity", {{"EmailIdentity", "sender.test"}}) ==
        "OperationDenied.SenderWithDomainIsNotEmpty");
  const auto set = [&](const std::string& password, const char* of_address = "ada@sender.test") {
    return of.refusal("UpdateEmailSmtpPassWord",
                      {{"Password", password}, {"EmailAddress", of_address}});
  };
  for (const auto* const weak : {"", "Aa1Bb2Cc3", "aaaa1111AAAA", "Abcdefghij12", "abcdefghij12",
                                 "ABcdefghijk1", "ABcdefghijklmnopqrs12"})
    CHECK(set(weak) == "InvalidParameterValue.InvalidSmtpPassWord");
  CHECK(of.call("ListEmailAddress")["EmailSenders"][0]["SmtpPwdType"] == 0);
  CHECK(set("ABcdefgh12").empty());
  CHECK(of.call("ListEmailAddress")["EmailSenders"][0]["SmtpPwdType"] == 1);
  CHECK(set("ABcdefgh12") == "OperationDenied.RepeatPassWord");
  CHECK(set("ABcdefgh12", "bob@sender.test") == "InvalidParameterValue.NoSuchSender");
  CHECK(of.node.log.text().find("ABcdefgh12") == std::string::npos);
  of.call("DeleteEmailAddress", address);
  CHECK(of.refusal("DeleteEmailAddress", address) == "InvalidParameterValue.NoSuchSender");
  CHECK(of.call("ListEmailAddress")["EmailSenders"].empty());
}

TEST_CASE("compatible lists: a template is made, told, changed and deleted", "[admin][tencent]") {
  client_of_node of;
  const json content{{"Html", "PGI+e3tuYW1lfX08L2I+"}, {"Text", "e3tuYW1lfX0="}};
  const json made{{"TemplateName", "Code"}, {"TemplateContent", content}};
  const auto id = of.call("CreateEmailTemplate", made)["TemplateID"];
  const auto told = of.call("GetEmailTemplate", {{"TemplateID", id}});
  CHECK(told["TemplateContent"] == content);
  CHECK(told["TemplateStatus"] == 0);
  CHECK(told["TemplateName"] == "Code");
  CHECK(of.refusal("CreateEmailTemplate", made) == "InvalidParameterValue.TemplateNameIllegal");
  auto changed = made;
  changed["TemplateID"] = id;
  changed["TemplateContent"] = {{"Text", "bmV3"}};
  of.call("UpdateEmailTemplate", changed);
  CHECK(of.call("GetEmailTemplate", {{"TemplateID", id}})["TemplateContent"]["Text"] == "bmV3");
  const auto listed = of.call("ListEmailTemplates", listed_page());
  REQUIRE(listed["TotalCount"] == 1);
  CHECK(listed["TemplatesMetadata"][0]["TemplateID"] == id);
  CHECK(listed["TemplatesMetadata"][0]["CreatedTimestamp"] >= 1'767'225'600);
  of.call("DeleteEmailTemplate", {{"TemplateID", id}});
  CHECK(of.refusal("GetEmailTemplate", {{"TemplateID", id}}) ==
        "InvalidParameterValue.TemplateNotExist");
}

TEST_CASE("compatible lists: a template without or with wrong content is refused",
          "[admin][tencent]") {
  client_of_node of;
  const auto refusal = [&](const std::string& name, const json& content) {
    return of.refusal("CreateEmailTemplate",
                      {{"TemplateName", name}, {"TemplateContent", content}});
  };
  CHECK(refusal("a", json::object()) == "InvalidParameterValue.TemplateContentIsNULL");
  CHECK(refusal("a", {{"Html", "no base64"}}) == "InvalidParameterValue.TemplateContentIsWrong");
  CHECK(refusal("a", {{"Html", "e3sjYX19"}}) == "InvalidParameterValue.TemplateContentIsWrong");
  CHECK(refusal("", {{"Html", "YQ=="}}) == "InvalidParameterValue.TemplateNameIllegal");
  CHECK(refusal("a/b", {{"Html", "YQ=="}}) == "InvalidParameterValue.TemplateNameIllegal");
}

TEST_CASE("compatible lists: recipients are added and counted", "[admin][tencent]") {
  client_of_node of;
  const auto id = of.make_group("Readers");
  auto receiver = of.call("ListReceivers", listed_page())["Data"][0];
  CHECK(receiver["ReceiversStatus"] == 1);
  CHECK(receiver["Desc"] == "of Readers");
  const auto counts =
      of.call("CreateReceiverDetail", {{"ReceiverId", id},
                                       {"Emails",
                                        {"a@next.test", "b@next.test", "A@next.test", "a@next.test",
                                         "", std::string(300, 'x') + "@next.test"}}});
  CHECK(counts["TotalCount"] == 6);
  CHECK(counts["EmptyEmailCount"] == 1);
  CHECK(counts["TooLongCount"] == 1);
  CHECK(counts["ValidCount"].get<int>() + counts["RepeatCount"].get<int>() == 4);
  CHECK(of.call("CreateReceiverDetail",
                {{"ReceiverId", id}, {"Emails", {"c@next.test"}}})["ValidCount"] == 1);
  receiver = of.call("ListReceivers", page_with({{"KeyWord", "ead"}, {"Status", 3}}))["Data"][0];
  CHECK(receiver["ReceiverId"] == id);
  CHECK(receiver["Count"] == counts["ValidCount"].get<int>() + 1);
  CHECK(of.call("ListReceivers", page_with({{"Status", 1}}))["TotalCount"] == 0);
  CHECK(of.call("ListReceivers", page_with({{"KeyWord", "x"}}))["TotalCount"] == 0);
  of.call("DeleteReceiver", {{"ReceiverId", id}});
  CHECK(of.refusal("DeleteReceiver", {{"ReceiverId", id}}) == "OperationDenied.ReceiverNotExist");
}

TEST_CASE("compatible lists: recipients are told page by page", "[admin][tencent]") {
  client_of_node of;
  const auto id = of.make_group("Readers");
  auto emails = json::array();
  for (int i = 0; i < 25; ++i)
    emails.push_back("r" + std::to_string(i) + "@next.test");
  of.call("CreateReceiverDetail", {{"ReceiverId", id}, {"Emails", emails}});
  const auto told =
      of.call("ListReceiverDetails", {{"ReceiverId", id}, {"Offset", 20}, {"Limit", 10}});
  CHECK(told["TotalCount"] == 25);
  CHECK(told["ValidCount"] == 25);
  REQUIRE(told["Data"].size() == 5);
  CHECK(told["Data"][4]["EmailId"] == 25);
  CHECK(told["Data"][4]["Status"] == 1);
  auto part = page_with({{"ReceiverId", id}, {"Email", "r1"}});
  CHECK(of.call("ListReceiverDetails", part)["TotalCount"] == 11);
  part["Offset"] = 10;
  CHECK(of.call("ListReceiverDetails", part)["Data"].size() == 1);
  const auto with = [&](const json& more) {
    auto made = page_with(more);
    made["ReceiverId"] = id;
    return of.call("ListReceiverDetails", made)["TotalCount"];
  };
  CHECK(with({{"Status", 2}}) == 0);
  CHECK(with({{"CreateTimeEnd", "2026-01-01 07:00:00"}}) == 0);
  CHECK(with({{"CreateTimeBegin", "2026-01-01 07:00:00"}}) == 25);
  CHECK(of.refusal("ListReceiverDetails", page_with({{"ReceiverId", 999}})) ==
        "OperationDenied.ReceiverNotExist");
}

TEST_CASE("compatible lists: recipients' data has limits", "[admin][tencent]") {
  client_of_node of;
  const auto id = of.make_group("Readers");
  const auto add = [&](const json& datas) {
    return of.refusal("CreateReceiverDetailWithData", {{"ReceiverId", id}, {"Datas", datas}});
  };
  const auto one = [](const std::string& email, const std::string& data) {
    return json{{"Email", email}, {"TemplateData", data}};
  };
  CHECK(add(json::array()) == "MissingParameter.EmailsNecessary");
  CHECK(add(json::array({one("a@next.test", "no JSON")})) ==
        "InvalidParameterValue.TemplateDataError");
  CHECK(add(json::array({one("a@next.test", R"({"n":")" + std::string(800, 'x') + R"("})")})) ==
        "InvalidParameterValue.TemplateDataLenLimit");
  CHECK(add(json::array({one("a@next.test", R"({"n":"<b>x</b>"})")})) ==
        "InvalidParameterValue.InValidTemplateData");
  CHECK(add(json::array({one("nobody", R"({"n":"x"})")})) ==
        "InvalidParameterValue.ReceiverEmailInvalid");
  CHECK(
      add(json::array({one("a@next.test", R"({"n":"x"})"), one("b@next.test", R"({"m":"x"})")})) ==
      "InvalidParameterValue.TemplateDataInconsistent");
  CHECK(add(json::array({one("a@next.test", R"({"n":"x"})")})).empty());
  CHECK(add(json::array({one("b@next.test", R"({"m":"x"})")})) ==
        "InvalidParameterValue.TemplateDataInconsistent");
  CHECK(of.call("ListReceiverDetails",
                page_with({{"ReceiverId", id}}))["Data"][0]["TemplateData"] == R"({"n":"x"})");
  CHECK(of.refusal("CreateReceiverDetail",
                   {{"ReceiverId", id}, {"Emails", std::vector<std::string>(20'001, "x")}}) ==
        "LimitExceeded.ReceiverDetailRequestLimit");
}

TEST_CASE("compatible lists: names of groups are unique lines", "[admin][tencent]") {
  client_of_node of;
  of.make_group("Readers");
  const auto refusal = [&](const std::string& name, const std::string& about = "") {
    return of.refusal("CreateReceiver", {{"ReceiversName", name}, {"Desc", about}});
  };
  CHECK(refusal("Readers") == "InvalidParameterValue.RepeatReceiverName");
  CHECK(refusal("") == "InvalidParameterValue.ReceiverNameIllegal");
  CHECK(refusal("a\nb") == "InvalidParameterValue.ReceiverNameIllegal");
  CHECK(refusal("b", std::string(301, 'x')) == "InvalidParameterValue.ReceiverDescIllegal");
}

TEST_CASE("compatible lists: a blocklist of one's own", "[admin][tencent]") {
  client_of_node of;
  const auto counts =
      of.call("CreateCustomBlacklist", {{"Emails",
                                         {"a@next.test", "b@next.test", "a@next.test", "nobody",
                                          std::string(300, 'x') + "@next.test"}},
                                        {"ExpireDate", "2026-01-03"}});
  CHECK(counts["TotalCount"] == 5);
  CHECK(counts["ValidCount"] == 2);
  CHECK(counts["RepeatCount"] == 1);
  CHECK(counts["InvalidCount"] == 1);
  CHECK(counts["TooLongCount"] == 1);
  const auto list = [&](int status, const std::string& part = "") {
    return of.call("ListCustomBlacklist", page_with({{"Status", status}, {"Email", part}}));
  };
  REQUIRE(list(1)["TotalCount"] == 2);
  CHECK(list(0)["TotalCount"] == 0);
  const auto first = list(1, "a@")["Data"][0];
  CHECK(first["Email"] == "a@next.test");
  CHECK(first["ExpireDate"] == "2026-01-03");
  CHECK(first["Status"] == 1);
  of.call("UpdateCustomBlackList",
          {{"Id", first["Id"]}, {"Email", "c@next.test"}, {"ExpireDate", ""}});
  CHECK(list(2, "a@")["TotalCount"] == 0);
  CHECK(list(2, "c@")["Data"][0]["ExpireDate"] == "");
  of.node.time.advance(std::chrono::hours{72});
  CHECK(list(0)["Data"][0]["Email"] == "b@next.test");
  of.call("DeleteCustomBlackList", {{"Emails", {"b@next.test", "c@next.test", "d@next.test"}}});
  CHECK(list(2)["TotalCount"] == 0);
  CHECK(of.refusal("CreateCustomBlacklist",
                   {{"Emails", {"a@next.test"}}, {"ExpireDate", "2025-12-31"}}) ==
        "InvalidParameterValue.WrongDate");
  CHECK(of.refusal("UpdateCustomBlackList", {{"Id", 999}, {"Email", "a@next.test"}}) ==
        "ResourceNotFound");
}

TEST_CASE("compatible lists: what bounced is another list", "[admin][tencent]") {
  client_of_node of;
  of.call("CreateCustomBlacklist", {{"Emails", {"a@next.test"}}});
  const auto days = page_with({{"StartDate", "2026-01-01"}, {"EndDate", "2026-01-02"}});
  CHECK(of.call("ListBlackEmailAddress", days)["TotalCount"] == 0);
  CHECK(call_node(of.node.port(), "POST", "/v1/suppressions", "sender.secret",
                  R"({"address":"b@next.test","reason":"hard_bounce"})")
            .status < 300);
  const auto listed = of.call("ListBlackEmailAddress", days);
  REQUIRE(listed["TotalCount"] == 1);
  CHECK(listed["BlackList"][0]["EmailAddress"] == "b@next.test");
  CHECK(listed["BlackList"][0]["BounceTime"] == "2026-01-01 08:00:00");
  // Each list only gives up what is its own.
  of.call("DeleteCustomBlackList", {{"Emails", {"b@next.test"}}});
  CHECK(of.call("ListBlackEmailAddress", days)["TotalCount"] == 1);
  of.call("DeleteBlackList", {{"EmailAddressList", {"a@next.test", "b@next.test"}}});
  CHECK(of.call("ListBlackEmailAddress", days)["TotalCount"] == 0);
  CHECK(of.call("ListCustomBlacklist", page_with({{"Status", 2}}))["TotalCount"] == 1);
  CHECK(of.refusal("ListBlackEmailAddress",
                   page_with({{"StartDate", "2026-01-02"}, {"EndDate", "2026-01-01"}})) ==
        "InvalidParameterValue.WrongDate");
}

TEST_CASE("compatible lists: every day of a report has its volume", "[admin][tencent]") {
  client_of_node of;
  const auto told =
      of.call("GetStatisticsReport", {{"StartDate", "2026-01-01"}, {"EndDate", "2026-01-03"}});
  REQUIRE(told["DailyVolumes"].size() == 3);
  CHECK(told["DailyVolumes"][2]["SendDate"] == "2026-01-03");
  CHECK(told["OverallVolume"]["RequestCount"] == 0);
  CHECK(told["OverallVolume"]["SendDate"] == "2026-01-01");
  for (const auto* const end : {"2025-12-31", "2027-01-02", "2026-02-30", ""})
    CHECK(of.refusal("GetStatisticsReport", {{"StartDate", "2026-01-01"}, {"EndDate", end}}) ==
          "InvalidParameterValue.WrongDate");
}

TEST_CASE("compatible lists: nobody complained", "[admin][tencent]") {
  client_of_node of;
  const json days{{"StartTime", "2026-01-01"}, {"EndTime", "2026-01-02"}};
  CHECK(of.call("GetAbuseReport", days)["TotalCount"] == 0);
  auto wrong = days;
  wrong["StartTime"] = "x";
  CHECK(of.refusal("GetAbuseReport", wrong) == "InvalidParameter.InvalidStartTimeFormat");
  wrong = days;
  wrong["Limit"] = -1;
  CHECK(of.refusal("GetAbuseReport", wrong) == "FailedOperation.InvalidLimit");
}

TEST_CASE("compatible lists: unsubscribe settings are told as they were set", "[admin][tencent]") {
  client_of_node of;
  const auto put = [&](const char* action, const std::string& option, int status) {
    return of.refusal(
        action,
        {{"Address", "ada@sender.test"}, {"UnsubscribeConfig", option}, {"Status", status}});
  };
  CHECK(put("CreateAddressUnsubscribeConfig", "2", 1).empty());
  CHECK(put("UpdateAddressUnsubscribeConfig", "3", 0).empty());
  CHECK(put("UpdateAddressUnsubscribeConfig", "13", 0) == "InvalidParameterValue");
  CHECK(put("UpdateAddressUnsubscribeConfig", "3", 2) == "InvalidParameterValue");
  const json all{{"Offset", 0}, {"Limit", "10"}};
  const auto listed = of.call("ListAddressUnsubscribeConfig", all);
  REQUIRE(listed["Total"] == 1);
  CHECK(listed["AddressUnsubscribeConfigList"][0] ==
        json{{"Address", "ada@sender.test"}, {"UnsubscribeConfig", "3"}, {"Status", 0}});
  CHECK(of.refusal("ListAddressUnsubscribeConfig", {{"Limit", "101"}}) ==
        "FailedOperation.InvalidLimit");
  CHECK(of.refusal("ListAddressUnsubscribeConfig", {{"Limit", "x"}}) == "InvalidParameter");
  of.call("DeleteAddressUnsubscribeConfig", {{"Address", "ada@sender.test"}});
  CHECK(of.call("ListAddressUnsubscribeConfig", all)["Total"] == 0);
}
