// How waiting recipients come into memory: from intake, from lanes, from the deferred index.

#include <algorithm>
#include <utility>

#include "actors/core/address.hpp"
#include "actors/delivery/delivery_flow.hpp"

namespace warmfront {

namespace {

constexpr std::size_t due_batch = 200;
/// A retry of a paused task is looked at again after this.
constexpr milliseconds task_delay{600'000};

} // namespace

void delivery_flow::read(std::function<std::function<void()>(const spool_reader&)> job) {
  const auto number = ++reads_begun_;
  reads_.insert(number);
  effects_.read([this, number, job = std::move(job)](const spool_reader& reader) {
    return [this, number, then = job(reader)] {
      then();
      reads_.erase(number);
      std::erase_if(lingering_, [this](const auto& each) {
        return reads_.empty() || *reads_.begin() > each.first;
      });
      std::erase_if(given_up_, [this](const auto& each) {
        return each.second && (reads_.empty() || *reads_.begin() > *each.second);
      });
    };
  });
}

std::shared_ptr<live_mail> delivery_flow::find_live(const std::shared_ptr<const spooled_mail>& mail,
                                                    std::uint32_t unfinished) {
  auto& known = (*live_)[mail->record.id];
  if (auto live = known.lock())
    return live;
  const auto leave = [registry = std::weak_ptr{live_}, id = mail->record.id](live_mail* ended) {
    if (const auto still = registry.lock())
      still->erase(id);
    delete ended;
  };
  const auto moved = placed_.find(mail->record.id);
  const auto copy = moved == placed_.end() ? mail->record.copy : moved->second.copy;
  std::shared_ptr<live_mail> live{new live_mail{mail, unfinished, false, copy}, leave};
  known = live;
  return live;
}

delivery_item delivery_flow::first_item(const std::shared_ptr<live_mail>& live,
                                        std::uint32_t index) const {
  const auto& record = live->mail->record;
  delivery_item item;
  item.live = live;
  item.index = index;
  if (!record.send_at)
    item.position = {record.first_lane, record.first_sequence + index};
  item.queue_key = storage::first_queue_key(record, index);
  item.destination = domain_of(record.mail.recipients[index].address);
  return item;
}

delivery_item delivery_flow::make_item(loaded_entry entry) {
  delivery_item item;
  item.live = find_live(entry.mail, entry.unfinished);
  item.index = entry.index;
  item.queue_key = std::move(entry.queue_key);
  item.position = std::move(entry.position);
  item.destination = domain_of(item.recipient().address);
  item.record = std::move(entry.record);
  item.own_content = std::move(entry.own_content);
  item.unwritten = std::move(entry.unwritten);
  item.is_suppressed = entry.is_suppressed;
  return item;
}

void delivery_flow::arrived(const std::vector<std::shared_ptr<const spooled_mail>>& mails,
                            std::size_t single_copies) {
  counts_.single_copies += single_copies;
  for (const auto& mail : mails) {
    const auto count = static_cast<std::uint32_t>(mail->record.mail.recipients.size());
    const auto waiting = count - static_cast<std::uint32_t>(mail->ended.size());
    if (waiting == 0)
      continue;
    const auto live = find_live(mail, waiting);
    counts_.accepted_recipients += waiting;
    auto next_ended = mail->ended.begin();
    for (std::uint32_t i = 0; i < count; ++i) {
      if (next_ended != mail->ended.end() && next_ended->first == i) {
        ++next_ended;
        continue;
      }
      auto item = first_item(live, i);
      // The mails of a merge are written where they are read.
      if (mail->record.send_at)
        deferred_until(*mail->record.send_at, item.queue_key);
      else if (mail->record.is_merge)
        lanes_.appended(*item.position);
      else
        lanes_.arrived(std::move(item));
    }
  }
  pump();
}

void delivery_flow::load_lanes() {
  while (auto piece = lanes_.next_load()) {
    read([this, piece = std::move(*piece)](const spool_reader& reader) {
      auto found = std::make_shared<result<loaded_entries>>(reader.read_lane(piece));
      return [this, piece, found] {
        if (!*found)
          return effects_.failed(found->error());
        auto& read = found->value();
        auto until = piece.before;
        if (!read.complete)
          until = storage::parse_lane_key(read.last_key)->sequence + 1;
        std::vector<delivery_item> items;
        for (auto& entry : read.entries)
          if (lanes_.wants(piece, entry.position->sequence) && !given_up_.contains(entry.queue_key))
            items.push_back(make_item(std::move(entry)));
        lanes_.loaded(piece, std::move(items), until);
        pump();
      };
    });
  }
}

void delivery_flow::load_due() {
  const auto now = effects_.wall_now();
  if (due_loading_ || next_due_ > now || lanes_.in_hand_count() >= config_.in_hand_max ||
      lanes_.in_hand_octets() >= config_.lanes.in_hand_octets)
    return;
  due_loading_ = true;
  read([this, from = due_from_, now](const spool_reader& reader) {
    auto found = std::make_shared<result<loaded_entries>>(reader.read_due(from, now, due_batch));
    auto next = std::make_shared<result<std::optional<wall_time>>>(
        *found && !found->value().last_key.empty()
            ? reader.first_due(found->value().last_key + '\0')
            : reader.first_due(from));
    return [this, found, next] {
      due_loading_ = false;
      if (!*found || !*next)
        return effects_.failed(!*found ? found->error() : next->error());
      due_loaded(std::move(found->value()), next->value());
    };
  });
}

void delivery_flow::due_loaded(loaded_entries found, std::optional<wall_time> next) {
  if (!found.last_key.empty())
    due_from_ = found.last_key + '\0';
  next_due_ = next.value_or(wall_time::max());
  if (const auto added = std::exchange(due_meanwhile_, {}); !added.empty()) {
    due_from_ = std::min(due_from_, added);
    next_due_ = std::min(next_due_, *storage::parse_deferred_key(added));
  }
  std::vector<outcome> postponed;
  const auto now = effects_.wall_now();
  for (auto& entry : found.entries) {
    if (due_gone_.contains(entry.queue_key) || given_up_.contains(entry.queue_key) ||
        !due_in_hand_.insert(entry.queue_key).second)
      continue;
    auto item = make_item(std::move(entry));
    const bool congested = lanes_.congested(item.destination);
    const auto task = item.message().first_lane.task;
    lanes_.take_in_hand(item);
    if (lanes_.holds(task) && lanes_.knows_tasks())
      postponed.push_back(postpone(std::move(item), now + task_delay, "its task is paused", now));
    else if (lanes_.holds(task))
      due_pending_.push_back(std::move(item)); // in a moment it is known which are paused
    else if (congested)
      postponed.push_back(postpone(std::move(item), now + config_.congestion_delay,
                                   "other mail for this destination goes first", now));
    else
      due_ready_.push_back(std::move(item));
  }
  due_gone_.clear();
  // What others have removed from the queue is not counted: here is where that ends.
  if (next_due_ == wall_time::max() && due_in_hand_.empty() && commits_ == 0)
    effects_.none_deferred();
  settle(std::move(postponed));
  pump();
}

} // namespace warmfront
