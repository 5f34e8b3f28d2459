#include "actors/replication/copy_reader.hpp"

#include <algorithm>
#include <utility>

#include "actors/messages/reports.hpp"

namespace warmfront {

namespace {

using storage::family;

// One page holds no more content than this, or one mail.
constexpr std::size_t page_octets = 4u << 20;

std::string after(const std::string& key) {
  return key + '\0';
}

std::uint32_t own_index(std::string_view recipient_key) {
  std::uint32_t index = 0;
  for (const char octet : recipient_key.substr(recipient_key.size() - 4))
    index = (index << 8) | static_cast<std::uint8_t>(octet);
  return index;
}

bool is_ended(const std::optional<storage::recipient_record>& record) {
  return record && is_final(static_cast<recipient_state>(record->state));
}

} // namespace

result<copy_reader::copies> copy_reader::unsent(std::uint16_t holder, std::string from,
                                                std::size_t most, bool content) const {
  copies page;
  const auto prefix = storage::unsent_copy_prefix(holder);
  if (from.empty())
    from = prefix;
  WARMFRONT_TRY(marks, store_.scan(family::queue, from, storage::prefix_end(prefix), most));
  std::size_t octets = 0;
  for (const auto& mark : marks) {
    if (octets >= page_octets)
      return page;
    page.next = after(mark.key);
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
    stored_copy copy{mail, {}};
    const auto recipients = storage::recipient_prefix(id);
    WARMFRONT_TRY(states, store_.scan(family::spool, recipients, storage::prefix_end(recipients),
                                      mail->record.mail.recipients.size()));
    for (const auto& [key, value] : states) {
      WARMFRONT_TRY(state, storage::decode_recipient(value));
      copy.recipients.emplace_back(own_index(key), std::move(state));
    }
    page.mails.push_back(std::move(copy));
  }
  if (marks.size() < most)
    page.next.clear();
  return page;
}

result<copy_reader::outcomes> copy_reader::unsent_progress(std::uint16_t holder, std::string from,
                                                           std::size_t most) const {
  outcomes page;
  const auto prefix = storage::unsent_progress_prefix(holder);
  if (from.empty())
    from = prefix;
  WARMFRONT_TRY(marks, store_.scan(family::queue, from, storage::prefix_end(prefix), most));
  for (const auto& mark : marks) {
    page.next = after(mark.key);
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
  const auto prefix = storage::unsent_progress_prefix(holder);
  if (from.empty())
    from = prefix;
  WARMFRONT_TRY(found, store_.scan(family::queue, from, storage::prefix_end(prefix), most));
  for (const auto& mark : found) {
    page.next = after(mark.key);
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

result<copy_reader::placed> copy_reader::copies_at(std::uint16_t holder, std::uint32_t bond,
                                                   std::string from, std::size_t most) const {
  placed page;
  const std::string prefix(1, storage::message_key({}).front());
  if (from.empty())
    from = prefix;
  WARMFRONT_TRY(found, store_.scan(family::spool, from, storage::prefix_end(prefix), most));
  for (const auto& [key, value] : found) {
    page.next = after(key);
    WARMFRONT_TRY(message, storage::decode_message(value));
    if (!message.copy || message.copy->holder != holder || message.copy->bond == bond)
      continue;
    WARMFRONT_TRY(body, store_.get(family::spool, storage::body_key(message.id)));
    if (body)
      page.messages.push_back(std::move(message));
  }
  if (found.size() < most)
    page.next.clear();
  return page;
}

result<copy_reader::held> copy_reader::held_for(std::uint16_t primary,
                                                const std::vector<std::uint32_t>& wanted,
                                                std::uint32_t present, std::string from,
                                                std::size_t most) const {
  held page;
  const auto prefix = storage::held_messages_prefix(primary);
  if (from.empty())
    from = prefix;
  WARMFRONT_TRY(found, store_.scan(family::spool, from, storage::prefix_end(prefix), most));
  std::size_t octets = 0;
  for (const auto& [key, value] : found) {
    if (octets >= page_octets)
      return page;
    page.next = after(key);
    const auto id = *storage::parse_held_message_key(key);
    auto mail = std::make_shared<spooled_mail>();
    WARMFRONT_TRY(message, storage::decode_message(value));
    mail->record = std::move(message);
    const auto bond = mail->record.copy ? mail->record.copy->bond : 0;
    const bool adopts = std::ranges::find(wanted, bond) != wanted.end();
    if (!adopts && bond >= present)
      continue;
    auto& removal = adopts ? page.removal : page.outdated;
    const auto states = storage::held_recipient_prefix(primary, id);
    removal.erase(family::spool, key);
    removal.erase(family::spool, storage::held_body_key(primary, id));
    removal.erase_range(family::spool, states, storage::prefix_end(states));
    if (!adopts)
      continue;
    WARMFRONT_TRY(body, store_.get(family::spool, storage::held_body_key(primary, id)));
    adopted_mail adopted{mail, {}};
    adopted.recipients.resize(mail->record.mail.recipients.size());
    WARMFRONT_TRY(records, store_.scan(family::spool, states, storage::prefix_end(states),
                                       adopted.recipients.size()));
    for (const auto& [state_key, state] : records) {
      WARMFRONT_TRY(decoded, storage::decode_recipient(state));
      if (const auto index = storage::held_recipient_index(state_key);
          index < adopted.recipients.size())
        adopted.recipients[index] = std::move(decoded);
    }
    if (!body || std::ranges::all_of(adopted.recipients, is_ended))
      continue;
    octets += body->size();
    mail->content = std::make_shared<const std::string>(std::move(*body));
    page.mails.push_back(std::move(adopted));
  }
  if (found.size() < most)
    page.next.clear();
  return page;
}

bool copy_reader::holds_for(std::uint16_t primary) const {
  const auto prefix = storage::held_messages_prefix(primary);
  const auto found = store_.scan(family::spool, prefix, storage::prefix_end(prefix), 1);
  return !found || !found.value().empty();
}

} // namespace warmfront
