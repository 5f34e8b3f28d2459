#include "actors/core/line_window.hpp"

#include <algorithm>
#include <cassert>

namespace warmfront {

namespace {

bool is_line_end(char c) noexcept {
  return c == '\n' || c == '\r';
}

std::uint64_t line_ends_in(std::string_view text) noexcept {
  std::uint64_t ends = 0;
  char previous = '\0';
  for (const char c : text) {
    ends += c == '\r' || (c == '\n' && previous != '\r') ? 1 : 0;
    previous = c;
  }
  return ends;
}

} // namespace

void line_window::push(std::string_view octets) {
  waiting_.erase(0, begin_);
  begin_ = 0;
  waiting_.append(octets);
  pass_line_feed();
  skip_on();
}

std::string_view line_window::octets() const noexcept {
  return std::string_view{waiting_}.substr(begin_, list_line_octets_max + 1);
}

std::optional<std::size_t> line_window::line_end() {
  const auto text = octets();
  const auto end =
      std::find_if(text.begin() + std::ptrdiff_t(without_end_), text.end(), is_line_end);
  without_end_ = std::size_t(end - text.begin());
  return end == text.end() ? std::nullopt : std::optional{without_end_};
}

void line_window::pass(std::size_t octets) {
  move(octets);
  if (begin_ < waiting_.size())
    pass_line_end();
}

void line_window::skip(std::size_t octets) {
  move(octets);
  after_return_ = octets > 0 && waiting_[begin_ - 1] == '\r';
  pass_line_feed();
  skipping_ = true;
  skip_on();
}

void line_window::move(std::size_t octets) {
  assert(octets <= waiting_.size() - begin_);
  line_ += line_ends_in(std::string_view{waiting_}.substr(begin_, octets));
  begin_ += octets;
  without_end_ = 0;
}

void line_window::pass_line_end() {
  after_return_ = waiting_[begin_] == '\r';
  ++begin_;
  ++line_;
  pass_line_feed();
}

void line_window::pass_line_feed() {
  if (!after_return_ || begin_ == waiting_.size())
    return;
  begin_ += waiting_[begin_] == '\n' ? 1 : 0;
  after_return_ = false;
}

void line_window::skip_on() {
  if (!skipping_)
    return;
  while (begin_ < waiting_.size() && !is_line_end(waiting_[begin_]))
    ++begin_;
  if (begin_ == waiting_.size())
    return;
  skipping_ = false;
  pass_line_end();
}

} // namespace warmfront
