#include "net/smtp/client_output.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace warmfront::smtp {

void client_output::begin_piece(item& part, std::size_t from) noexcept {
  const std::string_view content = *part.content;
  const stuffed_piece piece = part.has_dots ? next_stuffed_piece(content, from)
                                            : stuffed_piece{content.size(), content.size()};
  part.at = from;
  part.piece_end = piece.end;
  part.next_piece = piece.next;
}

void client_output::append_text(std::string_view text) {
  queued_ += text.size();
  if (items_.empty() || items_.back().content != nullptr) {
    items_.emplace_back();
  }
  items_.back().text.append(text);
}

void client_output::append_data(std::shared_ptr<const std::string> content,
                                const content_facts& facts) {
  if (content != nullptr && !content->empty()) {
    if (content->front() == '.') {
      append_text(".");
    }
    const std::size_t first_dot = content->front() == '.' ? 1 : 0;
    queued_ += content->size() + facts.dots - first_dot;
    items_.emplace_back();
    items_.back().content = std::move(content);
    items_.back().has_dots = facts.dots > 0;
    begin_piece(items_.back(), 0);
  }
  append_text(facts.ends_with_line_end ? ".\r\n" : "\r\n.\r\n");
}

std::size_t client_output::gather(pieces& out) const {
  std::size_t count = 0;
  for (const item& part : items_) {
    if (part.content == nullptr) {
      if (count == pieces_max) {
        return count;
      }
      out[count++] = std::string_view{part.text}.substr(part.at);
      continue;
    }
    const std::string_view content = *part.content;
    stuffed_piece piece{part.piece_end, part.next_piece};
    for (std::size_t from = part.at;;) {
      if (count == pieces_max) {
        return count;
      }
      out[count++] = content.substr(from, piece.end - from);
      if (piece.end == content.size() && piece.next == content.size()) {
        break;
      }
      from = piece.next;
      piece = next_stuffed_piece(content, from);
    }
  }
  return count;
}

void client_output::consume(std::size_t octets) {
  written_ += octets;
  while (octets > 0) {
    assert(!items_.empty());
    item& part = items_.front();
    const std::size_t end = part.content == nullptr ? part.text.size() : part.piece_end;
    const std::size_t taken = std::min(octets, end - part.at);
    part.at += taken;
    octets -= taken;
    if (part.at < end) {
      return;
    }
    if (part.content != nullptr && part.next_piece < part.content->size()) {
      begin_piece(part, part.next_piece);
    } else {
      items_.pop_front();
    }
  }
}

void client_output::take_back(std::uint64_t queued) {
  assert(queued >= written_ && queued < queued_ && !items_.empty());
  item& last = items_.back();
  const auto octets = static_cast<std::size_t>(queued_ - queued);
  assert(last.content == nullptr && last.text.size() - last.at >= octets);
  last.text.resize(last.text.size() - octets);
  queued_ = queued;
  if (last.text.size() == last.at) {
    items_.pop_back();
  }
}

void client_output::clear() {
  items_.clear();
  queued_ = 0;
  written_ = 0;
}

} // namespace warmfront::smtp
