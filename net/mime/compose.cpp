#include "net/mime/compose.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "actors/core/address.hpp"
#include "actors/core/octets.hpp"
#include "net/mime/body.hpp"
#include "net/mime/header_block.hpp"
#include "net/mime/header_text.hpp"
#include "net/mime/mailbox.hpp"

namespace warmfront::mime {

namespace {

/// Fields that other members decide, that MIME decides, or that only transport may add.
constexpr std::array<std::string_view, 14> decided_fields{
    "From",           "To",         "Cc",           "Bcc",      "Reply-To",    "Subject",
    "Date",           "Message-ID", "MIME-Version", "Received", "Return-Path", "Resent-Bcc",
    "DKIM-Signature", "ARC-Seal"};

error invalid(std::string what, std::string remedy, std::string field) {
  return {errc::invalid_argument, std::move(what), std::move(remedy), std::move(field)};
}

result<void> check_extra_field(const extra_field& extra) {
  WARMFRONT_TRY(check_field_name(extra.name, "headers"));
  const auto field = "headers." + extra.name;
  const bool decided =
      std::any_of(decided_fields.begin(), decided_fields.end(),
                  [&](std::string_view name) { return is_same_name(name, extra.name); });
  constexpr std::string_view content_prefix = "Content-";
  if (decided || is_same_name(extra.name.substr(0, content_prefix.size()), content_prefix))
    return invalid("the header field " + extra.name + " is not set this way",
                   "leave it out; addresses, subject and content have fields of their own", field);
  WARMFRONT_TRY(check_header_text(extra.value, field));
  // Encoding a word would change it for software that reads the field: an URL, a token.
  std::string_view rest{extra.value};
  while (is_ascii(extra.value) && !rest.empty()) {
    const auto size = std::min(rest.find_first_of(" \t"), rest.size());
    if (size + extra.name.size() + 2 > line_octets_max)
      return invalid("the header field " + extra.name + " has a word that fits on no line",
                     "keep words shorter than 900 octets", field);
    rest.remove_prefix(std::min(size + 1, rest.size()));
  }
  return success();
}

bool is_token(std::string_view text) {
  constexpr std::string_view excluded = "()<>@,;:\\\"/[]?="; // RFC 2045 §5.1
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return c > ' ' && c < 0x7f && excluded.find(c) == std::string_view::npos;
  });
}

/// What `cid:` can name without being escaped in HTML or in an URL.
bool is_content_id(std::string_view id) {
  constexpr std::string_view signs = "@._-+";
  constexpr std::size_t octets_max = 200;
  return id.size() <= octets_max && std::all_of(id.begin(), id.end(), [&](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  signs.find(c) != std::string_view::npos;
         });
}

result<void> check_attachment(const attachment& value, const std::string& field) {
  constexpr std::size_t name_octets_max = 255;
  constexpr std::size_t type_octets_max = 127;
  WARMFRONT_TRY(check_header_text(value.name, field + ".name"));
  if (value.name.size() > name_octets_max)
    return invalid("the file name " + quote_for_message(value.name) + " is too long",
                   "use at most 255 octets", field + ".name");
  if (!is_content_id(value.content_id))
    return invalid(quote_for_message(value.content_id) + " is not a content id",
                   "use up to 200 letters, digits and @ . _ - +", field + ".content_id");
  if (value.type.empty())
    return success();
  const auto slash = std::min(value.type.find('/'), value.type.size());
  const std::string_view type{value.type.data(), slash};
  const auto subtype = std::string_view{value.type}.substr(std::min(slash + 1, value.type.size()));
  if (!is_token(type) || !is_token(subtype) || value.type.size() > type_octets_max)
    return invalid(quote_for_message(value.type) + " is not a media type",
                   "give type and subtype only, as in application/pdf", field + ".type");
  if (is_same_name(type, "multipart") || is_same_name(type, "message"))
    return invalid("an attachment of type " + value.type + " may not be encoded (RFC 2046 §5)",
                   "attach it as application/octet-stream", field + ".type");
  return success();
}

result<void> check_text(const std::string& text, const std::string& field) {
  if (!is_utf8(text))
    return invalid("the " + field + " is not well-formed UTF-8", "convert it to UTF-8", field);
  if (text.find('\0') != std::string::npos)
    return invalid("the " + field + " contains a NUL", "remove it", field);
  return success();
}

result<void> check_message_id(const std::string& id) {
  const auto at = id.find('@');
  const bool well_formed = at != std::string::npos && at > 0 && at + 1 < id.size() &&
                           id.size() <= 250 && id.find('@', at + 1) == std::string::npos &&
                           std::all_of(id.begin(), id.end(), [](char c) {
                             return c > ' ' && c < 0x7f && c != '<' && c != '>';
                           });
  if (!well_formed)
    return invalid(quote_for_message(id) + " is not a message identifier",
                   "give it as unique@domain", "message_id");
  return success();
}

result<void> check_parts(const message_parts& parts) {
  WARMFRONT_TRY(check_header_text(parts.subject, "subject"));
  WARMFRONT_TRY(check_message_id(parts.message_id));
  for (const auto& extra : parts.headers) {
    WARMFRONT_TRY(check_extra_field(extra));
  }
  WARMFRONT_TRY(check_text(parts.text, "text"));
  WARMFRONT_TRY(check_text(parts.html, "html"));
  for (std::size_t i = 0; i < parts.attachments.size(); ++i) {
    const auto field = "attachments[" + std::to_string(i) + ']';
    const auto& each = parts.attachments[i];
    WARMFRONT_TRY(check_attachment(each, field));
    if (!each.content_id.empty() && parts.html.empty())
      return invalid("only HTML can show an attachment in its text",
                     "give html, or leave the content_id out", field + ".content_id");
  }
  return success();
}

/// `Name: mailbox, mailbox` with one mailbox a line; nothing when there is none.
result<void> append_mailboxes(std::string& header, std::string_view name,
                              const std::vector<std::string>& values, const std::string& field) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    WARMFRONT_TRY(parsed, parse_mailbox(values[i], field + '[' + std::to_string(i) + ']'));
    if (i == 0)
      header.append(name) += ": ";
    else
      header += ",\r\n ";
    header += to_header(parsed, i == 0 ? name.size() + 2 : 1);
  }
  if (!values.empty())
    header += "\r\n";
  return success();
}

result<std::string> compose_header(const message_parts& parts) {
  std::string header;
  WARMFRONT_TRY(from, parse_mailbox(parts.from, "from"));
  header = "From: " + to_header(from, 6) + "\r\n";
  WARMFRONT_TRY(append_mailboxes(header, "To", parts.to, "to"));
  WARMFRONT_TRY(append_mailboxes(header, "Cc", parts.cc, "cc"));
  WARMFRONT_TRY(append_mailboxes(header, "Reply-To", parts.reply_to, "reply_to"));
  header += unstructured_field("Subject", parts.subject);
  header += "Date: " + to_rfc5322(parts.date) + "\r\n";
  header += "Message-ID: <" + parts.message_id + ">\r\n";
  for (const auto& extra : parts.headers)
    header += unstructured_field(extra.name, extra.value);
  header += "MIME-Version: 1.0\r\n";
  return header;
}

/// Octets that the content has at least: spares encoding what cannot fit.
std::size_t least_octets(const message_parts& parts) {
  std::size_t total = parts.text.size() + parts.html.size();
  for (const auto& each : parts.attachments)
    total += each.content.size() / 3 * 4;
  return total;
}

error too_large(std::size_t octets_max) {
  return {errc::limit_exceeded,
          "the message is larger than " + std::to_string(octets_max) + " octets",
          "send less, or a link to it", ""};
}

} // namespace

result<std::string> compose(const message_parts& parts, std::size_t octets_max) {
  WARMFRONT_TRY(check_parts(parts));
  WARMFRONT_TRY(header, compose_header(parts));
  if (least_octets(parts) > octets_max)
    return too_large(octets_max);
  auto content = std::move(header) + compose_body(parts);
  if (content.size() > octets_max)
    return too_large(octets_max);
  return content;
}

} // namespace warmfront::mime
