#include "net/smtp/notification.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <unistd.h>

#include "actors/core/random.hpp"

using namespace warmfront;
using namespace warmfront::smtp;

namespace {

const std::string original = "From: s@from.example\r\nSubject: hello\r\n\r\nbody line\r\n.dot\r\n";

notification_request make_request() {
  notification_request request;
  request.hostname = "mta1.example.net";
  request.unique = "0123456789abcdef";
  request.reverse_path = "s@from.example";
  request.arrived_at = wall_time{seconds{1'767'225'600}};
  request.now = wall_time{seconds{1'767'229'200}};
  request.content = original;
  notified_recipient one;
  one.address = "r@to.example";
  one.status = "5.1.1";
  one.answer = {550, "5.1.1", "no such user"};
  one.remote_mta = "mx.to.example";
  one.last_attempt_at = wall_time{seconds{1'767'229'000}};
  request.recipients.push_back(one);
  return request;
}

bool contains(const notification& made, std::string_view text) {
  return made.content.find(text) != std::string::npos;
}

/// Whether every line ends in CRLF and none is longer than 998 octets.
bool is_well_formed(const std::string& content) {
  std::size_t line = 0;
  for (std::size_t at = 0; at < content.size(); ++at) {
    if (content[at] == '\r' && (at + 1 == content.size() || content[at + 1] != '\n')) {
      return false;
    }
    if (content[at] == '\n' && (at == 0 || content[at - 1] != '\r')) {
      return false;
    }
    line = content[at] == '\n' ? 0 : line + 1;
    if (line > 999) {
      return false;
    }
  }
  return content.ends_with("\r\n");
}

constexpr const char* reader = R"(
import sys, email, email.policy
m = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.SMTPUTF8)
print(m.get_content_type(), m.get_param('report-type'), m['Auto-Submitted'], m['To'], m['Date'])
for p in m.iter_parts():
    print(p.get_content_type())
status = list(m.iter_parts())[1]
for block in status.get_payload():
    for k, v in block.items():
        print(k + ': ' + ' '.join(v.split()))
print(repr(m.defects), [p.defects for p in m.walk() if p.defects])
third = list(m.iter_parts())[2]
if third.get_content_type() == 'message/rfc822':
    print(third.get_payload()[0].get_payload())
)";

/// What Python's email package reads in it; empty without Python.
std::string read_by_python(const notification& made) {
  const std::filesystem::path python = "/usr/bin/python3";
  if (!std::filesystem::exists(python)) {
    return {};
  }
  const auto directory =
      std::filesystem::temp_directory_path() / ("notification-" + std::to_string(::getpid()));
  std::filesystem::create_directory(directory);
  std::ofstream{directory / "reader.py"} << reader;
  std::ofstream{directory / "mail", std::ios::binary} << made.content;
  const std::string command = python.string() + " " + (directory / "reader.py").string() + " " +
                              (directory / "mail").string() + " > " + (directory / "out").string() +
                              " 2>&1";
  const int code = std::system(command.c_str());
  std::ifstream out{directory / "out"};
  std::string text{std::istreambuf_iterator<char>{out}, {}};
  std::filesystem::remove_all(directory);
  CHECK(code == 0);
  return text;
}

} // namespace

TEST_CASE("notification: Python's email package reads a failure", "[smtp]") {
  auto request = make_request();
  request.envelope_id = "id+2B1";
  request.recipients[0].original_recipient = "rfc822;first+2Blast@to.example";
  notified_recipient other;
  other.address = "q@to.example";
  other.status = "4.4.7";
  other.answer = {0, "", "no host could be reached for five days"};
  request.recipients.push_back(other);
  const notification made = build_notification(request);
  CHECK(is_well_formed(made.content));
  CHECK(made.body == body_encoding::seven_bit);
  const std::string read = read_by_python(made);
  if (read.empty()) {
    WARN("python3 is missing: not read back");
    return;
  }
  CHECK(read == "multipart/report delivery-status auto-replied s@from.example "
                "Thu, 01 Jan 2026 01:00:00 +0000\n"
                "text/plain\nmessage/delivery-status\nmessage/rfc822\n"
                "Original-Envelope-Id: id+1\n"
                "Reporting-MTA: dns; mta1.example.net\n"
                "Arrival-Date: Thu, 01 Jan 2026 00:00:00 +0000\n"
                "Original-Recipient: rfc822; first+last@to.example\n"
                "Final-Recipient: rfc822; r@to.example\n"
                "Action: failed\nStatus: 5.1.1\n"
                "Remote-MTA: dns; mx.to.example\n"
                "Diagnostic-Code: smtp; 550 5.1.1 no such user\n"
                "Last-Attempt-Date: Thu, 01 Jan 2026 00:56:40 +0000\n"
                "Final-Recipient: rfc822; q@to.example\n"
                "Action: failed\nStatus: 4.4.7\n"
                "Diagnostic-Code: x-warmfront; no host could be reached for five days\n"
                "[] []\n"
                "body line\n.dot\n\n");
}

TEST_CASE("notification: how much comes back", "[smtp]") {
  auto request = make_request();
  CHECK(contains(build_notification(request), "body line"));
  request.ret = return_content::headers;
  CHECK_FALSE(contains(build_notification(request), "body line"));
  CHECK(contains(build_notification(request), "Content-Type: text/rfc822-headers\r\n"));
  CHECK(contains(build_notification(request), "Subject: hello\r\n"));
  request.ret = return_content::full;
  request.returned_octets_max = 10;
  CHECK_FALSE(contains(build_notification(request), "body line"));
  request = make_request();
  for (const auto kind :
       {notification_kind::delayed, notification_kind::delivered, notification_kind::relayed}) {
    request.kind = kind;
    request.ret = return_content::full;
    CHECK_FALSE(contains(build_notification(request), "body line"));
  }
  request.kind = notification_kind::failed;
  request.ret = return_content::headers;
  const std::string endless = "X: " + std::string(500, 'a') + "\r\n";
  std::string header;
  for (int line = 0; line < 1000; ++line) {
    header += endless;
  }
  request.content = header;
  CHECK(build_notification(request).content.size() < 40000);
  CHECK(is_well_formed(build_notification(request).content));
}

TEST_CASE("notification: kinds", "[smtp]") {
  auto request = make_request();
  request.kind = notification_kind::delayed;
  request.recipients[0].status.clear();
  request.recipients[0].retried_until = wall_time{seconds{1'767'657'600}};
  auto made = build_notification(request);
  CHECK(contains(made, "Action: delayed\r\nStatus: 4.0.0\r\n"));
  CHECK(contains(made, "Will-Retry-Until: Tue, 06 Jan 2026 00:00:00 +0000\r\n"));
  request.kind = notification_kind::relayed;
  made = build_notification(request);
  CHECK(contains(made, "Action: relayed\r\nStatus: 2.0.0\r\n"));
  CHECK_FALSE(contains(made, "Will-Retry-Until"));
}

TEST_CASE("notification: UTF-8 addresses and headers use the types of RFC 6533", "[smtp]") {
  auto request = make_request();
  CHECK_FALSE(build_notification(request).smtputf8);
  request.recipients[0].address = "\xc3\xa9@to.example";
  auto made = build_notification(request);
  CHECK(contains(made, "Content-Type: message/global-delivery-status\r\n"));
  CHECK(contains(made, "Final-Recipient: utf-8; \xc3\xa9@to.example\r\n"));
  CHECK(made.body == body_encoding::eight_bit);
  CHECK_FALSE(made.smtputf8);
  request.reverse_path = "\xc3\xa8@from.example";
  CHECK(build_notification(request).smtputf8);
  request.content = "Subject: \xc3\xa9\r\n\r\nbody\r\n";
  CHECK(contains(build_notification(request), "Content-Type: message/global\r\n"));
  request.ret = return_content::headers;
  CHECK(contains(build_notification(request), "Content-Type: message/global-headers\r\n"));
}

TEST_CASE("notification: what strangers wrote cannot break out", "[smtp]") {
  auto request = make_request();
  request.recipients[0].answer = {550, "5.7.1",
                                  "no\r\nBcc: evil@x.example\n\r\n--=_0123456789abcdef--\x01\xff"};
  request.recipients[0].remote_mta = "mx\r\nX-Evil: 1";
  request.recipients[0].original_recipient = "rfc822;a\r\nX-Evil: 2";
  request.recipients[0].status = "5.1.1\r\nX-Evil: 3";
  request.envelope_id = "x+0D+0AX-Evil: 4";
  const std::string attack =
      "Subject: x\r\n\r\n--=_0123456789abcdef\r\nContent-Type: text/html\r\n";
  request.content = attack;
  const notification made = build_notification(request);
  CHECK(is_well_formed(made.content));
  CHECK_FALSE(contains(made, "\nBcc:"));
  CHECK_FALSE(contains(made, "\nX-Evil:"));
  CHECK(contains(made, "Status: 5.0.0\r\n"));
  CHECK(contains(made, "boundary=\"=_0123456789abcdef_\""));
  const std::string read = read_by_python(made);
  CHECK((read.empty() || read.find("message/rfc822\n") != std::string::npos));
}

TEST_CASE("notification: any octets in give well-formed lines out", "[smtp][property]") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    const auto noise = [&](std::size_t most) {
      std::string text;
      for (std::uint64_t length = random.next() % most; length > 0; --length) {
        text += random.next() % 4 == 0 ? ' ' : static_cast<char>(random.next());
      }
      return text;
    };
    auto request = make_request();
    request.envelope_id = noise(200);
    request.reverse_path = "s" + noise(40);
    request.recipients[0] = {noise(300), noise(600), noise(12), {550, noise(9), noise(5000)},
                             noise(300), {},         {}};
    CHECK(is_well_formed(build_notification(request).content));
  }
}

TEST_CASE("notification: who wants one", "[smtp]") {
  envelope_recipient recipient{"r@to.example", notify::unspecified, {}};
  const auto wants = [&](notification_kind kind) {
    return wants_notification("s@from.example", recipient, kind);
  };
  CHECK(wants(notification_kind::failed));
  CHECK(wants(notification_kind::delayed));
  CHECK_FALSE(wants(notification_kind::delivered));
  CHECK_FALSE(wants_notification("", recipient, notification_kind::failed));
  recipient.notify_on = notify::never;
  CHECK_FALSE(wants(notification_kind::failed));
  recipient.notify_on = notify::success | notify::delay;
  CHECK_FALSE(wants(notification_kind::failed));
  CHECK(wants(notification_kind::delayed));
  CHECK(wants(notification_kind::delivered));
  CHECK(wants(notification_kind::relayed));
  recipient.notify_on = notify::failure;
  CHECK(wants(notification_kind::failed));
  CHECK_FALSE(wants(notification_kind::delayed));
}
