#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/smtp/bounce_class.hpp"
#include "net/smtp/client_extensions.hpp"
#include "net/smtp/reply_parser.hpp"

// The first octet says how the rest is cut; replies are bounded and have a code that is one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::smtp;
  if (size == 0) {
    return 0;
  }
  const std::size_t piece = data[0] == 0 ? size : data[0];
  std::string_view rest{reinterpret_cast<const char*>(data) + 1, size - 1};
  reply_parser parser;
  while (!rest.empty()) {
    std::string_view input = rest.substr(0, piece);
    rest.remove_prefix(input.size());
    while (!input.empty()) {
      const auto answer = parser.next(input);
      if (!answer) {
        break;
      }
      if (answer->has_error()) {
        return 0;
      }
      const reply& value = answer->value();
      if (value.code < 200 || value.code > 599 ||
          value.text.size() > reply_parser::text_octets_max) {
        std::abort();
      }
      static_cast<void>(parse_extensions(value.text));
      static_cast<void>(to_string(value));
      static_cast<void>(classify(value, "192.0.2.1"));
    }
  }
  return 0;
}
