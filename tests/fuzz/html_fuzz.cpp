// Any text comes out of marking and filling as it went in when nothing is put in, and without
// marks when something is.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/html/attribute_value.hpp"
#include "net/html/link_finder.hpp"
#include "net/html/marked_html.hpp"

namespace html = warmfront::html;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view source{reinterpret_cast<const char*>(data), size};
  constexpr std::string_view marks{"\x01\x02\x03\x04"};
  const auto marked = html::mark(source, {true, true});
  if (source.find_first_of(marks) != std::string_view::npos)
    return marked == source ? 0 : (__builtin_trap(), 0);
  if (html::fill(
          marked, [](std::string_view) { return std::string{}; }, "") != source)
    __builtin_trap();
  const auto filled = html::fill(
      marked, [](std::string_view target) { return std::string{target}; }, "https://t.example/o");
  if (filled.find_first_of(marks) != std::string::npos)
    __builtin_trap();
  // Anything at all may stand between marks.
  static_cast<void>(html::fill(
      source, [](std::string_view t) { return std::string{t}; }, "x"));
  return 0;
}
