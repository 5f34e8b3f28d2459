// How the verdict on a mail reads on the wire.
#include <algorithm>

#include "net/smtp/server_dialogue.hpp"

namespace warmfront::smtp {

namespace {

/// An error's text for a stranger: one line of printable ASCII, short enough for any client.
std::string shown(const std::string& what) {
  constexpr std::size_t text_octets_max = 400; // a reply line has at most 512
  std::string text = what.substr(0, text_octets_max);
  std::replace_if(
      text.begin(), text.end(), [](char c) { return c < ' ' || c > '~'; }, '?');
  return text;
}

bool begins_with(const std::string& text, std::string_view start) noexcept {
  return text.compare(0, start.size(), start) == 0;
}

/// Too many recipients may be split, a large message stays large. Without a field it is a limit of
/// rate: it will be another one later.
reply limit_reply(const error& failure) {
  if (failure.field.empty()) {
    return {450, "4.7.0", shown(failure.what)};
  }
  const bool size = begins_with(failure.field, "content") || begins_with(failure.field, "size") ||
                    begins_with(failure.field, "message");
  return size ? reply{552, "5.3.4", shown(failure.what)} : reply{452, "4.5.3", shown(failure.what)};
}

} // namespace

reply reply_to(const submission_result& outcome) {
  if (outcome) {
    return {250, "2.0.0", "queued as " + outcome.value().str()};
  }
  const auto& failure = outcome.error();
  switch (failure.code) {
  case errc::storage_full:
    return {452, "4.3.1", "insufficient storage, try again later"};
  case errc::refused:
    return {550, "5.7.1", shown(failure.what)};
  case errc::limit_exceeded:
    return limit_reply(failure);
  case errc::invalid_argument:
    return {554, "5.6.0", shown(failure.what)};
  case errc::stopping:
    return {421, "4.3.2", "the server is shutting down, try again later"};
  default: // what the disk or the network said is no business of a client
    return {451, "4.3.0", "cannot take the mail now, try again later"};
  }
}

} // namespace warmfront::smtp
