// The name of immutable octets: their SHA-256 (FIPS 180-4).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace warmfront {

/// Names a chunk: template texts, attachments, lists of recipients. The same octets have the same
/// name on every node.
class chunk_id {
public:
  static constexpr std::size_t octets = 32;

  chunk_id() = default;
  explicit chunk_id(const std::array<std::uint8_t, octets>& digest) noexcept : octets_{digest} {}

  /// @pre 32 octets.
  [[nodiscard]] static chunk_id from_octets(std::string_view digest) noexcept;
  [[nodiscard]] std::string_view octet_view() const noexcept {
    return {reinterpret_cast<const char*>(octets_.data()), octets_.size()};
  }
  /// 64 lower-case hexadecimal digits.
  [[nodiscard]] std::string str() const;

  friend auto operator<=>(const chunk_id&, const chunk_id&) = default;

private:
  std::array<std::uint8_t, octets> octets_{};
};

} // namespace warmfront

template <>
struct std::hash<warmfront::chunk_id> {
  std::size_t operator()(const warmfront::chunk_id& id) const noexcept {
    return std::hash<std::string_view>{}(id.octet_view());
  }
};
