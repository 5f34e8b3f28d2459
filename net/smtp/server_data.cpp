#include "net/smtp/server_data.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <utility>

#include "actors/core/address.hpp"
#include "net/smtp/command.hpp"

namespace warmfront::smtp {

namespace {

constexpr std::size_t line_octets_max = 1000; // with CRLF, without the stuffed dot

struct octet_facts {
  bool nul = false;
  bool eight_bit = false;
};

/// Eight octets at a time: content is looked at once for this, whatever its lines are.
octet_facts inspect_octets(std::string_view octets) noexcept {
  constexpr std::uint64_t ones = 0x0101010101010101;
  constexpr std::uint64_t highs = 0x8080808080808080;
  std::uint64_t high = 0;
  std::uint64_t zero = 0;
  const char* at = octets.data();
  std::size_t left = octets.size();
  const auto look = [&](std::uint64_t word) {
    high |= word;
    zero |= (word - ones) & ~word;
  };
  for (; left >= sizeof(std::uint64_t); left -= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    look(word);
    at += sizeof word;
  }
  if (left > 0) {
    std::uint64_t word = ones;
    std::memcpy(&word, at, left);
    look(word);
  }
  return {(zero & highs) != 0, (high & highs) != 0};
}

std::size_t find(std::string_view octets, char wanted, std::size_t from, std::size_t to) noexcept {
  if (from == to) {
    return to;
  }
  const auto* found =
      static_cast<const char*>(std::memchr(octets.data() + from, wanted, to - from));
  return found == nullptr ? to : static_cast<std::size_t>(found - octets.data());
}

} // namespace

void data_reader::begin(std::size_t octets_max) noexcept {
  *this = {};
  octets_max_ = octets_max;
}

std::size_t data_reader::read_dotted(std::string_view octets) {
  return read(octets, true);
}

void data_reader::read_counted(std::string_view octets) {
  read(octets, false);
}

void data_reader::end_counted() {
  if (place_ == place::carriage_return) {
    refuse(data_defect::bare_line_end);
  } else if (place_ == place::text) {
    keep("\r\n");
  }
  place_ = place::end;
}

void data_reader::refuse(data_defect defect) noexcept {
  if (defect_ == data_defect::none || defect < defect_) {
    defect_ = defect;
    content_ = {};
  }
}

std::string data_reader::take_content() noexcept {
  return std::exchange(content_, {});
}

std::size_t data_reader::read(std::string_view octets, bool dotted) {
  std::size_t at = 0;
  std::size_t kept = 0; // octets before this one are kept already, or are not to be
  while (at < octets.size() && place_ != place::end) {
    switch (place_) {
    case place::line_start:
      if (dotted && octets[at] == '.') {
        keep(octets.substr(kept, at - kept));
        kept = ++at;
        place_ = place::dot;
        break;
      }
      place_ = place::text;
      [[fallthrough]];
    case place::text:
      at = read_text(octets, at);
      break;
    case place::carriage_return:
      if (octets[at] == '\n') {
        ++at;
        ++line_octets_;
        end_line();
      } else {
        refuse(data_defect::bare_line_end);
        place_ = place::text;
      }
      break;
    case place::dot:
      place_ = octets[at] == '\r' ? place::dot_return : place::text;
      at += octets[at] == '\r' ? 1 : 0;
      kept = at;
      break;
    case place::dot_return:
      if (octets[at] == '\n') {
        place_ = place::end;
        kept = ++at;
      } else {
        refuse(data_defect::bare_line_end);
        place_ = octets[at] == '\r' ? place::carriage_return : place::text;
        at += octets[at] == '\r' ? 1 : 0;
      }
      break;
    case place::end:
      break;
    }
  }
  keep(octets.substr(kept, at - kept));
  return at;
}

/// Reads to the end of the line or of the octets; only CRLF is the end of a line.
std::size_t data_reader::read_text(std::string_view octets, std::size_t from) {
  const auto line_feed = find(octets, '\n', from, octets.size());
  const auto carriage_return = find(octets, '\r', from, line_feed);
  const bool ends_with_return = line_feed > from && octets[line_feed - 1] == '\r';
  line_octets_ += line_feed - from;
  if (carriage_return < line_feed && carriage_return + 1 < line_feed) {
    refuse(data_defect::bare_line_end);
  }
  if (line_feed == octets.size()) {
    place_ = ends_with_return ? place::carriage_return : place::text;
    if (line_octets_ > line_octets_max) {
      refuse(data_defect::long_line);
    }
    return line_feed;
  }
  ++line_octets_;
  if (ends_with_return) {
    end_line();
  } else {
    refuse(data_defect::bare_line_end);
  }
  return line_feed + 1;
}

void data_reader::end_line() noexcept {
  if (line_octets_ > line_octets_max) {
    refuse(data_defect::long_line);
  }
  line_octets_ = 0;
  place_ = place::line_start;
}

void data_reader::keep(std::string_view octets) {
  octets_ += octets.size();
  if (octets_ > octets_max_) {
    refuse(data_defect::too_large);
  }
  const auto facts = inspect_octets(octets);
  eight_bit_ = eight_bit_ || facts.eight_bit;
  if (facts.nul) {
    refuse(data_defect::nul);
  }
  if (defect_ == data_defect::none) {
    content_.append(octets);
  }
}

header_facts inspect_header(std::string_view content, bool eight_bit) {
  header_facts facts;
  std::size_t at = 0;
  while (at < content.size()) {
    const auto end = find(content, '\n', at, content.size());
    const auto line = content.substr(at, end - at);
    if (line.empty() || line == "\r") {
      break;
    }
    constexpr std::string_view trace = "Received";
    if (line.size() > trace.size() && same_ignoring_case(line.substr(0, trace.size()), trace)) {
      const auto colon = line.find_first_not_of(" \t", trace.size());
      facts.received_fields += colon != std::string_view::npos && line[colon] == ':' ? 1U : 0U;
    }
    at = std::min(end + 1, content.size());
  }
  if (eight_bit) {
    const auto header = content.substr(0, at);
    facts.ascii = !inspect_octets(header).eight_bit;
    facts.utf8 = facts.ascii || is_utf8(header);
  }
  return facts;
}

} // namespace warmfront::smtp
