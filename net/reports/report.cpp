#include "net/reports/report.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "net/mime/header_block.hpp"
#include "net/reports/report_readers.hpp"

namespace warmfront::reports {

namespace {

constexpr std::size_t address_octets_max = 320;
constexpr std::size_t readable_octets_max = std::size_t{64} << 10;

bool is_number(char c) {
  return c >= '0' && c <= '9';
}

bool continues_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == '_';
}

/// Text of HTML without its tags: a tag parts words.
std::string without_tags(std::string_view html) {
  std::string text;
  bool is_tag = false;
  for (const char c : html) {
    if (c == '<') {
      is_tag = true;
      text += ' ';
    } else if (c == '>') {
      is_tag = false;
    } else if (!is_tag) {
      text += c;
    }
  }
  return text;
}

/// `5.1.1` at the front of a text; its length, 0: there is none.
std::size_t status_length(std::string_view text) {
  std::size_t at = 1;
  for (int part = 0; part < 2; ++part) {
    if (at >= text.size() || text[at] != '.')
      return 0;
    const auto begin = ++at;
    while (at < text.size() && is_number(text[at]))
      ++at;
    if (at == begin || at - begin > 3)
      return 0;
  }
  // An IP address has a fourth part; a full stop at the end of a sentence is none.
  const bool goes_on = at + 1 < text.size() && text[at] == '.' && is_number(text[at + 1]);
  return goes_on ? 0 : at;
}

} // namespace

std::string_view to_string(report_kind value) noexcept {
  switch (value) {
  case report_kind::unknown:
    return "unknown";
  case report_kind::bounce:
    return "bounce";
  case report_kind::delay:
    return "delay";
  case report_kind::success:
    return "success";
  case report_kind::complaint:
    return "complaint";
  case report_kind::auto_reply:
    return "auto_reply";
  }
  return "unknown";
}

const mail_part* incoming_mail::find(std::string_view type, std::string_view or_type) const {
  const auto found = std::ranges::find_if(parts, [&](const mail_part& part) {
    return part.type == type || (!or_type.empty() && part.type == or_type);
  });
  return found == parts.end() ? nullptr : &*found;
}

std::string incoming_mail::readable_text() const {
  if (const auto* plain = find("text/plain"))
    return plain->text.substr(0, readable_octets_max);
  const auto* html = find("text/html");
  return html == nullptr ? std::string{} : without_tags(html->text).substr(0, readable_octets_max);
}

std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text.substr(0, 2 * report_text_octets_max)) {
    const bool is_blank = c == ' ' || c == '\t' || c == '\r' || c == '\n';
    if (!is_blank)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  return displayable(without_blanks(line), report_text_octets_max);
}

std::string typed_address(std::string_view value) {
  if (const auto semicolon = value.find(';'); semicolon != std::string_view::npos)
    value.remove_prefix(semicolon + 1);
  if (const auto open = value.find('<'); open != std::string_view::npos)
    value = value.substr(open + 1, value.find('>', open) - open - 1);
  value = without_blanks(value);
  const bool is_address = value.find('@') != std::string_view::npos &&
                          value.size() <= address_octets_max &&
                          value.find_first_of(" \t\r\n<>") == std::string_view::npos;
  return is_address ? displayable(value) : std::string{};
}

std::string find_status(std::string_view text, std::string_view classes) {
  for (std::size_t at = 0; at + 5 <= text.size(); ++at) {
    const bool begins = at == 0 || !continues_word(text[at - 1]);
    if (!begins || classes.find(text[at]) == std::string_view::npos)
      continue;
    const auto length = status_length(text.substr(at));
    const bool ends = at + length >= text.size() ||
                      std::isalnum(static_cast<unsigned char>(text[at + length])) == 0;
    if (length > 0 && ends)
      return std::string{text.substr(at, length)};
  }
  return {};
}

std::uint16_t find_code(std::string_view text) {
  for (std::size_t at = 0; at + 3 <= text.size(); ++at) {
    const bool begins = at == 0 || !continues_word(text[at - 1]);
    if (!begins || (text[at] != '4' && text[at] != '5') || !is_number(text[at + 1]) ||
        !is_number(text[at + 2]))
      continue;
    const char next = at + 3 < text.size() ? text[at + 3] : ' ';
    if (next == ' ' || next == '-' || next == '\r' || next == '\n')
      return static_cast<std::uint16_t>((text[at] - '0') * 100 + (text[at + 1] - '0') * 10 +
                                        (text[at + 2] - '0'));
  }
  return 0;
}

void judge(reported_recipient& what) {
  // What the receiver said tells more than the "failed" of whoever reports it (5.0.0, 5.1.0).
  const auto said = find_status(what.diagnostic, "45");
  const bool is_vague =
      what.status.empty() || what.status.ends_with(".0.0") || what.status.ends_with(".1.0");
  if (is_vague && !said.empty())
    what.status = said;
  what.why = smtp::classify({find_code(what.diagnostic), what.status, what.diagnostic}, {});
}

namespace {

/// The kind of a mail, and what there is to say of it: the first that fits.
report_kind read_kind(const incoming_mail& mail, report& into) {
  if (read_complaint(mail, into) || read_delivery_status(mail, into))
    return into.kind;
  if (is_vacation(mail))
    return report_kind::auto_reply;
  if (read_plain_bounce(mail, into))
    return into.kind;
  return is_automatic(mail) ? report_kind::auto_reply : report_kind::unknown;
}

} // namespace

report read_report(std::string_view content) {
  incoming_mail mail;
  mail.content = content;
  mail.header = content.substr(0, mime::header_block{content}.body_offset());
  mail.parts = leaf_parts(content);
  report found;
  found.marks = find_marks(mail);
  found.kind = read_kind(mail, found);
  if (found.kind != report_kind::unknown)
    found.remark.clear();
  else if (found.remark.empty())
    found.remark = "it is neither a report nor the answer of a machine";
  return found;
}

} // namespace warmfront::reports
