#include <catch2/catch.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/bench/descriptor.hpp"
#include "tests/bench/sink_control.hpp"
#include "tests/bench/sink_session.hpp"
#include "tests/bench/source_session.hpp"

using namespace warmfront::bench;

namespace {

/// Lets a source session talk to a sink session until neither has anything to say.
struct conversation {
  explicit conversation(const source_options& options) : run(options), source(run) {}

  void talk() {
    bool moved = true;
    while (moved && !source.finished()) {
      const auto replies = take(sink.output());
      for (std::size_t begin = 0, end; (end = replies.find("\r\n", begin)) != std::string::npos;
           begin = end + 2) {
        if (replies[begin + 3] != '-') {
          source.reply(std::string_view{replies}.substr(begin, end - begin));
        }
      }
      auto commands = take(source.output());
      commands += source.body();
      source.body() = {};
      source.output_sent();
      // In small pieces, as TCP may deliver them.
      for (std::size_t at = 0; at < commands.size(); at += 7) {
        sink.receive(std::string_view{commands}.substr(at, 7));
      }
      moved = !replies.empty() || !commands.empty();
    }
  }

  static std::string take(std::string& text) { return std::exchange(text, {}); }
  nlohmann::json arrived() const { return nlohmann::json::parse(tally.report()); }

  source_run run;
  source_session source;
  sink_rules rules;
  sink_tally tally;
  sink_session sink{rules, tally, "127.0.0.9"};
};

source_options mails(std::uint64_t count, std::uint32_t recipients = 1) {
  source_options options;
  options.mails_max = count;
  options.recipients = recipients;
  return options;
}

} // namespace

TEST_CASE("load tools: every mail arrives once, whole and at its recipient", "[bench]") {
  auto options = mails(20, 3);
  options.pipelined = GENERATE(false, true);
  conversation both(options);
  both.talk();
  CHECK(both.source.finished());
  CHECK(both.run.accepted == 20);
  const auto arrived = both.arrived();
  CHECK(arrived["unique"] == 60);
  CHECK(arrived["by_source"]["127.0.0.9"] == 60);
  for (const auto* fault : {"duplicate", "corrupt", "misaddressed", "without_stamp", "other_series",
                            "bare_line_ends"}) {
    CAPTURE(fault);
    CHECK(arrived[fault] == 0);
  }
}

TEST_CASE("load tools: a second delivery, another series and damage are told apart", "[bench]") {
  sink_tally tally;
  arrived_mail mail;
  mail.recipients = {"r5@next.test"};
  mail.stamp = mail_stamp{.series = 1, .first = 5, .count = 1, .sent_ns = 1, .checksum = 42};
  mail.checksum = 42;
  tally.accepted("127.0.0.1", mail);
  tally.accepted("127.0.0.1", mail);
  mail.checksum = 43;
  mail.recipients = {"r6@next.test"};
  tally.accepted("127.0.0.1", mail);
  mail.stamp->series = 2;
  tally.accepted("127.0.0.1", mail);
  const auto report = nlohmann::json::parse(tally.report());
  CHECK(report["unique"] == 1);
  CHECK(report["duplicate"] == 1);
  CHECK(report["corrupt"] == 2);
  CHECK(report["misaddressed"] == 1);
  CHECK(report["other_series"] == 1);
}

TEST_CASE("load tools: the checksum sees changed, lost and swapped lines", "[bench]") {
  const auto sum = [](std::initializer_list<std::string_view> lines) {
    line_checksum checksum;
    for (const auto line : lines) {
      checksum.add(line);
    }
    return checksum.value();
  };
  CHECK(sum({"one line", "another"}) == sum({"one line", "another"}));
  CHECK(sum({"one line", "another"}) != sum({"another", "one line"}));
  CHECK(sum({"one line", "another"}) != sum({"one line"}));
  CHECK(sum({"one line", "another"}) != sum({"one line", "anotheR"}));
  CHECK(sum({"12345678", ""}) != sum({"", "12345678"}));
}

TEST_CASE("load tools: stamps and recipients are read back, nonsense is not", "[bench]") {
  const mail_stamp stamp{.series = 3, .first = 7, .count = 2, .sent_ns = 99, .checksum = 0xabcdef};
  CHECK(parse_stamp(to_string(stamp)) == stamp);
  CHECK_FALSE(parse_stamp("1 2 3"));
  CHECK_FALSE(parse_stamp(""));
  CHECK(recipient_number("r12@next.test") == 12u);
  CHECK_FALSE(recipient_number("r12"));
  CHECK_FALSE(recipient_number("x12@next.test"));
}

TEST_CASE("load tools: the sink refuses the recipients it is told to", "[bench]") {
  conversation both(mails(1));
  REQUIRE(set_rule(both.rules, "refuse r0@* 452 4.2.2 full"));
  both.talk();
  CHECK(both.run.temporary == 1);
  CHECK(both.run.accepted == 0);
  CHECK(both.arrived()["refused"] == 1);
  CHECK_FALSE(set_rule(both.rules, "refuse * 250 is no refusal"));
  CHECK_FALSE(set_rule(both.rules, "fault of_another_kind"));
  CHECK_FALSE(set_rule(both.rules, "dot_delay soon"));
}

TEST_CASE("load tools: a delayed reply waits for resume, and so does what follows", "[bench]") {
  sink_rules rules;
  sink_tally tally;
  sink_session session(rules, tally, "127.0.0.1");
  session.output().clear();
  rules.reply_delay = std::chrono::milliseconds{50};
  session.receive("NOOP\r\nNOOP\r\n");
  CHECK(session.output().empty());
  REQUIRE(session.pause());
  CHECK(session.pause()->count() == 50);
  session.resume();
  CHECK(session.output() == "250 2.0.0 ok\r\n");
  CHECK(session.pause());
}

TEST_CASE("load tools: a latency percentile is at most one eighth too low", "[bench]") {
  latency_histogram histogram;
  for (std::uint64_t value = 1; value <= 1000; ++value) {
    histogram.add(value);
  }
  CHECK(histogram.percentile(0.5) <= 500);
  CHECK(histogram.percentile(0.5) >= 500 - 500 / 8);
  CHECK(histogram.greatest() == 1000);
}

TEST_CASE("load tools: the credentials of AUTH PLAIN", "[bench]") {
  // RFC 4616 §4: an empty authorization identity, then name and password.
  CHECK(plain_response("tim:tanstaaftanstaaf") == "AHRpbQB0YW5zdGFhZnRhbnN0YWFm");
}
