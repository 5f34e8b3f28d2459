// A node that was declared dead is back. Mails whose copy was never confirmed may have been adopted
// all the same, when the confirmation was lost: their holder is asked.

#include <algorithm>
#include <utility>

#include "actors/replication/adopted_mails.hpp"
#include "actors/replication/peer_codec.hpp"
#include "actors/replication/replication.hpp"

namespace warmfront {

namespace {

using storage::family;

/// Mails that are this node's again, and the removal of those that are not.
struct settled_mails {
  std::vector<adopted_mail> own;
  storage::batch with;
};

result<settled_mails> read_settled(const copy_reader& reader, const storage::message_copy& present,
                                   const std::vector<message_id>& ids,
                                   const std::vector<message_id>& adopted,
                                   const std::vector<storage::message_copy>& bonds) {
  settled_mails settled;
  for (const auto& id : ids) {
    settled.with.erase(family::queue, storage::parked_key(present.holder, id));
    WARMFRONT_TRY(waits, reader.waits_for(present, id));
    if (!waits)
      continue;
    // A holder that is gone may have had it adopted by another one, whose copy came here since.
    WARMFRONT_TRY(kept, reader.is_kept(id, bonds));
    if (kept || std::ranges::find(adopted, id) != adopted.end()) {
      remove_mail(settled.with, id);
      continue;
    }
    WARMFRONT_TRY(mail, reader.own_mail(id));
    if (!mail)
      continue;
    settled.own.push_back(std::move(*mail));
  }
  return settled;
}

} // namespace

void replication::ask_for_parked(partner& holder) {
  if (holder.asking || (!holder.connected && !holder.member.is_gone))
    return;
  holder.asking = true;
  effects_.read([this, name = holder.member.name, number = holder.member.number,
                 most = config_.page](const copy_reader& reader) {
    auto page = std::make_shared<result<std::vector<message_id>>>(reader.parked(number, most));
    return [this, name, page] {
      auto& of = *find(name);
      of.asking = false;
      if (!*page || page->value().empty())
        return;
      // Nobody else can say: what may be sent twice is better than what is never sent.
      if (of.member.is_gone)
        return end_parking(name, std::move(page->value()), {});
      if (!of.connected)
        return;
      of.asking = true;
      const auto question = next_number_++;
      effects_.send(name, static_cast<std::uint16_t>(replica_frame::ask_adopted),
                    encode_messages({question, page->value()}));
      asked_.emplace(question, asked_mails{of.member.number, std::move(page->value())});
    };
  });
}

// Of adopted mails a "no" is final: the bond has ended, so that nothing is taken under it any more.
result<void> replication::answer(const node_name& to, const std::string& octets, replica_frame kind,
                                 result<bool> (copy_reader::*is_so)(std::uint16_t,
                                                                    const message_id&) const) {
  WARMFRONT_TRY(asked, decode_messages(octets));
  effects_.commit(
      {}, storage::priority::progress, [this, to, asked, kind, is_so](const result<void>&) {
        effects_.read([this, to, asker = find(to)->member.number, asked, kind,
                       is_so](const copy_reader& reader) {
          auto found = std::make_shared<numbered_messages>(numbered_messages{asked.number, {}});
          bool readable = true;
          for (const auto& id : asked.ids) {
            const auto so = (reader.*is_so)(asker, id);
            readable = readable && so.has_value();
            if (so && so.value())
              found->ids.push_back(id);
          }
          return [this, to, kind, found, readable] {
            if (readable)
              effects_.send(to, static_cast<std::uint16_t>(kind), encode_messages(*found));
          };
        });
      });
  return success();
}

result<void> replication::adopted_told(partner& from, const std::string& octets) {
  WARMFRONT_TRY(answer, decode_messages(octets));
  auto ids = take_question(asked_, answer.number, from);
  if (ids)
    end_parking(from.member.name, std::move(*ids), std::move(answer.ids));
  return success();
}

void replication::end_parking(const node_name& holder, std::vector<message_id> ids,
                              std::vector<message_id> adopted) {
  auto& of = *find(holder);
  of.asking = true;
  std::vector<storage::message_copy> bonds;
  for (const auto& [name, peer] : peers_)
    bonds.push_back({peer.member.number, bonds_.find(peer.member.name, config_.self).number});
  const storage::message_copy present{of.member.number, bond_with(of)};
  effects_.read([this, holder, present, ids = std::move(ids), adopted = std::move(adopted),
                 bonds = std::move(bonds)](const copy_reader& reader) {
    auto settled =
        std::make_shared<result<settled_mails>>(read_settled(reader, present, ids, adopted, bonds));
    return [this, holder, settled] {
      const auto go_on = [this, holder](const result<void>&) { find(holder)->asking = false; };
      if (!*settled)
        return go_on(success());
      effects_.own(std::move(settled->value().own), std::move(settled->value().with), go_on);
    };
  });
}

} // namespace warmfront
