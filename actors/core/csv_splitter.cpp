#include "actors/core/csv_splitter.hpp"

#include <algorithm>
#include <cassert>

namespace warmfront {

std::optional<std::size_t> csv_splitter::scan(std::string_view text) {
  while (at_ < text.size()) {
    switch (state_) {
    case state::field_begin:
      begin_field(text);
      break;
    case state::plain:
      scan_plain(text);
      break;
    case state::quoted:
      scan_quoted(text);
      break;
    case state::after_quote:
      scan_after_quote(text);
      break;
    }
    if (has_ended_)
      return at_;
  }
  return std::nullopt;
}

void csv_splitter::finish(std::string_view text) {
  assert(at_ == text.size());
  close_field(state_ == state::after_quote ? at_ - 1 : at_);
}

void csv_splitter::reset() {
  state_ = state::field_begin;
  at_ = 0;
  has_ended_ = false;
  fields_.clear();
  misquoted_.reset();
}

std::string_view csv_splitter::text_of(const field& which, std::string_view record,
                                       std::string& room) {
  auto text = record.substr(which.begin, which.octets);
  if (!which.has_doubled_quotes)
    return text;
  const auto begin = room.size();
  assert(room.capacity() - begin >= text.size());
  for (auto quote = text.find('"'); quote != std::string_view::npos; quote = text.find('"')) {
    room += text.substr(0, quote + 1);
    text.remove_prefix(std::min(quote + 2, text.size()));
  }
  room += text;
  return std::string_view{room}.substr(begin);
}

void csv_splitter::begin_field(std::string_view text) {
  const bool is_quoted = text[at_] == '"';
  at_ += is_quoted ? 1 : 0;
  open_ = {at_, 0, false};
  state_ = is_quoted ? state::quoted : state::plain;
}

void csv_splitter::scan_plain(std::string_view text) {
  while (at_ < text.size() && !ends_field(text[at_]))
    ++at_;
  if (at_ == text.size())
    return;
  close_field(at_);
  has_ended_ = text[at_] != delimiter_;
  at_ += has_ended_ ? 0 : 1;
}

void csv_splitter::scan_quoted(std::string_view text) {
  const auto quote = text.find('"', at_);
  if (quote == std::string_view::npos) {
    at_ = text.size();
    return;
  }
  at_ = quote + 1;
  state_ = state::after_quote;
}

void csv_splitter::scan_after_quote(std::string_view text) {
  if (text[at_] == '"') {
    open_.has_doubled_quotes = true;
    state_ = state::quoted;
    ++at_;
    return;
  }
  if (!ends_field(text[at_])) {
    misquoted_ = misquoted_.value_or(fields_.size() + 1);
    state_ = state::plain;
    return;
  }
  close_field(at_ - 1);
  has_ended_ = text[at_] != delimiter_;
  at_ += has_ended_ ? 0 : 1;
}

void csv_splitter::close_field(std::size_t end) {
  if (state_ == state::field_begin)
    open_ = {at_, 0, false};
  open_.octets = end - open_.begin;
  fields_.push_back(open_);
  state_ = state::field_begin;
}

} // namespace warmfront
