#include "admin/api/mail_parts.hpp"

#include <algorithm>

#include <fmt/core.h>

#include "admin/api/handlers.hpp"
#include "net/smtp/base64.hpp"

namespace warmfront::admin::handlers {

namespace {

/// Fields by which SMTP clients say what the API has fields for.
constexpr std::string_view reserved_prefix = "x-warmfront-";

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

} // namespace warmfront::admin::handlers
