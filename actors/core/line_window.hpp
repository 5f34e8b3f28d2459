// Lines of a text that comes in pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace warmfront {

/// A line of a list, without its end; a CSV record with line ends in it is one line.
inline constexpr std::size_t list_line_octets_max = 64 * 1024;

/// A text from its line under way on. LF, CRLF and a lone CR end a line; which of them are within
/// a quoted field is for the user to know. Holds what has not been passed.
class line_window {
public:
  void push(std::string_view octets);

  /// What has come of the line under way and perhaps of later ones; one octet more than a line may
  /// have at the most. Valid until the next change.
  [[nodiscard]] std::string_view octets() const noexcept;
  /// The number of the line under way, from 1.
  [[nodiscard]] std::uint64_t line() const noexcept { return line_; }

  /// The octets before the first line end, when it is there.
  [[nodiscard]] std::optional<std::size_t> line_end();

  /// So many octets, and the line end behind them where there is one, are done with.
  void pass(std::size_t octets);
  /// So many octets, and all that comes before the next line end behind them, are done with.
  void skip(std::size_t octets);

private:
  void move(std::size_t octets);
  void pass_line_end();
  void pass_line_feed();
  void skip_on();

  std::string waiting_;
  std::size_t begin_ = 0;       ///< in `waiting_`, of the line under way
  std::size_t without_end_ = 0; ///< so many octets from there on have no line end
  std::uint64_t line_ = 1;
  bool after_return_ = false; ///< a LF that comes first belongs to the line end before
  bool skipping_ = false;
};

} // namespace warmfront
