// What texts may hold: the leaves of the schemas.
#include <algorithm>

#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/ip.hpp"
#include "actors/templates/template_book.hpp"
#include "admin/api/schema.hpp"
#include "net/mime/mailbox.hpp"

namespace warmfront::admin {

namespace {

constexpr std::size_t name_octets_max = 64;

bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= name_octets_max && is_alphanumeric(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '.' || c == '_' || c == '-'; });
}

/// Nothing that a header field, a log line or a terminal would take for a line end or a command.
bool is_line(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto octet = static_cast<unsigned char>(text[i]);
    const auto rest = text.substr(i, 3);
    if ((octet < 0x20 && octet != '\t') || octet == 0x7f || rest == "\xe2\x80\xa8" ||
        rest == "\xe2\x80\xa9" || rest.substr(0, 2) == "\xc2\x85") {
      return false;
    }
  }
  return true;
}

bool is_base64(std::string_view text) noexcept {
  const auto end = text.find_last_not_of('=');
  const auto digits = text.substr(0, end == std::string_view::npos ? 0 : end + 1);
  return text.size() % 4 == 0 && text.size() - digits.size() <= 2 &&
         std::all_of(digits.begin(), digits.end(),
                     [](char c) { return is_alphanumeric(c) || c == '+' || c == '/'; });
}

bool is_overflow(std::string_view text) noexcept {
  constexpr std::string_view to_pool = "pool:";
  return text == "hold" || text == "reject" ||
         (text.substr(0, to_pool.size()) == to_pool && is_name(text.substr(to_pool.size())));
}

std::string listed(std::span<const std::string_view> choices) {
  std::string text = "one of";
  for (const auto& choice : choices) {
    text += fmt::format(" \"{}\"", choice);
  }
  return text;
}

std::optional<std::string> expect(bool holds, std::string_view expected) {
  return holds ? std::nullopt : std::optional{std::string{expected}};
}

std::optional<std::string> mailbox_expectation(std::string_view text) {
  const auto parsed = mime::parse_mailbox(text, "");
  return parsed ? std::nullopt
                : std::optional{"a mailbox such as \"ada@example.net\" or \"Ada "
                                "<ada@example.net>\" (" +
                                parsed.error().what + ")"};
}

} // namespace

std::optional<std::string> expectation(const field& rules, std::string_view text) {
  if (text.size() > rules.most) {
    return fmt::format("at most {} octets", rules.most);
  }
  if (rules.rule == text_rule::free) {
    return expect(text.find('\0') == std::string_view::npos, "text without NUL");
  }
  if (!is_line(text)) {
    return "text on one line, without control characters";
  }
  switch (rules.rule) {
  case text_rule::free:
  case text_rule::line:
    return std::nullopt;
  case text_rule::mailbox:
    return mailbox_expectation(text);
  case text_rule::name:
    return expect(is_name(text), "1 to 64 letters, digits, '.', '_' or '-', the first a letter or "
                                 "digit");
  case text_rule::title:
    return expect(is_title(text), "1 to 100 characters without '/', TAB or blanks at the ends");
  case text_rule::ip:
    return expect(canonical_ip(text).has_value(), "an IP address");
  case text_rule::subject:
    return expect(canonical_ip(text) || is_domain(text, false), "an IP address or a domain");
  case text_rule::overflow:
    return expect(is_overflow(text), R"("hold", "reject" or "pool:NAME")");
  case text_rule::base64:
    return expect(is_base64(text), "base64 with padding (RFC 4648 section 4)");
  case text_rule::date_time:
    return expect(parse_rfc3339(text).has_value(),
                  "a time such as \"2026-11-24T10:29:44Z\" (RFC 3339)");
  case text_rule::date:
    return expect(parse_date(text).has_value(), "a day such as \"2026-11-24\"");
  case text_rule::message:
    return expect(message_id::parse(text).has_value(), "a message id of 32 hexadecimal digits");
  case text_rule::choice:
    return expect(std::find(rules.choices.begin(), rules.choices.end(), text) !=
                      rules.choices.end(),
                  listed(rules.choices));
  }
  return std::nullopt;
}

} // namespace warmfront::admin
