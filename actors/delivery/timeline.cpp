#include "actors/delivery/timeline.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "actors/core/displayable.hpp"
#include "net/smtp/reply_parser.hpp"

namespace warmfront {

namespace {

constexpr std::size_t told_octets_max = 500;

timeline_kind kind_of_state(recipient_state state) {
  switch (state) {
  case recipient_state::delivered:
    return timeline_kind::delivered;
  case recipient_state::bounced:
    return timeline_kind::bounced;
  case recipient_state::expired:
    return timeline_kind::expired;
  case recipient_state::suppressed:
    return timeline_kind::suppressed;
  case recipient_state::cancelled:
    return timeline_kind::cancelled;
  default:
    return timeline_kind::deferred;
  }
}

timeline_kind kind_of_event(event_kind kind) {
  switch (kind) {
  case event_kind::opened:
    return timeline_kind::opened;
  case event_kind::clicked:
    return timeline_kind::clicked;
  case event_kind::complained:
    return timeline_kind::complained;
  case event_kind::unsubscribed:
    return timeline_kind::unsubscribed;
  default:
    return timeline_kind::bounced_later;
  }
}

/// Of the permits of one attempt the one of its IP, else the first.
void add_ledger(timeline_item& to, const std::vector<storage::spent_permit>& charged,
                std::size_t from, std::size_t before) {
  before = std::min(before, charged.size());
  for (auto i = from; i < before; ++i) {
    const bool is_its_ip = charged[i].subject.str() == to.source.str();
    if (!to.day || is_its_ip) {
      to.ledger = charged[i].subject;
      to.day = charged[i].day;
    }
    if (is_its_ip)
      return;
  }
}

/// Writes the items of one message, in any order.
class teller {
public:
  teller(const stored_message& stored, message_timeline& to) : stored_{stored}, to_{to} {}

  void whole_message();
  void recipient(std::size_t index);
  void feedback(std::string_view recipient);

private:
  timeline_item& add(timeline_kind kind, wall_time at, std::uint16_t node);
  void attempts_before(const storage::recipient_record& record, const std::string& address);
  void last_of(const storage::recipient_record& record, const std::string& address);
  [[nodiscard]] std::uint16_t node_or_first(std::uint16_t node) const {
    return node == 0 ? stored_.message.id.node() : node;
  }

  const stored_message& stored_;
  message_timeline& to_;
};

timeline_item& teller::add(timeline_kind kind, wall_time at, std::uint16_t node) {
  auto& item = to_.items.emplace_back();
  item.kind = kind;
  item.at = at;
  item.node = node;
  return item;
}

void teller::whole_message() {
  const auto& message = stored_.message;
  const auto task = message.first_lane.task;
  if (task == task_id::none) {
    auto& accepted = add(timeline_kind::accepted, message.accepted_at, message.id.node());
    accepted.text = fmt::format(
        "taken over by {} from {} for account {}", displayable(message.source.protocol, 40),
        displayable(message.source.client_address, 60), message.source.account.str());
    if (message.send_at)
      accepted.text += "; to be sent at " + to_rfc3339(*message.send_at);
  } else {
    auto& expanded = add(timeline_kind::expanded, message.accepted_at, message.id.node());
    expanded.text = fmt::format("made of a segment of task {}", static_cast<std::uint64_t>(task));
  }
  if (message.copy && message.copy->holder != 0) {
    const auto since = message.moves.empty() ? message.accepted_at : message.moves.back().at;
    add(timeline_kind::copied, since, message.copy->holder).text = "holds the second copy";
  }
  for (const auto& each : message.moves)
    add(each.from_dead ? timeline_kind::adopted : timeline_kind::moved, each.at, each.node).text =
        each.from_dead ? "taken over: the node that had it was declared dead"
                       : "handed over: this node can send it";
}

void teller::attempts_before(const storage::recipient_record& record, const std::string& address) {
  std::uint32_t last_told = 0;
  std::size_t charged = 0;
  for (const auto& each : record.past) {
    if (each.number > last_told + 1) {
      auto& gap = add(timeline_kind::attempt, each.at, node_or_first(each.node));
      gap.recipient = address;
      gap.attempt = each.number - 1;
      gap.text = fmt::format("attempts {} to {} are not kept", last_told + 1, each.number - 1);
      charged = each.charged; // which of them took the permits in between is not known
    }
    last_told = each.number;
    auto& item = add(timeline_kind::deferred, each.at, node_or_first(each.node));
    item.recipient = address;
    item.attempt = each.number;
    item.source = each.source;
    item.provider = each.provider;
    item.mx = displayable(each.remote_host, 255);
    item.tls = read_tls(each.tls);
    item.reply = read_reply(each.reply);
    add_ledger(item, record.charged, charged, each.charged);
    charged = each.charged;
  }
}

void teller::last_of(const storage::recipient_record& record, const std::string& address) {
  const auto state = static_cast<recipient_state>(record.state);
  const bool is_attempt = storage::tells_last_attempt(record);
  if (!is_attempt && state < recipient_state::deferred)
    return; // waits in a lane: `why` tells for what
  auto& item = add(kind_of_state(state), record.changed_at, node_or_first(record.tried_by));
  item.recipient = address;
  item.next_attempt_at = record.next_attempt_at;
  if (!is_attempt) {
    item.text = displayable(record.last_reply, told_octets_max);
    if (state == recipient_state::cancelled)
      item.text = "cancelled by hand";
    return;
  }
  item.attempt = record.attempts;
  item.source = record.source;
  item.provider = record.provider;
  item.mx = displayable(record.remote_host, 255);
  item.tls = read_tls(record.tls);
  item.reply = read_reply(record.last_reply);
  const auto before = record.past.empty() ? 0 : record.past.back().charged;
  add_ledger(item, record.charged, before, record.charged.size());
}

void teller::recipient(std::size_t index) {
  const auto& record = stored_.recipients[index];
  if (!record)
    return;
  const auto address = displayable(stored_.message.mail.recipients[index].address, 320);
  attempts_before(*record, address);
  last_of(*record, address);
}

void teller::feedback(std::string_view recipient) {
  const auto& recipients = stored_.message.mail.recipients;
  for (const auto& event : stored_.feedback) {
    const auto index = event.about.recipient.index;
    if (index >= recipients.size() ||
        (!recipient.empty() && recipients[index].address != recipient))
      continue;
    auto& item = add(kind_of_event(event.kind), event.at, stored_.message.id.node());
    item.recipient = displayable(recipients[index].address, 320);
    item.mx = displayable(event.remote_host, 255);
    if (!event.reply.empty())
      item.reply = read_reply(event.reply);
    if (item.reply && item.reply->enhanced.empty())
      item.reply->enhanced = displayable(event.status, 11);
    item.text = displayable(event.url, told_octets_max);
  }
}

} // namespace

told_reply read_reply(std::string_view line) {
  told_reply value;
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (line.size() >= 3 && std::all_of(line.begin(), line.begin() + 3, is_digit) &&
      (line.size() == 3 || line[3] == ' ')) {
    value.code =
        static_cast<std::uint16_t>((line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0'));
    line.remove_prefix(std::min<std::size_t>(4, line.size()));
    value.enhanced = smtp::split_status(value.code, line);
  }
  value.text = displayable(line, told_octets_max);
  return value;
}

told_tls read_tls(std::string_view line) {
  told_tls value;
  std::array<std::string*, 3> parts{&value.version, &value.cipher, &value.verified_by};
  for (auto* part : parts) {
    const auto end = std::min(line.find(' '), line.size());
    *part = displayable(line.substr(0, end), 64);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  if (value.verified_by == "pkix")
    value.verified_by = "webpki";
  if (value.verified_by.empty() && !value.version.empty())
    value.verified_by = "none";
  return value;
}

message_timeline timeline_of(const stored_message& stored, std::string_view recipient) {
  message_timeline timeline;
  timeline.id = stored.message.id;
  timeline.account = stored.message.source.account;
  teller to{stored, timeline};
  to.whole_message();
  for (std::size_t i = 0; i < stored.recipients.size(); ++i) {
    if (timeline.items.size() > timeline_items_max)
      break;
    if (recipient.empty() || stored.message.mail.recipients[i].address == recipient)
      to.recipient(i);
  }
  to.feedback(recipient);
  std::ranges::stable_sort(timeline.items, {}, &timeline_item::at);
  timeline.complete = timeline.items.size() <= timeline_items_max;
  if (!timeline.complete)
    timeline.items.resize(timeline_items_max);
  return timeline;
}

} // namespace warmfront
