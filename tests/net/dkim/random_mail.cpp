#include "tests/net/dkim/random_mail.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace warmfront::testing {

namespace {

std::uint64_t below(random_source& random, std::uint64_t bound) {
  return random.next() % bound;
}

std::string random_word(random_source& random) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEF0123456789.,:;=<>()\"@-_";
  std::string word;
  for (auto size = 1 + below(random, 14); size > 0; --size)
    word += letters[below(random, letters.size())];
  return below(random, 12) == 0 ? word + "\xc3\xa9" : word;
}

/// Words with blanks between; folds only where `fold` allows them, never an empty line in a fold.
std::string random_text(random_source& random, std::uint64_t words, bool fold) {
  std::string text;
  for (; words > 0; --words) {
    text += random_word(random);
    const auto choice = below(random, 16);
    if (choice == 0 && fold)
      text += "\r\n ";
    else if (choice == 1 && fold)
      text += " \r\n\t ";
    else
      text += choice == 2 ? "\t" : choice == 3 ? "   " : " ";
    if (fold && words == 1)
      text += random_word(random);
  }
  return text;
}

} // namespace

std::string random_mail(random_source& random) {
  // Each once at most, but the last two: others refuse mail that is against RFC 5322 §3.6.
  std::vector<std::string_view> names{"To",          "Cc",         "Subject",      "Message-ID",
                                      "reply-to",    "References", "MIME-Version", "X-Campaign",
                                      "Feedback-ID", "List-Id",    "Sender",       "DATE",
                                      "Received",    "X-Other"};
  const auto repeated = names.end() - 2;
  for (auto at = names.begin(); at + 1 != repeated; ++at) {
    const auto rest = static_cast<std::uint64_t>(repeated - at);
    std::iter_swap(at, at + static_cast<std::ptrdiff_t>(below(random, rest)));
  }
  std::string mail;
  bool has_date = false;
  const auto fields = below(random, 14);
  const auto place = below(random, fields + 1);
  for (std::uint64_t at = 0; at <= fields; ++at) {
    if (at == place)
      mail += below(random, 2) == 0 ? "From: An  Author\t <author@warm.example>\r\n"
                                    : "FROM:author@warm.example \r\n"; // opendkim parses it
    const auto name = names[at < 12 ? at : 12 + below(random, 2)];
    has_date = has_date || name == "DATE";
    mail += std::string{name} + ":";
    mail += below(random, 4) == 0 ? "" : " ";
    mail += random_text(random, 1 + below(random, 10), true) + "\r\n";
  }
  mail += has_date ? "" : "Date: " + random_text(random, 3, true) + "\r\n";
  mail += "\r\n";
  for (auto lines = below(random, 60); lines > 0; --lines) {
    if (below(random, 5) != 0)
      mail += random_text(random, below(random, 40), false);
    mail += "\r\n"; // also the last one: SMTP has no mail that ends otherwise
  }
  return mail;
}

} // namespace warmfront::testing
