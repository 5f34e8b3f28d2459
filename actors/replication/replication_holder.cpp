// Other nodes' mails: kept, brought up to date, and adopted when their node is dead.

#include <algorithm>
#include <utility>

#include "actors/messages/reports.hpp"
#include "actors/replication/peer_codec.hpp"
#include "actors/replication/replication.hpp"

namespace warmfront {

namespace {

using storage::family;

void keep(storage::batch& to, std::uint16_t primary, const stored_copy& mail) {
  const auto& record = mail.mail->record;
  to.put(family::spool, storage::held_message_key(primary, record.id), storage::encode(record));
  to.put(family::spool, storage::held_body_key(primary, record.id), *mail.mail->content);
  for (const auto& [index, state] : mail.recipients)
    to.put(family::spool, storage::held_recipient_key(primary, {record.id, index}),
           storage::encode(state));
}

} // namespace

void replication::keep_copies(partner& from, const std::string& octets) {
  auto frame = decode_copies(octets);
  if (!frame)
    return;
  const auto& present = bonds_.find(from.member.name, config_.self);
  storage::batch changes;
  copies_answer answer{frame.value().number, {}};
  for (const auto& mail : frame.value().mails) {
    const auto bond = mail.mail->record.copy ? mail.mail->record.copy->bond : 0;
    if (bond < present.number || bond == 0) {
      answer.refused.push_back(mail.mail->record.id);
      continue;
    }
    keep(changes, from.member.number, mail);
    ++kept_;
  }
  effects_.commit(std::move(changes), storage::priority::growth,
                  [this, name = from.member.name, answer = std::move(answer),
                   mails = std::move(frame.value().mails)](const result<void>& durable) mutable {
                    note_kept(name, mails, durable, answer.refused);
                    effects_.send(name, static_cast<std::uint16_t>(replica_frame::copies_kept),
                                  encode_copies_answer(answer));
                  });
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
  if (auto* const partner_now = find(from); late && partner_now != nullptr)
    convert(*partner_now);
}

void replication::keep_progress(partner& from, const std::string& octets) {
  const auto frame = decode_progress(octets);
  if (!frame)
    return;
  const auto primary = from.member.number;
  storage::batch changes;
  for (const auto& each : frame.value().recipients) {
    if (!each.last_of_message) {
      changes.put(family::spool, storage::held_recipient_key(primary, each.recipient),
                  storage::encode(each.record));
      continue;
    }
    const auto& id = each.recipient.message;
    const auto states = storage::held_recipient_prefix(primary, id);
    changes.erase(family::spool, storage::held_message_key(primary, id));
    changes.erase(family::spool, storage::held_body_key(primary, id));
    changes.erase_range(family::spool, states, storage::prefix_end(states));
  }
  effects_.commit(
      std::move(changes), storage::priority::progress,
      [this, name = from.member.name, number = frame.value().number](const result<void>& durable) {
        if (durable)
          effects_.send(name, static_cast<std::uint16_t>(replica_frame::progress_kept),
                        encode_progress_answer(number));
      });
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
  from.convert_again = from.converting;
  if (std::exchange(from.converting, true))
    return;
  convert_page(from.member.name, {});
}

void replication::convert_page(const node_name& name, std::string next) {
  auto* const from = find(name);
  if (from == nullptr)
    return;
  const auto& present = bonds_.find(name, config_.self);
  effects_.read([this, name, primary = from->member.number, present, next = std::move(next),
                 most = config_.page](const copy_reader& reader) {
    auto page = std::make_shared<result<copy_reader::held>>(
        reader.held_for(primary, present.adopted, present.number, next, most));
    return [this, name, page] {
      if (!*page) {
        if (auto* const of = find(name))
          of->converting = false;
        return;
      }
      auto& found = page->value();
      adopted_ += found.mails.size();
      const auto go_on = [this, name, rest = found.next](const result<void>& done) {
        auto* const again = find(name);
        if (again == nullptr)
          return;
        if (done && !rest.empty())
          return convert_page(name, rest);
        again->converting = false;
        again->convert_again = again->convert_again || !done; // at a tick
      };
      storage::batch removal = std::move(found.removal);
      removal.append(std::move(found.outdated));
      if (removal.empty())
        return go_on(success());
      effects_.own(std::move(found.mails), std::move(removal), go_on);
    };
  });
}

} // namespace warmfront
