// Claims that are released, and messages that change nodes, by transactions that may be late.
#include <map>
#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "actors/scheduler/task_book.hpp"

using namespace warmfront;

namespace {

const wall_time noon{seconds{1'800'000'000}};
constexpr std::uint32_t segment_size = 10;

/// A store of records, and the book that has seen all of them. Transactions are made from the book
/// and applied later, when others have been.
struct late_world {
  task_book book;
  std::map<std::string, storage::control_record> records;
  storage::revision revision = 0;
  occurrence_name name;
  std::map<std::uint32_t, std::set<message_id>> expanded; ///< ever, by segment

  explicit late_world(std::uint32_t segments) {
    create_task command;
    command.value.when.start_at = noon;
    REQUIRE(apply(book.build(command, noon).value()));
    name.task = book.list({}).value().front().value.id;
    occurrence_content content;
    content.segments = segments;
    content.recipients = std::uint64_t{segments} * segment_size;
    REQUIRE(apply(book.fire(name.task, {0, noon}, content, noon).value()));
  }
  bool apply(const storage::control_transaction& made) {
    for (const auto& each : made.when) {
      const auto found = records.find(each.key);
      if ((found == records.end() ? 0 : found->second.modified) != each.modified)
        return false;
    }
    ++revision;
    for (const auto& each : made.then) {
      const storage::control_record record{each.key, each.value.value_or(""), revision, revision};
      if (each.value)
        records[each.key] = record;
      else
        records.erase(each.key);
      REQUIRE(book.apply({record, !each.value}));
      const auto key = parse_task_key(each.key);
      if (key->what != parsed_task_key::kind::segment || !each.value)
        continue;
      const auto segment = decode_segment(key->name, *each.value).value();
      if (segment.expanded)
        expanded[segment.number].insert(segment.message);
    }
    return true;
  }
  [[nodiscard]] const task_occurrence& of() const { return *book.find(name); }
};

} // namespace

TEST_CASE("segments: what is released can be claimed again, and the old claim is over", "[tasks]") {
  late_world of{2};
  const node_name first{"n1"};
  const node_name second{"n2"};
  REQUIRE(of.apply(of.book.claim(of.name, first, {{0, segment_size}}).value()));
  const auto late = of.book.expand({of.name, 0}, first, message_id{noon, 1, 1}).value();
  CHECK(of.book.release({of.name, 0}, second, noon).then.empty());
  REQUIRE(of.apply(of.book.release({of.name, 0}, first, noon)));
  CHECK(of.book.next_segments(of.name, 9) == std::vector<std::uint32_t>{0, 1});
  CHECK_FALSE(of.apply(late));
  REQUIRE(of.apply(of.book.claim(of.name, second, {{0, segment_size}}).value()));
  CHECK_FALSE(of.apply(late));
  CHECK(of.book.release({of.name, 0}, first, noon).then.empty());
  REQUIRE(of.apply(of.book.expand({of.name, 0}, second, message_id{noon, 2, 1}).value()));
  CHECK(of.book.release({of.name, 0}, second, noon).then.empty());
}

TEST_CASE("segments: a segment names who has its message, and counts once there", "[tasks]") {
  late_world of{1};
  const message_id message{noon, 1, 1};
  REQUIRE(of.apply(of.book.claim(of.name, node_name{"n1"}, {{0, segment_size}}).value()));
  CHECK(of.book.follow(message, node_name{"n2"}).then.empty());
  REQUIRE(of.apply(of.book.expand({of.name, 0}, node_name{"n1"}, message).value()));
  const auto former = of.book.end({of.name, 0}, {0, 0, segment_size, 0, 0}, noon);
  REQUIRE(of.apply(of.book.follow(message, node_name{"n2"})));
  CHECK(of.book.find(message)->node == node_name{"n2"});
  CHECK(of.book.follow(message, node_name{"n2"}).then.empty());
  // Who has given it away counts nothing any more, even if it had begun to.
  CHECK_FALSE(of.apply(former));
  REQUIRE(of.apply(of.book.end({of.name, 0}, {segment_size, 0, 0, 0, 0}, noon)));
  CHECK(of.of().ended.delivered == segment_size);
}

TEST_CASE("segments: claims of a cancelled task count as cancelled when they are released",
          "[tasks]") {
  late_world of{2};
  REQUIRE(of.apply(of.book.claim(of.name, node_name{"n1"}, {{0, segment_size}}).value()));
  REQUIRE(
      of.apply(of.book.build(act_on_task{of.name.task, {}, task_change::cancel}, noon).value()));
  REQUIRE(of.apply(of.book.release({of.name, 0}, node_name{"n1"}, noon)));
  CHECK(of.of().state == occurrence_state::cancelled);
  CHECK(of.of().ended.cancelled == 2 * segment_size);
}

TEST_CASE("segments: a message of another node is judged by what the segments say", "[tasks]") {
  const node_name maker{"n1"};
  const message_id message{noon, 1, 1};
  task_segment segment{task_id{1}, 0, 0, maker, false, {}, segment_size};
  CHECK(judge_merge({}, message, maker) == merge_verdict::lost);
  CHECK(judge_merge({segment}, message, maker) == merge_verdict::undecided);
  CHECK(judge_merge({segment}, message, node_name{"n2"}) == merge_verdict::lost);
  CHECK(judge_merge({segment}, message, {}) == merge_verdict::undecided);
  segment.expanded = true;
  segment.message = message_id{noon, 1, 2};
  CHECK(judge_merge({segment}, message, maker) == merge_verdict::lost);
  segment.message = message;
  segment.node = node_name{"n3"};
  CHECK(judge_merge({segment}, message, maker) == merge_verdict::kept);
}

TEST_CASE("segments: in whatever order, each is expanded once and counts once",
          "[tasks][property]") {
  const auto seed = GENERATE(take(200, random(1u, 1'000'000u)));
  CAPTURE(seed);
  std::mt19937 random{seed};
  constexpr std::uint32_t segments = 6;
  late_world of{segments};
  std::vector<storage::control_transaction> late;
  std::uint64_t messages = 0;
  const auto node = [&random] { return node_name{"n" + std::to_string(1 + random() % 3)}; };
  const auto make = [&]() -> result<storage::control_transaction> {
    const auto all = of.book.all_segments();
    const auto pick = all.empty() ? task_segment{} : all[random() % all.size()];
    const segment_name name{of.name, pick.number};
    switch (random() % 6) {
    case 0:
    case 1: {
      const auto next = of.book.next_segments(of.name, 1 + random() % 2);
      std::vector<wanted_segment> wanted;
      for (const auto number : next)
        wanted.push_back({number, segment_size});
      return of.book.claim(of.name, node(), wanted);
    }
    case 2:
      return of.book.release(name, pick.node, noon);
    case 3:
      return of.book.expand(name, pick.node, message_id{noon, 1, ++messages});
    case 4:
      return of.book.follow(pick.message, node());
    default:
      if (!pick.expanded)
        return storage::control_transaction{};
      return of.book.end(name, {segment_size, 0, 0, 0, 0}, noon);
    }
  };
  for (int step = 0; step < 3000 && of.of().state == occurrence_state::sending; ++step) {
    if (auto made = make(); made && !made.value().then.empty())
      late.push_back(std::move(made).value());
    if (late.empty() || random() % 3 == 0)
      continue;
    const auto which = random() % late.size();
    of.apply(late[which]);
    late.erase(late.begin() + static_cast<std::ptrdiff_t>(which));
    REQUIRE(of.of().ended.total() + of.book.unclaimed(of.of()) <= segments * segment_size);
  }
  REQUIRE(of.of().state == occurrence_state::finished);
  CHECK(of.of().ended.delivered == segments * segment_size);
  CHECK(of.expanded.size() == segments);
  for (const auto& [number, names] : of.expanded)
    CHECK(names.size() == 1);
}
