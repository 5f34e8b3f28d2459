#include "admin/api/mail_parts.hpp"

#include <algorithm>
#include <unordered_set>
#include <utility>

#include <fmt/core.h>

#include "actors/core/octets.hpp"
#include "admin/api/handlers.hpp"
#include "net/mime/mailbox.hpp"
#include "net/smtp/base64.hpp"

namespace warmfront::admin::handlers {

namespace {

/// Fields by which SMTP clients say what the API has fields for.
constexpr std::string_view reserved_prefix = "x-warmfront-";

constexpr std::size_t recipients_max = 1000;

bool is_reserved(std::string_view name) noexcept {
  return name.size() >= reserved_prefix.size() &&
         std::equal(reserved_prefix.begin(), reserved_prefix.end(), name.begin(),
                    [](char expected, char c) {
                      return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
                    });
}

error invalid_part(std::string field, std::string what, std::string remedy) {
  return {errc::invalid_argument, std::move(what), std::move(remedy), std::move(field)};
}

} // namespace

result<void> add_headers(mime::message_parts& parts, const json& body) {
  const auto found = body.find("headers");
  if (found == body.end()) {
    return success();
  }
  for (const auto& [name, value] : found->items()) {
    if (is_reserved(name)) {
      return invalid_part("headers." + name, "The header field " + name + " is not set this way.",
                          "use the fields pool and class");
    }
    parts.headers.push_back({name, value.get<std::string>()});
  }
  return success();
}

std::optional<tracking> tracking_in(const json& body) {
  const auto found = body.find("tracking");
  if (found == body.end()) {
    return std::nullopt;
  }
  return tracking{found->value("opens", false), found->value("clicks", false)};
}

result<void> add_attachments(mime::message_parts& parts, const json& body) {
  const auto found = body.find("attachments");
  for (std::size_t i = 0; found != body.end() && i < found->size(); ++i) {
    const auto& each = (*found)[i];
    auto content = smtp::decode_base64(each["content_base64"].get_ref<const std::string&>());
    if (!content) {
      return invalid_part(fmt::format("attachments[{}].content_base64", i),
                          fmt::format("The content of attachment {} is not base64.", i),
                          "encode it as RFC 4648 section 4 says, with padding");
    }
    parts.attachments.push_back({text_of(each, "name"), text_of(each, "type"), std::move(*content),
                                 text_of(each, "content_id")});
  }
  return success();
}

namespace {

result<void> add_recipients_of(envelope& mail, const json& body,
                               std::initializer_list<const char*> fields) {
  std::unordered_set<std::string> seen;
  for (const auto* const name : fields) {
    const auto values = texts_of(body, name);
    for (std::size_t i = 0; i < values.size(); ++i) {
      WARMFRONT_TRY(mailbox, mime::parse_mailbox(values[i], fmt::format("{}[{}]", name, i)));
      if (seen.insert(mailbox.address).second) {
        mail.smtputf8 = mail.smtputf8 || !is_ascii(mailbox.address);
        mail.recipients.emplace_back().address = std::move(mailbox.address);
      }
      if (mail.recipients.size() > recipients_max) {
        return invalid_part(fmt::format("{}[{}]", name, i),
                            fmt::format("There are more than {} recipients.", recipients_max),
                            "send several messages");
      }
    }
  }
  return success();
}

} // namespace

result<submission> begin_submission(const call& request, std::string from_address,
                                    std::initializer_list<const char*> fields) {
  submission begun;
  auto& mail = begun.mail;
  mail.smtputf8 = !is_ascii(from_address);
  mail.reverse_path = std::move(from_address);
  WARMFRONT_TRY(add_recipients_of(mail, request.body, fields));
  if (mail.smtputf8) {
    mail.body = body_encoding::eight_bit;
  }
  begun.source = {.protocol = "HTTP",
                  .helo = "",
                  .client_address = request.client_address,
                  .account = request.who.account,
                  .key_id = request.who.key_id};
  return begun;
}

} // namespace warmfront::admin::handlers
