#include "admin/cli/screen.hpp"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/core.h>

namespace warmfront::admin::cli {

namespace {

constexpr std::size_t progress_width = 30;

bool is_terminal(int descriptor) noexcept {
  const auto* const kind = std::getenv("TERM");
  return ::isatty(descriptor) == 1 && kind != nullptr && std::string_view{kind} != "dumb";
}

} // namespace

bool is_output_terminal() noexcept {
  return is_terminal(STDOUT_FILENO);
}

bool is_error_terminal() noexcept {
  return is_terminal(STDERR_FILENO);
}

terminal_size size_of_terminal() noexcept {
  winsize found{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) != 0 || found.ws_row == 0 || found.ws_col == 0) {
    return {};
  }
  return {found.ws_row, found.ws_col};
}

std::string frame(std::string_view text, terminal_size size) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    lines.push_back(line);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  const auto rows = std::max<std::size_t>(size.rows, 2);
  const auto shown = lines.size() <= rows ? lines.size() : rows - 1;
  // No line may wrap, or the rows counted here are not those of the terminal.
  std::string octets = "\x1b[?7l\x1b[H";
  for (std::size_t i = 0; i < shown; ++i) {
    octets += i == 0 ? "" : "\r\n";
    octets += lines[i];
    octets += "\x1b[K";
  }
  if (shown < lines.size()) {
    octets += fmt::format("\r\n({} more lines)\x1b[K", lines.size() - shown);
  }
  return octets + "\x1b[J\x1b[?7h";
}

std::string bar(std::uint64_t part, std::uint64_t total, std::size_t width) {
  const auto ratio =
      total == 0 ? 0.0 : std::min(1.0, static_cast<double>(part) / static_cast<double>(total));
  auto filled = static_cast<std::size_t>(ratio * static_cast<double>(width));
  if (part > 0 && total > 0 && filled == 0 && width > 0) {
    filled = 1; // Something is not nothing.
  }
  return '[' + std::string(filled, '#') + std::string(width - filled, '.') + ']';
}

std::string size_text(std::uint64_t octets) {
  constexpr double step = 1000;
  if (octets < 1000) {
    return fmt::format("{} B", octets);
  }
  auto value = static_cast<double>(octets);
  const char* unit = "B";
  for (const char* each : {"kB", "MB", "GB", "TB"}) {
    if (value < step) {
      break;
    }
    value /= step;
    unit = each;
  }
  return fmt::format("{:.1f} {}", value, unit);
}

std::string progress_line(std::string_view what, std::uint64_t sent, std::uint64_t total) {
  const auto percent = total == 0 ? 100 : std::min<std::uint64_t>(100, sent * 100 / total);
  return fmt::format("\r{} {} {:3} % of {}\x1b[K", what, bar(sent, total, progress_width), percent,
                     size_text(total));
}

} // namespace warmfront::admin::cli
