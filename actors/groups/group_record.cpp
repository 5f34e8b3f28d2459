#include "actors/groups/group_record.hpp"

#include "storage/formats/group_records.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t group_schema = 1;

error unreadable_group() {
  return {errc::storage_corrupt, "read a recipient group: its fields make no sense", {}};
}

} // namespace

std::string group_key(const account_name& account, const group_name& name) {
  return std::string{groups_prefix}.append(account.str()).append("/").append(name.str());
}

std::string last_group_key() {
  return std::string{groups_prefix}.append("last");
}

std::string encode(const group_report& value) {
  formats::group_record record;
  record.set_schema(group_schema);
  record.set_id(value.id);
  record.set_description(value.description);
  record.set_version(value.version);
  if (value.version != 0)
    record.set_list(std::string{value.list.octet_view()});
  record.set_recipients(value.recipients);
  record.set_segments(value.segments);
  for (const auto& each : value.variables) {
    auto& variable = *record.add_variables();
    variable.set_name(each.name);
    variable.set_recipients(each.recipients);
  }
  record.set_created_at(storage::stored_time(value.created_at));
  record.set_changed_at(storage::stored_time(value.changed_at));
  return record.SerializeAsString();
}

result<group_report> decode_group(std::string_view key, std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::group_record>(octets, group_schema,
                                                                     "a recipient group"));
  const auto path = key.substr(groups_prefix.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos ||
      (record.version() != 0 && record.list().size() != chunk_id::octets))
    return unreadable_group();
  group_report value;
  value.account = account_name{std::string{path.substr(0, slash)}};
  value.name = group_name{std::string{path.substr(slash + 1)}};
  value.id = record.id();
  value.description = record.description();
  value.version = record.version();
  if (value.version != 0)
    value.list = chunk_id::from_octets(record.list());
  value.recipients = record.recipients();
  value.segments = record.segments();
  for (const auto& each : record.variables())
    value.variables.push_back({each.name(), each.recipients()});
  value.created_at = storage::read_time(record.created_at());
  value.changed_at = storage::read_time(record.changed_at());
  return value;
}

} // namespace warmfront
