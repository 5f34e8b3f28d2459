#include "actors/ip_pool/pool_book.hpp"

#include "actors/ip_pool/block_watch.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"

using namespace warmfront;

namespace {

/// A book that sees every change of a store at once.
struct world {
  warmfront::testing::manual_control_store store;
  pool_book book;
  std::unique_ptr<storage::watch_handle> watch =
      store.watch(std::string{pool_prefix}, 1, [this](const auto& events) {
        for (const auto& event : events.value())
          (void)book.apply(event);
      });

  template <class Command>
  result<void> run(Command command) {
    if constexpr (requires { book.prepared(command); }) {
      auto prepared = book.prepared(std::move(command));
      if (!prepared)
        return prepared.error();
      return make(book.build(prepared.value()));
    } else {
      return make(book.build(command));
    }
  }
  result<void> make(const result<storage::control_transaction>& change) {
    if (!change)
      return change.error();
    bool applied = false;
    store.transact(change.value(), [&](const auto& outcome) { applied = outcome.value().applied; });
    store.settle();
    return applied ? success() : result<void>{error{errc::conflict, "lost a race", {}}};
  }
  template <class Command>
  std::optional<errc> code(Command command) {
    const auto outcome = run(std::move(command));
    return outcome ? std::nullopt : std::optional{outcome.error().code};
  }
  void make_pool(const std::string& name, pool_kind kind) {
    pool value;
    value.name = pool_name{name};
    value.kind = kind;
    REQUIRE(run(put_pool{value}));
  }
  const pool_address& address_of(const std::string& name) {
    return book.find(pool_name{name})->addresses.at(0);
  }
};

put_pool_address placed(const std::string& name, const std::string& address,
                        const std::string& plan = {}, std::uint32_t weight = 1) {
  return {pool_name{name}, {ip_address{address}, node_name{"n1"}, weight, plan_name{plan}}};
}

} // namespace

TEST_CASE("pools: shared exists from the start and stays", "[ip_pool]") {
  world of;
  REQUIRE(of.book.list({}).value().size() == 1);
  CHECK(of.book.find(pool_name{"shared"})->kind == pool_kind::shared);
  CHECK(of.code(delete_pool{pool_name{"shared"}}) == errc::refused);
  CHECK_FALSE(of.code(placed("shared", "192.0.2.1")));
  of.store.erase("pools/shared");
  of.store.settle();
  CHECK(of.book.find(pool_name{"shared"}) != nullptr);
  pool dedicated;
  dedicated.name = pool_name{"shared"};
  dedicated.kind = pool_kind::dedicated;
  CHECK(of.code(put_pool{dedicated}) == errc::refused);
}

TEST_CASE("pools: what is stored is checked", "[ip_pool]") {
  world of;
  const auto with = [](auto change) {
    pool value;
    value.name = pool_name{"mine"};
    value.kind = pool_kind::dedicated;
    change(value);
    return put_pool{value};
  };
  CHECK_FALSE(of.code(with([](pool&) {})));
  for (const auto* bad : {"", "Mine", "a b", "a/b", "\xc3\xa4"})
    CHECK(of.code(with([&](pool& p) { p.name = pool_name{bad}; })) == errc::invalid_argument);
  CHECK(of.code(with([](pool& p) { p.account = account_name{"No Name"}; })) ==
        errc::invalid_argument);
  CHECK(of.code(with([](pool& p) {
    p.kind = pool_kind::shared;
    p.account = account_name{"a"};
  })) == errc::invalid_argument);
  CHECK_FALSE(of.code(with([](pool& p) { p.overflow = "reject"; })));
  CHECK_FALSE(of.code(with([](pool& p) { p.overflow = "pool:shared"; })));
  CHECK(of.code(with([](pool& p) { p.overflow = "pool:other"; })) == errc::not_found);
  CHECK(of.code(with([](pool& p) { p.overflow = "pool:mine"; })) == errc::invalid_argument);
  CHECK(of.code(with([](pool& p) { p.overflow = "pool:"; })) == errc::invalid_argument);
  CHECK(of.code(with([](pool& p) { p.overflow = "drop"; })) == errc::invalid_argument);
  CHECK(of.code(with([](pool& p) { p.addresses.resize(1001); })) == errc::limit_exceeded);
  CHECK(of.code(with([](pool& p) {
    p.addresses.resize(2);
    p.addresses[0].address = ip_address{"2001:db8::1"};
    p.addresses[1].address = ip_address{"2001:DB8:0::1"};
  })) == errc::invalid_argument);
  CHECK(of.code(delete_pool{pool_name{"none"}}) == errc::not_found);
  CHECK_FALSE(of.code(delete_pool{pool_name{"mine"}}));
}

TEST_CASE("pools: mail overflows only into a pool that its account may use", "[ip_pool]") {
  world of;
  const auto dedicated = [](const char* name, const char* account, const char* overflow) {
    pool value;
    value.name = pool_name{name};
    value.kind = pool_kind::dedicated;
    value.account = account_name{account};
    value.overflow = overflow;
    return put_pool{value};
  };
  REQUIRE_FALSE(of.code(dedicated("theirs", "other", "hold")));
  REQUIRE_FALSE(of.code(dedicated("spare", "", "hold")));
  CHECK(of.code(dedicated("mine", "acme", "pool:theirs")) == errc::conflict);
  CHECK_FALSE(of.code(dedicated("mine", "acme", "pool:spare")));
  // Nor can that be undone from the other side.
  CHECK(of.code(dedicated("spare", "other", "hold")) == errc::conflict);
  CHECK_FALSE(of.code(dedicated("spare", "acme", "hold")));
  CHECK(of.code(delete_pool{pool_name{"spare"}}) == errc::conflict);
  CHECK_FALSE(of.code(dedicated("mine", "acme", "hold")));
  CHECK_FALSE(of.code(delete_pool{pool_name{"spare"}}));
}

TEST_CASE("pools: mail of a quarantined address moves to the others", "[ip_pool]") {
  world of;
  REQUIRE_FALSE(of.code(placed("shared", "192.0.2.1")));
  REQUIRE_FALSE(of.code(placed("shared", "192.0.2.2")));
  assignment_request question;
  question.pool = pool_name{"shared"};
  question.recipient = "a@example.org";
  question.previous = ip_address{"192.0.2.1"};
  CHECK(of.book.request_for(question).candidates.front().str() == "192.0.2.1");
  const auto change = of.book.build(
      set_address_state{ip_address{"192.0.2.1"}, address_state::quarantined, "by hand"},
      wall_time{seconds{5}});
  REQUIRE(change);
  of.store.put("pools/shared", *change.value().then.front().value);
  of.store.settle();
  CHECK(of.book.request_for(question).candidates ==
        std::vector<ip_address>{ip_address{"192.0.2.2"}});
  CHECK(of.book.find(question.pool)->addresses[0].changed_at == wall_time{seconds{5}});
}

TEST_CASE("pools: a new address comes in the state it is given, a known one keeps its own",
          "[ip_pool]") {
  world of;
  auto command = placed("shared", "192.0.2.1");
  command.value.state = address_state::quarantined;
  command.value.reason = "blocked";
  REQUIRE_FALSE(of.code(command));
  const auto& stored = of.book.find(pool_name{"shared"})->addresses;
  CHECK(stored[0].state == address_state::quarantined);
  CHECK(stored[0].reason == "blocked");
  command.value.state = address_state::active;
  command.value.reason.clear();
  REQUIRE_FALSE(of.code(command));
  CHECK(of.book.find(pool_name{"shared"})->addresses[0].state == address_state::quarantined);
  CHECK(of.book.find(pool_name{"shared"})->addresses[0].reason == "blocked");
}

TEST_CASE("pools: a draining address still sends, and stays what it is in the store", "[ip_pool]") {
  world of;
  REQUIRE_FALSE(of.code(placed("shared", "192.0.2.1")));
  const auto set = [&](address_state state) {
    return of.book.build(set_address_state{ip_address{"192.0.2.1"}, state, "replaced"},
                         wall_time{seconds{5}});
  };
  const auto change = set(address_state::draining);
  REQUIRE(change);
  of.store.put("pools/shared", *change.value().then.front().value);
  of.store.settle();
  assignment_request question;
  question.pool = pool_name{"shared"};
  question.recipient = "a@example.org";
  CHECK(of.book.request_for(question).candidates.size() == 1);
  CHECK(of.book.request_for(question).draining_from == 1);
  REQUIRE_FALSE(of.code(placed("shared", "192.0.2.2")));
  CHECK(of.book.request_for(question).draining_from == 1);
  question.previous = ip_address{"192.0.2.1"};
  CHECK(of.book.request_for(question).draining_from == 2);
  CHECK(of.book.find(question.pool)->addresses[0].state == address_state::draining);
  CHECK(of.book.find(question.pool)->addresses[0].reason == "replaced");
  CHECK(set(address_state::draining).value().then.empty());
  // In one pool alone, when that is asked for.
  pool other;
  other.name = pool_name{"other"};
  REQUIRE_FALSE(of.code(put_pool{other}));
  REQUIRE_FALSE(of.code(placed("other", "192.0.2.1")));
  set_address_state alone{ip_address{"192.0.2.1"}, address_state::quarantined, "x",
                          pool_name{"other"}};
  const auto one = of.book.build(alone, wall_time{seconds{6}});
  REQUIRE(one);
  REQUIRE(one.value().then.size() == 1);
  CHECK(one.value().then[0].key == "pools/other");
}

TEST_CASE("blocks: one large provider is enough, of others it takes three within a day",
          "[ip_pool]") {
  const ip_address address{"192.0.2.1"};
  const wall_time now{seconds{1'000'000}};
  block_watch watch;
  CHECK(watch.note(address, provider_name{"gmail"}, now));
  CHECK_FALSE(watch.note(address, provider_name{"mx.a.example"}, now));
  CHECK_FALSE(watch.note(address, provider_name{"mx.a.example"}, now));
  CHECK_FALSE(watch.note(address, provider_name{"192.0.2.9:25"}, now));
  CHECK_FALSE(watch.note(ip_address{"192.0.2.2"}, provider_name{"mx.b.example"}, now));
  CHECK(watch.note(address, provider_name{"mx.b.example"}, now));
  // Forgotten by then, and after a day.
  CHECK_FALSE(watch.note(address, provider_name{"mx.a.example"}, now));
  CHECK_FALSE(watch.note(address, provider_name{"mx.b.example"}, now));
  CHECK_FALSE(watch.note(address, provider_name{"mx.c.example"}, now + std::chrono::hours{25}));
  CHECK_FALSE(watch.note(address, {}, now + std::chrono::hours{25}));
}

TEST_CASE("pools: sources of the pool that mail overflows into come after its own", "[ip_pool]") {
  world of;
  pool mine;
  mine.name = pool_name{"mine"};
  mine.kind = pool_kind::dedicated;
  mine.overflow = "pool:shared";
  REQUIRE_FALSE(of.code(put_pool{mine}));
  assignment_request question;
  question.pool = mine.name;
  question.recipient = "a@example.org";
  REQUIRE_FALSE(of.code(placed("shared", "192.0.2.9")));
  // Without an address of its own its mail waits for one.
  CHECK(of.book.request_for(question).candidates.empty());
  REQUIRE_FALSE(of.code(placed("mine", "192.0.2.1")));
  const auto request = of.book.request_for(question);
  CHECK(request.candidates ==
        std::vector<ip_address>{ip_address{"192.0.2.1"}, ip_address{"192.0.2.9"}});
  CHECK(request.overflow_from == 1);
  // A retry stays where it was.
  question.previous = ip_address{"192.0.2.9"};
  const auto retry = of.book.request_for(question);
  CHECK(retry.candidates ==
        std::vector<ip_address>{ip_address{"192.0.2.9"}, ip_address{"192.0.2.1"}});
  CHECK(retry.overflow_from == 2);
}

TEST_CASE("pools: addresses are stored in canonical text", "[ip_pool]") {
  world of;
  of.make_pool("mine", pool_kind::dedicated);
  REQUIRE(of.run(placed("mine", "2001:DB8:0:0::1")));
  CHECK(of.address_of("mine").address.str() == "2001:db8::1");
  for (const auto* bad :
       {"", "192.0.2", "192.0.2.1/32", "example.org", "::g", "192.0.2.01", "fe80::1%eth0", "[::1]"})
    CHECK(of.code(placed("mine", bad)) == errc::invalid_argument);
  CHECK(of.code(placed("mine", "192.0.2.1", {}, 1'000'001)) == errc::invalid_argument);
  auto bad_node = placed("mine", "192.0.2.1");
  bad_node.value.node = node_name{"a b"};
  CHECK(of.code(bad_node) == errc::invalid_argument);
  CHECK(of.code(placed("none", "192.0.2.1")) == errc::not_found);
  CHECK(of.code(delete_pool_address{pool_name{"none"}, ip_address{"192.0.2.1"}}) ==
        errc::not_found);
  CHECK(of.code(delete_pool_address{pool_name{"mine"}, ip_address{"192.0.2.1"}}) ==
        errc::not_found);
}

TEST_CASE("pools: a new address of a dedicated pool warms up, one of a shared pool does not",
          "[ip_pool]") {
  world of;
  of.make_pool("mine", pool_kind::dedicated);
  REQUIRE(of.run(placed("mine", "192.0.2.1")));
  CHECK(of.address_of("mine").plan.str() == "standard");
  REQUIRE(of.run(placed("shared", "192.0.2.2")));
  CHECK(of.address_of("shared").plan.empty());
}

TEST_CASE("pools: an address keeps its plan when only its weight is given", "[ip_pool]") {
  world of;
  of.make_pool("mine", pool_kind::dedicated);
  REQUIRE(of.run(placed("mine", "192.0.2.1", "conservative")));
  const auto change = of.book.prepared(placed("mine", "192.0.2.1", {}, 7)).value();
  CHECK(change.value.plan.str() == "conservative");
  CHECK(of.book.ledgers_for(change.name, {change.value}).empty());
  REQUIRE(of.run(change));
  CHECK(of.address_of("mine").weight == 7);
  CHECK(of.book.ledgers_for(pool_name{"mine"}, {placed("", "192.0.2.1", "warm").value}).size() ==
        1);
}

TEST_CASE("pools: an address is in one dedicated pool, or in shared ones", "[ip_pool]") {
  world of;
  of.make_pool("one", pool_kind::dedicated);
  of.make_pool("two", pool_kind::dedicated);
  of.make_pool("open", pool_kind::shared);
  REQUIRE(of.run(placed("one", "192.0.2.1")));
  CHECK_FALSE(of.code(placed("one", "192.0.2.1")));
  CHECK(of.code(placed("two", "192.0.2.1")) == errc::conflict);
  CHECK(of.code(placed("shared", "192.0.2.1")) == errc::conflict);
  REQUIRE(of.run(placed("shared", "192.0.2.2")));
  CHECK_FALSE(of.code(placed("open", "192.0.2.2")));
  CHECK(of.code(placed("two", "192.0.2.2")) == errc::conflict);
  REQUIRE(of.run(delete_pool_address{pool_name{"one"}, ip_address{"192.0.2.1"}}));
  CHECK_FALSE(of.code(placed("two", "192.0.2.1")));
  auto changed = *of.book.find(pool_name{"two"});
  changed.kind = pool_kind::shared;
  CHECK(of.code(put_pool{changed}) == errc::conflict);
}

TEST_CASE("pools: two pools cannot take one address at the same time", "[ip_pool]") {
  world of;
  of.make_pool("one", pool_kind::dedicated);
  of.make_pool("two", pool_kind::dedicated);
  const auto first = of.book.build(of.book.prepared(placed("one", "192.0.2.1")).value());
  const auto second = of.book.build(of.book.prepared(placed("two", "192.0.2.1")).value());
  CHECK(of.make(first));
  CHECK_FALSE(of.make(second));
}

TEST_CASE("pools: an assignment asks for the pool's addresses in the recipient's order",
          "[ip_pool]") {
  world of;
  of.make_pool("mine", pool_kind::dedicated);
  REQUIRE(of.run(placed("mine", "192.0.2.1")));
  REQUIRE(of.run(placed("mine", "192.0.2.2")));
  assignment_request assignment;
  assignment.pool = pool_name{"mine"};
  assignment.recipient = "a@example.org";
  assignment.sender_domain = domain_name{"example.net"};
  assignment.importance = mail_class::batch;
  assignment.previous = ip_address{"192.0.2.2"};
  assignment.charged = {{ledger_subject{"192.0.2.2"}, 4}};
  const auto request = of.book.request_for(assignment);
  REQUIRE(request.candidates.size() == 2);
  CHECK(request.candidates[0].str() == "192.0.2.2");
  CHECK(request.sender_domain == assignment.sender_domain);
  CHECK(request.importance == mail_class::batch);
  CHECK(request.charged == assignment.charged);
  assignment.pool = pool_name{"none"};
  CHECK(of.book.request_for(assignment).candidates.empty());
}

TEST_CASE("pools: a record that cannot be read sends nothing", "[ip_pool]") {
  pool_book book;
  storage::control_snapshot all;
  all.records.push_back({"pools/mine", "\xff", 1, 1, 0});
  CHECK(book.load(all).error().code == errc::storage_corrupt);
  CHECK(book.find(pool_name{"mine"})->addresses.empty());
  CHECK(decode_pool(pool_name{"p"}, "\x08\x02").error().code == errc::storage_newer);
}

TEST_CASE("pools: any octets are a record or an error", "[ip_pool][property]") {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    seeded_random random{seed};
    std::string octets;
    for (auto left = random.next() % 60; left > 0; --left)
      octets += static_cast<char>(random.next());
    (void)decode_pool(pool_name{"p"}, octets);
    (void)normalized({ip_address{octets}, node_name{octets}, 1, {}});
  }
  SUCCEED();
}

TEST_CASE("pools: golden octets", "[ip_pool][golden]") {
  pool value;
  value.name = pool_name{"mine"};
  value.kind = pool_kind::dedicated;
  value.account = account_name{"a"};
  value.addresses.push_back({ip_address{"192.0.2.1"}, node_name{"n1"}, 3, plan_name{"standard"}});
  CHECK(encode(value) == std::string("\x08\x01\x10\x01\x1a\x01"
                                     "a\x22\x04hold\x2a\x1b\x0a\x09"
                                     "192.0.2.1\x12\x02n1\x18\x03\x22\x08standard"));
  const auto read = decode_pool(value.name, encode(value)).value();
  CHECK(read.kind == value.kind);
  CHECK(read.account == value.account);
  CHECK(read.overflow == "hold");
  CHECK(read.addresses.at(0).plan == value.addresses[0].plan);
}
