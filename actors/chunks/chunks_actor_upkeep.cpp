// Beside the mail, a page at a time: chunks get their second copies when nodes come and go, and
// what nothing refers to is removed.

#include <algorithm>
#include <charconv>
#include <utility>

#include "actors/chunks/chunks_actor_host.hpp"
#include "actors/groups/group_record.hpp"
#include "actors/scheduler/task_record.hpp"
#include "actors/templates/template_record.hpp"
#include "storage/chunks.hpp"

namespace warmfront {

namespace {

constexpr std::size_t walk_page = 100;
constexpr std::size_t sweep_page_size = 1000;

std::int64_t stored_seconds(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

} // namespace

// ---- copies ---------------------------------------------------------------------------------

void chunks_host::walk_if(bool changed) {
  if (!changed || !ports_.config.copies_wanted)
    return;
  walk_again_ = true;
  if (!std::exchange(walking_, true))
    run_(ports_.config.walk_after, [this] { walk(storage::all_chunk_times_prefix()); });
}

void chunks_host::walk(std::string from) {
  const auto prefix = storage::all_chunk_times_prefix();
  if (std::exchange(walk_again_, false)) {
    from = prefix;
    walk_incomplete_ = false;
  }
  const auto found =
      ports_.store->scan(storage::family::segments, from, storage::prefix_end(prefix), walk_page);
  std::vector<chunk_id> ids;
  std::string next;
  if (found)
    for (const auto& [key, value] : found.value()) {
      next = key + '\0';
      // What is of no use any more would only get another time.
      if (const auto id = storage::parse_chunk_time_key(key);
          id && !erasing_.contains(*id) && !unused_.contains(*id))
        ids.push_back(*id);
    }
  if (!found || found.value().size() < walk_page)
    next.clear();
  if (!exchange_.has_holders())
    return walked_page(ids, {}, {}); // who comes begins anew
  exchange_.offer(ids, [this, ids, next](const std::vector<chunk_id>& kept) {
    // In a turn of its own: the page may have been nobody's.
    run_(milliseconds{0}, [this, ids, kept, next] { walked_page(ids, kept, next); });
  });
}

void chunks_host::walked_page(const std::vector<chunk_id>& ids, const std::vector<chunk_id>& kept,
                              std::string next) {
  walk_incomplete_ = walk_incomplete_ || kept.size() < ids.size();
  if (walk_again_ || !next.empty())
    return walk(std::move(next));
  walking_ = false;
  if (walk_incomplete_ && exchange_.has_holders())
    run_(ports_.config.walk_again_after, [this] { walk_if(true); });
}

// ---- the sweep ------------------------------------------------------------------------------

struct chunks_host::sweep {
  chunk_references used;
  std::map<chunk_id, std::string> unused;
  std::string from = storage::all_chunk_times_prefix();
};

void chunks_host::begin_sweep() {
  next_sweep_ = steady_now() + ports_.config.sweep_every;
  if (std::exchange(sweeping_, true))
    return;
  auto work = std::make_shared<sweep>();
  // Tasks last: what a template or group had goes on into occurrences, not the other way.
  read_all(templates_prefix, [this, work](const result<storage::control_snapshot>& templates) {
    auto read = templates ? add_template_references(work->used, templates.value())
                          : result<void>{templates.error()};
    if (!read)
      return end_sweep(work, read);
    read_all(groups_prefix, [this, work](const result<storage::control_snapshot>& groups) {
      auto more =
          groups ? add_group_references(work->used, groups.value()) : result<void>{groups.error()};
      if (!more)
        return end_sweep(work, more);
      read_all(tasks_prefix, [this, work](const result<storage::control_snapshot>& tasks) {
        auto all =
            tasks ? add_task_references(work->used, tasks.value()) : result<void>{tasks.error()};
        if (!all)
          return end_sweep(work, all);
        read_manifests(work);
      });
    });
  });
}

void chunks_host::read_all(std::string_view prefix, then_read then) {
  ports_.control->range(std::string{prefix}, [run = run_, then = std::move(then)](
                                                 const result<storage::control_snapshot>& found) {
    run(milliseconds{0}, [then, found] { then(found); });
  });
}

void chunks_host::read_manifests(const std::shared_ptr<sweep>& work) {
  if (work->used.manifests.empty())
    return sweep_page(work);
  const auto id = work->used.manifests.back();
  work->used.manifests.pop_back();
  const auto add = [this, work](const result<chunk_octets>& octets) {
    const auto read = octets ? add_manifest_references(work->used, *octets.value())
                             : result<void>{octets.error()};
    if (!read)
      return end_sweep(work, read);
    run_(milliseconds{0}, [this, work] { read_manifests(work); });
  };
  if (auto own = read_own(id); own || !ports_.send)
    return add(own);
  exchange_.fetch(id, add);
}

// A chunk goes when nothing has referred to it for the grace, by its time and by the sweep before:
// what was stored again since then has another time, and a clock that jumps removes nothing at
// once.
void chunks_host::sweep_page(const std::shared_ptr<sweep>& work) {
  const auto found =
      ports_.store->scan(storage::family::segments, work->from,
                         storage::prefix_end(storage::all_chunk_times_prefix()), sweep_page_size);
  if (!found)
    return end_sweep(work, found.error());
  const auto grace = ports_.config.grace.count();
  const auto now = stored_seconds(stamp());
  storage::batch changes;
  std::vector<chunk_id> erased;
  for (const auto& [key, value] : found.value()) {
    work->from = key + '\0';
    const auto id = storage::parse_chunk_time_key(key);
    const auto age = now - stored_seconds(value);
    if (!id)
      continue;
    if (work->used.chunks.contains(*id)) {
      if (age > grace / 2)
        changes.put(storage::family::segments, key, stamp());
      continue;
    }
    if (age <= grace || renewing_.contains(*id))
      continue;
    const auto before = unused_.find(*id);
    if (before == unused_.end() || before->second != value) {
      work->unused.emplace(*id, value);
      continue;
    }
    changes.erase(storage::family::segments, storage::chunk_key(*id));
    changes.erase(storage::family::segments, key);
    erasing_.insert(*id);
    erased.push_back(*id);
  }
  const bool is_last = found.value().size() < sweep_page_size;
  commit(std::move(changes), storage::priority::progress,
         [this, work, erased, is_last](const result<void>& durable) {
           for (const auto& id : erased)
             erasing_.erase(id);
           if (durable)
             counts_.swept += erased.size();
           if (!durable || is_last)
             return end_sweep(work, durable);
           sweep_page(work);
         });
}

void chunks_host::end_sweep(const std::shared_ptr<sweep>& work, const result<void>& outcome) {
  sweeping_ = false;
  if (outcome)
    unused_ = std::move(work->unused);
  else if (ports_.log != nullptr)
    ports_.log->write(log_level::warn, "chunks_not_swept",
                      {{"text", std::string_view{outcome.error().what}}});
}

} // namespace warmfront
