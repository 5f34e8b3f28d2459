#include "admin/tencent/sender_rights.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using namespace warmfront::admin::tencent;

namespace {

pool_address ip(const std::string& address, const std::string& plan = "standard") {
  pool_address made;
  made.address = ip_address{address};
  made.plan = plan_name{plan};
  return made;
}

ledger_report ledger(const std::string& subject, std::uint64_t limit, std::uint64_t used) {
  ledger_report made;
  made.subject = ledger_subject{subject};
  made.limit = limit;
  made.used = used;
  return made;
}

queue_report queue(const std::string& pool, mail_class importance, std::uint64_t waiting) {
  queue_report made;
  made.pool = pool_name{pool};
  made.importance = importance;
  made.waiting = waiting;
  return made;
}

/// A pool with one IP, of whose day 990 of 1000 mails are used.
struct almost_used_up {
  std::vector<pool> pools;
  std::vector<ledger_report> ledgers{ledger("127.0.0.2", 1000, 990)};
  std::vector<queue_report> queues;

  almost_used_up() {
    pool made;
    made.name = pool_name{"own"};
    made.addresses = {ip("127.0.0.2")};
    pools.push_back(made);
  }
  [[nodiscard]] bool has_room(std::uint64_t recipients,
                              mail_class importance = mail_class::triggered) const {
    return has_room_today({pools, ledgers, queues, pools.front(), domain_name{"sender.test"},
                           importance, recipients});
  }
};

identity_report identity(const std::string& account, const std::string& domain,
                         bool verified = true) {
  identity_report made;
  made.verified = verified;
  made.account = account_name{account};
  made.domain = domain_name{domain};
  return made;
}

} // namespace

TEST_CASE("sender rights: whoever has a domain may send from it", "[tencent][security]") {
  const std::vector own{identity("acme", "sender.test")};
  CHECK(right_to_send(own, {domain_name{"sender.test"}}, true) == sender_right::given);
  CHECK(right_to_send(own, {domain_name{"sender.test"}}, false) == sender_right::given);
  const std::vector both{domain_name{"sender.test"}, domain_name{"stranger.test"}};
  CHECK(right_to_send(own, both, true) == sender_right::denied);
}

TEST_CASE("sender rights: a domain covers those below it, the nearest one decides",
          "[tencent][security]") {
  const std::vector own{identity("acme", "sender.test"),
                        identity("acme", "new.sender.test", false)};
  const auto right = [&](const char* from, bool require_verified) {
    return right_to_send(own, {domain_name{from}}, require_verified);
  };
  CHECK(right("a.sender.test", true) == sender_right::given);
  CHECK(right("notsender.test", true) == sender_right::denied);
  CHECK(right("a.new.sender.test", true) == sender_right::denied);
  CHECK(right("a.new.sender.test", false) == sender_right::given);
  CHECK(has_other_owner(own, {domain_name{"a.sender.test"}}, account_name{"other"}));
  CHECK_FALSE(has_other_owner(own, {domain_name{"notsender.test"}}, account_name{"other"}));
}

TEST_CASE("sender rights: without verification a domain of nobody may be used",
          "[tencent][security]") {
  const std::vector from{domain_name{"sender.test"}};
  CHECK(right_to_send({}, from, true) == sender_right::denied);
  CHECK(right_to_send({}, from, false) == sender_right::unclear);
  CHECK(has_other_owner({identity("other", "sender.test")}, from, account_name{"acme"}));
  CHECK_FALSE(has_other_owner({identity("acme", "sender.test")}, from, account_name{"acme"}));
  CHECK_FALSE(has_other_owner({identity("other", "news.sender.test")}, from, account_name{"acme"}));
  CHECK(not_authenticated(domain_name{"sender.test"}).code ==
        "FailedOperation.NotAuthenticatedSender");
}

TEST_CASE("room today: the rest of the day's limit and no more", "[tencent]") {
  const almost_used_up of;
  CHECK(of.has_room(10));
  CHECK_FALSE(of.has_room(11));
}

TEST_CASE("room today: batch mail leaves the reserve alone", "[tencent]") {
  almost_used_up of;
  CHECK_FALSE(of.has_room(1, mail_class::batch));
  of.ledgers.front().used = 899;
  CHECK(of.has_room(1, mail_class::batch));
  CHECK_FALSE(of.has_room(2, mail_class::batch));
}

TEST_CASE("room today: what waits already goes first, batch mail after triggered", "[tencent]") {
  almost_used_up of;
  of.queues = {queue("own", mail_class::triggered, 4), queue("own", mail_class::batch, 500),
               queue("another", mail_class::triggered, 500)};
  CHECK(of.has_room(6));
  CHECK_FALSE(of.has_room(7));
}

TEST_CASE("room today: a pool that it overflows into counts", "[tencent]") {
  almost_used_up of;
  of.pools.front().overflow = "pool:warm";
  CHECK_FALSE(of.has_room(11));
  pool warm;
  warm.name = pool_name{"warm"};
  warm.addresses = {ip("127.0.0.3", "")};
  of.pools.push_back(warm);
  CHECK(of.has_room(1'000'000));
}

TEST_CASE("room today: an IP that may not send brings nothing", "[tencent]") {
  almost_used_up of;
  of.ledgers.front().state = ledger_state::paused;
  CHECK_FALSE(of.has_room(1));
  of.ledgers.front().state = ledger_state::blocked;
  CHECK(of.has_room(1));
  CHECK_FALSE(of.has_room(1, mail_class::batch));
  of.ledgers.front().state = ledger_state::open;
  of.pools.front().addresses.front().weight = 0;
  CHECK_FALSE(of.has_room(1));
}

TEST_CASE("room today: the sender domain has a limit of its own", "[tencent]") {
  almost_used_up of;
  of.ledgers = {ledger("sender.test", 500, 499)};
  CHECK(of.has_room(1));
  CHECK_FALSE(of.has_room(2));
  // Of one provider alone: not everything is over the limit.
  of.ledgers.front().provider = "gmail";
  CHECK(of.has_room(2));
}

TEST_CASE("room today: nothing is known of a pool without IPs", "[tencent]") {
  almost_used_up of;
  of.pools.front().addresses.clear();
  CHECK(of.has_room(1'000'000));
}
