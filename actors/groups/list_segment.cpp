#include "actors/groups/list_segment.hpp"

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <functional>
#include <utility>

#include "storage/formats/groups.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t segment_schema = 1;

error unreadable_segment() {
  return {errc::storage_corrupt, "read a segment of a list: its fields make no sense", {}};
}

bool has_value(const list_recipient& recipient, std::size_t name) noexcept {
  return name < recipient.values.size() && recipient.values[name].has_value();
}

/// The indexes of the names that are used, in the order of the names.
std::vector<std::size_t> used_names_of(const list_segment& value) {
  std::vector<std::size_t> used;
  for (std::size_t name = 0; name < value.names.size(); ++name)
    if (std::any_of(value.recipients.begin(), value.recipients.end(),
                    [&](const auto& recipient) { return has_value(recipient, name); }))
      used.push_back(name);
  std::sort(used.begin(), used.end(),
            [&](auto a, auto b) { return value.names[a] < value.names[b]; });
  return used;
}

/// The values of one recipient; none when the indexes of absent ones do not fit them.
std::optional<list_recipient> read_recipient(formats::list_recipient_record& record,
                                             std::size_t names) {
  const auto& absent = record.absent();
  const auto& given = record.values();
  if (record.address().empty() ||
      static_cast<std::size_t>(absent.size()) + static_cast<std::size_t>(given.size()) != names ||
      std::adjacent_find(absent.begin(), absent.end(), std::greater_equal{}) != absent.end() ||
      (!absent.empty() && *absent.rbegin() >= names))
    return std::nullopt;
  list_recipient recipient{std::move(*record.mutable_address()), {}};
  recipient.values.resize(names);
  auto next_absent = absent.begin();
  auto next = record.mutable_values()->begin();
  for (std::size_t i = 0; i < names; ++i)
    if (next_absent != absent.end() && *next_absent == i)
      ++next_absent;
    else
      recipient.values[i] = std::move(*next++);
  return recipient;
}

} // namespace

std::size_t encoded_octets_max(const list_recipient& recipient) noexcept {
  constexpr std::size_t frame = 4; // a field's number and a length below 2^21
  std::size_t octets = 3 * frame + recipient.address.size() + list_names_max;
  for (const auto& value : recipient.values)
    octets += value ? frame + value->size() : 0;
  return octets;
}

std::string encode(const list_segment& value) {
  assert(value.recipients.size() <= segment_recipients_max);
  formats::list_segment_record record;
  record.set_schema(segment_schema);
  const auto used = used_names_of(value);
  for (const auto name : used)
    record.add_names(value.names[name]);
  for (const auto& recipient : value.recipients) {
    auto& added = *record.add_recipients();
    added.set_address(recipient.address);
    for (std::size_t i = 0; i < used.size(); ++i)
      if (has_value(recipient, used[i]))
        added.add_values(*recipient.values[used[i]]);
      else
        added.add_absent(static_cast<std::uint32_t>(i));
  }
  auto octets = record.SerializeAsString();
  assert(octets.size() <= segment_octets_max);
  return octets;
}

result<list_segment> decode_segment(std::string_view octets) {
  if (octets.size() > segment_octets_max)
    return unreadable_segment();
  WARMFRONT_TRY(record, storage::parse_record<formats::list_segment_record>(octets, segment_schema,
                                                                            "a segment of a list"));
  list_segment value;
  value.names.assign(record.names().begin(), record.names().end());
  if (value.names.size() > list_names_max ||
      static_cast<std::size_t>(record.recipients_size()) > segment_recipients_max ||
      std::adjacent_find(value.names.begin(), value.names.end(), std::greater_equal{}) !=
          value.names.end())
    return unreadable_segment();
  for (auto& each : *record.mutable_recipients()) {
    auto recipient = read_recipient(each, value.names.size());
    if (!recipient)
      return unreadable_segment();
    value.recipients.push_back(std::move(*recipient));
  }
  return value;
}

} // namespace warmfront
