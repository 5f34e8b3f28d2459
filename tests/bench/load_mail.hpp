// The mails of the load tools: how they are told apart, and how damage is seen on arrival.
//
// A mail carries the field `X-Bench-Id: SERIES FIRST COUNT SENT CHECKSUM`. Its recipients are
// `r<FIRST>@…` to `r<FIRST+COUNT-1>@…`, so that every recipient of a run has a number of its own
// and a bitmap tells which of them were acknowledged and which arrived.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmfront::bench {

/// What the field `X-Bench-Id` says.
struct mail_stamp {
  std::uint32_t series = 0; ///< which run; the sink counts only one at a time
  std::uint32_t first = 0;  ///< number of the first recipient
  std::uint32_t count = 1;  ///< recipients of this mail
  std::uint64_t sent_ns = 0;
  std::uint64_t checksum = 0;

  friend bool operator==(const mail_stamp&, const mail_stamp&) = default;
};

inline constexpr std::string_view stamp_field = "X-Bench-Id";

/// The field's value.
[[nodiscard]] std::string to_string(const mail_stamp& stamp);
/// @returns nothing when `value` is not five numbers.
[[nodiscard]] std::optional<mail_stamp> parse_stamp(std::string_view value);
/// The number in `r<NUMBER>@domain`.
[[nodiscard]] std::optional<std::uint32_t> recipient_number(std::string_view address);

/// A checksum over the lines of a body. It depends on the lines and their order, not on how TCP cut
/// them. It finds damage, not malice.
class line_checksum {
public:
  /// One line without its CRLF and without dot-stuffing.
  void add(std::string_view line);
  [[nodiscard]] std::uint64_t value() const { return state_; }

private:
  std::uint64_t state_ = 0x9e3779b97f4a7c15u;
};

/// The part of the body that all mails of a run share: text lines, some of them with a leading dot.
class body_text {
public:
  /// @param octets about the length wanted, at least one line
  explicit body_text(std::size_t octets);
  /// Dot-stuffed, with CRLF line ends, closed by the lone dot.
  [[nodiscard]] std::string_view wire() const { return wire_; }
  /// Adds the lines to a checksum begun with lines before them.
  void add_to(line_checksum& sum) const;

private:
  std::string plain_;
  std::vector<std::size_t> line_ends_;
  std::string wire_;
};

/// A set of numbers from a dense range, as it is written to a file: bit n of octet n / 8.
class number_set {
public:
  /// @returns false when it was in already.
  bool insert(std::uint32_t number);
  void clear() { octets_.clear(); }
  [[nodiscard]] bool contains(std::uint32_t number) const;
  /// @returns false when the file cannot be written.
  [[nodiscard]] bool write_to(const std::string& path) const;

private:
  std::vector<std::uint8_t> octets_;
};

} // namespace warmfront::bench
