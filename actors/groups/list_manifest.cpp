#include "actors/groups/list_manifest.hpp"

#include <algorithm>
#include <cassert>
#include <set>
#include <utility>

#include "actors/groups/list_segment.hpp"
#include "storage/chunks.hpp"
#include "storage/formats/groups.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t manifest_schema = 1;

using count_records = google::protobuf::RepeatedPtrField<formats::list_count_record>;

void put_counts(count_records& to, const std::vector<list_count>& counts) {
  for (const auto& count : counts) {
    auto& added = *to.Add();
    added.set_name(count.name);
    added.set_recipients(count.recipients);
  }
}

std::vector<list_count> read_counts(const count_records& from) {
  std::vector<list_count> counts;
  for (const auto& each : from)
    counts.push_back({each.name(), each.recipients()});
  return counts;
}

bool are_counts(const std::vector<list_count>& counts, std::uint64_t recipients_max) {
  std::set<std::string_view> names;
  return std::all_of(counts.begin(), counts.end(), [&](const auto& count) {
    return count.recipients > 0 && count.recipients <= recipients_max && !count.name.empty() &&
           names.insert(count.name).second;
  });
}

/// Sums cannot overflow: what is added is bounded, in number and in size.
bool adds_up(const list_manifest& value) {
  std::uint64_t in_segments = 0;
  for (const auto& each : value.segments) {
    if (each.recipients == 0 || each.recipients > segment_recipients_max || each.octets == 0 ||
        each.octets > segment_octets_max)
      return false;
    in_segments += each.recipients;
  }
  if (in_segments != value.recipients || value.recipients_elsewhere > value.recipients ||
      !are_counts(value.variables, value.recipients) ||
      !are_counts(value.domains, value.recipients))
    return false;
  auto in_domains = value.recipients_elsewhere;
  for (const auto& domain : value.domains)
    in_domains += domain.recipients;
  return in_domains == value.recipients;
}

} // namespace

std::string encode(const list_manifest& value) {
  formats::list_manifest_record record;
  record.set_schema(manifest_schema);
  for (const auto& each : value.segments) {
    auto& added = *record.add_segments();
    added.set_content(std::string{each.content.octet_view()});
    added.set_recipients(each.recipients);
    added.set_octets(each.octets);
  }
  record.set_recipients(value.recipients);
  put_counts(*record.mutable_variables(), value.variables);
  put_counts(*record.mutable_domains(), value.domains);
  record.set_recipients_elsewhere(value.recipients_elsewhere);
  auto octets = record.SerializeAsString();
  assert(octets.size() <= storage::chunk_octets_max);
  return octets;
}

result<list_manifest> decode_manifest(std::string_view octets) {
  const error unreadable{
      errc::storage_corrupt, "read the manifest of a list: its fields make no sense", {}};
  if (octets.size() > storage::chunk_octets_max)
    return unreadable;
  WARMFRONT_TRY(record, storage::parse_record<formats::list_manifest_record>(
                            octets, manifest_schema, "the manifest of a list"));
  if (std::size_t(record.segments_size()) > manifest_segments_max ||
      std::size_t(record.variables_size()) > manifest_variables_max ||
      std::size_t(record.domains_size()) > manifest_domains_max)
    return unreadable;
  list_manifest value;
  for (const auto& each : record.segments()) {
    if (each.content().size() != chunk_id::octets)
      return unreadable;
    value.segments.push_back(
        {chunk_id::from_octets(each.content()), each.recipients(), each.octets()});
  }
  value.recipients = record.recipients();
  value.variables = read_counts(record.variables());
  value.domains = read_counts(record.domains());
  value.recipients_elsewhere = record.recipients_elsewhere();
  if (!adds_up(value))
    return unreadable;
  return value;
}

} // namespace warmfront
