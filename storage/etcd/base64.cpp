#include "storage/etcd/base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace warmfront::storage {

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t outside = 64;

constexpr std::array<std::uint8_t, 256> make_values() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) {
    value = outside;
  }
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    values[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}

constexpr auto values = make_values();

} // namespace

std::string to_base64(std::string_view octets) {
  std::string text;
  text.reserve((octets.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < octets.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const auto octet = at + i < octets.size() ? static_cast<std::uint8_t>(octets[at + i]) : 0U;
      group = group << 8U | octet;
    }
    for (std::size_t i = 0; i < 4; ++i) {
      const bool padding = at + i > octets.size();
      text += padding ? '=' : alphabet[group >> (18U - 6U * i) & 63U];
    }
  }
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::string octets;
  octets.reserve(text.size() / 4 * 3);
  for (std::size_t at = 0; at < text.size(); at += 4) {
    const bool last = at + 4 == text.size();
    const std::size_t padding = !last || text[at + 3] != '=' ? 0U : text[at + 2] != '=' ? 1U : 2U;
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      const auto value = i >= 4 - padding ? 0U : values[static_cast<std::uint8_t>(text[at + i])];
      if (value == outside) {
        return std::nullopt;
      }
      group = group << 6U | value;
    }
    for (std::size_t i = 0; i < 3 - padding; ++i) {
      octets += static_cast<char>(group >> (16U - 8U * i) & 255U);
    }
  }
  return octets;
}

} // namespace warmfront::storage
