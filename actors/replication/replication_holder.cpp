// Other nodes' mails: kept, brought up to date, and adopted when their node is dead.

#include <algorithm>
#include <utility>

#include "actors/messages/reports.hpp"
#include "actors/replication/peer_codec.hpp"
#include "actors/replication/replication.hpp"

namespace warmfront {

namespace {

using storage::family;

// Who sends the copy owns the mail: if this node has offered it, it was taken.
void keep(storage::batch& to, std::uint16_t primary, const stored_copy& mail) {
  const auto& record = mail.mail->record;
  to.erase(family::queue, storage::offered_key(primary, record.id));
  to.put(family::spool, storage::held_message_key(primary, record.id), storage::encode(record));
  to.put(family::spool, storage::held_body_key(primary, record.id), *mail.mail->content);
  for (const auto& [index, state] : mail.recipients)
    to.put(family::spool, storage::held_recipient_key(primary, {record.id, index}),
           storage::encode(state));
}

} // namespace

result<void> replication::keep_copies(partner& from, const std::string& octets) {
  WARMFRONT_TRY(frame, decode_copies(octets));
  const auto& present = bonds_.find(from.member.name, config_.self);
  storage::batch changes;
  copies_answer answer{frame.number, {}};
  for (const auto& mail : frame.mails) {
    const auto bond = mail.mail->record.copy ? mail.mail->record.copy->bond : 0;
    // Nobody adopts what comes after a death: it is not taken.
    if (bond < present.number || bond == 0 || from.member.is_dead) {
      answer.refused.push_back(mail.mail->record.id);
      continue;
    }
    keep(changes, from.member.number, mail);
    if (from.converting)
      from.kept_meanwhile.insert(mail.mail->record.id);
  }
  effects_.commit(std::move(changes), storage::priority::growth,
                  [this, name = from.member.name, answer = std::move(answer),
                   mails = std::move(frame.mails)](const result<void>& durable) mutable {
                    note_kept(name, mails, durable, answer.refused);
                    effects_.send(name, static_cast<std::uint16_t>(replica_frame::copies_kept),
                                  encode_copies_answer(answer));
                  });
  return success();
}

// The bond may have ended meanwhile: what was adopted is kept all the same, by its new owner.
void replication::note_kept(const node_name& from, const std::vector<stored_copy>& mails,
                            const result<void>& durable, std::vector<message_id>& refused) {
  const auto& present = bonds_.find(from, config_.self);
  bool late = false;
  for (const auto& each : mails) {
    const auto bond = each.mail->record.copy ? each.mail->record.copy->bond : 0;
    late = late || bond < present.number;
    if (!durable || (bond < present.number && !present.is_adopted(bond)))
      refused.push_back(each.mail->record.id);
  }
  auto* const primary = find(from);
  if (primary == nullptr)
    return;
  // It died while this was on its way to the disk, where the adoption did not see it.
  primary->to_adopt = primary->to_adopt || primary->member.is_dead;
  if (late)
    convert(*primary);
}

result<void> replication::keep_progress(partner& from, const std::string& octets) {
  WARMFRONT_TRY(frame, decode_progress(octets));
  const auto primary = from.member.number;
  storage::batch changes;
  for (const auto& each : frame.recipients) {
    if (!each.last_of_message) {
      changes.put(family::spool, storage::held_recipient_key(primary, each.recipient),
                  storage::encode(each.record));
      continue;
    }
    copy_reader::remove_held(changes, primary, each.recipient.message);
    unheld(from, each.recipient.message);
  }
  effects_.commit(
      std::move(changes), storage::priority::progress,
      [this, name = from.member.name, number = frame.number](const result<void>& durable) {
        if (durable)
          effects_.send(name, static_cast<std::uint16_t>(replica_frame::progress_kept),
                        encode_progress_answer(number));
      });
  return success();
}

// One transaction decides: either the primary has ended the bond, or what is held here is ours.
// Only who holds something asks.
void replication::adopt(partner& dead) {
  if (dead.adopting)
    return;
  dead.adopting = true;
  effects_.read(
      [this, name = dead.member.name, primary = dead.member.number](const copy_reader& reader) {
        const bool holds = reader.holds_for(primary);
        return [this, name, holds] {
          auto* const partner_now = find(name);
          if (partner_now == nullptr)
            return;
          if (!holds || !partner_now->to_adopt) {
            partner_now->adopting = false;
            partner_now->to_adopt = false;
            return;
          }
          effects_.change(
              [this, name]() -> result<storage::control_transaction> {
                const auto* const of = find(name);
                if (of == nullptr || !of->member.is_dead)
                  return storage::control_transaction{};
                return bonds_.adopt(name, config_.self, {"nodes/" + name.str(), of->member.at});
              },
              [this, name](const result<void>& done) {
                auto* const of = find(name);
                if (of == nullptr)
                  return;
                of->adopting = false;
                if (!done)
                  return; // asked again at a tick
                of->to_adopt = false;
                convert(*of);
              });
        };
      });
}

// Page by page; a page is one batch, so that a crash leaves each mail on one side.
void replication::convert(partner& from) {
  if (bonds_.find(from.member.name, config_.self).number <= 1)
    return;
  from.convert_again = from.converting || from.taking || from.reading_offer || from.yielding;
  if (from.taking || from.reading_offer || from.yielding || std::exchange(from.converting, true))
    return;
  convert_page(from.member.name, {});
}

void replication::convert_page(const node_name& name, std::string next) {
  auto* const from = find(name);
  if (from == nullptr)
    return;
  const auto& present = bonds_.find(name, config_.self);
  // A mail that was given up for it may still be a copy there, unless the bond has ended since.
  const auto own_bond = bond_with(*from);
  const storage::message_copy limbo{from->member.number,
                                    own_bond == from->ended_bond ? 0 : own_bond};
  from->kept_meanwhile.clear();
  effects_.read([this, name, present, limbo, next = std::move(next),
                 most = config_.page](const copy_reader& reader) {
    auto page =
        std::make_shared<result<copy_reader::held>>(reader.held_for(limbo, present, next, most));
    return [this, name, page] {
      if (!*page) {
        if (auto* const of = find(name))
          of->converting = false;
        return;
      }
      auto& found = page->value();
      const auto go_on = [this, name, rest = found.next](const result<void>& done) {
        auto* const again = find(name);
        if (again == nullptr)
          return;
        if (done && !rest.empty())
          return convert_page(name, rest);
        again->converting = false;
        again->unsettled = true;
        again->convert_again = again->convert_again || !done; // at a tick
      };
      drop_outdated(*find(name), found.outdated);
      if (found.removal.empty())
        return go_on(success());
      effects_.own(std::move(found.mails), std::move(found.removal), go_on);
    };
  });
}

void replication::drop_outdated(const partner& primary, const std::vector<message_id>& ids) {
  storage::batch removal;
  for (const auto& id : ids)
    if (!primary.kept_meanwhile.contains(id))
      copy_reader::remove_held(removal, primary.member.number, id);
  if (!removal.empty())
    effects_.tidy(std::move(removal));
}

// A primary that crashed may have forgotten a mail before it was durable there, and one whose
// frames were lost may have finished it: what nobody asks for any more would be sent at the next
// death.
void replication::check_held(const node_name& primary, std::string from) {
  auto* const of = find(primary);
  const auto bond = bonds_.find(primary, config_.self).number;
  if (!of->connected || of->member.is_dead || bond == 0) {
    of->checking = false;
    return;
  }
  effects_.read([this, primary, number = of->member.number, bond, from = std::move(from),
                 most = config_.page](const copy_reader& reader) {
    auto page =
        std::make_shared<result<copy_reader::id_page>>(reader.held_under(number, bond, from, most));
    return [this, primary, number, bond, page] {
      auto& asked = *find(primary);
      asked.checking = *page && asked.connected;
      if (!asked.checking)
        return;
      auto& found = page->value();
      if (found.messages.empty() && found.next.empty()) {
        asked.checking = false;
        return;
      }
      const auto question = next_number_++;
      effects_.send(primary, static_cast<std::uint16_t>(replica_frame::ask_known),
                    encode_messages({question, found.messages}));
      checked_.emplace(
          question, checked_mails{number, bond, std::move(found.messages), std::move(found.next)});
    };
  });
}

result<void> replication::known_told(partner& from, const std::string& octets) {
  WARMFRONT_TRY(answer, decode_messages(octets));
  const auto found = checked_.find(answer.number);
  if (found == checked_.end() || found->second.primary != from.member.number)
    return success(); // of an earlier session
  const auto asked = std::move(found->second);
  checked_.erase(found);
  storage::batch removal;
  if (bonds_.find(from.member.name, config_.self).number == asked.bond)
    for (const auto& id : asked.ids)
      if (std::ranges::find(answer.ids, id) == answer.ids.end()) {
        copy_reader::remove_held(removal, asked.primary, id);
        unheld(from, id);
      }
  if (!removal.empty())
    effects_.tidy(std::move(removal));
  if (asked.next.empty())
    from.checking = false;
  else
    check_held(from.member.name, asked.next);
  return success();
}

} // namespace warmfront
