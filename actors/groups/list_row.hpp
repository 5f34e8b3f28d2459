// What readers of recipient lists find, and whom they tell.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "actors/core/error.hpp"

namespace warmfront {

/// The column of addresses is one of them.
inline constexpr std::size_t list_columns_max = 100;
/// The variables of one list.
inline constexpr std::size_t list_names_max = list_columns_max - 1;

/// Empty and absent are different: a template is rendered with the one, and refuses the other.
using list_value = std::optional<std::string_view>;

/// One recipient of a list. Everything belongs to the reader and goes with the call.
struct list_row {
  std::uint64_t line = 0;             ///< where it begins, from 1
  std::string_view address;           ///< see `dns::normalised_address`
  std::span<const std::string> names; ///< of the list's variables so far; grows, keeps its order
  std::span<const list_value> values; ///< aligned with the names
};

/// A line that is no recipient.
struct list_rejection {
  std::uint64_t line = 0; ///< where it begins, from 1
  std::string reason;     ///< for people; safe to display
  std::string excerpt;    ///< how it begins: at most 60 octets, safe to display

  friend bool operator==(const list_rejection&, const list_rejection&) = default;
};

/// Hears of every line that is not blank, in order.
class list_sink {
public:
  virtual ~list_sink() = default;
  /// An error ends the reading.
  virtual result<void> take_row(const list_row& row) = 0;
  virtual result<void> take_rejection(list_rejection rejection) = 0;
};

/// Reads a list that comes in pieces, cut anywhere. Keeps a line and a piece in memory, no more.
class list_reader {
public:
  virtual ~list_reader() = default;
  /// Tells `to` about all lines that are complete. An error ends the reading: it is the sink's, or
  /// `invalid_argument` or `limit_exceeded` for a list that cannot be read as a whole.
  virtual result<void> push(std::string_view octets, list_sink& to) = 0;
  /// The list has ended, with or without a line end.
  virtual result<void> end(list_sink& to) = 0;
};

} // namespace warmfront
