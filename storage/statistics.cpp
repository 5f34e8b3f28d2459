#include "storage/statistics.hpp"

#include <chrono>

#include "actors/core/address.hpp"
#include "actors/core/octets.hpp"

namespace warmfront::storage {

namespace {

/// First octet of the key: what the counter is of.
constexpr char daily_mark = 'd';
/// What `source.protocol` says of the reports that delivery makes.
constexpr std::string_view own_reports = "DSN";

std::optional<std::string> take_part(std::string_view& rest) {
  const auto end = rest.find('\0');
  if (end == std::string_view::npos)
    return std::nullopt;
  std::string part{rest.substr(0, end)};
  rest.remove_prefix(end + 1);
  return part;
}

} // namespace

std::string statistics_prefix(utc_day day, const account_name& account) {
  std::string key(1, daily_mark);
  append_number(key, static_cast<std::uint64_t>(day.time_since_epoch().count()), 4);
  if (!account.empty()) {
    key.append(account.str());
    key.push_back('\0');
  }
  return key;
}

std::string encode(const statistics_key& value) {
  auto key = statistics_prefix(value.day);
  for (const auto* part :
       {&value.account.str(), &value.sender_domain.str(), &value.receiver.str()}) {
    key.append(*part);
    key.push_back('\0');
  }
  key.push_back(static_cast<char>(value.what));
  return key;
}

std::optional<statistics_key> parse_statistics_key(std::string_view key) {
  if (key.size() < 5 || key.front() != daily_mark)
    return std::nullopt;
  auto rest = key.substr(5);
  auto account = take_part(rest);
  auto sender = account ? take_part(rest) : std::nullopt;
  auto receiver = sender ? take_part(rest) : std::nullopt;
  if (!receiver || rest.size() != 1 || rest[0] < static_cast<char>(counted::accepted) ||
      rest[0] > static_cast<char>(counted::cancelled))
    return std::nullopt;
  const auto day = static_cast<std::int32_t>(read_number(key.substr(1, 4)));
  return statistics_key{utc_day{std::chrono::days{day}}, account_name{std::move(*account)},
                        domain_name{std::move(*sender)}, domain_name{std::move(*receiver)},
                        static_cast<counted>(rest[0])};
}

void statistics_tally::add(const spooled_message& message, std::uint32_t recipient, counted what,
                           wall_time at, std::int64_t times) {
  if (message.source.protocol == own_reports)
    return;
  const statistics_key key{
      day_of(at), message.source.account, domain_name{domain_of(message.mail.reverse_path)},
      domain_name{domain_of(message.mail.recipients[recipient].address)}, what};
  counters_[encode(key)] += times;
}

void statistics_tally::add_acceptance(const spooled_message& message, const ended_recipients& ended,
                                      std::int64_t times) {
  auto next_ended = ended.begin();
  for (std::uint32_t i = 0; i < message.mail.recipients.size(); ++i) {
    const bool is_ended = next_ended != ended.end() && next_ended->first == i;
    add(message, i, is_ended ? counted::suppressed : counted::accepted, message.accepted_at, times);
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
