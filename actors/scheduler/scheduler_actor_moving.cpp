// What comes from other nodes: claims of those that are gone, and messages that became this node's.
// Until a segment names a message nobody but its maker may send it, and after that anybody who has
// it; the control store decides between the two.

#include <algorithm>
#include <charconv>

#include "actors/scheduler/scheduler_actor_host.hpp"
#include "storage/copies.hpp"

namespace warmfront {

namespace {

constexpr std::size_t moved_marks_max = 100'000;
constexpr milliseconds moved_again_after{1000};
constexpr milliseconds judge_again_after{100};
constexpr int judge_attempts = 50;

/// Without claims that are younger than `since`: a claim comes before its message.
std::vector<task_segment> segments_in(const storage::control_snapshot& all,
                                      storage::revision since) {
  std::vector<task_segment> found;
  for (const auto& record : all.records)
    if (const auto key = parse_task_key(record.key);
        key && key->what == parsed_task_key::kind::segment)
      if (auto segment = decode_segment(key->name, record.value);
          segment && (segment.value().expanded || record.modified <= since))
        found.push_back(std::move(segment).value());
  return found;
}

segment_name name_of(const task_segment& of) {
  return {{of.task, of.occurrence}, of.number};
}

} // namespace

// ---- before they become this node's ---------------------------------------------------------

struct scheduler_host::judgement {
  std::map<task_id, std::vector<message_id>> open;
  judged_merges found;
  promise_of<judged_merges> promise;
  storage::revision since = 0; ///< of the first read of the task that is being judged
  int attempts_left = judge_attempts;
};

void scheduler_host::judge(const judge_merges& m, promise_of<judged_merges> promise) {
  auto work = std::make_shared<judgement>();
  work->promise = std::move(promise);
  for (const auto& each : m.merges)
    work->open[each.task].push_back(each.id);
  when_loaded([this, work] { judge_next(work); });
}

void scheduler_host::judge_next(const std::shared_ptr<judgement>& work) {
  if (work->open.empty())
    return static_cast<void>(work->promise.deliver(answer<judged_merges>{std::move(work->found)}));
  // A mirror may be behind the disk of the node that made the message.
  ports_.control->range(segments_prefix(work->open.begin()->first),
                        [this, run = run_, work](const result<storage::control_snapshot>& found) {
                          run(milliseconds{0}, [this, work, found] {
                            if (found && work->since == 0)
                              work->since = found.value().at;
                            if (found)
                              return judge_by(work, segments_in(found.value(), work->since));
                            work->promise.deliver(answer<judged_merges>{found.error()});
                          });
                        });
}

void scheduler_host::judge_by(const std::shared_ptr<judgement>& work,
                              const std::vector<task_segment>& segments) {
  bool is_decided = true;
  std::vector<message_id> lost;
  for (const auto& id : work->open.begin()->second) {
    const auto maker = maker_of(id);
    const auto verdict = judge_merge(segments, id, maker);
    if (verdict == merge_verdict::lost)
      lost.push_back(id);
    if (verdict == merge_verdict::kept)
      is_decided = is_decided && book_.find(id) != nullptr; // it will be asked about that
    // What this node itself had at its last end it settles by itself.
    if (maker == config_.self && !settled_)
      is_decided = false;
    else if (maker == config_.self && verdict == merge_verdict::undecided)
      lost.push_back(id);
    else if (verdict == merge_verdict::undecided) {
      is_decided = false;
      for (const auto& each : segments)
        if (!each.expanded && (maker.empty() || each.node == maker))
          release(name_of(each), each.node);
    }
  }
  if (is_decided) {
    work->found.lost.insert(work->found.lost.end(), lost.begin(), lost.end());
    work->open.erase(work->open.begin());
    work->since = 0;
    return judge_next(work);
  }
  if (--work->attempts_left == 0)
    return static_cast<void>(work->promise.deliver(answer<judged_merges>{
        error{errc::unavailable, "the segments of a task are not decided yet", "try again"}}));
  later(judge_again_after, [this, work] { judge_next(work); });
}

node_name scheduler_host::maker_of(const message_id& id) const {
  const auto found = numbers_.find(id.node());
  return found == numbers_.end() ? node_name{} : found->second;
}

// ---- after they became this node's ----------------------------------------------------------

void scheduler_host::adopted(const merges_adopted& m) {
  when_loaded([this, all = m.merges] {
    for (const auto& each : all)
      follow(each.id);
  });
}

void scheduler_host::follow_all() {
  const auto prefix = storage::all_moved_merges_prefix();
  const auto marks = ports_.store->scan(storage::family::segments, prefix,
                                        storage::prefix_end(prefix), moved_marks_max);
  if (!marks)
    return later(moved_again_after, [this] { follow_all(); });
  for (const auto& [key, value] : marks.value())
    if (key.size() == prefix.size() + message_id::octets)
      follow(message_id::from_octets(key.substr(prefix.size())));
}

// Whoever has a message looks at that when the change is built: a former owner, which gave it away
// before, loses the race or sees that it has nothing.
void scheduler_host::follow(const message_id& id) {
  const auto has = [this, id] {
    const auto found = ports_.store->get(storage::family::spool, storage::message_key(id));
    return !found || found.value().has_value();
  };
  mirror_.change(
      [this, id, has]() -> result<storage::control_transaction> {
        return has() ? book_.follow(id, config_.self) : storage::control_transaction{};
      },
      [this, id](const result<void>& outcome) {
        if (!outcome)
          return later(moved_again_after, [this, id] { follow(id); });
        storage::batch changes;
        changes.erase(storage::family::segments, storage::moved_merge_key(id));
        ports_.store->commit(std::move(changes), storage::priority::upkeep,
                             [](const result<void>&) {});
        if (const auto* const named = book_.find(id); named && named->node == config_.self)
          count_outcomes(*named);
      });
}

// ---- claims ---------------------------------------------------------------------------------

bool scheduler_host::is_gone(const node_name& node) const {
  return !config_.alone && !members_.empty() && !members_.contains(node);
}

void scheduler_host::release(const segment_name& name, const node_name& of) {
  mirror_.change(
      [this, name, of]() -> result<storage::control_transaction> {
        return book_.release(name, of, now());
      },
      [](const result<void>&) {}); // looked at again
}

void scheduler_host::release_claims_of_gone() {
  for (const auto& each : book_.all_segments())
    if (!each.expanded && is_gone(each.node))
      release(name_of(each), each.node);
}

// A message that nobody has any more, as of a node that was removed with it: its recipients are
// counted as expired once nobody can be waited for.
void scheduler_host::count_missing(const task_segment& of) {
  const auto now_is = ports_.time->steady_now();
  const auto since = missing_since_.emplace(of.message, now_is).first->second;
  const auto patience = config_.alone ? milliseconds{0} : config_.missing_after;
  if (now_is - since < patience)
    return;
  missing_since_.erase(of.message);
  outcome_counts unknown;
  unknown.expired = of.recipients;
  end_segment(name_of(of), unknown);
}

} // namespace warmfront
