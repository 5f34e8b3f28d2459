// Tokens from strangers: none is genuine that was not made here; texts of octets are canonical.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/feedback/token.hpp"
#include "net/feedback/token_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  using namespace warmfront::feedback;
  static const token_key key = token_key::make(std::string(token_key::octets, 'k')).value();
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  if (const auto parsed = parse_link_token(key, text)) {
    if (make_link_token(key, *parsed) != text)
      std::abort();
  }
  if (const auto parsed = parse_local_part(key, text)) {
    if (make_local_part(key, parsed->use, parsed->of).size() != text.size())
      std::abort();
  }
  (void)parse_complaint_local_part(key, text);
  (void)is_signed_target(key, text, text, text);
  if (const auto octets = from_base64url(text)) {
    if (to_base64url(*octets) != text)
      std::abort();
  }
  if (const auto octets = from_base32(text)) {
    if (to_base32(*octets).size() != text.size())
      std::abort();
  }
  return 0;
}
