// Which recipients that wait an action by hand is about. Goes through the queue's index piece by
// piece: lanes of another pool or task are stepped over.

#include <algorithm>
#include <string>
#include <utility>

#include "actors/core/address.hpp"
#include "actors/delivery/spool_reader.hpp"
#include "storage/held_mail.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr std::size_t piece_entries = 200;
constexpr std::string_view held_by_restore = "restore";

/// Whether entries of a lane can be meant at all.
bool concerns(const queue_choice& choice, const storage::lane& where) {
  const auto& filter = choice.filter;
  return (filter.pool.empty() || filter.pool == where.pool) &&
         (filter.task == task_id::none || filter.task == where.task) &&
         (filter.provider.empty() || where.provider.empty() || filter.provider == where.provider);
}

bool concerns(const queue_filter& filter, const storage::spooled_message& message) {
  const auto& sender = filter.sender_domain;
  return (filter.pool.empty() || filter.pool == message.pool) &&
         (filter.task == task_id::none || filter.task == message.first_lane.task) &&
         (sender.empty() || sender.str() == domain_of(message.mail.reverse_path)) &&
         (!filter.accepted_before || message.accepted_at < *filter.accepted_before);
}

struct waiting_entry {
  const storage::lane* where = nullptr; ///< null: in the deferred index
  std::optional<wall_time> due;         ///< in the deferred index
  const storage::recipient_record* record = nullptr;
};

/// What a restore holds may have been sent: it is decided on only when it is asked for by name.
bool is_held_by_restore(const waiting_entry& entry) {
  return entry.where == nullptr && entry.due && *entry.due >= storage::held_until;
}

std::string_view reason_of(const queue_choice& choice, const waiting_entry& entry) {
  if (is_held_by_restore(entry))
    return held_by_restore;
  if (entry.where == nullptr)
    return entry.record == nullptr ? "schedule" : "backoff";
  const auto known = choice.reasons.find(*entry.where);
  return known == choice.reasons.end() ? std::string_view{"queue"}
                                       : std::string_view{known->second};
}

bool is_meant(const queue_choice& choice, const waiting_entry& entry) {
  const auto& filter = choice.filter;
  const auto* const record = entry.record;
  if (record != nullptr && is_final(static_cast<recipient_state>(record->state)))
    return false;
  if (choice.action == queue_action::retry &&
      (record == nullptr || !entry.due || *entry.due <= choice.due_after))
    return false;
  if (is_held_by_restore(entry) && filter.reason != held_by_restore)
    return false;
  if (!filter.reason.empty() && filter.reason != reason_of(choice, entry))
    return false;
  if (filter.provider.empty())
    return true;
  if (entry.where != nullptr && entry.where->provider == filter.provider)
    return true;
  return record != nullptr && record->provider == filter.provider;
}

/// What one page finds, entry by entry.
class picker {
public:
  picker(const spool_reader& reader, const queue_choice& choice)
      : reader_{reader}, choice_{choice} {}

  result<void> look_at(const storage::key_value& entry,
                       const std::optional<storage::lane_position>& position);
  std::vector<chosen_mail> take();

private:
  const spool_reader& reader_;
  const queue_choice& choice_;
  std::vector<chosen_mail> mails_;
  std::map<message_id, std::optional<std::size_t>> known_; ///< none: not meant
};

result<void> picker::look_at(const storage::key_value& entry,
                             const std::optional<storage::lane_position>& position) {
  WARMFRONT_TRY(decoded, storage::decode_queue_entry(entry.value));
  const auto& id = decoded.recipient;
  const auto [at, is_new] = known_.try_emplace(id.message);
  if (is_new) {
    WARMFRONT_TRY(read, reader_.find_message(id.message));
    if (read && concerns(choice_.filter, read->message)) {
      at->second = mails_.size();
      mails_.push_back({std::move(*read), {}});
    }
  }
  if (!at->second)
    return success();
  auto& mail = mails_[*at->second];
  if (id.index >= mail.stored.recipients.size())
    return success();
  const auto& record = mail.stored.recipients[id.index];
  if (is_meant(choice_, {position ? &position->where : nullptr,
                         storage::parse_deferred_key(entry.key), record ? &*record : nullptr}))
    mail.chosen.push_back(id.index);
  return success();
}

std::vector<chosen_mail> picker::take() {
  std::erase_if(mails_, [](const chosen_mail& each) { return each.chosen.empty(); });
  return std::move(mails_);
}

} // namespace

result<std::optional<stored_message>> spool_reader::find_message(const message_id& id) const {
  WARMFRONT_TRY(octets, store_.get(family::spool, storage::message_key(id)));
  if (!octets)
    return std::optional<stored_message>{};
  WARMFRONT_TRY(message, storage::decode_message(*octets));
  WARMFRONT_TRY(stored, with_recipients(std::move(message)));
  return std::optional{std::move(stored)};
}

result<std::shared_ptr<const std::string>> spool_reader::find_body(const message_id& id) const {
  WARMFRONT_TRY(body, store_.get(family::spool, storage::body_key(id)));
  return body ? std::make_shared<const std::string>(std::move(*body)) : nullptr;
}

result<void> spool_reader::read_again(std::vector<chosen_mail>& mails,
                                      std::vector<std::shared_ptr<const std::string>>& contents,
                                      std::size_t octets_max) const {
  std::size_t octets = 0;
  for (auto& each : mails) {
    if (octets >= octets_max)
      break;
    WARMFRONT_TRY(again, find_message(each.stored.message.id));
    WARMFRONT_TRY(body, find_body(each.stored.message.id));
    if (again)
      each.stored = std::move(*again);
    octets += body ? body->size() : 0;
    contents.push_back(again ? std::move(body) : nullptr);
  }
  return success();
}

result<std::vector<queue_job>> spool_reader::read_jobs() const {
  const auto prefix = queue_job_prefix();
  WARMFRONT_TRY(found,
                store_.scan(family::spool, prefix, storage::prefix_end(prefix), queue_jobs_max));
  std::vector<queue_job> jobs;
  for (const auto& [key, value] : found) {
    WARMFRONT_TRY(job, decode_queue_job(value));
    jobs.push_back(std::move(job));
  }
  return jobs;
}

result<chosen_mails> spool_reader::choose_waiting(const queue_choice& choice, std::string from,
                                                  std::size_t most) const {
  const auto deferred_end = storage::prefix_end(storage::deferred_prefix());
  const auto lanes = storage::all_lanes_prefix();
  // What waits in a lane needs no hastening.
  const auto end = choice.action == queue_action::retry ? deferred_end : storage::prefix_end(lanes);
  picker found{*this, choice};
  from = std::max(from, storage::deferred_prefix());
  while (from < end && most > 0) {
    if (from >= deferred_end)
      from = std::max(from, lanes);
    const auto before = from < deferred_end ? deferred_end : end;
    const auto limit = std::min(most, piece_entries);
    WARMFRONT_TRY(piece, store_.scan(family::queue, from, before, limit));
    from = piece.size() < limit ? before : piece.back().key + '\0';
    std::size_t seen = 0;
    for (const auto& entry : piece) {
      ++seen;
      const auto position = storage::parse_lane_key(entry.key);
      if (position && !concerns(choice, position->where)) {
        from = storage::prefix_end(storage::lane_prefix(position->where));
        break;
      }
      WARMFRONT_TRY(found.look_at(entry, position));
    }
    most -= std::max<std::size_t>(seen, 1);
  }
  return chosen_mails{found.take(), from < end ? std::move(from) : std::string{}};
}

} // namespace warmfront
