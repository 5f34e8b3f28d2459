// Reading Protocol Buffers records that say under which schema they were written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"

namespace warmfront::storage {

/// A moment as records hold it: microseconds since 1970.
[[nodiscard]] inline std::int64_t stored_time(wall_time at) {
  return at.time_since_epoch().count();
}
[[nodiscard]] inline wall_time read_time(std::int64_t stored) {
  return wall_time{microseconds{stored}};
}

/// Parses a record with a field `schema`. `what` is named in errors, as in "a plan".
/// @returns `storage_corrupt` for octets that are no such record, `storage_newer` when its schema
/// is above `newest`, the last one that the caller knows.
template <class Record>
[[nodiscard]] result<void> parse_record_into(Record& record, std::string_view octets,
                                             std::uint32_t newest, const char* what) {
  if (!record.ParseFromArray(octets.data(), static_cast<int>(octets.size())) ||
      record.schema() == 0)
    return error{errc::storage_corrupt, std::string{"read "} + what + ": not a record", {}};
  if (record.schema() > newest)
    return error{errc::storage_newer, std::string{"read "} + what + ": of a later release",
                 "run the release that wrote it, or a later one"};
  return success();
}
template <class Record>
[[nodiscard]] result<Record> parse_record(std::string_view octets, std::uint32_t newest,
                                          const std::string& what) {
  Record record;
  WARMFRONT_TRY(parse_record_into(record, octets, newest, what.c_str()));
  return record;
}

} // namespace warmfront::storage
