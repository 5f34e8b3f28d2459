#include "actors/scheduler/task_book.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <optional>
#include <random>
#include <set>

using namespace warmfront;

namespace {

constexpr std::uint32_t all_segments = 6;
const wall_time at_noon{seconds{1'800'000'000}};

/// The control store, and what a node has seen of it: a prefix of its changes.
struct shared_records {
  std::map<std::string, storage::control_record> records;
  std::vector<storage::control_event> log;

  bool apply(const storage::control_transaction& made) {
    for (const auto& each : made.when) {
      const auto found = records.find(each.key);
      if ((found == records.end() ? 0 : found->second.modified) != each.modified)
        return false;
    }
    const auto revision = log.empty() ? 1 : log.back().record.modified + 1;
    for (const auto& each : made.then) {
      storage::control_record record{each.key, each.value.value_or(""), revision, revision};
      if (each.value)
        records[each.key] = record;
      else
        records.erase(each.key);
      log.push_back({record, !each.value.has_value()});
    }
    return true;
  }
  /// As a fresh read of the segments of a task finds them.
  [[nodiscard]] std::vector<task_segment> segments(storage::revision since) const {
    std::vector<task_segment> found;
    for (const auto& [key, record] : records)
      if (const auto parsed = parse_task_key(key);
          parsed && parsed->what == parsed_task_key::kind::segment) {
        auto segment = decode_segment(parsed->name, record.value).value();
        if (segment.expanded || record.modified <= since)
          found.push_back(segment);
      }
    return found;
  }
};

/// A message of a segment, wherever it is.
struct moving_message {
  message_id id;
  segment_name of;
  std::size_t maker = 0;
};

/// What a node has on its disk, which survives its end, and what it knows.
struct moving_node {
  node_name name;
  bool runs = true;
  bool settled = true;  ///< since its last start
  bool is_dead = false; ///< declared
  task_book book;
  std::size_t seen = 0;
  std::map<message_id, moving_message> own;      ///< in its queue, or waiting for `expanded`
  std::map<message_id, moving_message> copies;   ///< of others
  std::map<message_id, moving_message> marks;    ///< `expanding/`
  std::map<message_id, moving_message> adopting; ///< not judged yet
  std::map<message_id, storage::revision> judged_since;
  std::set<message_id> ready;     ///< delivery has them
  std::set<segment_name> claimed; ///< in memory
};

/// Nodes that expand the segments of one task, die, come back, and adopt what they hold of others.
struct moving_world {
  explicit moving_world(unsigned seed) : random{seed} {
    for (std::size_t i = 0; i < 3; ++i) {
      nodes.emplace_back();
      nodes.back().name = node_name{"n" + std::to_string(i + 1)};
    }
    task_book first;
    create_task command;
    command.value.account = account_name{"acme"};
    command.value.when.start_at = at_noon;
    REQUIRE(store.apply(first.build(command, at_noon).value()));
    for (const auto& each : store.log)
      REQUIRE(first.apply(each));
    occurrence_content content;
    content.recipients = all_segments;
    content.segments = all_segments;
    REQUIRE(store.apply(first.fire(task_id{1}, {0, at_noon}, content, at_noon).value()));
  }

  std::size_t pick(std::size_t below) { return random() % below; }
  void catch_up(moving_node& of, std::size_t most = SIZE_MAX) {
    for (; of.seen < store.log.size() && most > 0; ++of.seen, --most)
      REQUIRE(of.book.apply(store.log[of.seen]));
  }
  [[nodiscard]] std::string who_sends() const {
    std::string text;
    for (const auto& [name, count] : sent)
      text += std::to_string(name.number) + ":" + std::to_string(count) + " ";
    return text;
  }

  // ---- what a node does of its own
  void claim(moving_node& by) {
    const auto next = by.book.next_segments(occurrence, 1);
    if (!by.settled || next.empty())
      return;
    const auto made = by.book.claim(occurrence, by.name, {{next.front(), 1}});
    if (made && store.apply(made.value()))
      by.claimed.insert({occurrence, next.front()});
  }
  /// The message with its mark, and mostly its copy.
  void spool(moving_node& by) {
    if (by.claimed.empty())
      return;
    const auto name = *by.claimed.begin();
    by.claimed.erase(by.claimed.begin());
    const auto index = static_cast<std::size_t>(&by - nodes.data());
    const moving_message made{message_id{at_noon, static_cast<std::uint16_t>(index), ++messages},
                              name, index};
    by.own[made.id] = by.marks[made.id] = made;
    auto& holder = nodes[(index + 1 + pick(2)) % 3];
    if (holder.runs && !by.is_dead && pick(8) > 0)
      holder.copies[made.id] = made;
  }
  /// `expanded`, by what the node knows; the answer may be lost.
  void expand(moving_node& by) {
    for (const auto& [id, of] : std::map{by.marks}) {
      const auto made = by.book.expand(of.of, by.name, id);
      const bool applied = made && store.apply(made.value());
      const auto* const known = by.book.find(of.of);
      const bool up_to_date = by.seen == store.log.size();
      if (applied || (made && made.value().then.empty())) {
        if (pick(8) == 0)
          continue; // it ends before it hears the answer, or asks again
        by.marks.erase(id);
        if (by.own.contains(id))
          by.ready.insert(id);
      } else if (up_to_date && (known == nullptr || known->node != by.name ||
                                (known->expanded && known->message != id))) {
        by.marks.erase(id);
        by.own.erase(id);
      }
    }
    by.settled = by.settled || by.marks.empty();
    if (by.settled)
      for (const auto& each : by.book.segments_of(by.name))
        if (!each.expanded && std::ranges::none_of(by.marks, [&](const auto& mark) {
              return mark.second.of.number == each.number;
            }))
          by.claimed.insert({occurrence, each.number});
  }
  void send(moving_node& by) {
    if (by.ready.empty() || by.is_dead)
      return;
    const auto id = *by.ready.begin();
    const auto of = by.own.at(id);
    ++sent[of.of];
    by.ready.erase(id);
    by.own.erase(id);
    for (auto& each : nodes) { // its holder hears of the end
      each.copies.erase(id);
      each.adopting.erase(id);
    }
    finished[id] = by.name;
  }
  void count(moving_node& by) {
    for (const auto& each : by.book.segments_of(by.name))
      if (each.expanded && finished_by(by, each.message)) {
        outcome_counts one;
        one.delivered = 1;
        store.apply(by.book.end({occurrence, each.number}, one, at_noon));
      }
  }

  // ---- death and return
  void kill(moving_node& of) {
    of.runs = false;
    of.ready.clear();
    of.claimed.clear();
    of.adopting.clear();
    of.judged_since.clear();
  }
  /// Declared dead: whoever has copies of it adopts them, and it loses what they are of.
  void bury(moving_node& of) {
    of.is_dead = true;
    for (auto& each : nodes)
      for (const auto& [id, copy] : std::map{each.copies})
        if (&each != &of && &nodes[copy.maker] == &of) {
          each.adopting[id] = copy;
          of.own.erase(id);
        }
  }
  void start(moving_node& of) {
    of.runs = true;
    of.is_dead = false;
    of.book = {};
    of.seen = 0;
    catch_up(of);
    of.settled = of.marks.empty();
    for (const auto& [id, each] : of.own)
      if (!of.marks.contains(id))
        of.ready.insert(id);
    for (auto& [id, copy] : of.copies)
      if (!of.own.contains(id) && adopted_by(of, id))
        of.adopting[id] = copy;
    if (of.settled)
      for (const auto& each : of.book.segments_of(of.name))
        if (!each.expanded)
          of.claimed.insert({occurrence, each.number});
  }
  /// The bond was adopted, and the copy was not converted yet: the maker has lost it.
  bool adopted_by(const moving_node& of, const message_id& id) const {
    const auto& copy = of.copies.at(id);
    return !nodes[copy.maker].own.contains(id);
  }
  void judge(moving_node& by) {
    for (const auto& [id, copy] : std::map{by.adopting}) {
      const auto since = by.judged_since.emplace(id, store.log.back().record.modified).first;
      const auto segments = store.segments(since->second);
      const auto verdict = judge_merge(segments, id, nodes[copy.maker].name);
      if (verdict == merge_verdict::undecided) {
        for (const auto& each : segments)
          if (!each.expanded && each.node == nodes[copy.maker].name)
            store.apply(by.book.release({occurrence, each.number}, each.node, at_noon));
        continue;
      }
      by.adopting.erase(id);
      by.copies.erase(id);
      if (verdict == merge_verdict::lost)
        continue;
      by.own[id] = copy;
      by.ready.insert(id);
    }
  }
  void follow(moving_node& by) {
    for (const auto& each : by.book.all_segments())
      if (each.expanded && (by.own.contains(each.message) || finished_by(by, each.message)))
        store.apply(by.book.follow(each.message, by.name));
  }
  bool finished_by(const moving_node& by, const message_id& id) const {
    const auto found = finished.find(id);
    return found != finished.end() && found->second == by.name;
  }
  void release_claims(moving_node& by) {
    for (const auto& each : by.book.all_segments())
      for (const auto& other : nodes)
        if (!each.expanded && other.is_dead && other.name == each.node)
          store.apply(by.book.release({occurrence, each.number}, each.node, at_noon));
  }

  void step() {
    auto& node = nodes[pick(3)];
    if (!node.runs) {
      if (!node.is_dead && pick(3) == 0)
        bury(node);
      else if (pick(3) == 0)
        start(node);
      return;
    }
    switch (pick(11)) {
    case 0:
      if (std::ranges::count(nodes, true, &moving_node::runs) == 3 && pick(3) == 0)
        kill(node);
      return;
    case 1:
    case 2:
      return claim(node);
    case 3:
    case 4:
      return spool(node);
    case 5:
      return expand(node);
    case 6:
      return send(node);
    case 7:
      judge(node);
      return release_claims(node);
    case 8:
      follow(node);
      return count(node);
    default:
      return catch_up(node, 1 + pick(6));
    }
  }
  void finish() {
    for (auto& each : nodes)
      if (!each.runs)
        start(each);
    for (int round = 0; round < 60; ++round)
      for (auto& each : nodes) {
        catch_up(each);
        claim(each);
        spool(each);
        expand(each);
        judge(each);
        send(each);
        follow(each);
        catch_up(each);
        count(each);
      }
  }

  const occurrence_name occurrence{task_id{1}, 0};
  std::mt19937 random;
  shared_records store;
  std::vector<moving_node> nodes;
  std::map<segment_name, int> sent;
  std::map<message_id, node_name> finished; ///< and who has their records
  std::uint64_t messages = 0;
};

} // namespace

TEST_CASE("tasks that move: at any order of deaths and returns each segment is sent once",
          "[tasks][property][sim]") {
  const auto seed = GENERATE(take(300, random(1u, 1'000'000'000u)));
  CAPTURE(seed);
  moving_world of{seed};
  for (int i = 0; i < 400; ++i)
    of.step();
  of.finish();
  CAPTURE(of.who_sends());
  CHECK(of.sent.size() == all_segments);
  for (const auto& [name, count] : of.sent)
    CHECK(count == 1);
  task_book last;
  for (const auto& each : of.store.log)
    REQUIRE(last.apply(each));
  CHECK(last.find(of.occurrence)->state == occurrence_state::finished);
  CHECK(last.find(of.occurrence)->ended.total() == all_segments);
}

TEST_CASE("tasks that move: only what a segment names is sent, and what may be named waits",
          "[tasks]") {
  const node_name maker{"n1"};
  const message_id id{at_noon, 1, 7};
  task_segment claimed{task_id{1}, 0, 0, maker, false, {}, 10};
  auto named = claimed;
  named.expanded = true;
  named.message = id;
  auto other = named;
  other.message = message_id{at_noon, 1, 8};
  CHECK(judge_merge({named}, id, maker) == merge_verdict::kept);
  CHECK(judge_merge({claimed, named}, id, maker) == merge_verdict::kept);
  CHECK(judge_merge({claimed}, id, maker) == merge_verdict::undecided);
  CHECK(judge_merge({claimed}, id, {}) == merge_verdict::undecided);
  CHECK(judge_merge({claimed}, id, node_name{"n2"}) == merge_verdict::lost);
  CHECK(judge_merge({other}, id, maker) == merge_verdict::lost);
  CHECK(judge_merge({}, id, maker) == merge_verdict::lost);
}
