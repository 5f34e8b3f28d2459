// Items of delivery as a test needs them: a mail with few words.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/core/address.hpp"
#include "actors/delivery/item.hpp"
#include "tests/support/manual_clock.hpp"

namespace warmfront::testing {

inline storage::lane make_lane(mail_class importance = mail_class::triggered,
                               const std::string& pool = "shared") {
  return {pool_name{pool}, {}, {}, importance, storage::lane::writer::intake};
}

/// A mail accepted `number` milliseconds after the manual clock's start: later ones sort behind.
inline std::shared_ptr<live_mail> make_mail(std::uint64_t number,
                                            const std::vector<std::string>& recipients,
                                            std::size_t octets = 10) {
  auto mail = std::make_shared<spooled_mail>();
  auto& record = mail->record;
  record.accepted_at = manual_clock{}.wall_now() + milliseconds{static_cast<std::int64_t>(number)};
  record.id = message_id{record.accepted_at, 1, number};
  record.mail.reverse_path = "s@a.example";
  for (const auto& each : recipients)
    record.mail.recipients.push_back({each, notify::unspecified, {}});
  record.pool = pool_name{"shared"};
  record.first_lane = make_lane();
  record.first_sequence = number;
  record.octets = octets;
  mail->content = std::make_shared<const std::string>(octets, 'x');
  return std::make_shared<live_mail>(
      live_mail{std::move(mail), static_cast<std::uint32_t>(recipients.size()), false, {}});
}

/// A recipient at a position of a lane; its mail has only this recipient.
inline delivery_item make_item(const storage::lane& where, std::uint64_t sequence,
                               const std::string& recipient = "r@b.example",
                               std::size_t octets = 10) {
  delivery_item item;
  item.live = make_mail(sequence, {recipient}, octets);
  item.position = {where, sequence};
  item.queue_key = storage::lane_key(where, sequence);
  item.destination = domain_of(recipient);
  return item;
}

/// A recipient that came from the deferred index.
inline delivery_item make_due_item(std::uint64_t number,
                                   const std::string& recipient = "r@b.example") {
  delivery_item item;
  item.live = make_mail(number, {recipient});
  item.queue_key = storage::deferred_key(manual_clock{}.wall_now(), item.id());
  item.destination = domain_of(recipient);
  item.record = std::make_unique<storage::recipient_record>();
  item.record->attempts = 1;
  item.record->first_attempt_at = manual_clock{}.wall_now();
  item.record->changed_at = manual_clock{}.wall_now();
  return item;
}

} // namespace warmfront::testing
