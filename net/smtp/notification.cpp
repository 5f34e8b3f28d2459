#include "net/smtp/notification.hpp"

#include <algorithm>
#include <cassert>

#include "actors/core/address.hpp"
#include "actors/core/octets.hpp"
#include "net/smtp/notification_text.hpp"
#include "net/smtp/xtext.hpp"

namespace warmfront::smtp {

namespace {

/// A header of more than this comes back cut at a line end.
constexpr std::size_t header_octets_max = 32 * 1024;

std::string_view action_of(notification_kind kind) noexcept {
  switch (kind) {
  case notification_kind::failed:
    return "failed";
  case notification_kind::delayed:
    return "delayed";
  case notification_kind::delivered:
    return "delivered";
  case notification_kind::relayed:
    return "relayed";
  }
  return "failed";
}

std::string_view general_status(notification_kind kind) noexcept {
  switch (kind) {
  case notification_kind::failed:
    return "5.0.0";
  case notification_kind::delayed:
    return "4.0.0";
  case notification_kind::delivered:
  case notification_kind::relayed:
    return "2.0.0";
  }
  return "5.0.0";
}

/// RFC 3464 §2.3.4: three numbers, nothing else.
bool is_status(std::string_view text) noexcept {
  if (text.size() < 5 || text.size() > 9 || text[1] != '.' ||
      (text[0] != '2' && text[0] != '4' && text[0] != '5')) {
    return false;
  }
  const std::size_t second = text.find('.', 2);
  const auto number = [](std::string_view part) {
    return !part.empty() && part.size() <= 3 &&
           std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return second != std::string_view::npos && number(text.substr(2, second - 2)) &&
         number(text.substr(second + 1));
}

/// `rfc822; a@b` or, with UTF-8 in it, `utf-8; …` (RFC 6533 §3).
std::string typed_address(const std::string& address) {
  return (is_ascii(address) ? "rfc822; " : "utf-8; ") + printable(address, true);
}

/// ORCPT as RFC 3464 §2.3.1 wants it: `type; address`, decoded.
std::string original_recipient(const std::string& orcpt) {
  const auto decoded = decode_xtext(orcpt);
  const std::string text = printable(decoded.value_or(orcpt), true);
  const std::size_t semicolon = text.find(';');
  return semicolon == std::string::npos
             ? "rfc822; " + text
             : text.substr(0, semicolon) + "; " + text.substr(semicolon + 1);
}

std::string recipient_fields(const notification_request& request,
                             const notified_recipient& recipient) {
  std::string fields = "\r\n";
  if (!recipient.original_recipient.empty()) {
    append_field(fields, "Original-Recipient", original_recipient(recipient.original_recipient));
  }
  append_field(fields, "Final-Recipient", typed_address(recipient.address));
  append_field(fields, "Action", action_of(request.kind));
  append_field(fields, "Status",
               is_status(recipient.status) ? recipient.status : general_status(request.kind));
  if (!recipient.remote_mta.empty()) {
    append_field(fields, "Remote-MTA", "dns; " + printable(recipient.remote_mta, false));
  }
  const std::string diagnostic = printable(to_string(recipient.answer), false);
  if (!diagnostic.empty()) {
    const bool theirs = recipient.answer.code != 0 && !recipient.remote_mta.empty();
    append_field(fields, "Diagnostic-Code", (theirs ? "smtp; " : "x-warmfront; ") + diagnostic);
  }
  if (recipient.last_attempt_at) {
    append_field(fields, "Last-Attempt-Date", to_rfc5322(*recipient.last_attempt_at));
  }
  if (recipient.retried_until && request.kind == notification_kind::delayed) {
    append_field(fields, "Will-Retry-Until", to_rfc5322(*recipient.retried_until));
  }
  return fields;
}

std::string status_part(const notification_request& request) {
  std::string fields;
  if (!request.envelope_id.empty()) {
    const auto decoded = decode_xtext(request.envelope_id);
    append_field(fields, "Original-Envelope-Id",
                 printable(decoded.value_or(request.envelope_id), false));
  }
  append_field(fields, "Reporting-MTA", "dns; " + printable(request.hostname, false));
  append_field(fields, "Arrival-Date", to_rfc5322(request.arrived_at));
  for (const notified_recipient& recipient : request.recipients) {
    fields += recipient_fields(request, recipient);
  }
  return fields;
}

struct returned_part {
  std::string_view octets;
  bool whole = false;
};

returned_part returned(const notification_request& request) {
  const std::string_view content = request.content;
  const bool wanted =
      request.kind == notification_kind::failed && request.ret != return_content::headers;
  if (wanted && content.size() <= request.returned_octets_max) {
    return {content, true};
  }
  std::string_view header = content;
  if (const std::size_t end = content.find("\r\n\r\n"); end != std::string_view::npos) {
    header = content.substr(0, end + 2);
  }
  if (header.size() > header_octets_max) {
    const std::size_t line_end = header.rfind("\r\n", header_octets_max);
    header = header.substr(0, line_end == std::string_view::npos ? 0 : line_end + 2);
  }
  return {header, false};
}

/// The type of the third part; RFC 6533 §4 has its own ones for UTF-8 in a header.
std::string_view returned_type(const returned_part& part) {
  const bool utf8_header = !is_ascii(part.octets.substr(0, part.octets.find("\r\n\r\n")));
  if (part.whole) {
    return utf8_header ? "message/global" : "message/rfc822";
  }
  return utf8_header ? "message/global-headers" : "text/rfc822-headers";
}

std::string boundary_for(const notification_request& request) {
  std::string boundary = "=_" + request.unique;
  // The unique part makes this the last round already, unless a mail was written to defeat it.
  while (request.content.find(boundary) != std::string_view::npos) {
    boundary += '_';
  }
  return boundary;
}

void append_part(std::string& out, const std::string& boundary, std::string_view type,
                 std::string_view description, std::string_view octets) {
  out += "--" + boundary + "\r\n";
  append_field(out, "Content-Description", description);
  append_field(out, "Content-Type", type);
  if (!is_ascii(octets)) {
    append_field(out, "Content-Transfer-Encoding", "8bit");
  }
  out += "\r\n";
  out += octets;
  if (!octets.ends_with("\r\n")) {
    out += "\r\n";
  }
  out += "\r\n";
}

} // namespace

bool wants_notification(std::string_view reverse_path, const envelope_recipient& recipient,
                        notification_kind kind) noexcept {
  const notify wanted = recipient.notify_on;
  if (reverse_path.empty() || has(wanted, notify::never)) {
    return false;
  }
  switch (kind) {
  case notification_kind::failed:
    return wanted == notify::unspecified || has(wanted, notify::failure);
  case notification_kind::delayed:
    return wanted == notify::unspecified || has(wanted, notify::delay);
  case notification_kind::delivered:
  case notification_kind::relayed:
    return has(wanted, notify::success);
  }
  return false;
}

notification build_notification(const notification_request& request) {
  assert(!request.reverse_path.empty() && !request.recipients.empty());
  const std::string boundary = boundary_for(request);
  const std::string hostname = printable(request.hostname, false);
  const std::string text = notification_text(request);
  const std::string status = status_part(request);
  const returned_part original = returned(request);
  notification made;
  std::string& out = made.content;
  out.reserve(2048 + text.size() + status.size() + original.octets.size());
  append_field(out, "Date", to_rfc5322(request.now));
  append_field(out, "From", "Mail Delivery System <MAILER-DAEMON@" + hostname + ">");
  append_field(out, "To", "<" + printable(request.reverse_path, true) + ">");
  append_field(out, "Subject", notification_subject(request.kind));
  append_field(out, "Message-ID", "<" + request.unique + "@" + hostname + ">");
  append_field(out, "Auto-Submitted", "auto-replied");
  append_field(out, "MIME-Version", "1.0");
  made.smtputf8 = !is_ascii(out);
  out += "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"" + boundary +
         "\"\r\n";
  const bool eight_bit = !is_ascii(text) || !is_ascii(status) || !is_ascii(original.octets);
  if (eight_bit) {
    made.body = body_encoding::eight_bit;
    append_field(out, "Content-Transfer-Encoding", "8bit");
  }
  out += "\r\nThis is a delivery status notification in MIME format.\r\n\r\n";
  append_part(out, boundary, "text/plain; charset=utf-8", "Notification", text);
  append_part(out, boundary,
              is_ascii(status) ? "message/delivery-status" : "message/global-delivery-status",
              "Delivery report", status);
  append_part(out, boundary, returned_type(original),
              original.whole ? "Undelivered message" : "Message header", original.octets);
  out += "--" + boundary + "--\r\n";
  return made;
}

} // namespace warmfront::smtp
