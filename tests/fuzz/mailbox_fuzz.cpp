// A mailbox that is accepted never puts a bare line end into a header field.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/mime/mailbox.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto parsed = warmfront::mime::parse_mailbox(text, "from");
  if (!parsed)
    return 0;
  const auto written = warmfront::mime::to_header(parsed.value(), 6);
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] == '\r' && written.compare(i, 3, "\r\n ") != 0)
      __builtin_trap();
    if (written[i] == '\n' && (i == 0 || written[i - 1] != '\r'))
      __builtin_trap();
  }
  return 0;
}
