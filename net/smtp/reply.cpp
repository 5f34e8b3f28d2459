#include "net/smtp/reply.hpp"

namespace warmfront::smtp {

std::string to_string(const reply& value) {
  std::string line;
  if (value.code != 0) {
    line = std::to_string(value.code);
  }
  for (const auto& part : {value.status, value.text}) {
    if (!part.empty()) {
      line += line.empty() ? "" : " ";
      line += part;
    }
  }
  for (auto& c : line) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '\n') {
      c = ' ';
    } else if (octet < 0x20 || octet == 0x7f) {
      c = '?';
    }
  }
  return line;
}

} // namespace warmfront::smtp
