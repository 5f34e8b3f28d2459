#include "net/smtp/reply_parser.hpp"

#include <utility>

namespace warmfront::smtp {

namespace {

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

error broken(std::string what) {
  return {errc::protocol, std::move(what), "the connection is given up"};
}

/// The octets of up to three digits at `from`; 0 when there is none.
std::size_t digits_at(std::string_view text, std::size_t from) noexcept {
  std::size_t count = 0;
  while (count < 3 && from + count < text.size() && is_digit(text[from + count])) {
    ++count;
  }
  return count;
}

} // namespace

std::string_view split_status(std::uint16_t code, std::string_view& text) noexcept {
  const char expected_class = static_cast<char>('0' + code / 100);
  if (text.size() < 5 || text[0] != expected_class || text[0] == '3' || text[1] != '.') {
    return {};
  }
  const std::size_t subject = digits_at(text, 2);
  if (subject == 0 || 2 + subject >= text.size() || text[2 + subject] != '.') {
    return {};
  }
  const std::size_t detail = digits_at(text, 3 + subject);
  const std::size_t end = 3 + subject + detail;
  if (detail == 0 || (end < text.size() && text[end] != ' ')) {
    return {};
  }
  const std::string_view status = text.substr(0, end);
  text.remove_prefix(end < text.size() ? end + 1 : end);
  return status;
}

std::optional<result<reply>> reply_parser::next(std::string_view& input) {
  while (!input.empty()) {
    const std::size_t end = input.find('\n');
    const std::size_t piece = end == std::string_view::npos ? input.size() : end;
    if (partial_.size() + piece > line_octets_max + 1) {
      input = {};
      return broken("the peer sent a reply line of more than 2000 octets");
    }
    if (end == std::string_view::npos) {
      partial_.append(input);
      input = {};
      return std::nullopt;
    }
    std::string_view line = input.substr(0, end);
    input.remove_prefix(end + 1);
    if (partial_.empty()) {
      if (auto complete = take_line(line)) {
        return complete;
      }
      continue;
    }
    partial_.append(line);
    const std::string whole = std::exchange(partial_, {});
    if (auto complete = take_line(whole)) {
      return complete;
    }
  }
  return std::nullopt;
}

void reply_parser::reset() {
  partial_.clear();
  value_ = {};
  lines_ = 0;
}

std::optional<result<reply>> reply_parser::take_line(std::string_view line) {
  while (!line.empty() && line.back() == '\r') {
    line.remove_suffix(1);
  }
  const bool coded = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && is_digit(line[1]) &&
                     is_digit(line[2]);
  if (!coded || (line.size() > 3 && line[3] != ' ' && line[3] != '-')) {
    reset();
    return broken("the peer sent a line that is no SMTP reply");
  }
  if (++lines_ > lines_max) {
    reset();
    return broken("the peer sent a reply of more than 100 lines");
  }
  value_.code =
      static_cast<std::uint16_t>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
  const bool last = line.size() == 3 || line[3] == ' ';
  std::string_view text = line.size() > 4 ? line.substr(4) : std::string_view{};
  const std::string_view status = split_status(value_.code, text);
  if (!status.empty()) {
    value_.status = status;
  }
  append_text(text);
  if (!last) {
    return std::nullopt;
  }
  lines_ = 0;
  if (!value_.status.empty() && value_.status.front() != line[0]) {
    value_.status.clear(); // it belonged to an earlier line with another code
  }
  return std::exchange(value_, {});
}

void reply_parser::append_text(std::string_view text) {
  const std::size_t room = text_octets_max - value_.text.size();
  if (room == 0) {
    return;
  }
  if (lines_ > 1) {
    value_.text += '\n';
  }
  value_.text.append(text.substr(0, room - (lines_ > 1 ? 1 : 0)));
}

} // namespace warmfront::smtp
