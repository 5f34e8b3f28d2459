// A CSV list in pieces gives what it gives as a whole: the same rows, rejections and errors, in the
// order of their lines, safe to display.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "actors/groups/csv_reader.hpp"
#include "tests/actors/groups/recorded_list.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto whole = testing::read_list<csv_reader>(text);
  const auto& lines = whole.lines;
  if (std::adjacent_find(lines.begin(), lines.end(), std::greater_equal{}) != lines.end())
    __builtin_trap();
  for (const auto& rejection : whole.rejections)
    if (rejection.excerpt.size() > 60 || rejection.excerpt.find('\n') != std::string::npos)
      __builtin_trap();
  const std::size_t piece = size == 0 ? 1 : 1 + data[size - 1];
  if (testing::read_list<csv_reader>(text, piece) != whole)
    __builtin_trap();
  return 0;
}
