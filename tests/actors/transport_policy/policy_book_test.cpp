#include "actors/transport_policy/policy_book.hpp"

#include <catch2/catch.hpp>

#include "tests/support/manual_clock.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using trust::sts_mode;
using trust::sts_policy;
using trust::tls_result;

namespace {

const domain_name receiver{"to.example"};

std::string policy_text(const std::string& mode, const std::string& host = "mx.to.example",
                        int max_age = 604'800) {
  return "version: STSv1\nmode: " + mode + "\nmx: " + host +
         "\nmax_age: " + std::to_string(max_age) + "\n";
}
dns::record_answer record(const std::string& id) {
  return {dns::answer_kind::found, {"v=STSv1; id=" + id + ";"}, ""};
}
const dns::record_answer no_record{dns::answer_kind::no_domain, {}, ""};
const dns::record_answer dns_failed{dns::answer_kind::failed, {}, "SERVFAIL"};
http::incoming_answer page(std::string text) {
  return {200, {{"content-type", "text/plain; charset=utf-8"}}, std::move(text)};
}
const error unreachable{errc::unavailable, "nobody answers", {}};

/// A book with a clock, and what it asked for.
struct world {
  policy_book book;
  testing::manual_clock time;
  std::vector<std::optional<sts_policy>> told;
  std::size_t lookups = 0;
  std::size_t fetches = 0;
  std::vector<policy_failed> failures;
  std::vector<storage::stored_policy> kept;
  policy_ticket next = 1;

  void take(policy_actions actions) {
    for (auto& action : actions) {
      if (auto* tell = std::get_if<tell_policy>(&action))
        told.insert(told.end(), tell->to.size(), tell->policy);
      else if (auto* failed = std::get_if<policy_failed>(&action))
        failures.push_back(*failed);
      else if (auto* keep = std::get_if<keep_policy>(&action))
        kept.push_back(keep->policy);
      lookups += std::holds_alternative<look_up_record>(action) ? 1 : 0;
      fetches += std::holds_alternative<fetch_policy>(action) ? 1 : 0;
    }
  }
  void find() {
    policy_actions actions;
    book.find(receiver, next++, time.wall_now(), actions);
    take(std::move(actions));
  }
  void answer(const dns::record_answer& found) {
    policy_actions actions;
    book.on_record(receiver, found, time.wall_now(), actions);
    take(std::move(actions));
  }
  void answer(const result<http::incoming_answer>& found) {
    policy_actions actions;
    book.on_policy(receiver, found, time.wall_now(), actions);
    take(std::move(actions));
  }
  /// What the last question was told.
  std::optional<sts_mode> last() {
    REQUIRE_FALSE(told.empty());
    return told.back() ? std::optional{told.back()->mode} : std::nullopt;
  }
  void learn(const std::string& mode, const std::string& id = "1", int max_age = 604'800) {
    find();
    answer(record(id));
    answer(page(policy_text(mode, "mx.to.example", max_age)));
  }
};

} // namespace

TEST_CASE("policy book: a domain without a record has no policy, for five minutes", "[sts]") {
  world of;
  of.find();
  of.find();
  CHECK(of.lookups == 1);
  CHECK(of.told.empty());
  of.answer(no_record);
  CHECK(of.told.size() == 2);
  CHECK_FALSE(of.last());
  of.find();
  CHECK(of.told.size() == 3);
  CHECK(of.lookups == 1);
  of.time.advance(301s);
  of.find();
  CHECK(of.lookups == 2);
}

TEST_CASE("policy book: an announced policy is waited for, kept and told", "[sts]") {
  world of;
  of.find();
  of.answer(record("20261129"));
  CHECK(of.fetches == 1);
  CHECK(of.told.empty());
  of.answer(page(policy_text("enforce")));
  CHECK(of.last() == sts_mode::enforce);
  REQUIRE(of.kept.size() == 1);
  CHECK(of.kept[0].id == "20261129");
  CHECK(of.kept[0].expires_at == of.time.wall_now() + 604'800s);
}

TEST_CASE("policy book: the same id is not fetched again, a new one is", "[sts]") {
  world of;
  of.learn("testing");
  of.time.advance(301s);
  of.find();
  of.answer(record("1"));
  CHECK(of.fetches == 1);
  CHECK(of.last() == sts_mode::testing);
  of.time.advance(301s);
  of.find();
  of.answer(record("2"));
  CHECK(of.fetches == 2);
  of.answer(page(policy_text("enforce")));
  CHECK(of.last() == sts_mode::enforce);
}

TEST_CASE("policy book: a policy holds while its record and its host are gone", "[sts]") {
  world of;
  of.learn("enforce");
  const auto later = GENERATE(0, 1, 2, 3);
  CAPTURE(later);
  of.time.advance(2h);
  of.find();
  if (later == 0) {
    of.answer(no_record);
  } else if (later == 1) {
    of.answer(dns_failed);
  } else {
    of.answer(record("2"));
    if (later == 2)
      of.answer(unreachable);
    else
      of.answer(page("nonsense"));
    REQUIRE(of.failures.size() == 1);
    CHECK(of.failures[0].has_older);
  }
  CHECK(of.last() == sts_mode::enforce);
}

TEST_CASE("policy book: it ends with its time, and not before", "[sts]") {
  world of;
  of.learn("enforce", "1", 3'600);
  of.time.advance(3'599s);
  of.find();
  of.answer(no_record);
  CHECK(of.last() == sts_mode::enforce);
  of.time.advance(301s);
  of.find();
  of.answer(no_record);
  CHECK_FALSE(of.last());
}

TEST_CASE("policy book: it is fetched again before it ends, and nobody waits for that", "[sts]") {
  world of;
  of.learn("enforce", "1", 604'800);
  of.time.advance(25h);
  of.find();
  of.answer(record("1"));
  CHECK(of.fetches == 2);
  CHECK(of.last() == sts_mode::enforce);
  CHECK(of.told.size() == 2);
  of.answer(unreachable);
  of.time.advance(1s);
  of.find();
  CHECK(of.last() == sts_mode::enforce);
}

TEST_CASE("policy book: mode none ends a policy", "[sts]") {
  world of;
  of.learn("enforce");
  of.time.advance(301s);
  of.learn("none", "2");
  CHECK_FALSE(of.last());
}

TEST_CASE("policy book: what cannot be had is not asked for again at once", "[sts]") {
  world of;
  of.find();
  of.answer(record("1"));
  of.answer(unreachable);
  CHECK_FALSE(of.last());
  REQUIRE(of.failures.size() == 1);
  CHECK(of.failures[0].failure.counted == tls_result::sts_policy_fetch_error);
  CHECK_FALSE(of.failures[0].has_older);
  of.time.advance(301s);
  of.find();
  of.answer(record("1"));
  CHECK(of.fetches == 2);
  of.answer(page("nonsense"));
  CHECK(of.failures.back().failure.counted == tls_result::sts_policy_invalid);
  of.time.advance(301s); // twice the time now
  of.find();
  of.answer(record("1"));
  CHECK(of.fetches == 2);
  of.time.advance(301s);
  of.find();
  of.answer(record("1"));
  CHECK(of.fetches == 3);
  of.answer(page(policy_text("enforce")));
  CHECK(of.last() == sts_mode::enforce);
}

TEST_CASE("policy book: two announcements are none, said once", "[sts]") {
  world of;
  const dns::record_answer twice{dns::answer_kind::found, {"v=STSv1; id=1", "v=STSv1; id=2"}, ""};
  of.find();
  of.answer(twice);
  CHECK_FALSE(of.last());
  CHECK(of.fetches == 0);
  REQUIRE(of.failures.size() == 1);
  CHECK(of.failures[0].failure.counted == tls_result::sts_policy_invalid);
}

TEST_CASE("policy book: a restart knows what was kept", "[sts]") {
  world before;
  before.learn("enforce");
  world after;
  after.book.restore(receiver, before.kept[0], after.time.wall_now());
  after.find();
  after.answer(dns_failed);
  CHECK(after.last() == sts_mode::enforce);
  world late;
  late.time.advance(605'000s);
  late.book.restore(receiver, before.kept[0], late.time.wall_now());
  late.find();
  late.answer(no_record);
  CHECK_FALSE(late.last());
}

TEST_CASE("policy book: what it knows is bounded, and policies stay longest", "[sts]") {
  policy_rules rules;
  rules.domains_max = 20;
  policy_book book{rules};
  testing::manual_clock time;
  policy_actions actions;
  book.find(receiver, 1, time.wall_now(), actions);
  book.on_record(receiver, record("1"), time.wall_now(), actions);
  book.on_policy(receiver, page(policy_text("enforce")), time.wall_now(), actions);
  for (policy_ticket i = 0; i < 200; ++i) {
    time.advance(1s);
    const domain_name other{"d" + std::to_string(i) + ".example"};
    book.find(other, i + 2, time.wall_now(), actions);
    book.on_record(other, no_record, time.wall_now(), actions);
    CHECK(book.size() <= 20);
  }
  actions.clear();
  book.find(receiver, 1'000, time.wall_now(), actions);
  REQUIRE(actions.size() == 1);
  CHECK(std::get<tell_policy>(actions[0]).policy);
}

TEST_CASE("sts answer: only 200 with plain text is a policy", "[sts]") {
  const auto failure = [](const http::incoming_answer& answer) {
    auto read = trust::read_sts_answer(answer);
    REQUIRE(std::holds_alternative<trust::sts_failure>(read));
    return std::get<trust::sts_failure>(read).counted;
  };
  CHECK(std::holds_alternative<sts_policy>(trust::read_sts_answer(page(policy_text("enforce")))));
  auto moved = page(policy_text("enforce"));
  moved.status = 301;
  CHECK(failure(moved) == tls_result::sts_policy_fetch_error);
  auto html = page(policy_text("enforce"));
  html.headers = {{"content-type", "text/html"}};
  CHECK(failure(html) == tls_result::sts_policy_invalid);
  html.headers.clear();
  CHECK(failure(html) == tls_result::sts_policy_invalid);
}
