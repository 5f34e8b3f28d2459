#include "actors/core/ids.hpp"

#include <algorithm>
#include <cassert>

namespace warmfront {

namespace {

constexpr char hex_digits[] = "0123456789abcdef";

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return -1;
}

} // namespace

message_id::message_id(wall_time accepted_at, std::uint16_t node, std::uint64_t unique) noexcept {
  const auto millis = static_cast<std::uint64_t>(
      std::chrono::floor<milliseconds>(accepted_at).time_since_epoch().count());
  for (std::size_t i = 0; i < 6; ++i)
    octets_[i] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
  octets_[6] = static_cast<std::uint8_t>(node >> 8);
  octets_[7] = static_cast<std::uint8_t>(node & 0xff);
  for (std::size_t i = 0; i < 8; ++i)
    octets_[8 + i] = static_cast<std::uint8_t>(unique >> (8 * (7 - i)));
}

message_id message_id::from_octets(std::string_view octets) noexcept {
  assert(octets.size() == message_id::octets);
  message_id id;
  std::copy_n(octets.begin(), message_id::octets, id.octets_.begin());
  return id;
}

std::optional<message_id> message_id::parse(std::string_view text) noexcept {
  if (text.size() != 2 * octets)
    return std::nullopt;
  message_id id;
  for (std::size_t i = 0; i < octets; ++i) {
    const int high = hex_value(text[2 * i]);
    const int low = hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0)
      return std::nullopt;
    id.octets_[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return id;
}

std::string message_id::str() const {
  std::string text(2 * octets, '0');
  for (std::size_t i = 0; i < octets; ++i) {
    text[2 * i] = hex_digits[octets_[i] >> 4];
    text[2 * i + 1] = hex_digits[octets_[i] & 0xf];
  }
  return text;
}

wall_time message_id::accepted_at() const noexcept {
  std::int64_t millis = 0;
  for (std::size_t i = 0; i < 6; ++i)
    millis = (millis << 8) | octets_[i];
  return wall_time{milliseconds{millis}};
}

std::uint16_t message_id::node() const noexcept {
  return static_cast<std::uint16_t>((octets_[6] << 8) | octets_[7]);
}

} // namespace warmfront
