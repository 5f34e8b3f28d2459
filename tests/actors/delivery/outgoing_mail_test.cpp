// What is done to a mail as the last thing before it leaves.
#include <map>
#include <memory>
#include <string>

#include <catch2/catch.hpp>

#include "actors/delivery/mail_links.hpp"
#include "actors/delivery/merge_writer.hpp"
#include "actors/delivery/outgoing_mail.hpp"
#include "net/dkim/private_key.hpp"
#include "net/dkim/verify.hpp"
#include "net/mime/header_block.hpp"
#include "tests/support/manual_clock.hpp"

using namespace warmfront;
using Catch::Contains;

namespace {

constexpr const char* signed_mail = "From: News <news@mail.A.example>\r\nTo: r@b.example\r\n"
                                    "Subject: s\r\nDate: Mon, 1 Jun 2026 00:00:00 +0000\r\n"
                                    "Message-ID: <1@a.example>\r\n\r\nHello\r\n";
constexpr const char* html_mail = "From: news@a.example\r\nContent-Type: text/html\r\n\r\n"
                                  "<a href=\"http://shop.example/?a=1\">x</a>\r\n";

feedback::token_key test_tokens() {
  return feedback::token_key::make(std::string(32, 'k')).value();
}

/// Two keys of a.example, whose bounces come to bounce.a.example, on behalf of the account `acme`.
struct outgoing_world {
  std::shared_ptr<outgoing_rules> rules = std::make_shared<outgoing_rules>();
  testing::manual_clock time;
  dkim::key_answers published;

  outgoing_world() {
    rules->public_url = "https://t.example";
    rules->tokens = std::make_shared<const feedback::token_key>(test_tokens());
    domain("a.example", {account_name{"acme"}, true, domain_name{"bounce.a.example"}, {}});
    std::map<domain_name, std::vector<signing_key>> keys;
    for (const auto what : {dkim::algorithm::rsa_sha256, dkim::algorithm::ed25519_sha256}) {
      auto key = dkim::private_key::generate(what).value();
      const auto selector = std::string{"wf"} + std::to_string(published.size());
      published[selector + "._domainkey.a.example"] = {
          dns::answer_kind::found, {key->public_record()}, {}};
      keys[domain_name{"a.example"}].push_back({selector, std::move(key)});
    }
    rules->keys =
        std::make_shared<const std::map<domain_name, std::vector<signing_key>>>(std::move(keys));
  }

  void domain(const std::string& name, const sender_domain& value) {
    rules->domains = std::make_shared<const std::map<domain_name, sender_domain>>(
        std::map<domain_name, sender_domain>{{domain_name{name}, value}});
  }

  [[nodiscard]] std::shared_ptr<spooled_mail> mail(const std::string& content,
                                                   std::size_t recipients = 1) const {
    auto made = std::make_shared<spooled_mail>();
    made->record.id = message_id{time.wall_now(), 1, 7};
    made->record.source.account = account_name{"acme"};
    made->record.mail.reverse_path = "news@mail.a.example";
    for (std::size_t i = 0; i < recipients; ++i)
      made->record.mail.recipients.push_back(
          {"r" + std::to_string(i) + "@b.example", notify::unspecified, {}});
    made->content = std::make_shared<const std::string>(content);
    return made;
  }

  [[nodiscard]] outgoing_order order(std::shared_ptr<const spooled_mail> of,
                                     std::uint32_t index = 0) const {
    outgoing_order made;
    made.what.reverse_path = of->record.mail.reverse_path;
    made.what.recipients = of->record.mail.recipients;
    made.what.content = of->content;
    made.mail = std::move(of);
    made.index = index;
    made.shared = std::make_shared<shared_prefix>();
    outgoing_mail{rules}.prepare(made, time.wall_now());
    return made;
  }

  void check_signed(const outgoing_order& made) const {
    CHECK_FALSE(made.unsigned_because);
    const auto whole = made.what.prefix + *made.what.content;
    const auto verdicts = dkim::verification{whole}.conclude(published, time.wall_now());
    REQUIRE(verdicts.size() == 2);
    for (const auto& each : verdicts) {
      CHECK(each.kind == dkim::verdict_kind::pass);
      CHECK(each.domain == "a.example");
    }
  }
};

/// A field of what leaves, on one line.
std::string field(const outgoing_order& made, std::string_view name) {
  const auto whole = made.what.prefix + *made.what.content;
  const auto found = mime::header_block{whole}.find(name);
  return found ? mime::unfold(found->value) : "";
}

} // namespace

TEST_CASE("outgoing mail: all keys of the author's domain sign, and the body is not copied",
          "[outgoing]") {
  const outgoing_world world;
  const auto mail = world.mail(signed_mail);
  const auto made = world.order(mail);
  world.check_signed(made);
  CHECK(made.what.content == mail->content);
  CHECK(field(made, "Feedback-ID") == "0:acme:triggered:warmfront");
  CHECK(field(made, "List-Unsubscribe").empty());
}

TEST_CASE("outgoing mail: nobody signs for another account's domain", "[outgoing]") {
  outgoing_world world;
  world.domain("a.example", {account_name{"other"}, true, domain_name{"bounce.a.example"}, {}});
  const auto made = world.order(world.mail(signed_mail));
  CHECK(made.what.prefix.empty());
  CHECK(made.what.reverse_path == "news@mail.a.example");
  // An identity of the account below one of another account counts.
  const std::map<domain_name, sender_domain> both{
      {domain_name{"a.example"}, {account_name{"other"}, true, {}, {}}},
      {domain_name{"mail.a.example"},
       {account_name{"acme"}, true, domain_name{"b.mail.a.example"}, {}}}};
  world.rules->domains = std::make_shared<const std::map<domain_name, sender_domain>>(both);
  CHECK_THAT(world.order(world.mail(signed_mail)).what.reverse_path,
             Catch::EndsWith("@b.mail.a.example"));
}

TEST_CASE("outgoing mail: the return path names the recipient, or the message", "[outgoing]") {
  const outgoing_world world;
  const auto read = [](const std::string& address) {
    REQUIRE_THAT(address, Catch::EndsWith("@bounce.a.example"));
    const auto part =
        feedback::parse_local_part(test_tokens(), address.substr(0, address.find('@')));
    REQUIRE(part);
    CHECK(part->use == feedback::address_use::bounce);
    return part->of;
  };
  const auto mail = world.mail(signed_mail, 3);
  CHECK(read(world.order(mail, 2).what.reverse_path) == recipient_id{mail->record.id, 2});
  CHECK(read(world.order(mail, feedback::any_recipient).what.reverse_path) ==
        recipient_id{mail->record.id, feedback::any_recipient});
}

TEST_CASE("outgoing mail: reports keep the null path, and wanted receipts the client's",
          "[outgoing]") {
  const outgoing_world world;
  const auto report = world.mail(signed_mail);
  report->record.mail.reverse_path.clear();
  CHECK(world.order(report).what.reverse_path.empty());
  const auto receipt = world.mail(signed_mail);
  receipt->record.mail.recipients[0].notify_on = notify::success | notify::failure;
  CHECK(world.order(receipt).what.reverse_path == "news@mail.a.example");
}

TEST_CASE("outgoing mail: batch mail can be unsubscribed from with one click", "[outgoing]") {
  outgoing_world world;
  const auto mail = world.mail(signed_mail, 2);
  mail->record.importance = mail_class::batch;
  const auto made = world.order(mail, 1);
  world.check_signed(made);
  const auto list = field(made, "List-Unsubscribe");
  REQUIRE_THAT(list, Catch::StartsWith("<https://t.example/u/") && Contains(">, <mailto:"));
  CHECK(field(made, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click");
  CHECK_THAT(field(made, "DKIM-Signature"), Contains("List-Unsubscribe-Post"));
  const auto token = list.substr(21, list.find('>') - 21);
  const auto about = feedback::parse_link_token(test_tokens(), token);
  REQUIRE(about);
  CHECK(about->recipient == recipient_id{mail->record.id, 1});
  CHECK(about->address == "r1@b.example");
  CHECK(about->account == account_name{"acme"});
  const auto to = list.substr(list.find("<mailto:") + 8);
  const auto local = feedback::parse_local_part(test_tokens(), to.substr(0, to.find('@')));
  REQUIRE(local);
  CHECK(local->use == feedback::address_use::unsubscribe);
  CHECK(local->of.index == 1);
  // Its own, or none by its sender's will, or of a node that was told no URL.
  const auto own =
      world.mail("List-Unsubscribe: <https://a.example>\r\n" + std::string{signed_mail});
  own->record.importance = mail_class::batch;
  CHECK(field(world.order(own), "List-Unsubscribe") == "<https://a.example>");
  world.rules->without_unsubscribe.emplace("acme", "news@mail.a.example");
  CHECK(field(world.order(mail, 1), "List-Unsubscribe").empty());
  world.rules->without_unsubscribe.clear();
  world.rules->links_unasked = false;
  CHECK(field(world.order(mail, 1), "List-Unsubscribe").empty());
}

TEST_CASE("outgoing mail: without TLS one click is not promised", "[outgoing]") {
  outgoing_world world;
  world.rules->public_url = "http://t.example";
  const auto mail = world.mail(signed_mail);
  mail->record.importance = mail_class::batch;
  const auto made = world.order(mail);
  CHECK_THAT(field(made, "List-Unsubscribe"), Contains("<http://t.example/u/"));
  CHECK(field(made, "List-Unsubscribe-Post").empty());
}

TEST_CASE("outgoing mail: links of a plain mail lead through the node where that is wanted",
          "[outgoing]") {
  outgoing_world world;
  const auto mail = world.mail(html_mail, 2);
  CHECK(*world.order(mail).what.content == html_mail);
  mail->record.track = {true, true};
  const auto made = world.order(mail, 1);
  world.check_signed(made);
  CHECK_THAT(*made.what.content, Contains("https://t.example/c/") && Contains("&amp;s=") &&
                                     Contains("https://t.example/o/") &&
                                     Contains("?u=http%3A%2F%2Fshop.example%2F%3Fa%3D1"));
  CHECK(*made.what.content == *world.order(mail, 1).what.content);
  CHECK(*made.what.content != *world.order(mail, 0).what.content);
  // The sender's own host, where it has one.
  world.domain("a.example", {account_name{"acme"}, true, {}, domain_name{"links.a.example"}});
  CHECK_THAT(*world.order(mail, 1).what.content, Contains("https://links.a.example/c/"));
}

TEST_CASE("outgoing mail: transactions of a message share what is the same", "[outgoing]") {
  outgoing_world world;
  const auto mail = world.mail(signed_mail, 300);
  auto first = world.order(mail, feedback::any_recipient);
  outgoing_order second = first;
  second.what.prefix.clear();
  outgoing_mail{world.rules}.prepare(second, world.time.wall_now() + std::chrono::minutes{59});
  CHECK(second.what.prefix == first.what.prefix);
  // After an hour, and under other rules, it is made anew.
  second.what.prefix.clear();
  outgoing_mail{world.rules}.prepare(second, world.time.wall_now() + std::chrono::hours{2});
  CHECK(second.what.prefix != first.what.prefix);
  auto unsigned_rules = std::make_shared<outgoing_rules>(*world.rules);
  unsigned_rules->keys = nullptr;
  second.what.prefix.clear();
  outgoing_mail{unsigned_rules}.prepare(second, world.time.wall_now());
  CHECK(second.what.prefix.empty());
}

TEST_CASE("outgoing mail: what nothing is done to passes", "[outgoing]") {
  outgoing_rules bare;
  bare.public_url = "https://t.example";
  bare.tokens = std::make_shared<const feedback::token_key>(test_tokens());
  const outgoing_mail outgoing{std::make_shared<const outgoing_rules>(bare)};
  storage::spooled_message message;
  message.mail.reverse_path = "s@a.example";
  CHECK(outgoing.passes(message));
  message.track.clicks = true;
  CHECK_FALSE(outgoing.passes(message));
  message.track = {};
  message.importance = mail_class::batch;
  CHECK_FALSE(outgoing.passes(message));
  CHECK_FALSE(outgoing_mail{outgoing_world{}.rules}.passes({}));
}

TEST_CASE("outgoing mail: one that cannot be signed leaves all the same, and says why",
          "[outgoing]") {
  const outgoing_world world;
  const auto made = world.order(world.mail("Subject: from nobody\r\n\r\nx\r\n"));
  CHECK(made.unsigned_because);
  CHECK_THAT(made.what.prefix, !Contains("DKIM"));
}

TEST_CASE("mail merge: links and pixel are each recipient's own", "[outgoing][merge]") {
  const outgoing_world world;
  storage::mail_merge merge;
  merge.from = "news@a.example";
  merge.content = {"s",
                   "{{#url}}<a href=\"{{url}}\">x</a>{{/url}}<a href=\"{{unsubscribe_url}}\">no "
                   "more</a>",
                   "Bye: {{unsubscribe_url}}"};
  merge.names = {"url"};
  merge.rows = {{"r0@b.example", {"https://shop.example/?a=1&b=2"}},
                {"r1@b.example", {std::nullopt}}};
  auto mail = world.mail("", 2);
  mail->record.is_merge = true;
  mail->record.track = {true, true};
  const auto writer =
      merge_writer::make(mail->record, storage::encode(merge), {"h.example", 100'000, world.rules});
  REQUIRE(writer);
  auto first = writer.value().write(0).value();
  const auto second = writer.value().write(1).value();
  for (auto at = first.find("=\r\n"); at != std::string::npos; at = first.find("=\r\n"))
    first.erase(at, 3);
  CHECK_THAT(first, Contains("?u=3Dhttps%3A%2F%2Fshop.example%2F%3Fa%3D1%26b%3D2&amp;s=3D"));
  CHECK_THAT(first,
             Contains("Bye: https://t.example/u/") && Contains("href=3D\"https://t.example/u/"));
  CHECK_THAT(first, Contains("https://t.example/o/"));
  CHECK_THAT(second, !Contains("/c/"));
  mail->record.track = {};
  const auto untracked =
      merge_writer::make(mail->record, storage::encode(merge), {"h.example", 100'000, world.rules});
  CHECK_THAT(untracked.value().write(0).value(),
             Contains("https://shop.example/") && !Contains("/o/"));
}
