#include "actors/suppressions/suppression_record.hpp"

#include "storage/formats/suppressions.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t suppression_schema = 1;

} // namespace

std::string suppression_key(const account_name& account, std::string_view address) {
  return std::string{suppressions_prefix}.append(account.str()).append("/").append(address);
}

std::string last_suppression_key() {
  return std::string{suppressions_prefix}.append("last");
}

std::string encode(const suppression_report& value) {
  formats::suppression_record record;
  record.set_schema(suppression_schema);
  record.set_reason(static_cast<std::uint32_t>(value.reason));
  record.set_number(value.number);
  record.set_since(storage::stored_time(value.since));
  if (value.until)
    record.set_until(storage::stored_time(*value.until));
  record.set_text(value.text);
  return record.SerializeAsString();
}

result<suppression_report> decode_suppression(std::string_view key, std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::suppression_record>(
                            octets, suppression_schema, "a suppression"));
  const auto path = key.substr(suppressions_prefix.size());
  const auto slash = path.find('/');
  // A reason of a later release suppresses all the same; what it was is not known here.
  if (slash == std::string_view::npos || record.reason() == 0 || record.reason() > 255)
    return error{errc::storage_corrupt, "read a suppression: its fields make no sense", {}};
  suppression_report value;
  value.account = account_name{std::string{path.substr(0, slash)}};
  value.address = std::string{path.substr(slash + 1)};
  value.reason = static_cast<suppression_reason>(record.reason());
  value.number = record.number();
  value.since = storage::read_time(record.since());
  if (record.until() != 0)
    value.until = storage::read_time(record.until());
  value.text = record.text();
  return value;
}

} // namespace warmfront
