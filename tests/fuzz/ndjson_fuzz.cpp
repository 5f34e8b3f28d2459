// A list of JSON lines in pieces gives what it gives as a whole, and every line that is not blank
// is a row or a rejection.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "actors/groups/ndjson_reader.hpp"
#include "tests/actors/groups/recorded_list.hpp"

namespace {

std::size_t lines_of(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf"))
    text.remove_prefix(3);
  std::size_t lines = 0;
  bool is_blank = true;
  for (const char c : text) {
    const bool is_end = c == '\n' || c == '\r';
    const bool is_text = !is_end && c != ' ' && c != '\t';
    lines += is_text && is_blank ? 1 : 0;
    is_blank = is_end || (is_blank && !is_text);
  }
  return lines;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto whole = testing::read_list<ndjson_reader>(text);
  if (whole.failure || whole.lines.size() != lines_of(text))
    __builtin_trap();
  const std::size_t piece = size == 0 ? 1 : 1 + data[size - 1];
  if (testing::read_list<ndjson_reader>(text, piece) != whole)
    __builtin_trap();
  return 0;
}
