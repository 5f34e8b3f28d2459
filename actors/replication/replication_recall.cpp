// Copies move from a holder that cannot send their mail to one that can, so that it can be handed
// over. Two holders must not have one at a time: the first one drops it before the other gets it.

#include <utility>

#include "actors/replication/peer_codec.hpp"
#include "actors/replication/replication.hpp"

namespace warmfront {

namespace {

using storage::family;

} // namespace

// ---- the owner ------------------------------------------------------------------------------

void replication::recall(const std::vector<storage::spooled_message>& strays) {
  storage::batch marks;
  std::vector<node_name> holders;
  for (const auto& each : strays) {
    auto* const holder = find(each.copy->holder);
    if (holder == nullptr || !holder->connected || holder->recalling ||
        owners_.can_send(holder->member.name, each.pool))
      continue;
    marks.put(family::queue, storage::recalled_key(each.copy->holder, each.id), {});
    holder->recalls = true;
    holders.push_back(holder->member.name);
  }
  if (marks.empty())
    return;
  effects_.commit(std::move(marks), storage::priority::progress,
                  [this, holders = std::move(holders)](const result<void>&) {
                    for (const auto& name : holders)
                      if (auto* const holder = find(name)) {
                        holder->recalls = true; // they may have been looked for too early
                        ask_to_drop(*holder);
                      }
                  });
}

void replication::ask_to_drop(partner& holder) {
  if ((!holder.connected && !holder.member.is_gone) || !holder.recalls ||
      std::exchange(holder.recalling, true))
    return;
  effects_.read([this, name = holder.member.name, number = holder.member.number,
                 most = config_.page](const copy_reader& reader) {
    auto page = std::make_shared<result<std::vector<message_id>>>(reader.recalled(number, most));
    return [this, name, page] {
      auto& of = *find(name);
      of.recalling = *page && (of.connected || of.member.is_gone) && !page->value().empty();
      of.recalls = !*page || !page->value().empty();
      if (!of.recalling)
        return;
      if (of.member.is_gone) // it keeps nothing any more
        return place_in_turn(
            [this, name, ids = std::move(page->value())] { place_dropped(name, ids); });
      const auto question = next_number_++;
      effects_.send(name, static_cast<std::uint16_t>(replica_frame::drop_copies),
                    encode_messages({question, page->value()}));
      recalled_.emplace(question, asked_mails{of.member.number, std::move(page->value())});
    };
  });
}

result<void> replication::dropped_told(partner& from, const std::string& octets) {
  WARMFRONT_TRY(number, decode_progress_answer(octets));
  auto ids = take_question(recalled_, number, from);
  if (!ids)
    return success();
  place_in_turn(
      [this, name = from.member.name, ids = std::move(*ids)] { place_dropped(name, ids); });
  return success();
}

void replication::place_dropped(const node_name& holder, std::vector<message_id> ids) {
  effects_.read([this, holder, number = find(holder)->member.number,
                 ids = std::move(ids)](const copy_reader& reader) {
    auto found = std::make_shared<result<copy_reader::dropped>>(reader.was_dropped(number, ids));
    return [this, holder, found] {
      find(holder)->recalling = false;
      if (!*found)
        return placed();
      erase_marks(std::move(found->value().obsolete));
      std::vector<placed_copy> copies;
      for (auto& each : found->value().messages) {
        const auto to = choose_holder(told_, owners_, each.pool, each.id);
        copies.push_back({std::move(each), to});
      }
      place(std::move(copies), [this] {
        for (auto& [name, each] : peers_)
          if (each.connected)
            catch_up(each);
        place_unplaced();
      });
    };
  });
}

// ---- the holder -----------------------------------------------------------------------------

result<void> replication::drop_copies(partner& from, const std::string& octets) {
  WARMFRONT_TRY(asked, decode_messages(octets));
  if (from.member.is_dead)
    return success(); // what it had here is this node's, and it does not know
  storage::batch changes;
  for (const auto& id : asked.ids) {
    copy_reader::remove_held(changes, from.member.number, id);
    unheld(from, id);
  }
  effects_.commit(std::move(changes), storage::priority::progress,
                  [this, name = from.member.name, number = asked.number](const result<void>& done) {
                    if (done)
                      effects_.send(name, static_cast<std::uint16_t>(replica_frame::dropped),
                                    encode_progress_answer(number));
                  });
  return success();
}

} // namespace warmfront
