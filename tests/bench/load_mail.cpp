#include "tests/bench/load_mail.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <fstream>

namespace warmfront::bench {
namespace {

constexpr std::uint64_t multiplier = 0xff51afd7ed558ccdu;
constexpr std::size_t line_length = 76;
constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::uint64_t mix(std::uint64_t state, std::uint64_t word) {
  state = (state ^ word) * multiplier;
  return state ^ (state >> 32);
}

template <class Number>
bool take_number(std::string_view& text, Number& value, int base = 10) {
  while (!text.empty() && text.front() == ' ') {
    text.remove_prefix(1);
  }
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return fault == std::errc{};
}

} // namespace

std::string to_string(const mail_stamp& stamp) {
  return fmt::format("{} {} {} {} {:016x}", stamp.series, stamp.first, stamp.count, stamp.sent_ns,
                     stamp.checksum);
}

std::optional<mail_stamp> parse_stamp(std::string_view value) {
  mail_stamp stamp;
  if (take_number(value, stamp.series) && take_number(value, stamp.first) &&
      take_number(value, stamp.count) && take_number(value, stamp.sent_ns) &&
      take_number(value, stamp.checksum, 16)) {
    return stamp;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> recipient_number(std::string_view address) {
  if (address.empty() || (address.front() != 'r' && address.front() != 'R')) {
    return std::nullopt;
  }
  address.remove_prefix(1);
  std::uint32_t number = 0;
  if (!take_number(address, number) || address.empty() || address.front() != '@') {
    return std::nullopt;
  }
  return number;
}

void line_checksum::add(std::string_view line) {
  auto state = mix(state_, line.size());
  while (line.size() >= 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, line.data(), 8);
    state = mix(state, word);
    line.remove_prefix(8);
  }
  std::uint64_t rest = 0;
  std::memcpy(&rest, line.data(), line.size());
  state_ = mix(state, rest);
}

body_text::body_text(std::size_t octets) {
  std::uint32_t random = 12345;
  std::size_t lines = 0;
  do {
    std::string line;
    for (std::size_t i = 0; i < line_length; ++i) {
      random = random * 1103515245u + 12345u;
      line += alphabet[(random >> 20) % alphabet.size()];
    }
    if (++lines % 16 == 3) {
      line.front() = '.';
      wire_ += '.';
    }
    plain_ += line;
    line_ends_.push_back(plain_.size());
    wire_ += line + "\r\n";
  } while (wire_.size() + line_length + 2 <= octets);
  wire_ += ".\r\n";
}

void body_text::add_to(line_checksum& sum) const {
  std::size_t begin = 0;
  for (const auto end : line_ends_) {
    sum.add(std::string_view{plain_}.substr(begin, end - begin));
    begin = end;
  }
}

bool number_set::insert(std::uint32_t number) {
  const auto octet = number / 8;
  if (octet >= octets_.size()) {
    octets_.resize(octet + octet / 2 + 1024);
  }
  const auto bit = static_cast<std::uint8_t>(1u << (number % 8));
  const bool fresh = (octets_[octet] & bit) == 0;
  octets_[octet] = static_cast<std::uint8_t>(octets_[octet] | bit);
  return fresh;
}

bool number_set::contains(std::uint32_t number) const {
  const auto octet = number / 8;
  return octet < octets_.size() && ((octets_[octet] >> (number % 8)) & 1u) != 0;
}

bool number_set::write_to(const std::string& path) const {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  for (const auto octet : octets_) {
    file.put(static_cast<char>(octet));
  }
  file.flush();
  return file.good();
}

} // namespace warmfront::bench
