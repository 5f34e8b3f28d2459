#include "net/smtp/bounce_class.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace warmfront::smtp {

namespace {

using namespace std::string_view_literals;

constexpr std::array invalid_statuses{"1.1"sv, "1.2"sv, "1.3"sv, "1.6"sv, "1.10"sv, "2.1"sv};
// What is written where the status says nothing, in lower case.
constexpr std::array invalid_words{
    "user unknown"sv,      "unknown user"sv,      "no such user"sv,       "no such recipient"sv,
    "unknown recipient"sv, "recipient unknown"sv, "does not exist"sv,     "doesn't exist"sv,
    "no mailbox here"sv,   "invalid recipient"sv, "invalid mailbox"sv,    "mailbox not found"sv,
    "user not found"sv,    "no such mailbox"sv,   "account is disabled"sv};
constexpr std::array full_words{"mailbox full"sv, "mailbox is full"sv, "over quota"sv,
                                "quota exceeded"sv, "insufficient storage"sv};
constexpr std::array rate_words{"rate limit"sv, "too many messages"sv, "too many connections"sv,
                                "too fast"sv, "throttl"sv};
constexpr std::array block_words{"block"sv,  "listed"sv,     "blacklist"sv, "denylist"sv,
                                 "dnsbl"sv,  "spamhaus"sv,   "barracuda"sv, "spamcop"sv,
                                 "banned"sv, "reputation"sv, "denied"sv};
constexpr std::array spam_words{"spam"sv,
                                "unsolicited"sv,
                                "junk"sv,
                                "blacklist"sv,
                                "blocklist"sv,
                                "block list"sv,
                                "dnsbl"sv,
                                "reputation"sv,
                                "suspicious"sv,
                                "phish"sv,
                                "bulk mail"sv,
                                "spamhaus"sv,
                                "content rejected"sv};

template <std::size_t Count>
bool names_any(const std::string& text, const std::array<std::string_view, Count>& words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.find(word) != std::string::npos; });
}

/// Whether the text names the address itself and not one that it is a part of.
bool names_address(const std::string& text, std::string_view address) {
  const auto continues = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':';
  };
  for (auto at = text.find(address); !address.empty() && at != std::string::npos;
       at = text.find(address, at + 1)) {
    const auto end = at + address.size();
    const bool alone_before = at == 0 || (!continues(text[at - 1]) && text[at - 1] != '.');
    // A full stop after it may end the sentence.
    const bool alone_after =
        end == text.size() ||
        (!continues(text[end]) &&
         !(text[end] == '.' && end + 1 < text.size() && continues(text[end + 1])));
    if (alone_before && alone_after)
      return true;
  }
  return false;
}

/// The status without its class: `1.1` of `5.1.1`.
std::string_view detail_of(const reply& refusal) {
  const std::string_view status{refusal.status};
  const auto dot = status.find('.');
  return dot == std::string_view::npos ? std::string_view{} : status.substr(dot + 1);
}

} // namespace

std::string_view to_string(bounce_class value) noexcept {
  switch (value) {
  case bounce_class::other:
    return "other";
  case bounce_class::invalid:
    return "invalid";
  case bounce_class::mailbox_full:
    return "mailbox_full";
  case bounce_class::policy:
    return "policy";
  case bounce_class::spam:
    return "spam";
  case bounce_class::source_block:
    return "source_block";
  case bounce_class::rate:
    return "rate";
  }
  return "other";
}

bounce_class classify(const reply& refusal, std::string_view source) {
  auto text = refusal.text;
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  const auto detail = detail_of(refusal);
  // First: some receivers say "no such user" to whom they have blocked, but never the reverse.
  if (names_address(text, source) && names_any(text, block_words))
    return bounce_class::source_block;
  if (std::ranges::find(invalid_statuses, detail) != invalid_statuses.end())
    return bounce_class::invalid;
  if (detail == "2.2")
    return bounce_class::mailbox_full;
  if (names_any(text, spam_words))
    return bounce_class::spam;
  if (names_any(text, rate_words) || detail == "7.28")
    return bounce_class::rate;
  if (detail.starts_with("7."))
    return bounce_class::policy;
  if (names_any(text, invalid_words))
    return bounce_class::invalid;
  return names_any(text, full_words) || refusal.code == 552 ? bounce_class::mailbox_full
                                                            : bounce_class::other;
}

} // namespace warmfront::smtp
