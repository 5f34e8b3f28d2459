// A template compiles or is refused; what compiles renders with any values within its bound.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/mime/template_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::mime;
  constexpr std::size_t octets_max = 4096;
  std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto cut = std::min(text.find('\n'), text.size());
  const std::string value{text.substr(0, cut)};
  const std::string source{text.substr(cut)};
  for (const auto how : {value_escaping::none, value_escaping::html}) {
    const auto made = template_text::compile(source, how, "text");
    if (!made)
      continue;
    template_values values;
    for (const auto& name : made.value().required())
      values[name] = value;
    const auto rendered = made.value().render(values, octets_max);
    if (rendered && rendered.value().size() > octets_max)
      __builtin_trap();
    if (!rendered && rendered.error().code != warmfront::errc::limit_exceeded)
      __builtin_trap();
  }
  return 0;
}
