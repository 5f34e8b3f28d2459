#include "storage/statistics.hpp"

#include <cassert>
#include <chrono>
#include <utility>

#include "actors/core/address.hpp"
#include "actors/core/octets.hpp"

namespace warmfront::storage {

namespace {

/// First octet of the key: what the counter is of.
constexpr char daily_mark = 'd';
constexpr char way_mark = 'w';
constexpr std::size_t day_octets = 4;
constexpr std::size_t task_octets = 8;
/// What `source.protocol` says of the reports that delivery makes.
constexpr std::string_view own_reports = "DSN";
/// The provider of all receivers that are none of the named ones: they are as many as domains.
constexpr std::string_view other_provider = "other";

using counted_kinds = statistics_tally::kinds;

std::optional<std::string> take_part(std::string_view& rest) {
  const auto end = rest.find('\0');
  if (end == std::string_view::npos)
    return std::nullopt;
  std::string part{rest.substr(0, end)};
  rest.remove_prefix(end + 1);
  return part;
}

/// The day in a key of a table, and what follows it.
struct key_of_day {
  utc_day day;
  std::string_view rest;
};
std::optional<key_of_day> take_day(char mark, std::string_view key) {
  if (key.size() < 1 + day_octets || key.front() != mark)
    return std::nullopt;
  const auto day = static_cast<std::int32_t>(read_number(key.substr(1, day_octets)));
  return key_of_day{utc_day{std::chrono::days{day}}, key.substr(1 + day_octets)};
}

std::optional<counted> counted_in(std::string_view rest) {
  if (rest.size() != 1 || rest[0] < static_cast<char>(counted::accepted) ||
      rest[0] > static_cast<char>(last_counted))
    return std::nullopt;
  return static_cast<counted>(rest[0]);
}

void append_part(std::string& key, std::string_view part) {
  key.append(part.substr(0, part.find('\0'))); // a part never ends another
  key.push_back('\0');
}

std::string day_prefix(char mark, utc_day day, const account_name& account) {
  std::string key;
  key.reserve(64);
  key.push_back(mark);
  append_number(key, static_cast<std::uint64_t>(day.time_since_epoch().count()), day_octets);
  if (!account.empty())
    append_part(key, account.str());
  return key;
}

counted_kinds kinds_of_bounce(std::string_view bounce_class) {
  if (bounce_class == "invalid")
    return {counted::bounced, counted::invalid};
  if (bounce_class == "spam" || bounce_class == "source_block")
    return {counted::bounced, counted::spam};
  return {counted::bounced};
}

counted_kinds kinds_of_view(const mail_event& event, counted any, counted first, counted program) {
  if (event.is_automated)
    return {program};
  return {any, event.is_first ? std::optional{first} : std::nullopt};
}

counted_kinds kinds_of(const mail_event& event) {
  switch (event.kind) {
  case event_kind::accepted:
    return {counted::accepted};
  case event_kind::suppressed:
    return {counted::suppressed};
  case event_kind::delivered:
    return {counted::delivered};
  case event_kind::deferred:
    return {counted::deferred};
  case event_kind::bounced:
    return kinds_of_bounce(event.bounce_class);
  case event_kind::expired:
    return {counted::expired};
  case event_kind::cancelled:
    return {counted::cancelled};
  case event_kind::opened:
    return kinds_of_view(event, counted::opened, counted::opened_unique, counted::opened_automated);
  case event_kind::clicked:
    return kinds_of_view(event, counted::clicked, counted::clicked_unique,
                         counted::clicked_automated);
  case event_kind::complained:
    return {counted::complained};
  case event_kind::unsubscribed:
    return {counted::unsubscribed};
  }
  assert(false);
  return {counted::accepted};
}

// Keys without their last octet, which says what is counted.

std::string where_prefix(utc_day day, const mail_subject& about) {
  auto key = day_prefix(daily_mark, day, {});
  append_part(key, about.account.str());
  append_part(key, about.sender_domain.str());
  append_part(key, domain_of(about.address));
  return key;
}

std::string way_prefix_of(utc_day day, const mail_subject& about) {
  auto key = day_prefix(way_mark, day, {});
  append_part(key, about.account.str());
  append_part(key, about.sender_domain.str());
  append_part(key, counted_provider(about.provider).str());
  append_part(key, about.source.str());
  append_number(key, static_cast<std::uint64_t>(about.task), task_octets);
  append_part(key, about.from_template.str());
  return key;
}

} // namespace

provider_name counted_provider(const provider_name& provider) {
  // A name that was made of MX hosts.
  if (provider.str().find_first_of(".,:") != std::string::npos)
    return provider_name{std::string{other_provider}};
  return provider;
}

std::string statistics_prefix(utc_day day, const account_name& account) {
  return day_prefix(daily_mark, day, account);
}

std::string encode(const statistics_key& value) {
  auto key = day_prefix(daily_mark, value.day, {});
  for (const auto* part : {&value.account.str(), &value.sender_domain.str(), &value.receiver.str()})
    append_part(key, *part);
  key.push_back(static_cast<char>(value.what));
  return key;
}

std::optional<statistics_key> parse_statistics_key(std::string_view key) {
  auto found = take_day(daily_mark, key);
  if (!found)
    return std::nullopt;
  auto& rest = found->rest;
  auto account = take_part(rest);
  auto sender = account ? take_part(rest) : std::nullopt;
  auto receiver = sender ? take_part(rest) : std::nullopt;
  const auto what = receiver ? counted_in(rest) : std::nullopt;
  if (!what)
    return std::nullopt;
  return statistics_key{found->day, account_name{std::move(*account)},
                        domain_name{std::move(*sender)}, domain_name{std::move(*receiver)}, *what};
}

std::string way_prefix(utc_day day, const account_name& account) {
  return day_prefix(way_mark, day, account);
}

std::string encode(const way_key& value) {
  auto key = day_prefix(way_mark, value.day, {});
  for (const auto* part : {&value.account.str(), &value.sender_domain.str(), &value.provider.str(),
                           &value.source.str()})
    append_part(key, *part);
  append_number(key, static_cast<std::uint64_t>(value.task), task_octets);
  append_part(key, value.from_template.str());
  key.push_back(static_cast<char>(value.what));
  return key;
}

std::optional<way_key> parse_way_key(std::string_view key) {
  auto found = take_day(way_mark, key);
  if (!found)
    return std::nullopt;
  auto& rest = found->rest;
  auto account = take_part(rest);
  auto sender = account ? take_part(rest) : std::nullopt;
  auto provider = sender ? take_part(rest) : std::nullopt;
  auto source = provider ? take_part(rest) : std::nullopt;
  if (!source || rest.size() < task_octets)
    return std::nullopt;
  const auto task = read_number(rest.substr(0, task_octets));
  rest.remove_prefix(task_octets);
  auto from_template = take_part(rest);
  const auto what = from_template ? counted_in(rest) : std::nullopt;
  if (!what)
    return std::nullopt;
  return way_key{found->day,
                 account_name{std::move(*account)},
                 domain_name{std::move(*sender)},
                 provider_name{std::move(*provider)},
                 ip_address{std::move(*source)},
                 task_id{task},
                 template_name{std::move(*from_template)},
                 *what};
}

bool is_own_report(const spooled_message& message) {
  return message.source.protocol == own_reports;
}

mail_subject subject_of(const spooled_message& message, std::uint32_t recipient,
                        const recipient_record* state) {
  mail_subject about;
  about.recipient = {message.id, recipient};
  about.account = message.source.account;
  about.address = message.mail.recipients[recipient].address;
  about.sender_domain = domain_name{domain_of(message.mail.reverse_path)};
  about.task = message.first_lane.task;
  about.from_template = message.from_template;
  if (state != nullptr) {
    about.provider = state->provider;
    about.source = state->source;
  }
  return about;
}

void statistics_tally::add_to(std::string where, std::string way, const kinds& what,
                              std::int64_t times) {
  for (const auto kind : {std::optional{what.first}, what.second}) {
    if (!kind)
      continue;
    for (auto* key : {&where, &way}) {
      key->push_back(static_cast<char>(*kind));
      counters_[*key] += times;
      key->pop_back();
    }
  }
}

void statistics_tally::add(const mail_event& event, std::int64_t times) {
  const auto day = day_of(event.at);
  add_to(where_prefix(day, event.about), way_prefix_of(day, event.about), kinds_of(event), times);
}

void statistics_tally::add_acceptance(const spooled_message& message, const ended_recipients& ended,
                                      std::int64_t times) {
  if (is_own_report(message))
    return;
  const auto day = day_of(message.accepted_at);
  mail_subject about = subject_of(message, 0);
  const auto way = way_prefix_of(day, about); // the same for all of a thousand
  auto next_ended = ended.begin();
  for (std::uint32_t i = 0; i < message.mail.recipients.size(); ++i) {
    const bool is_ended = next_ended != ended.end() && next_ended->first == i;
    about.address = message.mail.recipients[i].address;
    add_to(where_prefix(day, about), way, {is_ended ? counted::suppressed : counted::accepted},
           times);
    if (is_ended)
      ++next_ended;
  }
}

void statistics_tally::write(batch& to) const {
  for (const auto& [key, times] : counters_)
    if (times != 0)
      to.add(key, times);
}

} // namespace warmfront::storage
