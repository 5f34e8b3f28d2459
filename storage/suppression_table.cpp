#include "storage/suppression_table.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

#include "storage/formats/suppressions.pb.h"
#include "storage/record.hpp"

namespace warmfront::storage {

namespace {

constexpr std::uint32_t suppression_entry_schema = 1;
constexpr std::string_view entries_start = "e/";
constexpr std::string_view index_start = "o/";
constexpr std::string_view vector_start = "v/";
constexpr std::string_view counts_start = "c/";
constexpr std::string_view origin_fact = "m/origin";
constexpr std::string_view imported_fact = "m/imported";
constexpr std::string_view complete_fact = "m/complete";
constexpr std::size_t facts_page = 1000;

void append_big_endian(std::string& to, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8)
    to.push_back(static_cast<char>(value >> shift));
}

std::uint64_t read_big_endian(std::string_view octets) {
  std::uint64_t value = 0;
  for (const char each : octets)
    value = value << 8 | static_cast<std::uint8_t>(each);
  return value;
}

result<std::uint64_t> read_decimal(std::string_view key, std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size())
    return error{errc::storage_corrupt,
                 "read the suppressions: `" + std::string{key.substr(0, 2)} + "` is no number",
                 "restore the data directory from a backup or a peer"};
  return value;
}

template <class Each>
result<void> for_all(const store& from, std::string_view prefix, Each each) {
  std::string at{prefix};
  while (true) {
    WARMFRONT_TRY(page, from.scan(family::suppressions, at, prefix_end(prefix), facts_page));
    for (const auto& [key, value] : page) {
      WARMFRONT_TRY(number, read_decimal(key, value));
      each(std::string_view{key}.substr(prefix.size()), number);
    }
    if (page.size() < facts_page)
      return success();
    at = page.back().key + '\0';
  }
}

std::string vector_key(std::uint64_t origin) {
  std::string key{vector_start};
  append_big_endian(key, origin);
  return key;
}

} // namespace

std::string suppression_entries_prefix() {
  return std::string{entries_start};
}

std::string suppression_entries_prefix(const account_name& account) {
  return std::string{entries_start}.append(account.str()).append("/");
}

std::string suppression_entry_key(const account_name& account, std::string_view address) {
  return suppression_entries_prefix(account).append(address);
}

std::string_view suppression_path(std::string_view entry_key) {
  return entry_key.substr(entries_start.size());
}

std::string suppression_index_prefix(std::uint64_t origin) {
  std::string key{index_start};
  append_big_endian(key, origin);
  return key;
}

std::string suppression_index_key(std::uint64_t origin, std::uint64_t sequence) {
  auto key = suppression_index_prefix(origin);
  append_big_endian(key, sequence);
  return key;
}

std::optional<std::uint64_t> suppression_sequence(std::string_view index_key) {
  constexpr auto number_octets = sizeof(std::uint64_t);
  if (!index_key.starts_with(index_start) ||
      index_key.size() != index_start.size() + 2 * number_octets)
    return std::nullopt;
  return read_big_endian(index_key.substr(index_start.size() + number_octets));
}

std::string suppression_count_key(const account_name& account, std::uint8_t reason) {
  return account.str() + '/' + std::to_string(reason);
}

// ---- records --------------------------------------------------------------------------------

std::string encode_suppression_entry(const stored_suppression& value) {
  formats::suppression_entry record;
  record.set_schema(suppression_entry_schema);
  record.set_reason(value.reason);
  record.set_number(value.number);
  record.set_since(stored_time(value.since));
  if (value.until)
    record.set_until(stored_time(*value.until));
  record.set_text(value.text);
  record.set_origin(value.origin);
  record.set_sequence(value.sequence);
  record.set_changed_at(stored_time(value.changed_at));
  record.set_removed(value.is_removed);
  return record.SerializeAsString();
}

result<stored_suppression> decode_suppression_entry(std::string_view key, std::string_view octets) {
  WARMFRONT_TRY(record, parse_record<formats::suppression_entry>(octets, suppression_entry_schema,
                                                                 "a suppression"));
  const auto path = suppression_path(key);
  const auto slash = path.find('/');
  if (slash == std::string_view::npos || record.reason() == 0 || record.reason() > 255)
    return error{errc::storage_corrupt, "read a suppression: its fields make no sense", {}};
  stored_suppression value;
  value.account = account_name{std::string{path.substr(0, slash)}};
  value.address = std::string{path.substr(slash + 1)};
  value.reason = static_cast<std::uint8_t>(record.reason());
  value.number = record.number();
  value.since = read_time(record.since());
  if (record.until() != 0)
    value.until = read_time(record.until());
  value.text = std::move(*record.mutable_text());
  value.is_removed = record.removed();
  value.changed_at = read_time(record.changed_at());
  value.origin = record.origin();
  value.sequence = record.sequence();
  return value;
}

// ---- facts ----------------------------------------------------------------------------------

result<suppression_facts> read_suppression_facts(const store& from) {
  suppression_facts facts;
  WARMFRONT_TRY(origin, from.get(family::suppressions, origin_fact));
  if (origin) {
    WARMFRONT_TRY(number, read_decimal(origin_fact, *origin));
    facts.origin = number;
  }
  WARMFRONT_TRY(imported, from.get(family::suppressions, imported_fact));
  facts.was_imported = imported.has_value();
  WARMFRONT_TRY(complete, from.get(family::suppressions, complete_fact));
  facts.was_complete = complete.has_value();
  WARMFRONT_TRY(for_all(from, vector_start, [&](std::string_view key, std::uint64_t value) {
    facts.vector.emplace(read_big_endian(key), value);
  }));
  WARMFRONT_TRY(for_all(from, counts_start, [&](std::string_view key, std::uint64_t value) {
    facts.counts.emplace(key, value);
  }));
  return facts;
}

void write_suppression_facts(batch& to, const suppression_facts& before,
                             const suppression_facts& changed) {
  constexpr auto where = family::suppressions;
  if (changed.origin != before.origin)
    to.put(where, std::string{origin_fact}, std::to_string(changed.origin));
  if (changed.was_imported && !before.was_imported)
    to.put(where, std::string{imported_fact}, "1");
  if (changed.was_complete && !before.was_complete)
    to.put(where, std::string{complete_fact}, "1");
  for (const auto& [origin, sequence] : changed.vector) {
    const auto known = before.vector.find(origin);
    if (known == before.vector.end() || known->second != sequence)
      to.put(where, vector_key(origin), std::to_string(sequence));
  }
  for (const auto& [key, count] : changed.counts) {
    const auto known = before.counts.find(key);
    if (known == before.counts.end() || known->second != count)
      to.put(where, std::string{counts_start}.append(key), std::to_string(count));
  }
}

void apply_suppression_facts(suppression_facts& to, const suppression_facts& changed) {
  to.origin = changed.origin;
  to.was_imported = to.was_imported || changed.was_imported;
  to.was_complete = to.was_complete || changed.was_complete;
  for (const auto& [origin, sequence] : changed.vector)
    to.vector.insert_or_assign(origin, sequence);
  for (const auto& [key, count] : changed.counts)
    to.counts.insert_or_assign(key, count);
}

// ---- entries --------------------------------------------------------------------------------

result<std::optional<stored_suppression>>
find_suppression(const store& from, const account_name& account, std::string_view address) {
  const auto key = suppression_entry_key(account, address);
  WARMFRONT_TRY(octets, from.get(family::suppressions, key));
  if (!octets)
    return std::optional<stored_suppression>{};
  WARMFRONT_TRY(value, decode_suppression_entry(key, *octets));
  return std::optional<stored_suppression>{std::move(value)};
}

result<suppression_changes> read_suppression_changes(const store& from, std::uint64_t origin,
                                                     std::uint64_t after, std::uint64_t highest,
                                                     std::size_t most, std::size_t octets_max) {
  suppression_changes found{origin, after, std::max(after, highest), {}};
  if (after >= highest)
    return found;
  WARMFRONT_TRY(index, from.scan(family::suppressions, suppression_index_key(origin, after + 1),
                                 prefix_end(suppression_index_prefix(origin)), most));
  if (index.size() == most)
    found.up_to = suppression_sequence(index.back().key).value_or(after);
  std::size_t octets = 0;
  for (const auto& [key, entry_key] : index) {
    WARMFRONT_TRY(record, from.get(family::suppressions, entry_key));
    if (!record)
      continue; // it went since the index was read: whatever took its place has another number
    WARMFRONT_TRY(value, decode_suppression_entry(entry_key, *record));
    const auto sequence = suppression_sequence(key).value_or(0);
    if (value.origin != origin || value.sequence != sequence)
      continue;
    octets += entry_key.size() + record->size();
    if (octets > octets_max && !found.entries.empty()) {
      found.up_to = sequence - 1;
      return found;
    }
    found.entries.push_back(std::move(value));
  }
  return found;
}

} // namespace warmfront::storage
