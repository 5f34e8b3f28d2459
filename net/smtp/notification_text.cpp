#include "net/smtp/notification_text.hpp"

#include "actors/core/address.hpp"

namespace warmfront::smtp {

namespace {

constexpr std::size_t printable_octets_max = 1000;
constexpr std::size_t line_octets = 78;
constexpr std::size_t line_octets_max = 990;

std::string_view introduction(notification_kind kind) noexcept {
  switch (kind) {
  case notification_kind::failed:
    return "Your message could not be delivered to one or more recipients. It will not\r\n"
           "be tried again for them.\r\n";
  case notification_kind::delayed:
    return "Your message has not been delivered to one or more recipients yet. It is\r\n"
           "still being tried; you do not need to send it again.\r\n";
  case notification_kind::delivered:
    return "Your message was accepted by the mail hosts of these recipients.\r\n";
  case notification_kind::relayed:
    return "Your message was accepted by the mail hosts of these recipients, which do\r\n"
           "not send delivery reports. There will be no further report.\r\n";
  }
  return {};
}

/// `text` in lines of at most 78 columns, each with two spaces in front.
void append_wrapped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    std::size_t length = text.size();
    if (length > line_octets - 4) {
      const std::size_t space = text.rfind(' ', line_octets - 4);
      length = space == std::string_view::npos || space == 0 ? text.find(' ', 1) : space;
      length = length == std::string_view::npos ? text.size() : length;
    }
    out += "  ";
    out += text.substr(0, length);
    out += "\r\n";
    text.remove_prefix(length);
    while (text.starts_with(' ')) {
      text.remove_prefix(1);
    }
  }
}

} // namespace

std::string printable(std::string_view text, bool utf8) {
  text = text.substr(0, printable_octets_max);
  std::string clean;
  clean.reserve(text.size());
  const bool keep_utf8 = utf8 && is_utf8(text);
  for (const char c : text) {
    const bool line_end = c == '\n' || c == '\r' || c == '\t';
    const bool high = (c & 0x80) != 0;
    const bool control = (!high && c < ' ') || c == 0x7f;
    if (line_end) {
      clean += ' ';
    } else {
      clean += control || (high && !keep_utf8) ? '?' : c;
    }
  }
  return clean;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out += name;
  out += ':';
  std::size_t column = name.size() + 1;
  while (!value.empty()) {
    while (value.starts_with(' ')) {
      value.remove_prefix(1);
    }
    const std::string_view word = value.substr(0, value.find(' ')).substr(0, line_octets_max);
    if (word.empty()) {
      break;
    }
    const bool first = column == name.size() + 1;
    if (!first && column + 1 + word.size() > line_octets) {
      out += "\r\n";
      column = 0;
    }
    out += ' ';
    out += word;
    column += 1 + word.size();
    value.remove_prefix(word.size());
  }
  out += "\r\n";
}

std::string_view notification_subject(notification_kind kind) noexcept {
  switch (kind) {
  case notification_kind::failed:
    return "Undelivered mail returned to sender";
  case notification_kind::delayed:
    return "Delayed mail (still being tried)";
  case notification_kind::delivered:
  case notification_kind::relayed:
    return "Mail delivery report";
  }
  return {};
}

std::string notification_text(const notification_request& request) {
  std::string text =
      "This is the mail system at host " + printable(request.hostname, false) + ".\r\n\r\n";
  text += introduction(request.kind);
  for (const notified_recipient& recipient : request.recipients) {
    text += "\r\n<" + printable(recipient.address, true) + ">:\r\n";
    const std::string why = printable(to_string(recipient.answer), false);
    if (recipient.answer.code != 0 && !recipient.remote_mta.empty()) {
      append_wrapped(text, "host " + printable(recipient.remote_mta, false) + " said: " + why);
    } else {
      append_wrapped(text, why);
    }
    if (recipient.retried_until && request.kind == notification_kind::delayed) {
      text += "  It is tried until " + to_rfc5322(*recipient.retried_until) + ".\r\n";
    }
  }
  return text;
}

} // namespace warmfront::smtp
