#include "actors/replication/copy_reader.hpp"

#include <algorithm>
#include <utility>

#include "actors/messages/reports.hpp"

namespace warmfront {

namespace {

using storage::family;

// One page holds no more content than this, or one mail.
constexpr std::size_t page_octets = 4u << 20;

bool is_ended(const std::optional<storage::recipient_record>& record) {
  return record && is_final(static_cast<recipient_state>(record->state));
}

} // namespace

result<std::vector<storage::key_value>> copy_reader::scan(family where, const std::string& prefix,
                                                          const std::string& from,
                                                          std::size_t most) const {
  return store_.scan(where, from.empty() ? prefix : from, storage::prefix_end(prefix), most);
}

result<copy_reader::states> copy_reader::states_of(const std::string& prefix,
                                                   std::size_t recipients) const {
  states found;
  WARMFRONT_TRY(records, scan(family::spool, prefix, {}, recipients));
  for (const auto& [key, value] : records) {
    WARMFRONT_TRY(state, storage::decode_recipient(value));
    if (const auto index = storage::recipient_index(key); index < recipients)
      found.emplace_back(index, std::move(state));
  }
  return found;
}

result<copy_reader::copies> copy_reader::unsent(std::uint16_t holder, std::string from,
                                                std::size_t most, bool content) const {
  copies page;
  WARMFRONT_TRY(marks, scan(family::queue, storage::unsent_copy_prefix(holder), from, most));
  std::size_t octets = 0;
  for (const auto& mark : marks) {
    if (octets >= page_octets)
      return page;
    page.next = mark.key + '\0';
    const auto id = storage::parse_unsent_key(mark.key)->recipient.message;
    WARMFRONT_TRY(record, store_.get(family::spool, storage::message_key(id)));
    WARMFRONT_TRY(body, store_.get(family::spool, storage::body_key(id)));
    if (!record || !body) {
      page.obsolete.push_back(mark.key);
      continue;
    }
    auto mail = std::make_shared<spooled_mail>();
    WARMFRONT_TRY(message, storage::decode_message(*record));
    if (!message.copy || message.copy->holder != holder) {
      page.obsolete.push_back(mark.key); // its copy went elsewhere
      continue;
    }
    mail->record = std::move(message);
    octets += content ? body->size() : 0;
    if (content)
      mail->content = std::make_shared<const std::string>(std::move(*body));
    WARMFRONT_TRY(recipients,
                  states_of(storage::recipient_prefix(id), mail->record.mail.recipients.size()));
    page.mails.push_back({std::move(mail), std::move(recipients)});
  }
  if (marks.size() < most)
    page.next.clear();
  return page;
}

result<copy_reader::outcomes> copy_reader::unsent_progress(std::uint16_t holder, std::string from,
                                                           std::size_t most) const {
  outcomes page;
  WARMFRONT_TRY(marks, scan(family::queue, storage::unsent_progress_prefix(holder), from, most));
  for (const auto& mark : marks) {
    page.next = mark.key + '\0';
    copy_progress progress;
    progress.holder = holder;
    progress.recipient = storage::parse_unsent_key(mark.key)->recipient;
    WARMFRONT_TRY(record, store_.get(family::spool, storage::recipient_key(progress.recipient)));
    WARMFRONT_TRY(body, store_.get(family::spool, storage::body_key(progress.recipient.message)));
    if (record) {
      WARMFRONT_TRY(state, storage::decode_recipient(*record));
      progress.record = std::move(state);
    }
    progress.last_of_message = !body;
    progress.mark = mark.key;
    page.recipients.push_back(std::move(progress));
  }
  if (marks.size() < most)
    page.next.clear();
  return page;
}

result<copy_reader::mark_page> copy_reader::outdated_progress(std::uint16_t holder,
                                                              std::uint32_t bond, std::string from,
                                                              std::size_t most) const {
  mark_page page;
  WARMFRONT_TRY(found, scan(family::queue, storage::unsent_progress_prefix(holder), from, most));
  for (const auto& mark : found) {
    page.next = mark.key + '\0';
    const auto id = storage::parse_unsent_key(mark.key)->recipient.message;
    WARMFRONT_TRY(record, store_.get(family::spool, storage::message_key(id)));
    if (record) {
      WARMFRONT_TRY(message, storage::decode_message(*record));
      if (message.copy && message.copy->holder == holder && message.copy->bond >= bond)
        continue;
    }
    page.removal.erase(family::queue, mark.key);
  }
  if (found.size() < most)
    page.next.clear();
  return page;
}

result<copy_reader::placed> copy_reader::copies_at(std::uint16_t holder, const bond& present,
                                                   std::string from, std::size_t most) const {
  placed page;
  WARMFRONT_TRY(found, scan(family::spool, storage::all_messages_prefix(), from, most));
  for (const auto& [key, value] : found) {
    page.next = key + '\0';
    WARMFRONT_TRY(message, storage::decode_message(value));
    if (!message.copy || message.copy->holder != holder || message.copy->bond >= present.number ||
        present.is_adopted(message.copy->bond))
      continue;
    WARMFRONT_TRY(body, store_.get(family::spool, storage::body_key(message.id)));
    if (body)
      page.messages.push_back(std::move(message));
  }
  if (found.size() < most)
    page.next.clear();
  return page;
}

// A mail that was given up counts as the primary's copy when that dies; under a bond that has ended
// otherwise it stays until the primary has answered.
result<copy_reader::held> copy_reader::held_for(const storage::message_copy& primary,
                                                const bond& present, std::string from,
                                                std::size_t most) const {
  held page;
  const auto prefix = storage::held_messages_prefix(primary.holder);
  WARMFRONT_TRY(found, scan(family::spool, prefix, from, most));
  std::size_t octets = 0;
  for (const auto& [key, value] : found) {
    if (octets >= page_octets)
      return page;
    page.next = key + '\0';
    const auto id = *storage::parse_held_message_key(key);
    WARMFRONT_TRY(message, storage::decode_message(value));
    const auto under = message.copy ? message.copy->bond : 0;
    const bool adopts = present.is_adopted(under);
    if (!adopts && under >= present.number)
      continue;
    const auto mark = storage::offered_key(primary.holder, id);
    WARMFRONT_TRY(is_offered, store_.get(family::queue, mark));
    if (is_offered && !adopts)
      continue;
    if (!adopts) {
      page.outdated.push_back(id);
      continue;
    }
    remove_held(page.removal, primary.holder, id);
    if (is_offered)
      page.removal.erase(family::queue, mark);
    WARMFRONT_TRY(adopted, held_mail(primary.holder, std::move(message)));
    if (!adopted)
      continue;
    if (is_offered && primary.bond != 0) {
      adopted->copy = primary;
      adopted->is_confirmed = false;
    }
    // It may come back, and ask. So may one that was offered this mail and took it.
    page.removal.put(family::queue, storage::taken_key(primary.holder, id), {});
    octets += adopted->mail->content->size();
    page.mails.push_back(std::move(*adopted));
  }
  if (found.size() < most)
    page.next.clear();
  return page;
}

void copy_reader::remove_held(storage::batch& to, std::uint16_t primary, const message_id& id) {
  const auto below = storage::held_recipient_prefix(primary, id);
  to.erase(family::spool, storage::held_message_key(primary, id));
  to.erase(family::spool, storage::held_body_key(primary, id));
  to.erase_range(family::spool, below, storage::prefix_end(below));
}

result<std::optional<adopted_mail>> copy_reader::held_mail(std::uint16_t primary,
                                                           storage::spooled_message message) const {
  const auto id = message.id;
  WARMFRONT_TRY(body, store_.get(family::spool, storage::held_body_key(primary, id)));
  auto mail = std::make_shared<spooled_mail>();
  mail->record = std::move(message);
  adopted_mail kept{mail, {}};
  kept.recipients.resize(mail->record.mail.recipients.size());
  WARMFRONT_TRY(known,
                states_of(storage::held_recipient_prefix(primary, id), kept.recipients.size()));
  for (auto& [index, state] : known)
    kept.recipients[index] = std::move(state);
  if (!body || std::ranges::all_of(kept.recipients, is_ended))
    return std::optional<adopted_mail>{};
  mail->content = std::make_shared<const std::string>(std::move(*body));
  return std::optional{std::move(kept)};
}

bool copy_reader::holds_for(std::uint16_t primary) const {
  const auto found = scan(family::spool, storage::held_messages_prefix(primary), {}, 1);
  return !found || !found.value().empty();
}

result<std::vector<message_id>> copy_reader::parked(std::uint16_t holder, std::size_t most) const {
  WARMFRONT_TRY(marks, scan(family::queue, storage::parked_prefix(holder), {}, most));
  std::vector<message_id> ids;
  for (const auto& mark : marks)
    ids.push_back(storage::marked_message(mark.key));
  return ids;
}

result<std::optional<adopted_mail>> copy_reader::own_mail(const message_id& id) const {
  WARMFRONT_TRY(record, store_.get(family::spool, storage::message_key(id)));
  WARMFRONT_TRY(body, store_.get(family::spool, storage::body_key(id)));
  if (!record || !body)
    return std::optional<adopted_mail>{};
  auto mail = std::make_shared<spooled_mail>();
  WARMFRONT_TRY(message, storage::decode_message(*record));
  mail->record = std::move(message);
  mail->content = std::make_shared<const std::string>(std::move(*body));
  adopted_mail own{mail, {}};
  own.recipients.resize(mail->record.mail.recipients.size());
  WARMFRONT_TRY(known, states_of(storage::recipient_prefix(id), own.recipients.size()));
  for (auto& [index, state] : known)
    own.recipients[index] = std::move(state);
  return std::optional{std::move(own)};
}

result<bool> copy_reader::is_kept(const message_id& id,
                                  const std::vector<storage::message_copy>& bonds) const {
  for (const auto& bond : bonds) {
    WARMFRONT_TRY(kept, store_.get(family::spool, storage::held_message_key(bond.holder, id)));
    if (!kept)
      continue;
    WARMFRONT_TRY(message, storage::decode_message(*kept));
    if (message.copy && message.copy->bond == bond.bond)
      return true;
  }
  return false;
}

result<bool> copy_reader::is_parked(const storage::spooled_message& own) const {
  if (!own.copy)
    return false;
  WARMFRONT_TRY(mark, store_.get(family::queue, storage::parked_key(own.copy->holder, own.id)));
  return mark.has_value();
}

result<bool> copy_reader::waits_for(const storage::message_copy& present,
                                    const message_id& id) const {
  WARMFRONT_TRY(record, store_.get(family::spool, storage::message_key(id)));
  if (!record)
    return false;
  WARMFRONT_TRY(own, storage::decode_message(*record));
  return own.copy && own.copy->holder == present.holder && own.copy->bond != present.bond;
}

result<bool> copy_reader::has_taken(std::uint16_t former, const message_id& id) const {
  // It may have gone to others since, when this node was dead for a while itself.
  WARMFRONT_TRY(taken, store_.get(family::queue, storage::taken_key(former, id)));
  WARMFRONT_TRY(own, store_.get(family::spool, storage::message_key(id)));
  if (taken || !own)
    return taken.has_value();
  WARMFRONT_TRY(present, storage::decode_message(*own));
  WARMFRONT_TRY(parked, is_parked(present));
  return !parked;
}

result<bool> copy_reader::has_adopted(std::uint16_t primary, const message_id& id) const {
  WARMFRONT_TRY(taken, has_taken(primary, id));
  WARMFRONT_TRY(kept, store_.get(family::spool, storage::held_message_key(primary, id)));
  return taken || kept.has_value();
}

result<copy_reader::id_page> copy_reader::held_under(std::uint16_t primary, std::uint32_t bond,
                                                     std::string from, std::size_t most) const {
  id_page page;
  WARMFRONT_TRY(found, scan(family::spool, storage::held_messages_prefix(primary), from, most));
  for (const auto& [key, value] : found) {
    page.next = key + '\0';
    WARMFRONT_TRY(message, storage::decode_message(value));
    WARMFRONT_TRY(mark, store_.get(family::queue, storage::offered_key(primary, message.id)));
    if (message.copy && message.copy->bond == bond && !mark)
      page.messages.push_back(message.id);
  }
  if (found.size() < most)
    page.next.clear();
  return page;
}

result<bool> copy_reader::is_copied_to(std::uint16_t holder, const message_id& id) const {
  WARMFRONT_TRY(record, store_.get(family::spool, storage::message_key(id)));
  if (!record)
    return is_offered_to(holder, id);
  WARMFRONT_TRY(message, storage::decode_message(*record));
  if (!message.copy || message.copy->holder != holder)
    return false;
  WARMFRONT_TRY(body, store_.get(family::spool, storage::body_key(id)));
  return body.has_value();
}

} // namespace warmfront
