// A list of suppressions in pieces gives what it gives as a whole; the first octet chooses between
// CSV and NDJSON.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "actors/suppressions/suppression_list_reader.hpp"

namespace {

struct read_suppressions {
  std::vector<warmfront::suppression_draft::item> items;
  std::vector<std::string> rejected;
  std::uint64_t lines = 0;
  bool is_list = true;
  friend bool operator==(const read_suppressions&, const read_suppressions&) = default;
};

read_suppressions read_in_pieces(std::string_view octets, bool is_csv, std::size_t piece) {
  using namespace warmfront;
  suppression_list_reader reader{{suppression_reason::manual, {}, is_csv, wall_time{}}};
  read_suppressions found;
  for (std::size_t at = 0; at < octets.size() && found.is_list; at += piece)
    found.is_list = reader.push(octets.substr(at, piece)).has_value();
  found.is_list = found.is_list && reader.end().has_value();
  found.items = reader.take();
  found.rejected = reader.report().first_rejected;
  found.lines = reader.report().lines;
  return found;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0)
    return 0;
  const bool is_csv = data[0] % 2 == 0;
  const std::string_view octets{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto whole = read_in_pieces(octets, is_csv, size);
  for (const auto& each : whole.rejected)
    if (each.find('\n') != std::string::npos || each.find('\x1b') != std::string::npos)
      __builtin_trap();
  if (read_in_pieces(octets, is_csv, 1 + data[size - 1]) != whole)
    __builtin_trap();
  return 0;
}
