#include "storage/audit_log.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "actors/core/octets.hpp"
#include "storage/formats/audit.pb.h"
#include "storage/record.hpp"

namespace warmfront::storage {

namespace {

constexpr std::uint32_t audit_schema = 1;
// First octet of a key of `family::events`: a record, or how many there are.
constexpr char audit_mark = 'a';
constexpr char audit_count_mark = 'n';
constexpr std::size_t audit_key_octets = 1 + 1 + 8 + 4;
constexpr std::size_t audit_id_digits = 16 + 8;
constexpr std::size_t audit_page_entries = 200;
constexpr std::size_t looked_through_max = 20'000;
constexpr std::size_t removed_at_once = 2;
constexpr std::size_t pruned_at_once = 1'000;
constexpr std::string_view audit_digits = "0123456789abcdef";

std::uint64_t micros_of(wall_time at) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, at.time_since_epoch().count()));
}

std::string count_key(audit_stream stream) {
  return {audit_count_mark, static_cast<char>(stream)};
}

void put_count(batch& to, audit_stream stream, std::uint64_t count) {
  std::string octets;
  append_number(octets, count, 8);
  to.put(family::events, count_key(stream), std::move(octets));
}

void append_hex(std::string& to, std::uint64_t value, std::size_t digits) {
  for (auto i = digits; i-- > 0;)
    to += audit_digits[(value >> (4 * i)) & 0xf];
}

std::optional<std::uint64_t> read_hex(std::string_view text) {
  std::uint64_t value = 0;
  for (const char c : text) {
    const auto digit = audit_digits.find(c);
    if (digit == std::string_view::npos)
      return std::nullopt;
    value = value << 4 | digit;
  }
  return value;
}

bool is_at_or_below(std::string_view resource, std::string_view asked) {
  return resource.starts_with(asked) &&
         (resource.size() == asked.size() || resource[asked.size()] == '/');
}

bool fits_question(const audit_record& record, const audit_question& asked) {
  return (asked.actor.empty() || record.key_id == asked.actor || record.account == asked.actor) &&
         (asked.action.empty() || record.action == asked.action) &&
         (asked.resource.empty() || is_at_or_below(record.resource, asked.resource)) &&
         record.at >= asked.from && record.at < asked.to &&
         (asked.after.empty() || record.id < asked.after);
}

audit_stream stream_of(const audit_record& value) {
  if (value.role.empty())
    return audit_stream::strangers;
  const bool runs_cluster = value.role == "admin" || value.role == "operator";
  return runs_cluster ? audit_stream::operators : audit_stream::tenants;
}

/// The records of a stream, the newest first, a page at a time.
class audit_cursor {
public:
  audit_cursor(const store& disk, std::string from, std::string before)
      : disk_{&disk}, from_{std::move(from)}, before_{std::move(before)} {}

  /// The next entry; null at the end.
  result<const key_value*> peek() {
    if (at_ == page_.size() && !is_over_) {
      WARMFRONT_TRY(page, disk_->scan(family::events, from_, before_, audit_page_entries));
      is_over_ = page.size() < audit_page_entries;
      page_ = std::move(page);
      at_ = 0;
      if (!page_.empty())
        from_ = page_.back().key + '\0';
    }
    const key_value* const next = at_ < page_.size() ? &page_[at_] : nullptr;
    return next;
  }
  void pass() { ++at_; }

private:
  const store* disk_;
  std::string from_;
  std::string before_;
  std::vector<key_value> page_;
  std::size_t at_ = 0;
  bool is_over_ = false;
};

} // namespace

std::string encode(const audit_record& value) {
  formats::audit_log_record record;
  record.set_schema(audit_schema);
  record.set_at(stored_time(value.at));
  record.set_node(value.node);
  record.set_key_id(value.key_id);
  record.set_account(value.account);
  record.set_role(value.role);
  record.set_by_session(value.by_session);
  record.set_client_address(value.client_address);
  record.set_method(value.method);
  record.set_action(value.action);
  record.set_resource(value.resource);
  record.set_asked(value.asked);
  record.set_status(value.status);
  record.set_code(value.code);
  record.set_request_id(value.request_id);
  return record.SerializeAsString();
}

result<audit_record> decode_audit_record(std::string_view octets) {
  WARMFRONT_TRY(record, parse_record<formats::audit_log_record>(octets, audit_schema,
                                                                "a record of the audit log"));
  audit_record value;
  value.at = read_time(record.at());
  value.node = record.node();
  value.key_id = record.key_id();
  value.account = record.account();
  value.role = record.role();
  value.by_session = record.by_session();
  value.client_address = record.client_address();
  value.method = record.method();
  value.action = record.action();
  value.resource = record.resource();
  value.asked = record.asked();
  value.status = record.status();
  value.code = record.code();
  value.request_id = record.request_id();
  return value;
}

std::string audit_prefix(audit_stream stream) {
  return {audit_mark, static_cast<char>(stream)};
}

std::string audit_key(audit_stream stream, const audit_position& where) {
  auto key = audit_prefix(stream);
  append_number(key, ~where.micros, 8);
  append_number(key, ~where.number, 4);
  return key;
}

std::optional<audit_position> parse_audit_key(std::string_view key) {
  if (key.size() != audit_key_octets || key[0] != audit_mark ||
      std::ranges::find(audit_streams, static_cast<audit_stream>(key[1])) == audit_streams.end())
    return std::nullopt;
  return audit_position{~read_number(key.substr(2, 8)),
                        ~static_cast<std::uint32_t>(read_number(key.substr(10)))};
}

std::string audit_id(const audit_position& where, std::string_view node) {
  std::string id;
  append_hex(id, where.micros, 16);
  append_hex(id, where.number, 8);
  return id.append("-").append(node);
}

std::optional<audit_position> parse_audit_id(std::string_view id) {
  if (id.size() <= audit_id_digits + 1 || id[audit_id_digits] != '-')
    return std::nullopt;
  const auto micros = read_hex(id.substr(0, 16));
  const auto number = read_hex(id.substr(16, 8));
  if (!micros || !number)
    return std::nullopt;
  return audit_position{*micros, static_cast<std::uint32_t>(*number)};
}

result<audit_log> audit_log::open(const store& disk, std::string node, audit_limits limits) {
  audit_log opened{disk, std::move(node), limits};
  WARMFRONT_TRY(opened.recount());
  return opened;
}

result<void> audit_log::recount() {
  for (const auto stream : audit_streams) {
    WARMFRONT_TRY(stored, disk_->get(family::events, count_key(stream)));
    state_of(stream) = {stored && stored->size() == 8 ? read_number(*stored) : 0, {}};
  }
  return success();
}

audit_log::stream_state& audit_log::state_of(audit_stream stream) {
  return states_.at(static_cast<std::size_t>(stream) - 1);
}

std::uint64_t audit_log::count(audit_stream stream) const {
  return states_.at(static_cast<std::size_t>(stream) - 1).count;
}

std::uint64_t audit_log::most_of(audit_stream stream) const {
  return stream == audit_stream::strangers ? limits_.strangers_max : limits_.records_max;
}

// What was removed in a batch that is not durable yet is still there to be read: `end` tells.
result<bool> audit_log::remove_oldest(batch& to, audit_stream stream,
                                      std::uint64_t older_than_micros) {
  auto& state = state_of(stream);
  const auto prefix = audit_prefix(stream);
  WARMFRONT_TRY(oldest, disk_->last(family::events, prefix,
                                    state.end.empty() ? prefix_end(prefix) : state.end));
  const auto where = oldest ? parse_audit_key(oldest->key) : std::nullopt;
  if (!oldest || (where && where->micros >= older_than_micros))
    return false;
  state.end = oldest->key;
  state.count -= state.count > 0 ? 1 : 0;
  to.erase_once(family::events, oldest->key);
  return true;
}

result<std::string> audit_log::append(batch& to, const audit_record& value) {
  const auto stream = stream_of(value);
  const audit_position where{micros_of(value.at), ++number_};
  auto& state = state_of(stream);
  to.put(family::events, audit_key(stream, where), encode(value));
  ++state.count;
  for (std::size_t i = 0; i < removed_at_once && state.count > most_of(stream); ++i) {
    WARMFRONT_TRY(removed, remove_oldest(to, stream, std::numeric_limits<std::uint64_t>::max()));
    if (!removed)
      break;
  }
  put_count(to, stream, state.count);
  return audit_id(where, node_);
}

result<bool> audit_log::prune(batch& to, wall_time now) {
  const auto oldest_kept = micros_of(now - limits_.keep);
  std::size_t pruned = 0;
  for (const auto stream : audit_streams) {
    const auto before = pruned;
    while (pruned < pruned_at_once) {
      WARMFRONT_TRY(removed, remove_oldest(to, stream, oldest_kept));
      if (!removed)
        break;
      ++pruned;
    }
    if (pruned != before)
      put_count(to, stream, state_of(stream).count);
  }
  return pruned == pruned_at_once;
}

result<found_audit> audit_log::find(const audit_question& asked) const {
  const auto after = asked.after.empty() ? std::nullopt : parse_audit_id(asked.after);
  if (!asked.after.empty() && !after)
    return error{errc::invalid_argument, "`after` is not the `next` of a page",
                 "leave it out to begin with the newest", "after"};
  constexpr auto last_number = std::numeric_limits<std::uint32_t>::max();
  audit_position start{micros_of(asked.to), last_number};
  if (after)
    start = std::min(start, *after);
  const auto first_micros = micros_of(asked.from);
  std::vector<audit_cursor> cursors;
  for (const auto stream : audit_streams)
    cursors.emplace_back(*disk_, audit_key(stream, start), prefix_end(audit_prefix(stream)));
  found_audit found;
  std::string last_seen;
  for (std::size_t looked_at = 0; looked_at < looked_through_max; ++looked_at) {
    audit_cursor* newest = nullptr;
    std::optional<audit_position> position;
    const key_value* entry = nullptr;
    for (auto& each : cursors) {
      WARMFRONT_TRY(next, each.peek());
      const auto where = next != nullptr ? parse_audit_key(next->key) : std::nullopt;
      if (where && where->micros >= first_micros && (!position || *position < *where)) {
        newest = &each;
        position = where;
        entry = next;
      }
    }
    if (newest == nullptr)
      return found;
    auto record = decode_audit_record(entry->value);
    newest->pass();
    last_seen = audit_id(*position, node_);
    if (!record)
      continue; // of a later release, or damaged: the rest can still be read
    record.value().id = last_seen;
    if (!fits_question(record.value(), asked))
      continue;
    if (found.items.size() == asked.limit) {
      found.next = found.items.back().id;
      return found;
    }
    found.items.push_back(std::move(record).value());
  }
  found.next = last_seen;
  return found;
}

} // namespace warmfront::storage
