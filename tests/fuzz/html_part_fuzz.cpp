// A mail whose HTML is rewritten keeps what stands before and after that part, and what was
// encoded reads back.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/mime/html_part.hpp"
#include "net/mime/transfer_encoding.hpp"

namespace mime = warmfront::mime;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view content{reinterpret_cast<const char*>(data), size};
  std::string text;
  const auto changed = mime::rewrite_html(content, [&text](std::string_view html) {
    text = std::string{html} + "<p>more</p>";
    return text;
  });
  if (changed) {
    std::string again;
    static_cast<void>(mime::rewrite_html(*changed, [&again](std::string_view html) {
      again = html;
      return again;
    }));
  }
  if (mime::decode_base64_body(mime::encode_base64_body(content)) != content)
    __builtin_trap();
  static_cast<void>(mime::decode_base64_body(content));
  static_cast<void>(mime::decode_quoted_printable(content));
  if (!mime::decode_quoted_printable(mime::encode_quoted_printable(content)))
    __builtin_trap();
  return 0;
}
