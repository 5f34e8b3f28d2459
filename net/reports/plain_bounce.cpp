// Bounces that are written for people. What all the forms have in common: lines that name whom, and
// below or beside each what was said about it.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "net/reports/report_readers.hpp"

namespace warmfront::reports {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t own_local_part_octets = 59;
constexpr std::size_t lines_per_recipient_max = 40;

constexpr std::array failure_words{"could not be delivered"sv,
                                   "couldn't be delivered"sv,
                                   "wasn't delivered"sv,
                                   "was not delivered"sv,
                                   "delivery has failed"sv,
                                   "failed permanently"sv,
                                   "undeliverable"sv,
                                   "undelivered"sv,
                                   "returned to sender"sv,
                                   "permanent error"sv,
                                   "permanent fatal error"sv,
                                   "permanent failure"sv,
                                   "did not reach"sv,
                                   "unable to deliver"sv,
                                   "cannot be reached"sv,
                                   "delivery failed"sv,
                                   "delivery failure"sv,
                                   "failure notice"sv,
                                   "address not found"sv,
                                   "able to deliver"sv,
                                   "could not deliver"sv,
                                   "couldn't deliver"sv,
                                   "not be delivered"sv,
                                   "had fatal errors"sv,
                                   "address(es) failed"sv,
                                   "konnte nicht zugestellt"sv,
                                   "n'a pas pu être"sv,
                                   "no se pudo entregar"sv,
                                   "无法投递"sv,
                                   "退信"sv};

constexpr std::array delay_words{"will be retried"sv,
                                 "still being retried"sv,
                                 "delayed"sv,
                                 "not yet been delivered"sv,
                                 "will continue to be"sv,
                                 "will keep trying"sv,
                                 "warning message only"sv,
                                 "no action is required"sv,
                                 "still trying"sv,
                                 "could not send message for past"sv};

/// A report of a delay does not say these; nearly every other word of a failure it may.
constexpr std::array final_words{"permanent"sv, "given up"sv, "giving up"sv};

/// Below such a line comes the mail itself, or what looks like it.
constexpr std::array returned_begins{"--- below this line is a copy"sv,
                                     "------ this is a copy of"sv,
                                     "----- original message"sv,
                                     "-----original message"sv,
                                     "original message headers:"sv,
                                     "----- unsent message follows"sv,
                                     "----- message header follows"sv,
                                     "--- the header of the original"sv,
                                     "return-path:"sv,
                                     "received:"sv,
                                     "----- original message follows"sv,
                                     "--- original message"sv,
                                     "--- returned message"sv,
                                     "----- returned mail follows"sv};

template <std::size_t Count>
bool names_any_of(std::string_view text, const std::array<std::string_view, Count>& words) {
  return std::ranges::any_of(
      words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool is_address_character(char c) {
  const auto octet = static_cast<unsigned char>(c);
  return octet > 0x20 && octet < 0x7f &&
         std::string_view{"<>()[],;:\"'`|*\\"}.find(c) == std::string_view::npos;
}

struct found_address {
  std::string text;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The first address of a line that is not one of ours, nor of a mail system.
std::optional<found_address> first_address(std::string_view line) {
  for (auto at = line.find('@'); at != std::string_view::npos; at = line.find('@', at + 1)) {
    auto begin = at;
    auto end = at + 1;
    while (begin > 0 && is_address_character(line[begin - 1]) && line[begin - 1] != '@')
      --begin;
    while (end < line.size() && is_address_character(line[end]) && line[end] != '@')
      ++end;
    while (end > at + 1 && (line[end - 1] == '.' || line[end - 1] == '!'))
      --end;
    const auto local = in_lower_case(line.substr(begin, at - begin));
    const bool is_recipient = begin < at && end > at + 1 && local.size() < own_local_part_octets &&
                              local != "mailer-daemon" && local != "postmaster";
    if (is_recipient)
      return found_address{displayable(line.substr(begin, end - begin)), begin, end};
  }
  return std::nullopt;
}

/// Whether a line begins with its address, but for marks and a word that says what it is.
bool begins_with_address(std::string_view line, const found_address& found) {
  auto before = in_lower_case(line.substr(0, found.begin));
  for (const auto word : {"recipient"sv, "to"sv, "address"sv, "user"sv, "failed"sv, "mailto"sv,
                          "message"sv, "email"sv})
    if (const auto at = before.find(word); at != std::string::npos)
      before.erase(at, word.size());
  return std::ranges::all_of(before, [](char c) {
    return c == 0 || std::string_view{" \t<>()[]'\"*-:|.#"}.find(c) != std::string_view::npos;
  });
}

std::vector<std::string_view> lines_of_report(std::string_view text) {
  auto lines = lines_of(text);
  const auto end = std::ranges::find_if(lines, [](std::string_view line) {
    const auto lower = in_lower_case(without_blanks(line.substr(0, 200)));
    return std::ranges::any_of(returned_begins,
                               [&](std::string_view mark) { return lower.starts_with(mark); });
  });
  lines.erase(end, lines.end());
  return lines;
}

bool says_something(std::string_view line) {
  return find_code(line) != 0 || !find_status(line, "45").empty();
}

/// What was said: the first paragraph with a code or a status, else the first one.
std::string diagnosis(const std::vector<std::string_view>& lines) {
  std::string first;
  std::string paragraph;
  bool is_wanted = false;
  for (std::size_t i = 0; i <= lines.size(); ++i) {
    const auto line = i < lines.size() ? without_blanks(lines[i]) : std::string_view{};
    if (!line.empty()) {
      // What comes before the code in the same paragraph is who says it.
      is_wanted = is_wanted || says_something(line);
      paragraph.append(paragraph.empty() ? "" : " ").append(line.substr(0, 400));
      continue;
    }
    if (is_wanted)
      return one_line(paragraph);
    if (first.empty())
      first = paragraph;
    paragraph.clear();
  }
  return one_line(first);
}

/// What follows an address on its line.
std::string_view behind(std::string_view line, std::size_t end) {
  const auto begin = line.find_first_not_of(">]\"': \t", end);
  return begin == std::string_view::npos ? std::string_view{} : line.substr(begin);
}

struct paragraph_of_recipient {
  std::string address;
  std::vector<std::string_view> lines;
};

std::vector<paragraph_of_recipient> split_by_recipient(const std::vector<std::string_view>& lines) {
  std::vector<paragraph_of_recipient> found;
  for (const auto line : lines) {
    const auto address = first_address(line);
    const bool begins = address && begins_with_address(line, *address);
    const bool is_known = address && std::ranges::any_of(found, [&](const auto& each) {
                            return each.address == address->text;
                          });
    if (address && !is_known && (begins || found.empty()) &&
        found.size() < reported_recipients_max) {
      found.push_back({address->text, {}});
      found.back().lines.push_back(begins ? behind(line, address->end) : line);
    } else if (!found.empty() && found.back().lines.size() < lines_per_recipient_max) {
      found.back().lines.push_back(line);
    }
  }
  return found;
}

/// Exim names whom in a header field, for programs.
std::vector<std::string> failed_recipients(const incoming_mail& mail) {
  std::vector<std::string> addresses;
  std::string_view rest;
  const auto value = field_value(mail.header, "X-Failed-Recipients");
  for (rest = value; !rest.empty() && addresses.size() < reported_recipients_max;) {
    const auto comma = std::min(rest.find(','), rest.size());
    if (auto address = typed_address(rest.substr(0, comma)); !address.empty())
      addresses.push_back(std::move(address));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return addresses;
}

reported_recipient recipient_of(std::string address, const std::vector<std::string_view>& lines,
                                bool is_delay) {
  reported_recipient who;
  who.address = std::move(address);
  who.action = is_delay ? "delayed" : "failed";
  who.diagnostic = diagnosis(lines);
  judge(who);
  return who;
}

} // namespace

bool read_plain_bounce(const incoming_mail& mail, report& into) {
  const auto named = failed_recipients(mail);
  const auto text = mail.readable_text();
  const auto lines = lines_of_report(text);
  const auto lower = in_lower_case(text) + in_lower_case(field_value(mail.header, "Subject"));
  const bool says_failure = names_any_of(lower, failure_words);
  if (named.empty() && !is_from_mail_system(mail) && !mail.find("message/delivery-status"))
    return false;
  const bool is_delay = named.empty() && names_any_of(lower, delay_words) &&
                        find_status(text, "5").empty() && !names_any_of(lower, final_words);
  auto found = split_by_recipient(lines);
  if (!named.empty())
    std::erase_if(found, [&](const auto& each) {
      return std::ranges::find(named, each.address) == named.end();
    });
  for (const auto& each : found)
    into.recipients.push_back(recipient_of(each.address, each.lines, is_delay));
  for (const auto& address : named)
    if (std::ranges::none_of(into.recipients,
                             [&](const auto& each) { return each.address == address; }) &&
        into.recipients.size() < reported_recipients_max)
      into.recipients.push_back(recipient_of(address, lines, false));
  if (into.recipients.empty())
    into.recipients.push_back(recipient_of({}, lines, is_delay));
  const bool is_bounce = says_failure || !named.empty() ||
                         std::ranges::any_of(into.recipients, [](const reported_recipient& each) {
                           return !each.status.empty() || each.why != smtp::bounce_class::other;
                         });
  if (!is_delay && !is_bounce) {
    into.recipients.clear();
    into.remark = "a mail system wrote it, and it says nothing of a failure";
    return false;
  }
  into.kind = is_delay ? report_kind::delay : report_kind::bounce;
  return true;
}

} // namespace warmfront::reports
