// Names that must not be mixed up, each its own type.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "actors/core/clock.hpp"

namespace warmfront {

/// A string with a meaning: two names with different tags do not convert into each other.
template <class Tag>
class named {
public:
  named() = default;
  explicit named(std::string value) : value_{std::move(value)} {}
  [[nodiscard]] const std::string& str() const noexcept { return value_; }
  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }
  friend auto operator<=>(const named&, const named&) = default;
  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, named& x) {
    return f(x.value_);
  }

private:
  std::string value_;
};

using account_name = named<struct account_tag>;
using pool_name = named<struct pool_tag>;
using plan_name = named<struct plan_tag>;
using template_name = named<struct template_tag>;
using group_name = named<struct group_tag>;
using node_name = named<struct node_tag>;
/// A domain in its stored form: lower case, A-labels, no trailing dot.
using domain_name = named<struct domain_tag>;
/// An IP address in its canonical text form (RFC 5952 for IPv6).
using ip_address = named<struct ip_tag>;
/// Who a warm-up ledger is about: an IP address or a sender domain.
using ledger_subject = named<struct subject_tag>;
/// A receiving provider: a group of MX hosts that share one view of a sender, as `gmail`.
using provider_name = named<struct provider_tag>;

/// A send task; unique in the cluster.
enum class task_id : std::uint64_t { none = 0 };

/// 128 bits: 48 of milliseconds since 1970, 16 of the accepting node, 64 that make it unique.
/// Ids sort by time of acceptance; any node can tell which node to ask.
class message_id {
public:
  static constexpr std::size_t octets = 16;

  message_id() = default;
  message_id(wall_time accepted_at, std::uint16_t node, std::uint64_t unique) noexcept;

  /// The binary form, big endian, so that octet order is time order. @pre 16 octets.
  [[nodiscard]] static message_id from_octets(std::string_view octets) noexcept;
  /// The text form: 32 lower-case hexadecimal digits. Nothing else parses.
  [[nodiscard]] static std::optional<message_id> parse(std::string_view text) noexcept;

  [[nodiscard]] std::string_view octet_view() const noexcept {
    return {reinterpret_cast<const char*>(octets_.data()), octets_.size()};
  }
  [[nodiscard]] std::string str() const;
  [[nodiscard]] wall_time accepted_at() const noexcept;
  [[nodiscard]] std::uint16_t node() const noexcept;

  friend auto operator<=>(const message_id&, const message_id&) = default;
  template <class Inspector>
  friend typename Inspector::result_type inspect(Inspector& f, message_id& x) {
    return f(x.octets_);
  }

private:
  std::array<std::uint8_t, octets> octets_{};
};

/// One recipient of one message: its index in the envelope, from 0.
struct recipient_id {
  message_id message;
  std::uint32_t index = 0;
  friend auto operator<=>(const recipient_id&, const recipient_id&) = default;
};

template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, recipient_id& x) {
  return f(x.message, x.index);
}

} // namespace warmfront

template <class Tag>
struct std::hash<warmfront::named<Tag>> {
  std::size_t operator()(const warmfront::named<Tag>& name) const noexcept {
    return std::hash<std::string>{}(name.str());
  }
};

template <>
struct std::hash<warmfront::message_id> {
  std::size_t operator()(const warmfront::message_id& id) const noexcept {
    return std::hash<std::string_view>{}(id.octet_view());
  }
};

template <>
struct std::hash<warmfront::recipient_id> {
  std::size_t operator()(const warmfront::recipient_id& id) const noexcept {
    return std::hash<warmfront::message_id>{}(id.message) * 31 + id.index;
  }
};
