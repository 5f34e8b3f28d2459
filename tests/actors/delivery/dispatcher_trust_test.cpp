// What the dispatcher makes of demands on the way to a receiver.
#include <catch2/catch.hpp>

#include "tests/actors/delivery/dispatcher_world.hpp"

using namespace warmfront;
using namespace warmfront::testing::dispatching;
using warmfront::testing::make_item;
using warmfront::testing::make_lane;

TEST_CASE("dispatcher: mail with REQUIRETLS has connections of its own, and says so",
          "[dispatcher]") {
  dispatch of;
  auto found = to_b;
  found.strict = site_way{"mx.b.example;requiretls", {hop}, {}};
  of.route("b.example", found);
  of.add_mails(1);
  auto item = make_item(make_lane(), 50);
  auto mail = *item.live->mail;
  mail.record.mail.tls = tls_wish::required;
  item.live->mail = std::make_shared<const spooled_mail>(std::move(mail));
  of.add_one(std::move(item));
  REQUIRE(of.opened.size() == 2);
  REQUIRE(of.sent.size() == 2);
  CHECK_FALSE(of.sent[0].second.require_tls);
  CHECK(of.sent[1].second.require_tls);
  CHECK(of.sent[0].first != of.sent[1].first);
}

TEST_CASE("dispatcher: what TLS came to is told of each attempt, and counted", "[dispatcher]") {
  dispatch of;
  of.route();
  of.add_mails(1);
  net::connection_opened opened{hop, true, "TLSv1.3", "TLS_AES_256_GCM_SHA384", "dane"};
  opened.counted = {{trust::policy_type::tlsa, "mx.b.example", trust::tls_result::success}};
  of.event(of.opened[0].id, opened);
  of.finish(of.opened[0].id, of.sent[0].second.id);
  REQUIRE(of.attempts.size() == 1);
  CHECK(of.attempts[0].tls == "TLSv1.3 TLS_AES_256_GCM_SHA384 dane");
  CHECK(of.core.take_sessions() == opened.counted);
  CHECK(of.core.take_sessions().empty());
}
