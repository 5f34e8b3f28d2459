#include "actors/intake/intake.hpp"

#include <catch2/catch.hpp>

#include "tests/support/manual_clock.hpp"

using namespace warmfront;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

namespace {

const auto now = testing::manual_clock{}.wall_now();

pool pool_of(const std::string& name, const std::string& account = {}) {
  pool made;
  made.name = pool_name{name};
  made.kind = account.empty() ? pool_kind::shared : pool_kind::dedicated;
  made.account = account_name{account};
  return made;
}

intake ready() {
  intake_config config;
  config.hostname = "mta.example";
  config.node = 7;
  config.octets_max = 2000;
  config.recipients_max = 3;
  intake core{config, std::make_unique<seeded_random>(1)};
  core.set_pools({pool_of("shared"), pool_of("gold", "acme"), pool_of("open")});
  return core;
}

submission mail(const std::string& content = "Subject: hi\r\n\r\nbody\r\n") {
  submission made;
  made.mail.reverse_path = "s@A.example";
  made.mail.recipients = {{"r@b.example", notify::unspecified, {}}};
  made.content = content;
  made.source = {"ESMTPSA", "client.example", "192.0.2.7", account_name{"default"}, "k1"};
  return made;
}

spooled_mail taken(intake& core, submission what) {
  auto result = core.take(std::move(what), now);
  REQUIRE(result);
  return *result.value();
}

errc refused(intake& core, submission what) {
  const auto result = core.take(std::move(what), now);
  REQUIRE_FALSE(result);
  CHECK_FALSE(result.error().what.empty());
  return result.error().code;
}

} // namespace

TEST_CASE("intake: no mail is taken before the pools are known", "[intake]") {
  intake core{{}, std::make_unique<seeded_random>(1)};
  CHECK(refused(core, mail()) == errc::unavailable);
  core.set_pools({pool_of("shared")});
  CHECK(core.take(mail(), now));
}

TEST_CASE("intake: who may send from where is asked of every mail, once it is known",
          "[intake][security]") {
  intake core{{.hostname = "mta.example", .awaits_identities = true, .require_verified = true},
              std::make_unique<seeded_random>(1)};
  core.set_pools({pool_of("shared")});
  CHECK(refused(core, mail()) == errc::unavailable);
  auto all = std::make_shared<sender_domains::table>();
  all->emplace(domain_name{"a.example"}, sender_domain{account_name{"default"}, true, {}, {}});
  core.set_sender_domains(std::move(all));
  CHECK(core.take(mail(), now));
  CHECK(refused(core, mail("From: x@b.example\r\n\r\nx\r\n")) == errc::refused);
  merge_submission merge;
  merge.source.account = account_name{"default"};
  merge.mail.reverse_path = "s@b.example";
  CHECK(core.take(std::move(merge), now).error().code == errc::refused);
}

TEST_CASE("intake: a mail gets an id, its envelope stays as it is", "[intake]") {
  auto core = ready();
  auto given = mail();
  given.mail.ret = return_content::headers;
  given.mail.envelope_id = "QQ";
  given.mail.recipients[0].notify_on = notify::success;
  const auto spooled = taken(core, given);
  CHECK(spooled.record.id.node() == 7);
  CHECK(spooled.record.id.accepted_at() == now);
  CHECK(spooled.record.accepted_at == now);
  CHECK(spooled.record.mail == given.mail);
  CHECK(spooled.record.source == given.source);
  CHECK(spooled.record.octets == spooled.content->size());
  CHECK(taken(core, mail()).record.id != spooled.record.id);
}

TEST_CASE("intake: who may send through which pool", "[intake]") {
  auto core = ready();
  const auto ask = [](const std::string& pool, const std::string& account) {
    auto made = mail();
    made.pool = pool_name{pool};
    made.source.account = account_name{account};
    return made;
  };
  CHECK(taken(core, ask("", "default")).record.pool.str() == "shared");
  CHECK(taken(core, ask("open", "default")).record.pool.str() == "open");
  CHECK(taken(core, ask("gold", "acme")).record.pool.str() == "gold");
  CHECK(refused(core, ask("gold", "default")) == errc::refused);
  CHECK(refused(core, ask("none", "default")) == errc::invalid_argument);
  CHECK(core.take(ask("none", "default"), now).error().field == "pool");
}

TEST_CASE("intake: a pool that goes away is not used any more", "[intake]") {
  auto core = ready();
  core.set_pools({pool_of("open")});
  CHECK(refused(core, mail()) == errc::invalid_argument);
}

TEST_CASE("intake: SMTP clients say their wishes in header fields, which do not leave",
          "[intake]") {
  auto core = ready();
  const auto spooled = taken(core, mail("X-Warmfront-Pool: open\r\nSubject: hi\r\n"
                                        "x-warmfront-class:\r\n batch\r\n"
                                        "X-Warmfront-Other: 1\r\n\r\nbody\r\n"));
  CHECK(spooled.record.pool.str() == "open");
  CHECK(spooled.record.importance == mail_class::batch);
  CHECK(spooled.record.first_lane.importance == mail_class::batch);
  CHECK_THAT(*spooled.content, !Contains("warmfront", Catch::CaseSensitive::No));
  CHECK_THAT(*spooled.content, Contains("Subject: hi\r\n"));
}

TEST_CASE("intake: what the HTTP API says counts more than a header field", "[intake]") {
  auto core = ready();
  auto both = mail("X-Warmfront-Pool: gold\r\nX-Warmfront-Class: batch\r\n\r\n");
  both.pool = pool_name{"open"};
  both.importance = mail_class::triggered;
  const auto spooled = taken(core, both);
  CHECK(spooled.record.pool.str() == "open");
  CHECK(spooled.record.importance == mail_class::triggered);
}

TEST_CASE("intake: a class that does not exist is refused by its name", "[intake]") {
  auto core = ready();
  const auto result = core.take(mail("X-Warmfront-Class: bulk\r\n\r\n"), now);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::invalid_argument);
  CHECK_THAT(result.error().what, Contains("bulk"));
  CHECK(taken(core, mail("X-Warmfront-Class: triggered\r\n\r\n")).record.importance ==
        mail_class::triggered);
}

TEST_CASE("intake: limits of recipients and octets", "[intake]") {
  auto core = ready();
  auto none = mail();
  none.mail.recipients.clear();
  CHECK(refused(core, none) == errc::invalid_argument);
  auto three = mail();
  three.mail.recipients.resize(3, three.mail.recipients[0]);
  CHECK(core.take(three, now));
  auto four = three;
  four.mail.recipients.resize(4, four.mail.recipients[0]);
  CHECK(refused(core, four) == errc::limit_exceeded);
  const std::string header = "Subject: hi\r\n\r\n";
  CHECK(core.take(mail(header + std::string(2000 - header.size(), 'x')), now));
  CHECK(refused(core, mail(header + std::string(2001 - header.size(), 'x'))) ==
        errc::limit_exceeded);
}

TEST_CASE("intake: a trace field says where the mail came from", "[intake]") {
  auto core = ready();
  const auto spooled = taken(core, mail());
  CHECK_THAT(*spooled.content,
             StartsWith("Received: from client.example ([192.0.2.7])\r\n\tby mta.example with "
                        "ESMTPSA id " +
                        spooled.record.id.str() + ";\r\n\tThu, 01 Jan 2026 00:00:00 +0000\r\n"));
  CHECK_THAT(*spooled.content, EndsWith("Subject: hi\r\n\r\nbody\r\n"));
}

TEST_CASE("intake: what a client says cannot break out of the trace field", "[intake]") {
  auto core = ready();
  auto evil = mail();
  evil.source.helo = "a\r\nBcc: x@y\r\n\r\n(;\\";
  evil.source.client_address = "2001:db8::1";
  const auto spooled = taken(core, evil);
  CHECK_THAT(*spooled.content, StartsWith("Received: from aBcc:x@y ([IPv6:2001:db8::1])\r\n\tby"));
  auto silent = mail();
  silent.source = {};
  CHECK_THAT(*taken(core, silent).content, StartsWith("Received: from unknown ([unknown])"));
}

TEST_CASE("intake: Date and Message-ID are supplied when the client left them out", "[intake]") {
  auto core = ready();
  const auto bare = taken(core, mail());
  CHECK_THAT(*bare.content, Contains("\r\nDate: Thu, 01 Jan 2026 00:00:00 +0000\r\n"));
  CHECK_THAT(*bare.content,
             Contains("\r\nMessage-ID: <" + bare.record.id.str() + "@mta.example>\r\n"));
  const auto full = taken(core, mail("date: Mon, 05 Jan 2026 10:00:00 +0000\r\n"
                                     "MESSAGE-ID: <1@a.example>\r\n\r\nDate: body\r\n"));
  CHECK_THAT(*full.content, !Contains("Date: Thu") && !Contains("@mta.example>"));
}

TEST_CASE("intake: Bcc never leaves, folded or not", "[intake]") {
  auto core = ready();
  const auto spooled = taken(core, mail("To: a@b.example\r\nBCC: x@b.example,\r\n y@b.example\r\n"
                                        "Bcc: z@b.example\r\nSubject: hi\r\n\r\nBcc: body\r\n"));
  CHECK_THAT(*spooled.content,
             !Contains("x@b.example") && !Contains("y@b.example") && !Contains("z@b.example"));
  CHECK_THAT(*spooled.content, EndsWith("To: a@b.example\r\nSubject: hi\r\n\r\nBcc: body\r\n"));
}

TEST_CASE("intake: a mail without a header or a body is still a mail", "[intake]") {
  auto core = ready();
  for (const auto* content : {"", "\r\n", "body only\r\n", "Subject: hi\r\n", "Subject: hi"}) {
    CAPTURE(content);
    const auto spooled = taken(core, mail(content));
    CHECK_THAT(*spooled.content, Contains("Received: ") && Contains("\r\n\r\n"));
  }
}

TEST_CASE("intake: sequence numbers go up per lane, one for each recipient", "[intake]") {
  auto core = ready();
  auto three = mail();
  three.mail.recipients.resize(3, three.mail.recipients[0]);
  CHECK(taken(core, three).record.first_sequence == 0);
  CHECK(taken(core, mail()).record.first_sequence == 3);
  auto batch = mail();
  batch.importance = mail_class::batch;
  CHECK(taken(core, batch).record.first_sequence == 0);
  CHECK(taken(core, mail()).record.first_sequence == 4);
  auto refusal = mail("X-Warmfront-Class: bulk\r\n\r\n");
  CHECK_FALSE(core.take(refusal, now));
  CHECK(taken(core, mail()).record.first_sequence == 5);
}

TEST_CASE("intake: after a restart numbers go on behind those on disk", "[intake]") {
  auto core = ready();
  storage::lane where;
  where.pool = pool_name{"shared"};
  core.restore(where, 900);
  CHECK(taken(core, mail()).record.first_sequence == 900);
}

TEST_CASE("intake: a sender domain with a ledger has lanes of its own", "[intake]") {
  auto core = ready();
  CHECK(taken(core, mail()).record.first_lane.sender_domain.empty());
  core.set_ledger_domains({domain_name{"a.example"}});
  const auto spooled = taken(core, mail());
  CHECK(spooled.record.first_lane.sender_domain.str() == "a.example");
  CHECK(spooled.record.first_sequence == 0);
  auto bounce = mail();
  bounce.mail.reverse_path.clear();
  CHECK(taken(core, bounce).record.first_lane.sender_domain.empty());
  core.set_ledger_domains({});
  CHECK(taken(core, mail()).record.first_lane.sender_domain.empty());
}

TEST_CASE("intake: what would only bounce is refused until its ledger's next day", "[intake]") {
  auto core = ready();
  mail_over_limit over;
  over.pool = pool_name{"shared"};
  over.importance = mail_class::triggered;
  over.until = now + seconds{60};
  over.blocking = ledger_subject{"192.0.2.1"};
  core.set_over_limit(over);
  const auto outcome = core.take(mail(), now);
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == errc::limit_exceeded);
  CHECK(outcome.error().field.empty());
  CHECK_THAT(outcome.error().what, Contains("limit of 192.0.2.1 is reached"));
  // Not another class, pool or time; nor a report to a sender.
  CHECK(core.take(mail("X-Warmfront-Class: batch\r\n\r\n"), now));
  CHECK(core.take(mail("X-Warmfront-Pool: open\r\n\r\n"), now));
  CHECK(core.take(mail(), now + seconds{60}));
  auto report = mail();
  report.mail.reverse_path.clear();
  CHECK(core.take(std::move(report), now));
  core.lift_limits();
  CHECK(core.take(mail(), now));
  // Of one sender's ledger only its mail; a change of the pools forgets it.
  over.sender_domain = domain_name{"other.example"};
  core.set_over_limit(over);
  CHECK(core.take(mail(), now));
  over.sender_domain = domain_name{"a.example"};
  core.set_over_limit(over);
  CHECK(refused(core, mail()) == errc::limit_exceeded);
  core.set_pools({pool_of("shared")});
  CHECK(core.take(mail(), now));
}

namespace {

submission from_ada(const std::string& from_field, const std::string& reverse_path) {
  auto made = mail(from_field + "Subject: hi\r\n\r\nbody\r\n");
  made.mail.reverse_path = reverse_path;
  made.only_from = "ada@a.example";
  return made;
}

} // namespace

TEST_CASE("intake: who authenticated as a sender address sends from that one alone", "[intake]") {
  auto core = ready();
  for (const auto* const from : {"From: ada@a.example\r\n", "From: Ada <Ada@A.Example>\r\n",
                                 "From: \"Lovelace, Ada\"\r\n\t<ada@a.example>\r\n"})
    CHECK(core.take(from_ada(from, "ADA@a.example"), now));
  for (const auto* const from :
       {"", "From: bob@a.example\r\n", "From: ada@a.example, bob@a.example\r\n",
        "From: ada@a.example <bob@a.example>\r\n", "From: bob@a.example (ada@a.example)\r\n",
        "From: ada@a.example\r\nFrom: bob@a.example\r\n",
        "From: team: ada@a.example, bob@a.example;\r\n", "From: ada@a.example@b.example\r\n"})
    CHECK(refused(core, from_ada(from, "ada@a.example")) == errc::refused);
  for (const auto* const path : {"", "bob@a.example", "ada@a.example.net", "nobody"})
    CHECK(refused(core, from_ada("From: ada@a.example\r\n", path)) == errc::refused);
}

TEST_CASE("intake: a suppressed recipient ends when the mail is taken over", "[intake]") {
  auto core = ready();
  suppressed_recipients suppressed;
  suppressed.add(account_name{"default"}, "R2@B.example");
  auto given = mail();
  given.mail.recipients = {{"r1@b.example", notify::unspecified, {}},
                           {"R2@B.example", notify::unspecified, {}},
                           {"r3@b.example", notify::unspecified, {}}};
  const auto some = *core.take(given, now, suppressed).value();
  REQUIRE(some.ended.size() == 1);
  CHECK(some.ended[0].first == 1);
  CHECK(some.ended[0].second.state == static_cast<std::uint8_t>(recipient_state::suppressed));
  CHECK(some.ended[0].second.changed_at == now);
  CHECK_FALSE(some.is_over());
  given.source.account = account_name{"acme"};
  CHECK(core.take(given, now, suppressed).value()->ended.empty());
}

TEST_CASE("intake: a mail with nobody to send to is taken over, and nothing of it is copied",
          "[intake]") {
  intake_config config;
  config.copies = second_copy::preferred;
  intake core{config, std::make_unique<seeded_random>(1)};
  core.set_pools({pool_of("shared")});
  CHECK(taken(core, mail()).record.copy);
  suppressed_recipients suppressed;
  suppressed.add(account_name{"default"}, "r@b.example");
  const auto over = *core.take(mail(), now, suppressed).value();
  CHECK(over.is_over());
  CHECK_FALSE(over.record.copy);
  merge_submission merge;
  merge.mail = mail().mail;
  merge.source.account = account_name{"default"};
  CHECK(core.take(std::move(merge), now, suppressed).value()->is_over());
}

TEST_CASE("intake: no mail is taken before it can be asked who is not sent to", "[intake]") {
  intake_config config;
  config.awaits_suppressions = true;
  intake core{config, std::make_unique<seeded_random>(1)};
  core.set_pools({pool_of("shared")});
  CHECK(refused(core, mail()) == errc::unavailable);
  core.set_suppressions_known();
  CHECK(core.take(mail(), now));
}

TEST_CASE("intake: mail for later takes no place in a lane, and gets the id it is to have",
          "[intake]") {
  auto core = ready();
  auto later = mail();
  later.send_at = now + std::chrono::hours{1};
  later.id = message_id{now, 9, 99};
  const auto made = taken(core, later);
  CHECK(made.record.send_at == later.send_at);
  CHECK(made.record.id == later.id);
  const auto next = taken(core, mail());
  CHECK(next.record.first_sequence == 0);
  CHECK_FALSE(next.record.send_at);
}

TEST_CASE("intake: a time that has passed is now, one in years is refused", "[intake]") {
  auto core = ready();
  auto late = mail();
  late.send_at = now;
  CHECK_FALSE(taken(core, late).record.send_at);
  auto early = mail();
  early.send_at = now + std::chrono::hours{367 * 24};
  CHECK(refused(core, early) == errc::invalid_argument);
}

TEST_CASE("intake: a header may do without TLS, but what MAIL demands goes before it", "[intake]") {
  auto core = ready();
  auto free = mail();
  CHECK(taken(core, free).record.mail.tls == tls_wish::unspecified);
  free.content = "TLS-Required: No\r\n" + free.content;
  const auto made = taken(core, free);
  CHECK(made.record.mail.tls == tls_wish::optional);
  CHECK(made.content->find("TLS-Required: No") != std::string::npos); // the next hop reads it, too
  free.mail.tls = tls_wish::required;
  CHECK(taken(core, free).record.mail.tls == tls_wish::required);
}
