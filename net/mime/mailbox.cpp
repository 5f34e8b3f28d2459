#include "net/mime/mailbox.hpp"

#include <algorithm>
#include <optional>

#include "actors/core/address.hpp"
#include "actors/core/octets.hpp"
#include "net/mime/header_text.hpp"

namespace warmfront::mime {

namespace {

constexpr std::string_view specials = "()<>[]:;@\\,\"";

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// The content of a quoted string that is the whole text; none when it is not one.
std::optional<std::string> unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != '"')
    return std::nullopt;
  std::string content;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"')
      return i + 1 == text.size() ? std::optional{content} : std::nullopt;
    if (text[i] == '\\' && ++i == text.size())
      return std::nullopt;
    content += text[i];
  }
  return std::nullopt;
}

error refusal(std::string_view text, std::string why, std::string remedy,
              const std::string& field) {
  return {errc::invalid_argument, quote_for_message(text) + ' ' + std::move(why), std::move(remedy),
          field};
}

result<std::string> parse_name(std::string_view text, std::string_view whole,
                               const std::string& field) {
  if (text.starts_with('"')) {
    if (auto content = unquote(text))
      return *std::move(content);
    return refusal(whole, "has a quoted name that does not end before the address", "", field);
  }
  // A parenthesis in a name is common ("Ada (support)") and harmless, since it is written quoted.
  const auto is_special = [](char c) {
    return specials.find(c) != std::string_view::npos && c != '(' && c != ')';
  };
  if (std::any_of(text.begin(), text.end(), is_special))
    return refusal(whole, "has a name with special characters outside quotes",
                   R"(give one mailbox, as in "Lovelace, Ada" <ada@example.net>)", field);
  return std::string{text};
}

} // namespace

result<mailbox> parse_mailbox(std::string_view text, const std::string& field) {
  WARMFRONT_TRY(check_header_text(text, field));
  const auto trimmed = trim(text);
  mailbox parsed;
  auto address = trimmed;
  if (trimmed.ends_with('>')) {
    const auto open = trimmed.rfind('<');
    if (open == std::string_view::npos)
      return refusal(text, "has no `<` before its address", "", field);
    address = trimmed.substr(open + 1, trimmed.size() - open - 2);
    WARMFRONT_TRY(name, parse_name(trim(trimmed.substr(0, open)), trimmed, field));
    parsed.name = std::move(name);
  }
  auto taken_apart = parse_address(address, true);
  if (!taken_apart)
    return refusal(text, "is not a mailbox: " + taken_apart.error().what,
                   "give one address, as in ada@example.net", field);
  parsed.address = taken_apart.value().str();
  return parsed;
}

std::string to_header(const mailbox& value, std::size_t column) {
  if (value.name.empty())
    return value.address;
  std::string text;
  const bool plain = is_ascii(value.name) && value.name.find("=?") == std::string::npos;
  if (!plain) {
    text = encode_words(value.name, column);
  } else if (value.name.find_first_of(specials) == std::string::npos &&
             value.name.find('.') == std::string::npos && trim(value.name) == value.name) {
    text = value.name;
  } else {
    text = '"';
    for (const char c : value.name) {
      if (c == '"' || c == '\\')
        text += '\\';
      text += c;
    }
    text += '"';
  }
  return text + " <" + value.address + '>';
}

} // namespace warmfront::mime
