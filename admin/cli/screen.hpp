// What is drawn on a terminal again and again: frames of `--watch` and `top`, bars. Pure, but for
// the questions about the terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace warmfront::admin::cli {

struct terminal_size {
  std::size_t rows = 24;
  std::size_t columns = 80;
};

/// Whether standard output, or standard error, is a terminal that understands ANSI sequences.
[[nodiscard]] bool is_output_terminal() noexcept;
[[nodiscard]] bool is_error_terminal() noexcept;
/// Of standard output; 24 × 80 where it is unknown.
[[nodiscard]] terminal_size size_of_terminal() noexcept;

/// Octets that show a text instead of what was on the screen, without flicker: lines are cut at
/// the right edge, and the last row says how many did not fit.
[[nodiscard]] std::string frame(std::string_view text, terminal_size size);

/// `[#####.....]`, `width` characters between the brackets; full for more than all, empty for a
/// total of nothing.
[[nodiscard]] std::string bar(std::uint64_t part, std::uint64_t total, std::size_t width);

/// The line of a transfer under way: bar, percentage and size; it overwrites itself.
[[nodiscard]] std::string progress_line(std::string_view what, std::uint64_t sent,
                                        std::uint64_t total);
/// Octets for people: `999 B`, `1.2 MB`.
[[nodiscard]] std::string size_text(std::uint64_t octets);

} // namespace warmfront::admin::cli
