// The search for messages. What is looked at for one page is bounded: by the time range, by what
// the message's own record says before its recipients are read, and by number.

#include <algorithm>
#include <string>
#include <utility>

#include "actors/delivery/spool_reader.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr std::size_t searched_max = 5'000; // of one page: about a tenth of a second

recipient_state searched_state(const stored_message& stored, std::size_t index,
                               const std::set<storage::lane>& held) {
  const auto& record = stored.recipients[index];
  if (record && static_cast<recipient_state>(record->state) >= recipient_state::deferred)
    return static_cast<recipient_state>(record->state);
  if (!record && stored.message.send_at)
    return recipient_state::held;
  const auto position = record ? storage::parse_lane_key(record->queue_key) : std::nullopt;
  const auto& lane = position ? position->where : stored.message.first_lane;
  return held.contains(lane) ? recipient_state::held : recipient_state::queued;
}

char lower_letter(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_same_address(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
           return lower_letter(x) == lower_letter(y);
         });
}

bool is_to(const storage::spooled_message& message, const std::string& wanted) {
  return wanted.empty() || std::ranges::any_of(message.mail.recipients, [&](const auto& each) {
           return is_same_address(each.address, wanted);
         });
}

/// The id in a Message-ID that was made here: `<ID@host>`, or `<ID.3@host>` of a mail merge.
std::optional<message_id> id_in_header(std::string_view header_id) {
  if (header_id.starts_with('<'))
    header_id.remove_prefix(1);
  return message_id::parse(header_id.substr(0, header_id.find_first_of(".@>")));
}

/// What the message's own record can say.
bool may_match(const storage::spooled_message& message, const list_messages& filter,
               std::uint64_t header_digest) {
  return (filter.from.empty() || is_same_address(message.mail.reverse_path, filter.from)) &&
         (filter.pool.empty() || message.pool == filter.pool) &&
         (filter.account.empty() || message.source.account == filter.account) &&
         (filter.task == task_id::none || message.first_lane.task == filter.task) &&
         (filter.header_id.empty() || message.header_id == header_digest ||
          id_in_header(filter.header_id) == message.id) &&
         is_to(message, filter.to);
}

bool has_matching_recipient(const stored_message& stored, const list_messages& filter,
                            const std::set<storage::lane>& held) {
  for (std::size_t i = 0; i < stored.recipients.size(); ++i) {
    const auto& record = stored.recipients[i];
    if (!filter.to.empty() &&
        !is_same_address(stored.message.mail.recipients[i].address, filter.to))
      continue;
    if (!filter.provider.empty() && (!record || record->provider != filter.provider))
      continue;
    if (!filter.state || *filter.state == searched_state(stored, i, held))
      return true;
  }
  return false;
}

/// Completes the beginning of an id; none when it is no beginning of any.
std::optional<message_id> completed(const std::string& prefix, char filling) {
  constexpr std::size_t digits = 2 * message_id::octets;
  auto text = prefix;
  text.resize(std::max(digits, prefix.size()), filling);
  return message_id::parse(text);
}

/// The messages' keys that a search is about: [from, before).
struct key_range {
  std::string from;
  std::string before;

  void not_below(std::string key) { from = std::max(from, std::move(key)); }
  void below(std::string key) { before = std::min(before, std::move(key)); }
};

// Ids are of milliseconds: those of the last one are sorted out by the record.
key_range range_of(const list_messages& filter) {
  const auto prefix = storage::all_messages_prefix();
  key_range range{prefix, storage::prefix_end(prefix)};
  if (filter.since)
    range.not_below(storage::message_key(message_id{*filter.since, 0, 0}));
  if (filter.until)
    range.below(storage::message_key(message_id{*filter.until + milliseconds{1}, 0, 0}));
  if (filter.after)
    range.below(storage::message_key(*filter.after));
  if (!filter.id_prefix.empty()) {
    const auto first = completed(filter.id_prefix, '0');
    const auto last = completed(filter.id_prefix, 'f');
    if (!first || !last)
      return {};
    range.not_below(storage::message_key(*first));
    range.below(storage::message_key(*last) + '\0');
  }
  return range;
}

bool is_in_time(const storage::spooled_message& message, const list_messages& filter) {
  return (!filter.since || message.accepted_at >= *filter.since) &&
         (!filter.until || message.accepted_at < *filter.until);
}

} // namespace

result<spool_reader::page> spool_reader::list(const list_messages& filter,
                                              const std::set<storage::lane>& held) const {
  const auto digest = storage::header_id_of(filter.header_id);
  auto range = range_of(filter);
  page found;
  for (std::size_t looked_at = 0; looked_at < searched_max; ++looked_at) {
    if (range.from >= range.before) {
      found.next.reset();
      return found;
    }
    WARMFRONT_TRY(last, store_.last(family::spool, range.from, range.before));
    if (!last) {
      found.next.reset();
      return found;
    }
    WARMFRONT_TRY(message, storage::decode_message(last->value));
    range.before = last->key;
    found.next = message.id;
    if (!is_in_time(message, filter) || !may_match(message, filter, digest))
      continue;
    WARMFRONT_TRY(stored, with_recipients(std::move(message)));
    if (!has_matching_recipient(stored, filter, held))
      continue;
    found.items.push_back(std::move(stored));
    if (found.items.size() >= filter.limit)
      return found;
  }
  found.is_whole = false;
  return found;
}

} // namespace warmfront
