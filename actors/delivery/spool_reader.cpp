#include "actors/delivery/spool_reader.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "net/dns/address_form.hpp"
#include "storage/copies.hpp"

namespace warmfront {

namespace {

using storage::family;

// One load holds no more content than this, or one mail.
constexpr std::size_t load_octets = 16u << 20;

std::uint32_t count_unfinished(const stored_message& stored) {
  return static_cast<std::uint32_t>(
      std::count_if(stored.recipients.begin(), stored.recipients.end(), [](const auto& record) {
        return !record || !is_final(static_cast<recipient_state>(record->state));
      }));
}

error corrupt(const message_id& id, const char* how) {
  return {errc::storage_corrupt, "message " + id.str() + ' ' + how,
          "restore the data directory from a backup or a peer"};
}

} // namespace

result<std::vector<stored_lane>> stored_lanes(const storage::store& from) {
  std::vector<stored_lane> lanes;
  auto start = storage::all_lanes_prefix();
  const auto end = storage::prefix_end(start);
  while (true) {
    WARMFRONT_TRY(first, from.scan(family::queue, start, end, 1));
    if (first.empty())
      return lanes;
    const auto head = storage::parse_lane_key(first.front().key);
    if (!head)
      return error{errc::storage_corrupt, "a key of the queue cannot be read",
                   "restore the data directory from a backup or a peer"};
    const auto prefix = storage::lane_prefix(head->where);
    const auto next = storage::prefix_end(prefix);
    WARMFRONT_TRY(last, from.last(family::queue, prefix, next));
    const auto tail = last ? storage::parse_lane_key(last->key) : head;
    lanes.push_back({head->where, head->sequence, (tail ? tail->sequence : head->sequence) + 1});
    start = next;
  }
}

result<loaded_entries> spool_reader::read_lane(const lane_load& piece) const {
  const auto from = storage::lane_key(piece.where, piece.from);
  const auto before = storage::lane_key(piece.where, piece.before);
  WARMFRONT_TRY(found, store_.scan(family::queue, from, before, piece.limit));
  return load(std::move(found), piece.limit);
}

result<loaded_entries> spool_reader::read_due(std::string_view from, wall_time now,
                                              std::size_t limit) const {
  WARMFRONT_TRY(found, store_.scan(family::queue, from, storage::deferred_bound(now), limit));
  return load(std::move(found), limit);
}

result<std::optional<wall_time>>
spool_reader::accepted_at(const storage::lane_position& from) const {
  WARMFRONT_TRY(found, store_.scan(family::queue, storage::lane_key(from.where, from.sequence),
                                   storage::prefix_end(storage::lane_prefix(from.where)), 1));
  if (found.empty())
    return std::optional<wall_time>{};
  WARMFRONT_TRY(entry, storage::decode_queue_entry(found.front().value));
  WARMFRONT_TRY(stored, store_.get(family::spool, storage::message_key(entry.recipient.message)));
  if (!stored)
    return std::optional<wall_time>{};
  WARMFRONT_TRY(message, storage::decode_message(*stored));
  return std::optional{message.accepted_at};
}

result<std::optional<wall_time>> spool_reader::first_due(std::string_view from) const {
  WARMFRONT_TRY(
      found, store_.scan(family::queue, from, storage::prefix_end(storage::deferred_prefix()), 1));
  if (found.empty())
    return std::optional<wall_time>{};
  return storage::parse_deferred_key(found.front().key);
}

result<loaded_entries> spool_reader::load(std::vector<storage::key_value> found,
                                          std::size_t limit) const {
  loaded_entries loaded;
  loaded.complete = found.size() < limit;
  std::size_t octets = 0;
  std::unordered_map<message_id, whole_mail> mails;
  for (auto& [key, value] : found) {
    if (octets >= load_octets) {
      loaded.complete = false;
      break;
    }
    loaded.last_key = key;
    WARMFRONT_TRY(entry, storage::decode_queue_entry(value));
    auto& whole = mails[entry.recipient.message];
    if (!whole.mail) {
      auto read = read_whole(entry.recipient.message);
      if (!read) {
        // Its last recipient may have ended since the index was read.
        WARMFRONT_TRY(still, store_.get(family::queue, key));
        if (still)
          return std::move(read).error();
        continue;
      }
      whole = std::move(read).value();
      octets += whole.mail->content->size();
    }
    if (entry.recipient.index >= whole.mail->record.mail.recipients.size())
      return corrupt(entry.recipient.message, "has fewer recipients than wait");
    loaded_entry item;
    item.queue_key = std::move(key);
    item.index = entry.recipient.index;
    item.mail = whole.mail;
    item.unfinished = whole.unfinished;
    item.position = storage::parse_lane_key(item.queue_key);
    item.is_suppressed = is_suppressed(item);
    if (whole.merge && !item.is_suppressed)
      octets += write_own(item, *whole.merge);
    // Entries that intake wrote were never touched: only others have a record.
    if (!item.position || item.position->where.appended_by == storage::lane::writer::delivery) {
      WARMFRONT_TRY(record, store_.get(family::spool, storage::recipient_key(entry.recipient)));
      if (record) {
        WARMFRONT_TRY(decoded, storage::decode_recipient(*record));
        item.record = std::make_unique<storage::recipient_record>(std::move(decoded));
      }
    }
    loaded.entries.push_back(std::move(item));
  }
  return loaded;
}

// Asked again here: what has waited for days must respect what was said yesterday. A report to a
// sender (RFC 5321 §6.1) is no mail of the account.
bool spool_reader::is_suppressed(const loaded_entry& item) const {
  const auto& record = item.mail->record;
  const auto* const reader = suppressions_.reader;
  if (reader == nullptr || record.mail.reverse_path.empty() ||
      !reader->may_have_entries(record.source.account))
    return false;
  const auto form = dns::comparable_address(record.mail.recipients[item.index].address);
  return form && reader->counts(record.source.account, form.value(), suppressions_.now);
}

// A mail that cannot be written is an outcome of its recipient, not a fault of the disk.
std::size_t spool_reader::write_own(loaded_entry& item, const merge_writer& merge) const {
  auto written = merge.write(item.index);
  if (!written) {
    item.unwritten = std::move(written).error();
    return 0;
  }
  item.own_content = std::make_shared<const std::string>(std::move(written).value());
  return item.own_content->size();
}

result<spool_reader::whole_mail> spool_reader::read_whole(const message_id& id) const {
  WARMFRONT_TRY(stored, read_message(id));
  WARMFRONT_TRY(body, store_.get(family::spool, storage::body_key(id)));
  if (!body)
    return corrupt(id, "waits but has no body");
  auto mail = std::make_shared<spooled_mail>();
  const auto unfinished = count_unfinished(stored);
  mail->record = std::move(stored.message);
  std::shared_ptr<const merge_writer> merge;
  if (mail->record.is_merge) {
    WARMFRONT_TRY(made, merge_writer::make(mail->record, *body, merges_));
    merge = std::make_shared<const merge_writer>(std::move(made));
  }
  mail->content = std::make_shared<const std::string>(std::move(*body));
  return whole_mail{std::move(mail), unfinished, std::move(merge)};
}

result<stored_message> spool_reader::read_message(const message_id& id) const {
  WARMFRONT_TRY(octets, store_.get(family::spool, storage::message_key(id)));
  if (!octets)
    return error{errc::not_found, "there is no message " + id.str(),
                 "messages are forgotten some days after their end"};
  WARMFRONT_TRY(message, storage::decode_message(*octets));
  return with_recipients(std::move(message));
}

result<stored_message> spool_reader::with_recipients(storage::spooled_message message) const {
  stored_message stored;
  const auto prefix = storage::recipient_prefix(message.id);
  const auto count = message.mail.recipients.size();
  WARMFRONT_TRY(records,
                store_.scan(family::spool, prefix, storage::prefix_end(prefix), count + 1));
  stored.recipients.resize(count);
  for (const auto& [key, value] : records) {
    const auto index = storage::recipient_index(key);
    if (index >= count)
      continue;
    WARMFRONT_TRY(record, storage::decode_recipient(value));
    stored.recipients[index] = std::move(record);
  }
  stored.message = std::move(message);
  return stored;
}

result<spool_reader::waiting> spool_reader::waiting_in(const std::vector<storage::lane>& lanes,
                                                       bool deferred, const std::string& from,
                                                       std::size_t most) const {
  std::set<std::string> prefixes;
  for (const auto& each : lanes)
    prefixes.insert(storage::lane_prefix(each));
  if (deferred)
    prefixes.insert(storage::deferred_prefix());
  waiting all;
  std::size_t left = most;
  for (const auto& prefix : prefixes) {
    const auto end = storage::prefix_end(prefix);
    if (from >= end)
      continue;
    WARMFRONT_TRY(found, store_.scan(family::queue, std::max(prefix, from), end, left));
    for (const auto& [key, value] : found) {
      WARMFRONT_TRY(entry, storage::decode_queue_entry(value));
      const auto& id = entry.recipient.message;
      if (std::find(all.messages.begin(), all.messages.end(), id) == all.messages.end())
        all.messages.push_back(id);
      all.next = key + '\0';
    }
    left -= found.size();
    if (left == 0)
      return all;
  }
  all.next.clear();
  return all;
}

result<std::vector<adopted_mail>>
spool_reader::read_mails(const std::vector<message_id>& ids,
                         const storage::message_copy& whole) const {
  std::vector<adopted_mail> mails;
  std::size_t octets = 0;
  for (const auto& id : ids) {
    if (octets >= load_octets)
      break;
    WARMFRONT_TRY(record, store_.get(family::spool, storage::message_key(id)));
    if (!record)
      continue;
    WARMFRONT_TRY(message, storage::decode_message(*record));
    WARMFRONT_TRY(confirmed, is_confirmed(message));
    if (!confirmed)
      continue;
    auto mail = std::make_shared<spooled_mail>();
    if (message.copy == whole) {
      WARMFRONT_TRY(body, store_.get(family::spool, storage::body_key(id)));
      if (!body)
        continue;
      octets += body->size();
      mail->content = std::make_shared<const std::string>(std::move(*body));
    }
    WARMFRONT_TRY(stored, with_recipients(std::move(message)));
    mail->record = std::move(stored.message);
    mails.push_back({std::move(mail), std::move(stored.recipients)});
  }
  return mails;
}

result<bool> spool_reader::is_confirmed(const storage::spooled_message& message) const {
  if (!message.copy || message.copy->holder == 0)
    return false;
  WARMFRONT_TRY(
      mark, store_.get(family::queue, storage::unsent_copy_key(message.copy->holder, message.id)));
  // Whoever gave it to this node must know that, before somebody else has it.
  const auto taken = storage::taken_prefix(message.id);
  WARMFRONT_TRY(unsettled, store_.scan(family::queue, taken, storage::prefix_end(taken), 1));
  return !mark && unsettled.empty();
}

result<spool_reader::sweep>
spool_reader::sweep_finished(std::string from, wall_time accepted_before, std::size_t most) const {
  const auto end = storage::message_key(message_id{accepted_before, 0, 0});
  if (from.empty())
    from = storage::all_messages_prefix();
  sweep swept;
  WARMFRONT_TRY(found, store_.scan(family::spool, from, end, most));
  for (const auto& [key, value] : found) {
    WARMFRONT_TRY(message, storage::decode_message(value));
    WARMFRONT_TRY(stored, with_recipients(std::move(message)));
    if (count_unfinished(stored) > 0)
      continue;
    const auto prefix = storage::recipient_prefix(stored.message.id);
    swept.removals.erase_range(family::spool, prefix, storage::prefix_end(prefix));
    swept.removals.erase(family::spool, key);
    // The last of several recipients removes the body, but not when it was read back just as
    // another one ended: then it is removed here.
    if (stored.recipients.size() > 1) {
      WARMFRONT_TRY(body, store_.get(family::spool, storage::body_key(stored.message.id)));
      if (body)
        swept.removals.erase_once(family::spool, storage::body_key(stored.message.id));
    }
  }
  if (found.size() == most)
    swept.continue_from = found.back().key + '\0';
  return swept;
}

} // namespace warmfront
