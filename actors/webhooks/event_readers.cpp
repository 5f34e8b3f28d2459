#include "actors/webhooks/event_readers.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include <fmt/format.h>

namespace warmfront {

namespace {

constexpr std::size_t events_looked_at_max = 20'000;
constexpr std::uint32_t page_limit_max = 1'000;
constexpr std::size_t accounts_max = 10'000;

bool is_asked_for(const read_events& what, const mail_event& event) {
  return (what.account.empty() || event.about.account == what.account) &&
         (what.kinds.empty() ||
          std::find(what.kinds.begin(), what.kinds.end(), event.kind) != what.kinds.end());
}

/// The events of one stream that are asked for, one at a time.
class stream_reader {
public:
  stream_reader(event_pages& log, storage::event_stream stream, std::uint64_t behind)
      : log_{log}, stream_{stream}, behind_{behind} {}

  /// The next one that is asked for; null: there is none, or too many were looked at.
  const logged_event* peek(const read_events& what, std::size_t& budget) {
    while (!next_ && budget > 0) {
      const auto page = log_.read(stream_, behind_ + 1);
      if (page.empty())
        return nullptr;
      for (const auto& each : page) {
        if (budget == 0)
          break;
        --budget;
        if (is_asked_for(what, each.value)) {
          next_ = each;
          break;
        }
        behind_ = each.number;
      }
    }
    return next_ ? &*next_ : nullptr;
  }
  mail_event take() {
    behind_ = next_->number;
    auto event = std::move(next_->value);
    next_.reset();
    return event;
  }
  [[nodiscard]] std::uint64_t behind() const noexcept { return behind_; }

private:
  event_pages& log_;
  storage::event_stream stream_;
  std::uint64_t behind_;
  std::optional<logged_event> next_;
};

result<per_stream<std::uint64_t>> begin_of(event_pages& log, const std::string& after) {
  per_stream<std::uint64_t> position{};
  if (after == "0")
    return position;
  if (!after.empty())
    return parse_position(after);
  for (const auto stream : event_streams)
    position.at(index_of(stream)) = log.last(stream);
  return position;
}

} // namespace

std::string to_text(const per_stream<std::uint64_t>& position) {
  return fmt::format("{}", fmt::join(position, "."));
}

result<per_stream<std::uint64_t>> parse_position(std::string_view text) {
  per_stream<std::uint64_t> position{};
  const auto* at = text.data();
  const auto* const end = at + text.size();
  for (std::size_t index = 0; index < position.size(); ++index) {
    const auto [read, failure] = std::from_chars(at, end, position.at(index));
    const bool is_last = index + 1 == position.size();
    if (failure != std::errc{} || (is_last ? read != end : read == end || *read != '.'))
      return error{errc::invalid_argument, "this is no position in the log of events",
                   "take it from `next` of an earlier answer", "after"};
    at = read + 1;
  }
  return position;
}

result<event_page> read_page(event_pages& log, const read_events& what) {
  WARMFRONT_TRY(position, begin_of(log, what.after));
  std::vector<stream_reader> streams;
  for (const auto stream : event_streams)
    streams.emplace_back(log, stream, position.at(index_of(stream)));
  auto budget = events_looked_at_max;
  event_page page;
  const auto limit = std::clamp<std::uint32_t>(what.limit, 1, page_limit_max);
  while (page.items.size() < limit) {
    stream_reader* oldest = nullptr;
    wall_time at{};
    for (auto& each : streams)
      if (const auto* next = each.peek(what, budget);
          next != nullptr && (oldest == nullptr || next->value.at < at)) {
        oldest = &each;
        at = next->value.at;
      }
    if (oldest == nullptr)
      break;
    page.items.push_back(oldest->take());
  }
  for (const auto stream : event_streams)
    position.at(index_of(stream)) = streams.at(index_of(stream)).behind();
  page.next = to_text(position);
  return page;
}

bool event_interest::note(const account_name& account, wall_time now) {
  if (until_.size() >= accounts_max && !until_.contains(account))
    return false;
  const auto [entry, is_new] = until_.try_emplace(account);
  entry->second = now + keep_;
  return is_new;
}

bool event_interest::add_to(std::set<account_name>& readers, wall_time now) {
  std::erase_if(until_, [&](const auto& each) { return each.second <= now; });
  for (const auto& [account, until] : until_)
    readers.insert(account);
  return readers.erase(account_name{}) > 0;
}

} // namespace warmfront
