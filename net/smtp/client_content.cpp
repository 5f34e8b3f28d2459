#include "net/smtp/client_content.hpp"

#include <cstdint>
#include <cstring>

namespace warmfront::smtp {

namespace {

bool has_high_octet(std::string_view text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080ull;
  std::uint64_t seen = 0;
  std::size_t at = 0;
  for (; at + sizeof seen <= text.size(); at += sizeof seen) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    seen |= word;
  }
  for (; at < text.size(); ++at) {
    seen |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[at]));
  }
  return (seen & high_bits) != 0;
}

} // namespace

content_facts inspect_content(std::string_view content) noexcept {
  content_facts facts;
  facts.eight_bit = has_high_octet(content);
  if (facts.eight_bit) {
    facts.eight_bit_header = has_high_octet(content.substr(0, content.find("\r\n\r\n")));
  }
  facts.ends_with_line_end = content.empty() || content.ends_with("\r\n");
  facts.dots = content.starts_with('.') ? 1 : 0;
  std::size_t line_start = 0;
  while (line_start < content.size()) {
    const std::string_view rest = content.substr(line_start);
    const std::size_t carriage_return = rest.find('\r');
    if (rest.substr(0, carriage_return).find('\n') != std::string_view::npos) {
      facts.bare_line_end = true;
      break;
    }
    if (carriage_return == std::string_view::npos) {
      break;
    }
    const std::size_t line_end = line_start + carriage_return + 1;
    if (line_end >= content.size() || content[line_end] != '\n') {
      facts.bare_line_end = true;
      break;
    }
    line_start = line_end + 1;
    facts.dots += line_start < content.size() && content[line_start] == '.' ? 1 : 0;
  }
  return facts;
}

stuffed_piece next_stuffed_piece(std::string_view content, std::size_t from) noexcept {
  // When `from` is a dot being doubled, the line end in front of it is behind us already.
  const std::size_t found = content.find("\r\n.", from);
  if (found == std::string_view::npos) {
    return {content.size(), content.size()};
  }
  return {found + 3, found + 2};
}

} // namespace warmfront::smtp
