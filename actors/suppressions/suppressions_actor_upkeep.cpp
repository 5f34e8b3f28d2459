// The table beside the commands: other nodes, what earlier releases kept in the control store, and
// what is long over.

#include <algorithm>
#include <charconv>
#include <utility>

#include "actors/core/random.hpp"
#include "actors/suppressions/suppression_record.hpp"
#include "actors/suppressions/suppressions_actor_host.hpp"

namespace warmfront {

namespace {

constexpr std::size_t records_at_once = 1000;
constexpr std::size_t deleted_at_once = 99;
constexpr std::size_t swept_at_once = 1000;

storage::stored_suppression stored_of(const suppression_report& value) {
  storage::stored_suppression stored;
  stored.account = value.account;
  stored.address = value.address;
  stored.reason = static_cast<std::uint8_t>(value.reason);
  stored.number = value.number;
  stored.since = value.since;
  stored.until = value.until;
  stored.text = value.text;
  return stored;
}

/// What cannot be read suppresses: nobody is to get a mail because of a flipped octet.
suppression_report unread(std::string_view key) {
  const auto path = key.substr(suppressions_prefix.size());
  const auto slash = path.find('/');
  suppression_report value;
  if (slash == std::string_view::npos)
    return value;
  value.account = account_name{std::string{path.substr(0, slash)}};
  value.address = path.substr(slash + 1);
  value.text = "its record could not be read";
  return value;
}

/// Numbers that earlier releases gave out are not given out again.
void keep_numbers(suppression_edit& edit, std::string_view text) {
  std::uint64_t last = 0;
  std::from_chars(text.data(), text.data() + text.size(), last);
  edit.has_all(edit.changed().origin, last);
}

} // namespace

// ---- other nodes ----------------------------------------------------------------------------

void suppressions_host::set_members(const members_changed& m) {
  exchange_.set_members(*m.members);
  check_ready();
}

void suppressions_host::send(const node_name& to, peer_frame frame) {
  if (ports_.send)
    ports_.send({to, {std::move(frame)}});
}

void suppressions_host::receive(const frames_received& m) {
  for (const auto& frame : m.frames)
    if (const auto read = exchange_.received(m.from, frame); !read)
      ports_.log->write(log_level::error, "peer_frame_unreadable",
                        {{"peer", std::string_view{m.from.str()}},
                         {"text", std::string_view{read.error().what}}});
  check_ready();
}

result<storage::suppression_changes> suppressions_host::read(std::uint64_t origin,
                                                             std::uint64_t after) {
  const auto known = facts().vector.find(origin);
  auto found = storage::read_suppression_changes(*ports_.disk, origin, after,
                                                 known == facts().vector.end() ? 0 : known->second,
                                                 suppressions_per_frame, suppression_frame_octets);
  if (!found)
    log_failure("suppression_unreadable", found.error());
  return found;
}

void suppressions_host::apply(storage::suppression_changes what, std::function<void(bool)> then) {
  writer_.change(
      storage::priority::progress,
      [what = std::make_shared<storage::suppression_changes>(std::move(what))](
          suppression_edit& edit) -> result<void> {
        // In order and without a hole: else what has just been counted is not there.
        if (edit.sequence_of(what->origin) != what->after)
          return error{errc::conflict, "the changes do not follow those that are here", {}};
        for (const auto& each : what->entries) {
          WARMFRONT_TRY(edit.take(each));
        }
        edit.has_all(what->origin, what->up_to);
        return success();
      },
      [this, then = std::move(then)](const result<void>& durable) {
        if (!durable && durable.error().code != errc::conflict)
          log_failure("suppressions_not_taken", durable.error());
        then(durable.has_value());
      });
}

// What was changed since the start has numbers that somebody else knows other changes by: it gets
// new ones.
void suppressions_host::change_origin() {
  if (std::exchange(changes_origin_, true))
    return;
  const auto origin =
      seeded_random{ports_.config.seed ^
                    static_cast<std::uint64_t>(ports_.time->wall_now().time_since_epoch().count())}
          .next() |
      1;
  writer_.change(
      storage::priority::progress,
      [this, origin](suppression_edit& edit) -> result<void> {
        const auto former = edit.changed().origin;
        edit.changed().origin = origin;
        if (former == 0)
          return success();
        WARMFRONT_TRY(since, storage::read_suppression_changes(
                                 *ports_.disk, former, first_own_, edit.sequence_of(former),
                                 suppressions_at_once_max, std::size_t{64} << 20));
        for (const auto& each : since.entries) {
          WARMFRONT_TRY(edit.set_own(each, each.changed_at));
        }
        edit.changed().vector[former] = first_own_;
        return success();
      },
      [this, is_first = facts().origin == 0](const result<void>& durable) {
        changes_origin_ = false;
        if (!durable)
          return log_failure("suppressions_not_writable", durable.error());
        first_own_ = 0;
        if (!is_first)
          ports_.log->write(log_level::warn, "suppressions_older_than_known",
                            {{"text", std::string_view{"peers know later changes of this node: "
                                                       "its data directory is an older copy"}}});
      });
}

// ---- what earlier releases kept -------------------------------------------------------------

// Nodes of an earlier release that still run write there, and read nothing else: so the records
// stay for a while, and what is written meanwhile is taken over. What they remove stays here.
void suppressions_host::import_records(const std::vector<storage::control_record>& records,
                                       std::size_t from, bool is_news) {
  const auto until = std::min(records.size(), from + records_at_once);
  const auto some = std::make_shared<std::vector<storage::control_record>>(
      records.begin() + static_cast<std::ptrdiff_t>(from),
      records.begin() + static_cast<std::ptrdiff_t>(until));
  for (const auto& each : *some)
    legacy_[each.key] = each.modified;
  if (is_news)
    clean_at_ = steady_now() + ports_.config.clean_after;
  writer_.change(
      storage::priority::progress,
      [this, some, is_news,
       is_last = until == records.size()](suppression_edit& edit) -> result<void> {
        for (const auto& each : *some) {
          if (each.key == last_suppression_key()) {
            keep_numbers(edit, each.value);
            continue;
          }
          const auto read = decode_suppression(each.key, each.value);
          if (!read)
            log_failure("suppression_record_unreadable", read.error());
          const auto value = read ? read.value() : unread(each.key);
          if (value.address.empty())
            continue; // of a later release
          WARMFRONT_TRY(before, edit.find(value.account, value.address));
          if (before == nullptr || before->changed_at < value.since ||
              (is_news && !before->is_removed && report_of(*before) != value)) {
            WARMFRONT_TRY(
                edit.set_own(stored_of(value), is_news ? ports_.time->wall_now() : value.since));
          }
        }
        edit.changed().was_imported = edit.changed().was_imported || is_last;
        return success();
      },
      [this](const result<void>& durable) {
        if (!durable)
          log_failure("suppressions_not_taken_over", durable.error());
      });
  if (until < records.size())
    import_records(records, until, is_news);
}

void suppressions_host::clean() {
  if (!std::exchange(is_cleaning_, true))
    clean_on(0);
}

void suppressions_host::clean_on(std::size_t count) {
  const auto some = std::make_shared<std::vector<std::pair<std::string, storage::revision>>>();
  for (const auto& each : legacy_)
    if (some->size() < deleted_at_once)
      some->push_back(each);
  if (some->empty()) {
    is_cleaning_ = false;
    ports_.log->write(log_level::info, "suppressions_moved",
                      {{"count", static_cast<std::int64_t>(count)}});
    return;
  }
  mirror_.change(
      [some]() -> result<storage::control_transaction> {
        storage::control_transaction transaction;
        for (const auto& [key, revision] : *some) {
          transaction.when.push_back({key, revision});
          transaction.then.push_back({key, std::nullopt});
        }
        return transaction;
      },
      [this, some, count](const result<void>& outcome) {
        // Another node removes them at the same time, or somebody wrote: whoever starts next looks.
        for (const auto& [key, revision] : *some)
          if (const auto known = legacy_.find(key);
              known != legacy_.end() && known->second == revision)
            legacy_.erase(known);
        clean_on(count + (outcome ? some->size() : 0));
      });
}

// ---- what is long over ----------------------------------------------------------------------

// Each node forgets by itself: what the rule looks at is in the entry.
void suppressions_host::sweep() {
  if (!std::exchange(is_sweeping_, true))
    sweep_from_ = storage::suppression_entries_prefix();
  next_sweep_ = steady_now() + ports_.config.sweep_every;
  const auto found =
      ports_.disk->scan(storage::family::suppressions, sweep_from_,
                        storage::prefix_end(storage::suppression_entries_prefix()), swept_at_once);
  if (!found || found.value().size() < swept_at_once)
    is_sweeping_ = false;
  if (!found || found.value().empty())
    return;
  sweep_from_ = found.value().back().key + '\0';
  const auto before = ports_.time->wall_now() - ports_.config.forget_after;
  std::vector<storage::stored_suppression> gone;
  for (const auto& [key, octets] : found.value()) {
    auto value = storage::decode_suppression_entry(key, octets);
    if (value && ((value.value().is_removed && value.value().changed_at < before) ||
                  (value.value().until && *value.value().until < before)))
      gone.push_back(std::move(value).value());
  }
  if (gone.empty())
    return;
  writer_.change(
      storage::priority::progress,
      [gone = std::move(gone)](suppression_edit& edit) -> result<void> {
        for (const auto& each : gone) {
          WARMFRONT_TRY(edit.forget(each));
        }
        return success();
      },
      [](const result<void>&) {});
}

} // namespace warmfront
