#include "admin/http/head_check.hpp"

namespace warmfront::admin {

namespace {

constexpr std::string_view line_end = "\r\n";

bool is_token_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos);
}

bool is_token(std::string_view text) noexcept {
  for (const char c : text) {
    if (!is_token_character(c)) {
      return false;
    }
  }
  return !text.empty();
}

char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool is_same(std::string_view text, std::string_view lower_case) noexcept {
  if (text.size() != lower_case.size()) {
    return false;
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lower_case[i]) {
      return false;
    }
  }
  return true;
}

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
    text.remove_prefix(1);
  }
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  return text;
}

/// A host and optional port, as far as it can be used to confuse: no user, path or spaces.
bool is_host(std::string_view text) noexcept {
  for (const char c : text) {
    if (!is_token_character(c) && c != ':' && c != '[' && c != ']') {
      return false;
    }
  }
  return !text.empty() && text.size() <= 300;
}

struct fields_seen {
  std::size_t count = 0;
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t codings = 0;
};

head_fault check_request_line(std::string_view line) noexcept {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last || line.find(' ', first + 1) != last ||
      !is_token(line.substr(0, first))) {
    return {400, "The request line is not METHOD TARGET HTTP/1.1."};
  }
  const auto version = line.substr(last + 1);
  if (version.substr(0, 5) != "HTTP/") {
    return {400, "The request line is not METHOD TARGET HTTP/1.1."};
  }
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    return {505, "Only HTTP/1.1 and HTTP/1.0 are spoken here."};
  }
  return {};
}

head_fault check_field(std::string_view line, fields_seen& seen) noexcept {
  if (line.front() == ' ' || line.front() == '\t') {
    return {400, "A header field is folded over lines, which RFC 9112 forbids."};
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
    return {400, "A header line is not NAME: VALUE."};
  }
  const auto name = line.substr(0, colon);
  const auto value = trimmed(line.substr(colon + 1));
  ++seen.count;
  if (is_same(name, "host")) {
    ++seen.hosts;
    if (!is_host(value)) {
      return {400, "The Host field is not a host and port."};
    }
  } else if (is_same(name, "content-length")) {
    ++seen.lengths;
    if (value.empty() || value.size() > 18 ||
        value.find_first_not_of("0123456789") != std::string_view::npos) {
      return {400, "Content-Length is not a number."};
    }
  } else if (is_same(name, "transfer-encoding")) {
    ++seen.codings;
    if (!is_same(value, "chunked")) {
      return {501, "No transfer coding but chunked is understood."};
    }
  } else if (is_same(name, "expect") && !is_same(value, "100-continue")) {
    return {417, "No expectation but 100-continue is understood."};
  }
  return {};
}

} // namespace

head_fault check_octets(std::string_view head, std::size_t from) noexcept {
  for (std::size_t i = from; i < head.size(); ++i) {
    const auto octet = static_cast<unsigned char>(head[i]);
    if (octet == '\n' ? i == 0 || head[i - 1] != '\r' : i != 0 && head[i - 1] == '\r') {
      return {400, "CR and LF must stand together."};
    }
    if ((octet < 0x20 && octet != '\r' && octet != '\n' && octet != '\t') || octet == 0x7f) {
      return {400, "The head holds a control character."};
    }
  }
  return {};
}

head_fault check_head(std::string_view head, std::size_t fields_max) noexcept {
  auto end = head.find(line_end);
  const auto request_line = head.substr(0, end);
  if (const auto fault = check_request_line(request_line); fault.status != 0) {
    return fault;
  }
  fields_seen seen;
  while (end != std::string_view::npos) {
    head.remove_prefix(end + line_end.size());
    end = head.find(line_end);
    const auto line = head.substr(0, end);
    if (line.empty()) {
      break;
    }
    if (const auto fault = check_field(line, seen); fault.status != 0) {
      return fault;
    }
  }
  if (seen.count > fields_max) {
    return {431, "There are too many header fields."};
  }
  const bool needs_host = request_line.substr(request_line.size() - 1) == "1";
  if (seen.hosts > 1 || (needs_host && seen.hosts == 0)) {
    return {400, "There must be exactly one Host field."};
  }
  if (seen.lengths > 1 || seen.codings > 1 || (seen.lengths != 0 && seen.codings != 0)) {
    return {400, "The length of the body must be given once, in one way."};
  }
  if (!needs_host && seen.codings != 0) {
    return {400, "HTTP/1.0 has no transfer codings."};
  }
  return {};
}

} // namespace warmfront::admin
