// What every control store promises about leases, checked against each of them.
#include <catch2/catch.hpp>

#include "tests/storage/control_questions.hpp"
#include WARMFRONT_CONTROL_SUBJECTS // which stores: set by the build

namespace warmfront::storage {

using namespace warmfront::testing; // NOLINT: the words these tests are written in

TEMPLATE_LIST_TEST_CASE("control: the keys of a lease go when its time is over", "[control]",
                        every_control_subject) {
  TestType subject;
  const auto lease = grant(subject, seconds{10});
  put(subject, "mine", "1", lease);
  put(subject, "other", "2");
  witness seen;
  const auto watching = subject.store().watch("", 1, seen.callback());
  subject.time.advance(seconds{9});
  subject.settle();
  CHECK(range(subject, "").records.size() == 2);
  subject.time.advance(seconds{1});
  CHECK(comes_true(subject, [&] { return range(subject, "").records.size() == 1; }));
  CHECK(comes_true(subject, [&] { return seen.story() == "mine=1@1 other=2@2 mine-@3 "; }));
  CHECK(put(subject, "next", "3").at == 4);
}

TEMPLATE_LIST_TEST_CASE("control: keeping a lease starts its time anew", "[control]",
                        every_control_subject) {
  TestType subject;
  const auto lease = grant(subject, seconds{10});
  const auto keep = [&] {
    return ask<void>(subject,
                     [&](auto done) { subject.store().keep_lease(lease, std::move(done)); });
  };
  put(subject, "mine", "1", lease);
  for (int round = 0; round < 3; ++round) {
    subject.time.advance(seconds{9});
    REQUIRE(keep().has_value());
  }
  CHECK(range(subject, "").records.size() == 1);
  subject.time.advance(seconds{10});
  const auto late = keep();
  REQUIRE_FALSE(late.has_value());
  CHECK(late.error().code == errc::not_found);
}

TEMPLATE_LIST_TEST_CASE("control: revoking a lease deletes its keys at one revision", "[control]",
                        every_control_subject) {
  TestType subject;
  const auto lease = grant(subject, seconds{10});
  put(subject, "a", "1", lease);
  put(subject, "b", "2", lease);
  put(subject, "c", "3", lease);
  put(subject, "c", "4"); // no longer of the lease
  const auto revoke = [&] {
    return ask<void>(subject,
                     [&](auto done) { subject.store().revoke_lease(lease, std::move(done)); });
  };
  REQUIRE(revoke().has_value());
  const auto left = range(subject, "");
  CHECK(left.records == std::vector<control_record>{{"c", "4", 3, 4, 0}});
  CHECK(left.at == 5);
  CHECK(revoke().error().code == errc::not_found);
}

TEMPLATE_LIST_TEST_CASE("control: a lease survives a restart and still ends", "[control]",
                        bare_control_subject) {
  TestType subject;
  const auto lease = grant(subject, seconds{10});
  put(subject, "mine", "1", lease);
  subject.time.advance(seconds{9});
  subject.restart();
  CHECK(grant(subject, seconds{100}) != lease);
  subject.time.advance(seconds{9});
  CHECK(range(subject, "mine").records.size() == 1);
  subject.time.advance(seconds{2});
  CHECK(comes_true(subject, [&] { return range(subject, "mine").records.empty(); }));
}

TEMPLATE_LIST_TEST_CASE("control: a lease without time is refused", "[control]",
                        bare_control_subject) {
  TestType subject;
  const auto answer = ask<lease_id>(
      subject, [&](auto done) { subject.store().grant_lease(milliseconds{0}, std::move(done)); });
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == errc::invalid_argument);
}

} // namespace warmfront::storage
