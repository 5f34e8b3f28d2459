// Fields lie inside the content, in order, and an edited header reads back as the same fields.
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/mime/header_block.hpp"

namespace mime = warmfront::mime;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content{reinterpret_cast<const char*>(data), size};
  const mime::header_block block{content};
  std::size_t fields = 0;
  std::size_t octets = 0;
  for (const auto& field : block) {
    if (field.line.data() != content.data() + octets || field.name.empty())
      __builtin_trap();
    octets += field.line.size();
    ++fields;
    static_cast<void>(mime::unfold(field.value));
  }
  if (octets > block.body_offset() || block.body_offset() > content.size())
    __builtin_trap();
  constexpr std::array<std::string_view, 2> removed{"Bcc", "X-Warmfront-*"};
  const auto edited = mime::edit_header(content, "Received: here\r\n", removed);
  const mime::header_block again{edited.header};
  std::size_t kept = 0;
  for (const auto& field : again) {
    static_cast<void>(field);
    ++kept;
  }
  if (again.body_offset() != edited.header.size() || kept > fields + 1)
    __builtin_trap();
  return 0;
}
