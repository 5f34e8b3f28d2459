#include "net/reports/report.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "actors/core/random.hpp"
#include "net/feedback/token.hpp"

using namespace warmfront;
using namespace warmfront::reports;

namespace {

using smtp::bounce_class;

const std::filesystem::path samples{WARMFRONT_REPORT_SAMPLES};

std::string sample(const std::string& name) {
  std::ifstream file{samples / name, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

struct expected_report {
  const char* name;
  report_kind kind;
  std::size_t recipients = 0;
  const char* address = "";
  const char* status = "";
  bounce_class why = bounce_class::other;
};

constexpr auto bounce = report_kind::bounce;

const expected_report expected[] = {
    {"postfix_unknown", bounce, 1, "ada@receiver.example", "5.1.1", bounce_class::invalid},
    {"postfix_delayed", report_kind::delay, 1, "ada@receiver.example", "4.4.1",
     bounce_class::expired},
    {"postfix_delivered", report_kind::success, 1, "ada@receiver.example", "2.0.0"},
    {"mixed_actions", bounce, 1, "full@receiver.example", "5.2.2", bounce_class::mailbox_full},
    {"exchange_ndr", bounce, 1, "ada@corp.example", "5.1.10", bounce_class::invalid},
    {"outlook_com_block", bounce, 1, "ada@hotmail.example", "5.7.511", bounce_class::policy},
    {"gmail_not_found", bounce, 1, "ada@gmail.example", "5.1.1", bounce_class::invalid},
    {"gmail_out_of_storage", bounce, 1, "ada@gmail.example", "4.2.2", bounce_class::mailbox_full},
    {"vague_status", bounce, 1, "ada@receiver.example", "5.7.1", bounce_class::spam},
    {"no_action", bounce, 1, "", "5.4.4", bounce_class::no_host},
    {"status_in_text_only", bounce, 1, "ada@receiver.example", "5.1.1", bounce_class::invalid},
    {"utf8_report", bounce, 1, "grüße@empfänger.example", "5.1.1", bounce_class::invalid},
    {"broken_status", bounce, 1, "ada@receiver.example", "", bounce_class::invalid},
    {"truncated", bounce, 1, "ada@receiver.example", "5.1.1", bounce_class::invalid},
    {"base64_status", bounce, 1, "ada@receiver.example", "5.2.1", bounce_class::invalid},
    {"qmail", bounce, 2, "ada@qmail.example", "5.1.1", bounce_class::invalid},
    {"exim", bounce, 1, "ada@receiver.example", "5.1.1", bounce_class::invalid},
    {"exim_unrouteable", bounce, 1, "ada@gone.example", "", bounce_class::no_host},
    {"exim_warning", report_kind::delay, 1, "ada@receiver.example", "", bounce_class::expired},
    {"sendmail", bounce, 1, "ada@receiver.example", "5.1.1", bounce_class::invalid},
    {"sendmail_host_unknown", bounce, 1, "ada@gone.example", "5.1.2", bounce_class::invalid},
    {"exchange_2003", bounce, 1, "ada@corp.example", "5.1.1", bounce_class::invalid},
    {"yahoo", bounce, 1, "ada@yahoo.example", "", bounce_class::invalid},
    {"yahoo_over_quota", bounce, 1, "ada@yahoo.example", "", bounce_class::mailbox_full},
    {"gmail_text", bounce, 1, "ada@receiver.example", "5.4.1", bounce_class::other},
    {"postfix_text", bounce, 1, "ada@receiver.example", "5.7.1", bounce_class::spam},
    {"qq", bounce, 1, "ada@qq.example", "", bounce_class::invalid},
    {"domino", bounce, 1, "ada@notes.example", "", bounce_class::other},
    {"spam_block_text", bounce, 1, "ada@gmx.example", "", bounce_class::spam},
    {"vacation_outlook", report_kind::auto_reply},
    {"vacation_sieve", report_kind::auto_reply},
    {"vacation_german", report_kind::auto_reply},
    {"vacation_marked", report_kind::auto_reply},
    {"person", report_kind::unknown},
    {"daemon_says_nothing", report_kind::unknown},
    {"arf_abuse", report_kind::complaint, 1, "ada@isp.example"},
    {"arf_redacted", report_kind::complaint},
    {"arf_not_spam", report_kind::unknown},
    {"arf_auth_failure", report_kind::unknown},
    {"arf_headers_only", report_kind::complaint, 2, "ada@isp.example"},
};

} // namespace

TEST_CASE("reports: what comes back is told apart", "[reports]") {
  for (const auto& each : expected) {
    CAPTURE(each.name);
    const auto found = read_report(sample(each.name));
    CHECK(to_string(found.kind) == to_string(each.kind));
    CHECK(found.remark.empty() == (each.kind != report_kind::unknown));
    REQUIRE(found.recipients.size() == each.recipients);
    if (each.recipients == 0)
      continue;
    CHECK(found.recipients[0].address == each.address);
    CHECK(found.recipients[0].status == each.status);
    CHECK(smtp::to_string(found.recipients[0].why) == smtp::to_string(each.why));
  }
}

TEST_CASE("reports: every sample has an expectation", "[reports]") {
  std::set<std::string> names;
  for (const auto& each : expected)
    names.insert(each.name);
  std::set<std::string> files;
  for (const auto& each : std::filesystem::directory_iterator{samples})
    files.insert(each.path().filename().string());
  CHECK(names == files);
}

TEST_CASE("reports: a receiver's words are kept, on one line", "[reports]") {
  const auto postfix = read_report(sample("postfix_unknown"));
  CHECK(postfix.recipients[0].diagnostic ==
        "550 5.1.1 <ada@receiver.example>: Recipient address rejected: User unknown in local "
        "recipient table");
  CHECK(postfix.recipients[0].remote_host == "backend.receiver.example");
  CHECK(postfix.recipients[0].original_address == "ada@receiver.example");
  CHECK(postfix.recipients[0].action == "failed");
  CHECK(postfix.reporter == "mx.receiver.example");
  const auto qmail = read_report(sample("qmail"));
  CHECK(qmail.recipients[0].diagnostic == "Sorry, no mailbox here by that name. (#5.1.1)");
  CHECK(qmail.recipients[1].address == "bob@elsewhere.example");
  CHECK(qmail.recipients[1].diagnostic.find("Remote host said: 550 5.7.1") != std::string::npos);
  CHECK(qmail.recipients[1].why == bounce_class::policy);
  const auto gmail = read_report(sample("gmail_text"));
  CHECK(gmail.recipients[0].diagnostic ==
        "The error that the other server returned was: 550 5.4.1 Recipient address rejected: "
        "Access denied");
}

TEST_CASE("reports: a complaint says who makes it and what it is about", "[reports]") {
  const auto found = read_report(sample("arf_abuse"));
  CHECK(found.feedback_type == "abuse");
  CHECK(found.reporter == "SomeGenerator/1.0");
  CHECK(found.source == "192.0.2.10");
  CHECK(read_report(sample("arf_headers_only")).feedback_type == "fraud");
  CHECK(read_report(sample("arf_not_spam")).remark.find("not-spam") != std::string::npos);
}

TEST_CASE("reports: marks of ours are found wherever a mail was returned", "[reports]") {
  const std::string part = "aaaaaaaaaaaacaaaaaaaaaaaaiaaaaadylab6slridquqtzl5oy62akmti";
  for (const auto* name : {"postfix_unknown", "postfix_delayed", "qmail", "exim", "yahoo",
                           "gmail_text", "arf_abuse", "arf_redacted", "arf_headers_only"}) {
    CAPTURE(name);
    const auto marks = read_report(sample(name)).marks;
    CHECK(std::ranges::find(marks.local_parts, 'b' + part) != marks.local_parts.end());
    CHECK(std::ranges::find(marks.local_parts, 'u' + part) != marks.local_parts.end());
    CHECK(marks.message == message_id::parse("0190a3b4c5d60001a1b2c3d4e5f60718"));
    CHECK_FALSE(marks.index);
    REQUIRE(marks.link_tokens.size() == 1);
    const auto key = feedback::token_key::make(std::string(32, 'k')).value();
    CHECK(feedback::parse_link_token(key, marks.link_tokens[0])->account == account_name{"shop"});
  }
  const auto merged =
      read_report("From: a@b.example\r\nContent-Type: text/rfc822-headers\r\n\r\n"
                  "Message-ID: <0190a3b4c5d60001a1b2c3d4e5f60718.17@n1.example>\r\n");
  CHECK(merged.marks.index == 17);
  const auto strange = read_report("Content-Type: text/rfc822-headers\r\n\r\n"
                                   "Message-ID: <0190a3b4c5d60001a1b2c3d4e5f60718.x@n1>\r\n");
  CHECK_FALSE(strange.marks.message);
}

TEST_CASE("reports: any octets are read, within bounds", "[reports]") {
  CHECK(read_report("").kind == report_kind::unknown);
  CHECK(read_report(std::string(100'000, '\0')).kind == report_kind::unknown);
  CHECK(read_report(std::string(100'000, '@')).recipients.empty());
  std::string deep;
  for (int i = 0; i < 1000; ++i)
    deep += "Content-Type: multipart/mixed; boundary=b" + std::to_string(i) + "\r\n\r\n--b" +
            std::to_string(i) + "\r\n";
  CHECK(read_report(deep).kind == report_kind::unknown);
  std::string wide = "Content-Type: multipart/report; boundary=b\r\n\r\n";
  for (int i = 0; i < 10'000; ++i)
    wide += "--b\r\nContent-Type: message/delivery-status\r\n\r\n\r\n";
  CHECK(read_report(wide).kind == report_kind::unknown);
  std::string many =
      "From: mailer-daemon@x.example\r\nContent-Type: message/delivery-status\r\n\r\n"
      "Reporting-MTA: dns; x\r\n";
  for (int i = 0; i < 5000; ++i)
    many +=
        "\r\nFinal-Recipient: rfc822; a" + std::to_string(i) + "@b.example\r\nAction: failed\r\n";
  CHECK(read_report(many).recipients.size() == reported_recipients_max);
}

TEST_CASE("reports: samples cut and changed anywhere are read, too", "[reports]") {
  const auto seed = GENERATE(range(0, 20));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  for (const auto& each : expected) {
    auto text = sample(each.name);
    for (int changes = 0; changes < 5; ++changes)
      text[random.next() % text.size()] = static_cast<char>(random.next());
    text.resize(random.next() % text.size());
    const auto found = read_report(text);
    CHECK(found.recipients.size() <= reported_recipients_max);
    for (const auto& who : found.recipients) {
      CHECK(who.diagnostic.size() <= report_text_octets_max);
      CHECK(who.diagnostic.find('\n') == std::string::npos);
    }
  }
}
