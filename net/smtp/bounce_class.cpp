#include "net/smtp/bounce_class.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "net/smtp/bounce_rules.hpp"

namespace warmfront::smtp {

namespace {

using namespace std::string_view_literals;

constexpr std::array block_words{"block"sv,  "listed"sv,     "blacklist"sv, "denylist"sv,
                                 "dnsbl"sv,  "spamhaus"sv,   "barracuda"sv, "spamcop"sv,
                                 "banned"sv, "reputation"sv, "denied"sv};
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

bool has_status(std::string_view detail, std::string_view wanted) {
  return wanted.empty() || detail == wanted ||
         (wanted.ends_with('.') && detail.starts_with(wanted));
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
  case bounce_class::content:
    return "content";
  case bounce_class::authentication:
    return "authentication";
  case bounce_class::too_large:
    return "too_large";
  case bounce_class::no_host:
    return "no_host";
  case bounce_class::loop:
    return "loop";
  case bounce_class::expired:
    return "expired";
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
  for (const auto& rule : bounce_rules())
    if (has_status(detail, rule.status) && text.find(rule.words) != std::string::npos)
      return rule.is;
  return refusal.code == 552 ? bounce_class::mailbox_full : bounce_class::other;
}

} // namespace warmfront::smtp
