// Where the copies of a node's own mails go, and where they move when a holder is given up.

#include <utility>

#include "actors/replication/replication.hpp"

namespace warmfront {

// One at a time, from reading to the disk: a message that is placed twice by what was read before
// would have two holders.
void replication::place_in_turn(std::function<void()> job) {
  placements_.push_back(std::move(job));
  if (placements_.size() == 1)
    placements_.front()();
}

void replication::placed() {
  placements_.pop_front();
  if (!placements_.empty())
    placements_.front()();
}

void replication::place(std::vector<placed_copy> copies, std::function<void()> then) {
  if (copies.empty()) {
    then();
    return placed();
  }
  effects_.place(std::move(copies), [this, then = std::move(then)](const result<void>& done) {
    if (done)
      then();
    placed();
  });
}

// Mails that were accepted while nobody could hold a copy.
void replication::place_unplaced() {
  if (told_.empty() || !config_.wanted || std::exchange(unplaced_queued_, true))
    return;
  place_in_turn([this] {
    effects_.read([this, from = place_from_, most = config_.page](const copy_reader& reader) {
      auto page =
          std::make_shared<result<copy_reader::copies>>(reader.unsent(0, from, most, false));
      return [this, page] {
        unplaced_queued_ = false;
        if (!*page || told_.empty())
          return placed();
        erase_marks(std::move(page->value().obsolete));
        std::vector<placed_copy> copies;
        for (const auto& each : page->value().mails)
          copies.push_back({each.mail->record, choose_holder(told_, owners_, each.mail->record.pool,
                                                             each.mail->record.id)});
        place_from_ = std::move(page->value().next);
        place(std::move(copies), [this] {
          for (auto& [name, each] : peers_)
            if (each.connected)
              catch_up(each);
          if (!place_from_.empty())
            place_unplaced();
        });
      };
    });
  });
}

// Mails that a holder has not confirmed, and never will, since their bond has ended.
void replication::place_outdated(const node_name& holder, std::string from) {
  place_in_turn([this, holder, from = std::move(from)] {
    const auto* const ended = find(holder);
    effects_.read([this, holder, from, number = ended->member.number,
                   most = config_.page](const copy_reader& reader) {
      auto page =
          std::make_shared<result<copy_reader::copies>>(reader.unsent(number, from, most, false));
      return [this, holder, page] {
        if (!*page)
          return placed();
        erase_marks(std::move(page->value().obsolete));
        std::vector<placed_copy> copies;
        for (const auto& each : page->value().mails)
          if (each.mail->record.copy->bond != bond_with(*find(holder)))
            copies.push_back({each.mail->record, {}});
        place(std::move(copies), [this, holder, next = page->value().next] {
          if (!next.empty())
            return place_outdated(holder, next);
          place_unplaced();
        });
      };
    });
  });
}

// Copies of ended bonds count for nothing: their messages get others.
void replication::move_copies_of(partner& holder) {
  const auto& present = bonds_.find(config_.self, holder.member.name);
  if (present.number <= 1 || holder.moved_bond >= present.number)
    return;
  holder.moved_bond = present.number;
  // Behind this commit stands every mail that was given a copy there before.
  effects_.commit({}, storage::priority::progress,
                  [this, name = holder.member.name, present](const result<void>&) {
                    move_page(name, present, {});
                  });
}

void replication::move_page(const node_name& holder, const bond& present, std::string from) {
  place_in_turn([this, holder, present, from = std::move(from)] {
    effects_.read([this, holder, present, number = find(holder)->member.number, from,
                   most = config_.page](const copy_reader& reader) {
      auto page = std::make_shared<result<copy_reader::placed>>(
          reader.copies_at(number, present, from, most));
      return [this, holder, present, page] {
        if (!*page)
          return placed();
        std::vector<placed_copy> copies;
        for (auto& each : page->value().messages)
          copies.push_back({std::move(each), {}});
        place(std::move(copies), [this, holder, present, next = page->value().next] {
          if (!next.empty())
            return move_page(holder, present, next);
          drop_marks(holder, {});
          place_outdated(holder, {});
        });
      };
    });
  });
}

// A holder whose copies count for nothing need not hear what became of their messages.
void replication::drop_marks(const node_name& holder, std::string from) {
  const auto* const given_up = find(holder);
  if (given_up == nullptr)
    return;
  effects_.read([this, holder, number = given_up->member.number, bond = bond_with(*given_up),
                 from = std::move(from), most = config_.page](const copy_reader& reader) {
    auto page = std::make_shared<result<copy_reader::mark_page>>(
        reader.outdated_progress(number, bond, from, most));
    return [this, holder, page] {
      if (!*page)
        return;
      const auto go_on = [this, holder, next = page->value().next](const result<void>&) {
        if (!next.empty())
          drop_marks(holder, next);
      };
      if (page->value().removal.empty())
        return go_on(success());
      effects_.commit(std::move(page->value().removal), storage::priority::progress, go_on);
    };
  });
}

} // namespace warmfront
