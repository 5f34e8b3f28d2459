// From a segment that nobody has to a message that delivery may send. In this order: the claim, the
// message and its mark on every disk that it was promised, `expanded` in the control store,
// delivery.

#include <algorithm>
#include <set>

#include "actors/scheduler/scheduler_actor_host.hpp"
#include "actors/templates/template_record.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds delivery_within{10};
constexpr milliseconds expand_again_after{1000};

bool may_send_from(const pool_address& address, const node_name& self, bool alone) {
  return address.weight > 0 && may_send(address.state) && (alone || address.node == self);
}

} // namespace

bool scheduler_host::can_send(const pool_name& name) const {
  if (!pools_)
    return false;
  const auto found = std::ranges::find(*pools_, name, &pool::name);
  return found != pools_->end() &&
         std::ranges::any_of(found->addresses, [this](const pool_address& each) {
           return may_send_from(each, config_.self, config_.alone);
         });
}

void scheduler_host::claim_more() {
  if (drains_ || counting_backlogs_ || book_.claimable().empty())
    return;
  counting_backlogs_ = true;
  self_->request(ports_.delivery, delivery_within, count_task_backlogs{})
      .then(
          [this, known = handed_over_](const std::vector<task_backlog>& present) {
            counting_backlogs_ = false;
            if (known != handed_over_) // it does not say of that yet
              return claim_more();
            for (const auto& name : book_.claimable()) {
              const auto* const of = book_.find(name.task);
              if (of == nullptr || claiming_.contains(name.task) ||
                  to_expand_.contains(name.task) || !can_send(of->pool))
                continue;
              const auto found = std::ranges::find(present, name.task, &task_backlog::task);
              const auto backlog = found == present.end()
                                       ? lane_backlog{}
                                       : lane_backlog{found->waiting, found->is_open};
              if (const auto most = paces_[name.task].next(backlog); most > 0)
                claim(name, most);
            }
          },
          [this](const caf::error&) { counting_backlogs_ = false; });
}

void scheduler_host::claim(const occurrence_name& name, std::size_t most) {
  const auto* const of = book_.find(name);
  if (of == nullptr)
    return;
  claiming_.insert(name.task);
  fetch(of->list, [this, name, most](const result<chunk_octets>& octets) {
    const auto list =
        octets ? decode_manifest(*octets.value()) : result<list_manifest>{octets.error()};
    if (!list) {
      // Whoever has the list sends to it.
      if (list.error().code != errc::not_found)
        ports_.log->write(log_level::error, "task_list_unreadable",
                          {{"task", static_cast<std::int64_t>(name.task)},
                           {"what", std::string_view{list.error().what}}});
      return later(expand_again_after, [this, name] { claiming_.erase(name.task); });
    }
    auto wanted = std::make_shared<std::vector<wanted_segment>>();
    mirror_.change(
        [this, name, most, sizes = list.value().segments, wanted] {
          wanted->clear();
          for (const auto number : book_.next_segments(name, most))
            if (number < sizes.size())
              wanted->push_back({number, sizes[number].recipients});
          return book_.claim(name, config_.self, *wanted);
        },
        [this, name, wanted](const result<void>& outcome) {
          claiming_.erase(name.task);
          if (!outcome || wanted->empty())
            return;
          auto& queue = to_expand_[name.task];
          for (const auto& each : *wanted) {
            queue.push_back({name, each.number});
            expanding_.insert(queue.back());
          }
          expand_next(name.task);
        });
  });
}

// A claim may have happened without an answer, and to give one back may have failed.
void scheduler_host::take_up_claims() {
  std::set<task_id> begun;
  for (const auto& each : book_.segments_of(config_.self)) {
    const segment_name name{{each.task, each.occurrence}, each.number};
    if (each.expanded || claiming_.contains(each.task) || !expanding_.insert(name).second)
      continue;
    // Where there is a queue, even an empty one, the next step is on its way.
    const auto [queue, is_new] = to_expand_.try_emplace(each.task);
    if (is_new)
      begun.insert(each.task);
    queue->second.push_back(name);
  }
  for (const auto id : begun)
    expand_next(id);
}

// One after the other: entries of a lane are handed over in the order of their numbers.
void scheduler_host::expand_next(task_id id) {
  const auto found = to_expand_.find(id);
  if (found == to_expand_.end())
    return;
  if (found->second.empty()) {
    to_expand_.erase(found);
    return claim_more();
  }
  expand(found->second.front());
}

void scheduler_host::expanded_one(task_id id, milliseconds pause) {
  auto& queue = to_expand_[id];
  expanding_.erase(queue.front());
  queue.pop_front();
  later(pause, [this, id] { expand_next(id); });
}

void scheduler_host::retry_expansion(const segment_name& name, const error& why) {
  ports_.log->write(log_level::warn, "task_segment_waits",
                    {{"task", static_cast<std::int64_t>(name.of.task)},
                     {"segment", static_cast<std::int64_t>(name.number)},
                     {"what", std::string_view{why.what}}});
  later(expand_again_after, [this, id = name.of.task] { expand_next(id); });
}

void scheduler_host::expand(const segment_name& name) {
  const auto* const of = book_.find(name.of.task);
  const auto* const occurrence = book_.find(name.of);
  const auto* const segment = book_.find(name);
  if (of == nullptr || occurrence == nullptr || segment == nullptr || segment->node != config_.self)
    return expanded_one(name.of.task);
  if (of->state == task_state::cancelled) {
    outcome_counts all;
    all.cancelled = segment->recipients;
    end_segment(name, all);
    return expanded_one(name.of.task);
  }
  if (drains_) {
    release(name, config_.self);
    return expanded_one(name.of.task);
  }
  auto work = std::make_shared<expansion>();
  work->name = name;
  work->of = *of;
  work->list = occurrence->list;
  read_texts(work, occurrence->content);
}

void scheduler_host::read_texts(const expansion_pointer& work, const chunk_id& content) {
  fetch(content, [this, work](const result<chunk_octets>& octets) {
    auto source =
        octets ? decode_template_source(*octets.value()) : result<template_source>{octets.error()};
    if (!source)
      return retry_expansion(work->name, source.error());
    work->merge = merge_of(work->of, std::move(source).value());
    fetch(work->list, [this, work](const result<chunk_octets>& listed) {
      const auto list =
          listed ? decode_manifest(*listed.value()) : result<list_manifest>{listed.error()};
      if (!list)
        return retry_expansion(work->name, list.error());
      if (work->name.number >= list.value().segments.size())
        return expanded_one(work->name.of.task);
      read_rows(work, list.value().segments[work->name.number].content);
    });
  });
}

void scheduler_host::read_rows(const expansion_pointer& work, const chunk_id& segment) {
  fetch(segment, [this, work](const result<chunk_octets>& octets) {
    auto rows = octets ? decode_segment(*octets.value()) : result<list_segment>{octets.error()};
    if (!rows)
      return retry_expansion(work->name, rows.error());
    auto& merge = work->merge;
    merge.names = std::move(rows.value().names);
    for (auto& each : rows.value().recipients) {
      each.values.resize(merge.names.size());
      merge.rows.push_back({std::move(each.address), std::move(each.values)});
    }
    read_files(work);
  });
}

void scheduler_host::read_files(const expansion_pointer& work) {
  if (!work->of.attachments)
    return spool(work);
  fetch(*work->of.attachments, [this, work](const result<chunk_octets>& octets) {
    auto files = octets ? storage::decode_mail_merge(*octets.value())
                        : result<storage::mail_merge>{octets.error()};
    if (!files)
      return retry_expansion(work->name, files.error());
    work->merge.attachments = std::move(files.value().attachments);
    spool(work);
  });
}

void scheduler_host::spool(const expansion_pointer& work) {
  auto mail = envelope_of(work->of, work->merge);
  if (!mail)
    return retry_expansion(work->name, mail.error());
  merge_submission what;
  what.mail = std::move(mail).value();
  what.body = storage::encode(work->merge);
  what.source.protocol = "TASK";
  what.source.account = work->of.account;
  what.source.key_id = work->of.key_id;
  what.pool = work->of.pool;
  what.task = work->of.id;
  what.from_template = work->of.from_template;
  what.track = work->of.track;
  what.mark = expanding_key(work->name);
  what.done = [this, run = run_,
               name = work->name](const result<std::shared_ptr<const spooled_mail>>& stored) {
    run(milliseconds{0}, [this, name, stored] { spooled(name, stored); });
  };
  auto merges = std::make_shared<std::vector<merge_submission>>();
  merges->push_back(std::move(what));
  self_->send(ports_.intake, spool_merges{std::move(merges)});
}

void scheduler_host::spooled(const segment_name& name,
                             const result<std::shared_ptr<const spooled_mail>>& mail) {
  if (!mail) {
    erase_mark(name); // what was withdrawn for want of a second copy has left it
    if (mail.error().code == errc::refused) {
      // Its sender or pool is not the account's any more: trying again would not help.
      return pause(name.of.task, to_string(mail.error()), [this, name] {
        release(name, config_.self);
        expanded_one(name.of.task);
      });
    }
    return retry_expansion(name, mail.error());
  }
  hand_over(name, mail.value());
}

void scheduler_host::hand_over(const segment_name& name,
                               const std::shared_ptr<const spooled_mail>& mail) {
  mirror_.change(
      [this, name, id = mail->record.id] { return book_.expand(name, config_.self, id); },
      [this, name, mail](const result<void>& outcome) {
        if (!outcome && !is_lost(name, mail->record.id))
          return later(expand_again_after, [this, name, mail] { hand_over(name, mail); });
        if (outcome) {
          mails_spooled ready;
          ready.mails.push_back(mail);
          self_->send(ports_.delivery, std::move(ready));
          ++handed_over_;
          erase_mark(name);
          if (mail->is_over()) // delivery has nothing to do, and will not say so
            merge_ended(mail->record.id);
        } else {
          withdraw(name, mail->record, mail->ended);
        }
        expanded_one(name.of.task);
      });
}

} // namespace warmfront
