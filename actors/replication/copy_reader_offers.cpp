// What is read of mails that change their owner.

#include <algorithm>
#include <utility>

#include "actors/replication/copy_reader.hpp"

namespace warmfront {

using storage::family;

result<copy_reader::offers> copy_reader::offered(std::uint16_t holder, std::size_t most) const {
  offers page;
  WARMFRONT_TRY(marks, scan(family::queue, storage::offered_prefix(holder), {}, most));
  for (const auto& mark : marks) {
    const auto id = storage::marked_message(mark.key);
    page.ids.push_back(id);
    WARMFRONT_TRY(record, store_.get(family::spool, storage::held_message_key(holder, id)));
    if (!record) {
      page.obsolete.push_back(mark.key);
      continue;
    }
    WARMFRONT_TRY(message, storage::decode_message(*record));
    auto mail = std::make_shared<spooled_mail>();
    mail->record = std::move(message);
    mail->content = std::make_shared<const std::string>();
    WARMFRONT_TRY(known, states_of(storage::held_recipient_prefix(holder, id),
                                   mail->record.mail.recipients.size()));
    page.mails.push_back({std::move(mail), std::move(known)});
  }
  return page;
}

result<copy_reader::held> copy_reader::not_taken(std::uint16_t holder,
                                                 const std::vector<message_id>& unknown,
                                                 const std::vector<message_id>& elsewhere) const {
  held found;
  for (const auto* const ids : {&unknown, &elsewhere})
    for (const auto& id : *ids) {
      const auto mark = storage::offered_key(holder, id);
      WARMFRONT_TRY(is_offered, store_.get(family::queue, mark));
      if (!is_offered)
        continue; // its owner has sent this copy
      found.removal.erase(family::queue, mark);
      remove_held(found.removal, holder, id);
      WARMFRONT_TRY(record, store_.get(family::spool, storage::held_message_key(holder, id)));
      if (ids == &elsewhere || !record)
        continue;
      WARMFRONT_TRY(message, storage::decode_message(*record));
      WARMFRONT_TRY(mail, held_mail(holder, std::move(message)));
      if (mail)
        found.mails.push_back(std::move(*mail));
    }
  return found;
}

result<copy_reader::takeable> copy_reader::take(const storage::message_copy& back,
                                                const std::vector<stored_copy>& offered) const {
  takeable found;
  for (const auto& each : offered) {
    const auto& id = each.mail->record.id;
    WARMFRONT_TRY(own, store_.get(family::spool, storage::message_key(id)));
    if (own) {
      WARMFRONT_TRY(present, storage::decode_message(*own));
      WARMFRONT_TRY(parked, is_parked(present));
      if (parked)
        return error{errc::unavailable, "whose a mail is, is being asked", {}};
      WARMFRONT_TRY(keeps, is_copied_to(back.holder, id));
      if (present.copy != back || !keeps)
        found.elsewhere.push_back(id); // an ended mail needs no copy
      remove_held(found.removal, back.holder, id);
      continue;
    }
    WARMFRONT_TRY(was_taken, has_taken(back.holder, id));
    if (was_taken) {
      found.elsewhere.push_back(id);
      continue;
    }
    WARMFRONT_TRY(record, store_.get(family::spool, storage::held_message_key(back.holder, id)));
    if (!record) {
      found.unknown.push_back(id);
      continue;
    }
    WARMFRONT_TRY(message, storage::decode_message(*record));
    WARMFRONT_TRY(mail, held_mail(back.holder, std::move(message)));
    if (!mail) {
      found.unknown.push_back(id);
      continue;
    }
    for (const auto& [index, state] : each.recipients)
      if (index < mail->recipients.size())
        mail->recipients[index] = state;
    mail->copy = back;
    remove_held(found.removal, back.holder, id);
    found.removal.put(family::queue, storage::taken_key(back.holder, id), {});
    found.mails.push_back(std::move(*mail));
  }
  return found;
}

result<bool> copy_reader::is_offered_to(std::uint16_t holder, const message_id& id) const {
  WARMFRONT_TRY(mark, store_.get(family::queue, storage::offered_key(holder, id)));
  WARMFRONT_TRY(parked, store_.get(family::queue, storage::parked_key(holder, id)));
  return mark || parked;
}

result<copy_reader::unsettled> copy_reader::taken_from(std::uint16_t node, std::string from,
                                                       std::size_t most) const {
  unsettled page;
  WARMFRONT_TRY(marks, scan(family::queue, storage::all_taken_prefix(), from, most));
  for (const auto& mark : marks) {
    page.next = mark.key + '\0';
    if (const auto taken = storage::parse_taken_key(mark.key); taken.from == node)
      page.ids.push_back(taken.id);
  }
  if (marks.size() < most)
    page.next.clear();
  return page;
}

result<std::vector<message_id>> copy_reader::recalled(std::uint16_t holder,
                                                      std::size_t most) const {
  WARMFRONT_TRY(marks, scan(family::queue, storage::recalled_prefix(holder), {}, most));
  std::vector<message_id> ids;
  for (const auto& mark : marks)
    ids.push_back(storage::marked_message(mark.key));
  return ids;
}

result<copy_reader::dropped> copy_reader::was_dropped(std::uint16_t holder,
                                                      const std::vector<message_id>& ids) const {
  dropped found;
  for (const auto& id : ids) {
    const auto mark = storage::recalled_key(holder, id);
    WARMFRONT_TRY(is_recalled, store_.get(family::queue, mark));
    if (!is_recalled)
      continue;
    WARMFRONT_TRY(record, store_.get(family::spool, storage::message_key(id)));
    WARMFRONT_TRY(body, store_.get(family::spool, storage::body_key(id)));
    if (!record || !body) {
      found.obsolete.push_back(mark);
      continue;
    }
    WARMFRONT_TRY(message, storage::decode_message(*record));
    if (message.copy && message.copy->holder == holder)
      found.messages.push_back(std::move(message));
    else
      found.obsolete.push_back(mark);
  }
  return found;
}

bool copy_reader::has_nothing_to_do() const {
  const auto left = store_.scan(family::queue, {}, {}, 1);
  return left && left.value().empty();
}

} // namespace warmfront
