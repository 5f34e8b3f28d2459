// Random lives of a node: crashes at any step, day changes, evil receivers. After each life the
// invariants I2 and I4 hold, and nothing acknowledged is lost.

#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "tests/actors/delivery/delivery_world.hpp"

using namespace warmfront;
using warmfront::testing::delivery_world;
using warmfront::testing::fate;

namespace {

struct submitted {
  message_id id;
  std::string recipient;
};

class life {
public:
  explicit life(std::uint64_t seed) : dice_{seed}, world_{seed} {
    // Which day a permit is for and which day it is are different things when the clock jumps.
    jumps_ = seed % 3 == 0;
    world_.quota_per_day = jumps_ ? 1'000'000 : 3 + dice_.next() % 30;
    world_.day = milliseconds{2000};
    world_.fate_of = [this](const std::string&) {
      const auto roll = calm_ ? 0 : dice_.next() % 20;
      return roll < 12   ? fate::deliver
             : roll < 16 ? fate::defer
             : roll < 17 ? fate::bounce
             : roll < 19 ? fate::lose_before
                         : fate::lose_in_doubt;
    };
  }

  void live(std::size_t moves) {
    for (std::size_t i = 0; i < moves; ++i)
      move();
  }

  /// Good weather until everything has ended.
  void come_to_rest() {
    calm_ = true;
    world_.unreachable.clear();
    world_.answer_again();
    world_.quota_per_day = 1'000'000;
    for (int i = 0; i < 2000 && (i < 2 || world_.queue_entries() > 0); ++i) {
      world_.run();
      world_.advance(milliseconds{100});
    }
  }

  /// Until finished messages are forgotten.
  void grow_old() {
    world_.advance(std::chrono::hours{8 * 24});
    for (int i = 0; i < 50; ++i) {
      world_.run();
      world_.advance(milliseconds{300});
    }
  }

  delivery_world& world() { return world_; }
  [[nodiscard]] const std::vector<submitted>& mails() const { return mails_; }
  [[nodiscard]] std::uint64_t quota_max() const { return quota_max_; }
  [[nodiscard]] std::size_t crashes() const { return crashes_; }
  std::map<std::string, int> crashed_with; ///< deliveries that a crash may have made unknown

private:
  void move() {
    quota_max_ = std::max(quota_max_, *world_.quota_per_day);
    switch (dice_.next() % 12) {
    case 0:
    case 1:
    case 2:
    case 3:
      submit();
      break;
    case 4:
    case 5:
    case 6:
      world_.run_some(dice_.next() % 60);
      break;
    case 7:
    case 8:
      world_.advance(milliseconds{static_cast<std::int64_t>(dice_.next() % 400)});
      if (jumps_ && dice_.next() % 4 == 0)
        world_.time.jump(milliseconds{static_cast<std::int64_t>(dice_.next() % 4000) - 2500});
      break;
    case 9:
      if (dice_.next() % 4 == 0)
        crash();
      break;
    case 10:
      toggle(world_.unreachable);
      break;
    default:
      toggle(world_.unanswered);
      break;
    }
  }

  void submit() {
    static int number = 0;
    const auto domain = std::string(1, static_cast<char>('a' + dice_.next() % 4)) + ".example";
    std::vector<std::string> recipients;
    for (std::uint64_t n = dice_.next() % 3 + 1; n > 0; --n)
      recipients.push_back("r" + std::to_string(number++) + "@" + domain);
    for (const auto& each : recipients)
      if (dice_.next() % 8 == 0)
        world_.suppressed.insert(each);
    const auto importance = dice_.next() % 2 == 0 ? mail_class::triggered : mail_class::batch;
    // The null reverse-path keeps notifications out of the count.
    const auto id = world_.submit(recipients, importance, "shared", "");
    while (world_.store.unsettled() > 0)
      world_.store.settle(1); // acknowledged: from here on it must not be lost
    for (const auto& each : recipients)
      mails_.push_back({id, each});
  }

  void crash() {
    ++crashes_;
    world_.crash(dice_.next() % (world_.store.unsettled() + 1));
  }

  void toggle(std::set<std::string>& which) {
    const auto domain = std::string(1, static_cast<char>('a' + dice_.next() % 4)) + ".example";
    if (which.erase(domain) == 0 && which.size() < 2 && dice_.next() % 3 == 0)
      which.insert(domain);
  }

  seeded_random dice_;
  delivery_world world_;
  bool calm_ = false;
  bool jumps_ = false;
  std::vector<submitted> mails_;
  std::uint64_t quota_max_ = 0;
  std::size_t crashes_ = 0;
};

std::map<message_id, std::vector<recipient_state>> states_of(life& one) {
  std::map<message_id, std::vector<recipient_state>> states;
  for (const auto& mail : one.mails()) {
    auto& of = states[mail.id];
    if (!of.empty())
      continue;
    const auto stored = spool_reader{one.world().store}.read_message(mail.id).value();
    for (const auto& record : stored.recipients)
      of.push_back(static_cast<recipient_state>(record->state));
  }
  return states;
}

std::optional<storage::counted> counted_as(recipient_state state) {
  switch (state) {
  case recipient_state::delivered:
    return storage::counted::delivered;
  case recipient_state::bounced:
    return storage::counted::bounced;
  case recipient_state::expired:
    return storage::counted::expired;
  case recipient_state::cancelled:
    return storage::counted::cancelled;
  default:
    return std::nullopt;
  }
}

} // namespace

TEST_CASE("delivery: whatever happens, each recipient ends once and no day exceeds its quota",
          "[delivery][property]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    life one{seed};
    one.live(400);
    const auto quota = one.quota_max();
    for (const auto& [day, sent] : one.world().sent_on_day) {
      CAPTURE(day);
      REQUIRE(sent.size() <= quota);
    }
    one.come_to_rest();
    REQUIRE(one.world().failures.empty());
    REQUIRE(one.world().queue_entries() == 0);
    std::size_t again = 0;
    std::map<storage::counted, std::int64_t> expected;
    std::int64_t attempts = 0;
    std::set<message_id> seen;
    for (const auto& mail : one.mails()) {
      CAPTURE(mail.id.str(), mail.recipient);
      const auto stored = spool_reader{one.world().store}.read_message(mail.id);
      REQUIRE(stored);
      const bool is_new = seen.insert(mail.id).second;
      for (const auto& record : stored.value().recipients) {
        REQUIRE(record);
        REQUIRE(is_final(static_cast<recipient_state>(record->state)));
        if (is_new)
          attempts += record->attempts;
      }
      const auto times = one.world().delivered[mail.recipient];
      const auto doubted = one.world().doubtful[mail.recipient];
      const bool is_suppressed = one.world().suppressed.contains(mail.recipient);
      REQUIRE((times == 0 || !is_suppressed));
      ++expected[is_suppressed ? storage::counted::suppressed : storage::counted::accepted];
      if (times > 1 + doubted)
        ++again;
      if (one.crashes() == 0)
        REQUIRE(times <= 1 + doubted);
    }
    // Whatever crashed: each recipient is counted once, as what it became.
    for (const auto& [id, recipients] : states_of(one)) {
      for (const auto state : recipients)
        if (const auto kind = counted_as(state))
          ++expected[*kind];
    }
    auto counted = one.world().counted();
    const auto deferred = counted.extract(storage::counted::deferred);
    // An attempt that did not end its recipient has deferred it.
    const auto others = deferred ? deferred.mapped() : 0;
    REQUIRE(others <= attempts);
    REQUIRE(others >= attempts - static_cast<std::int64_t>(one.mails().size()));
    counted.erase(storage::counted::invalid); // of the bounced
    counted.erase(storage::counted::spam);
    REQUIRE(counted == expected);
    // Only what was on the wire, or unrecorded, at a crash may be sent again.
    REQUIRE(again <= one.crashes() * 60);
    // A body whose last recipient was not known for the last one goes with its message.
    one.grow_old();
    REQUIRE(one.world().store.scan(storage::family::spool, "", "", 1).value().empty());
  }
}
