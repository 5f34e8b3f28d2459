// Mail in a spool, as delivery has left it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "actors/messages/messages.hpp"
#include "storage/memory/memory_store.hpp"
#include "storage/spool.hpp"

namespace warmfront::testing {

struct sent_mail {
  message_id id;
  std::vector<std::string> recipients;
  recipient_state state = recipient_state::delivered;
};

/// Writes it without an end to wait for. The account is `shop`, the sender news@shop.example.
inline void add_sent(storage::store& to, const sent_mail& mail) {
  storage::spooled_message message;
  message.id = mail.id;
  message.mail.reverse_path = "news@shop.example";
  message.source.account = account_name{"shop"};
  message.accepted_at = mail.id.accepted_at();
  for (const auto& address : mail.recipients)
    message.mail.recipients.push_back({address, {}, {}});
  storage::batch changes;
  changes.put(storage::family::spool, storage::message_key(mail.id), storage::encode(message));
  for (std::uint32_t i = 0; i < mail.recipients.size(); ++i) {
    storage::recipient_record record;
    record.state = static_cast<std::uint8_t>(mail.state);
    record.source = ip_address{"192.0.2.10"};
    record.charged = {{ledger_subject{"192.0.2.10"}, 3}, {ledger_subject{"shop.example"}, 3}};
    changes.put(storage::family::spool, storage::recipient_key({mail.id, i}),
                storage::encode(record));
  }
  to.commit(std::move(changes), storage::priority::progress, [](const result<void>&) {});
}

inline feedback_item item_about(event_kind kind, const recipient_id& of) {
  feedback_item item;
  item.event.kind = kind;
  item.event.about.recipient = of;
  item.event.at = wall_time{std::chrono::hours{500'000}};
  return item;
}

} // namespace warmfront::testing
