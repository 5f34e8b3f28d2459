#include "actors/feedback/inbound_mail.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using feedback::address_use;

namespace {

const message_id inbound_message{wall_time{std::chrono::hours{500'000}}, 7, 9};
const wall_time inbound_now{std::chrono::hours{500'001}};

feedback::token_key inbound_key(char octet = 'k') {
  return feedback::token_key::make(std::string(32, octet)).value();
}

std::string token(address_use use, std::uint32_t index, char octet = 'k') {
  return feedback::make_local_part(inbound_key(octet), use, {inbound_message, index});
}

submission mail_to(const std::string& local, std::string content) {
  submission mail;
  mail.mail.recipients.push_back({local + "@bounce.shop.example", {}, {}});
  mail.content = std::move(content);
  return mail;
}

const std::string bounce_of_two = "From: <>\r\nContent-Type: message/delivery-status\r\n\r\n"
                                  "Reporting-MTA: dns; mx.example\r\n\r\n"
                                  "Final-Recipient: rfc822; new@b.example\r\n"
                                  "Original-Recipient: rfc822; ada@b.example\r\n"
                                  "Action: failed\r\nStatus: 5.1.1\r\n"
                                  "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
                                  "Final-Recipient: rfc822; bob@b.example\r\n"
                                  "Action: failed\r\nStatus: 5.2.2\r\n";

std::string complaint_with(const std::string& returned) {
  return "From: fbl@isp.example\r\nContent-Type: multipart/report; boundary=x\r\n\r\n"
         "--x\r\nContent-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n"
         "User-Agent: isp/1\r\nOriginal-Rcpt-To: ada@isp.example\r\n\r\n"
         "--x\r\nContent-Type: message/rfc822\r\n\r\n" +
         returned + "\r\n\r\nbody\r\n--x--\r\n";
}

inbound_mail read(const submission& mail) {
  return read_inbound(inbound_key(), mail, inbound_now);
}

} // namespace

TEST_CASE("inbound: only addresses with a token of this cluster are taken, and postmaster",
          "[feedback]") {
  const auto key = inbound_key();
  const auto at = [](const std::string& local) { return local + "@bounce.shop.example"; };
  CHECK(is_inbound_address(key, at(token(address_use::bounce, 0))));
  CHECK(is_inbound_address(key, at(token(address_use::unsubscribe, 0))));
  CHECK(is_inbound_address(key, at(make_complaint_local_part(key, account_name{"shop"}))));
  CHECK(is_inbound_address(key, "PostMaster@mta.example"));
  CHECK_FALSE(is_inbound_address(key, at(token(address_use::bounce, 0, 'l'))));
  CHECK_FALSE(is_inbound_address(key, at("ada")));
  CHECK_FALSE(is_inbound_address(key, at("")));
  CHECK_FALSE(is_inbound_address(key, ""));
  CHECK_FALSE(is_inbound_address(key, token(address_use::bounce, 0).substr(1)));
}

TEST_CASE("inbound: a bounce is about whom its own address names", "[feedback]") {
  const auto found = read(mail_to(token(address_use::bounce, 3), bounce_of_two));
  REQUIRE(found.items.size() == 1);
  const auto& event = found.items[0].event;
  CHECK(event.kind == event_kind::bounced);
  CHECK(event.at == inbound_now);
  CHECK(event.about.recipient == recipient_id{inbound_message, 3});
  CHECK(event.bounce_class == "invalid");
  CHECK(event.status == "5.1.1");
  CHECK(event.reply == "550 5.1.1 no such user");
  CHECK(found.items[0].named_recipient.empty());
  CHECK(found.remark.empty());
}

TEST_CASE("inbound: where the address stands for all, the report says whom", "[feedback]") {
  const auto found =
      read(mail_to(token(address_use::bounce, feedback::any_recipient), bounce_of_two));
  REQUIRE(found.items.size() == 2);
  CHECK(found.items[0].named_recipient == "ada@b.example");
  CHECK(found.items[1].named_recipient == "bob@b.example");
  CHECK(found.items[1].event.bounce_class == "mailbox_full");
}

TEST_CASE("inbound: a delay, an answer of a machine and a person's mail leave no record",
          "[feedback]") {
  const auto to = token(address_use::bounce, 0);
  for (const std::string content :
       {"Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        "Final-Recipient: rfc822; a@b.example\r\nAction: delayed\r\nStatus: 4.4.1\r\n",
        "From: a@b.example\r\nSubject: Out of office\r\n\r\nuser unknown\r\n",
        "From: a@b.example\r\nSubject: hello\r\n\r\nhello\r\n", ""}) {
    CAPTURE(content);
    const auto found = read(mail_to(to, content));
    CHECK(found.items.empty());
    CHECK_FALSE(found.remark.empty());
  }
}

TEST_CASE("inbound: whoever writes to the address of List-Unsubscribe unsubscribes", "[feedback]") {
  const auto to = token(address_use::unsubscribe, 2);
  const auto found = read(mail_to(to, "From: ada@b.example\r\nSubject: unsubscribe\r\n\r\n"));
  REQUIRE(found.items.size() == 1);
  CHECK(found.items[0].event.kind == event_kind::unsubscribed);
  CHECK(found.items[0].event.about.recipient == recipient_id{inbound_message, 2});
  CHECK(read(mail_to(to, bounce_of_two)).items.empty());
  CHECK(read(mail_to(to, "From: a@b.example\r\nX-Autoreply: yes\r\n\r\n")).items.empty());
}

TEST_CASE("inbound: a complaint is mapped by what of ours was returned, the best first",
          "[feedback]") {
  const auto key = inbound_key();
  const auto to = make_complaint_local_part(key, account_name{"shop"});
  const auto one = token(address_use::bounce, 5);
  const auto all = token(address_use::bounce, feedback::any_recipient);
  mail_subject linked;
  linked.recipient = {inbound_message, 6};
  linked.account = account_name{"shop"};
  linked.address = "ada@isp.example";
  const auto link = make_link_token(key, linked);

  const auto by_address = read(mail_to(to, complaint_with("Return-Path: <" + one + "@b.example>")));
  REQUIRE(by_address.items.size() == 1);
  CHECK(by_address.items[0].event.kind == event_kind::complained);
  CHECK(by_address.items[0].event.bounce_class == "abuse");
  CHECK(by_address.items[0].event.about.recipient.index == 5);
  CHECK(by_address.items[0].event.about.account == account_name{"shop"});

  const auto by_link = read(
      mail_to(to, complaint_with("Return-Path: <" + all +
                                 "@b.example>\r\nList-Unsubscribe: <https://x/u/" + link + ">")));
  REQUIRE(by_link.items.size() == 1);
  CHECK(by_link.items[0].event.about == linked);

  const auto other = make_complaint_local_part(key, account_name{"other"});
  CHECK(read(mail_to(other, complaint_with("List-Unsubscribe: <https://x/u/" + link + ">")))
            .items.empty());

  const auto by_name =
      read(mail_to(to, complaint_with("Message-ID: <" + inbound_message.str() + "@mta.example>")));
  REQUIRE(by_name.items.size() == 1);
  CHECK(by_name.items[0].event.about.recipient ==
        recipient_id{inbound_message, feedback::any_recipient});
  CHECK(by_name.items[0].named_recipient == "ada@isp.example");

  const auto forged = token(address_use::bounce, 5, 'l');
  CHECK(read(mail_to(to, complaint_with("Return-Path: <" + forged + "@b.example>"))).items.empty());
  CHECK(read(mail_to(to, bounce_of_two)).items.empty());
}

TEST_CASE("inbound: a complaint that came to a return path is about its recipient", "[feedback]") {
  const auto found =
      read(mail_to(token(address_use::bounce, 4), complaint_with("Subject: your order")));
  REQUIRE(found.items.size() == 1);
  CHECK(found.items[0].event.kind == event_kind::complained);
  CHECK(found.items[0].event.about.recipient.index == 4);
}

TEST_CASE("inbound: a link in the returned mail says who it was, when nobody knows it any more",
          "[feedback]") {
  mail_subject linked;
  linked.recipient = {inbound_message, 4};
  linked.account = account_name{"shop"};
  linked.address = "ada@isp.example";
  const auto returned = [&] {
    return "List-Unsubscribe: <https://x/u/" + make_link_token(inbound_key(), linked) + ">";
  };
  const auto to = token(address_use::bounce, 4);
  CHECK(read(mail_to(to, complaint_with(returned()))).items.at(0).event.about == linked);
  const auto bounce_text = [&] {
    return "From: <>\r\nContent-Type: multipart/report; boundary=x\r\n\r\n--x\r\n"
           "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
           "Final-Recipient: rfc822; a@b.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--x\r\n"
           "Content-Type: text/rfc822-headers\r\n\r\n" +
           returned() + "\r\n--x--\r\n";
  };
  CHECK(read(mail_to(to, bounce_text())).items.at(0).event.about == linked);
  linked.recipient.index = 5; // of somebody else: the address decides
  CHECK(read(mail_to(to, bounce_text())).items.at(0).event.about.recipient.index == 4);
  CHECK(read(mail_to(to, bounce_text())).items.at(0).event.about.account.empty());
  CHECK(read(mail_to(to, complaint_with(returned()))).items.at(0).event.about.recipient.index == 4);
}

TEST_CASE("inbound: mail for postmaster is for the log", "[feedback]") {
  const auto found = read(mail_to("Postmaster", "From: a@b\r\nSubject: x\x01y\r\n\r\nhi"));
  CHECK(found.is_for_postmaster);
  CHECK(found.items.empty());
  CHECK(found.subject == "x?y");
}
