// What comes back about mail, by real SMTP into a whole node.
#include "actors/node/node.hpp"

#include <catch2/catch.hpp>

#include "net/feedback/token.hpp"
#include "tests/actors/node/mail_sink.hpp"
#include "tests/actors/node/node_site.hpp"

using namespace warmfront;
using Catch::Matchers::Contains;
using warmfront::testing::mail_sink;
using warmfront::testing::node_site;
using warmfront::testing::smtp_client;

namespace {

/// The replies to MAIL, RCPT and, where RCPT was fine, the dot.
std::string send_back(const node& to, const std::string& recipient, const std::string& content) {
  smtp_client client{to.inbound_addresses().at(0)};
  client.reply();
  client.send("EHLO mx.receiver.example\r\n");
  client.reply();
  client.send("MAIL FROM:<>\r\n");
  auto said = client.reply();
  client.send("RCPT TO:<" + recipient + ">\r\n");
  const auto verdict = client.reply();
  if (!verdict.starts_with("250"))
    return said + verdict;
  client.send("DATA\r\n");
  client.reply();
  client.send(content + "\r\n.\r\n");
  return said + verdict + client.reply();
}

const std::string unknown_user = "From: MAILER-DAEMON@mx.receiver.example\r\n"
                                 "Content-Type: message/delivery-status\r\n\r\n"
                                 "Reporting-MTA: dns; mx.receiver.example\r\n\r\n"
                                 "Final-Recipient: rfc822; r@b.example\r\nAction: failed\r\n"
                                 "Status: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 no such user";

const std::string complaint = "From: fbl@isp.example\r\n"
                              "Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n"
                              "Content-Type: message/feedback-report\r\n\r\n"
                              "Feedback-Type: abuse\r\nUser-Agent: isp/1\r\n\r\n--x--";

} // namespace

TEST_CASE("node: a mail that was delivered and bounces later is reported and suppressed",
          "[node][feedback]") {
  mail_sink sink;
  node_site site{sink.address()};
  site.settings.smtp.inbound = {"127.0.0.1:0"};
  site.start();
  site.give_address();
  const auto id = site.submit("hello");
  REQUIRE(sink.wait_for(1).size() == 1);
  site.wait_for_log("\"event\":\"delivered\"");

  const auto& key = *site.subject->services().tokens;
  const auto local = make_local_part(key, feedback::address_use::bounce, {id, 0});
  CHECK_THAT(send_back(*site.subject, local + "@bounce.example", unknown_user),
             Contains("250 2.0.0"));
  CHECK_THAT(send_back(*site.subject, local + "@bounce.example", unknown_user),
             Contains("250 2.0.0"));
  CHECK_THAT(send_back(*site.subject, local + "@bounce.example", complaint), Contains("250 2.0.0"));

  const auto report =
      site.ask<answer<message_report>>(site.subject->services().delivery, report_message{id});
  REQUIRE(report.value);
  const auto& recipient = report.value.value().recipients.at(0);
  CHECK(recipient.state == recipient_state::delivered);
  REQUIRE(recipient.feedback.size() == 2);
  CHECK(recipient.feedback[0].kind == event_kind::bounced);
  CHECK(recipient.feedback[0].bounce_class == "invalid");
  CHECK(recipient.feedback[1].kind == event_kind::complained);

  list_suppressions question;
  question.account = account_name{"default"};
  const auto listed =
      site.ask<answer<suppression_page>>(site.subject->services().suppressions, question);
  REQUIRE(listed.value);
  REQUIRE(listed.value.value().items.size() == 1);
  CHECK(listed.value.value().items[0].address == "r@b.example");

  sum_statistics sums;
  sums.from = sums.to = day_of(system_clock{}.wall_now());
  const auto told = site.ask<answer<statistics_report>>(site.subject->services().statistics, sums);
  const auto& rows = told.value.value().rows;
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].counts.bounced == 1);
  CHECK(rows[0].counts.complained == 1);
}

TEST_CASE("node: strangers can send nothing in, and nothing through", "[node][feedback]") {
  node_site site{"127.0.0.1:1"};
  site.settings.smtp.inbound = {"127.0.0.1:0"};
  site.start();
  const auto forged =
      make_local_part(feedback::token_key::make(std::string(32, 'x')).value(),
                      feedback::address_use::bounce, {message_id{wall_time{}, 1, 2}, 0});
  for (const std::string& to : {std::string{"ada@receiver.example"}, forged + "@mta.example",
                                std::string{"root@mta.example"}})
    CHECK_THAT(send_back(*site.subject, to, unknown_user), Contains("550 5.1.1"));
  CHECK_THAT(send_back(*site.subject, "postmaster@mta.example", "Subject: hi"),
             Contains("250 2.0.0"));
  site.wait_for_log("\"event\":\"postmaster_mail\"");
}
