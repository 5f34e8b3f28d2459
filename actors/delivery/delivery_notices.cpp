// Which outcomes are reported to the sender, and how that report enters the spool.

#include <optional>
#include <utility>

#include "actors/delivery/delivery_flow.hpp"
#include "net/smtp/notification.hpp"

namespace warmfront {

namespace {

using smtp::notification_kind;

// A delay is reported once: by the attempt that crosses the threshold.
bool crosses_warning(const outcome& what, milliseconds warn_after) {
  const auto& first = what.record.first_attempt_at;
  if (!first || !what.item.record)
    return false;
  return what.item.record->changed_at - *first < warn_after &&
         what.record.changed_at - *first >= warn_after;
}

std::optional<notification_kind> kind_of(const outcome& what, milliseconds warn_after) {
  switch (what.state()) {
  case recipient_state::bounced:
  case recipient_state::expired:
    return notification_kind::failed;
  case recipient_state::delivered:
    // A next hop that knows DSN was told what is wanted: it reports itself (RFC 3461 §6.2.7.2).
    if (what.dsn_passed_on)
      return std::nullopt;
    return notification_kind::relayed;
  case recipient_state::deferred:
    if (crosses_warning(what, warn_after))
      return notification_kind::delayed;
    return std::nullopt;
  default:
    return std::nullopt;
  }
}

smtp::notified_recipient describe(const outcome& what, milliseconds expire_after) {
  const auto& recipient = what.item.recipient();
  smtp::notified_recipient told;
  told.address = recipient.address;
  told.original_recipient = recipient.original_recipient;
  told.status = what.state() == recipient_state::expired ? "4.4.7" : what.reply.status;
  told.answer = what.reply;
  told.remote_mta = what.record.remote_host;
  told.last_attempt_at = what.record.changed_at;
  if (what.state() == recipient_state::deferred && what.record.first_attempt_at)
    told.retried_until = *what.record.first_attempt_at + expire_after;
  return told;
}

} // namespace

std::shared_ptr<spooled_mail> delivery_flow::notification_for(const outcome& what) {
  const auto kind = kind_of(what, config_.retry.warn_after);
  const auto& message = what.item.message();
  if (!kind || !wants_notification(message.mail.reverse_path, what.item.recipient(), *kind))
    return nullptr;
  const auto now = effects_.wall_now();
  auto mail = std::make_shared<spooled_mail>();
  auto& record = mail->record;
  record.id = message_id{now, config_.node, random_->next()};
  smtp::notification_request request;
  request.kind = *kind;
  request.hostname = config_.hostname;
  request.unique = record.id.str();
  request.reverse_path = message.mail.reverse_path;
  request.envelope_id = message.mail.envelope_id;
  request.ret = message.mail.ret;
  request.arrived_at = message.accepted_at;
  request.now = now;
  request.recipients.push_back(describe(what, config_.retry.expire_after));
  if (const auto& content = what.item.content())
    request.content = *content;
  auto built = build_notification(request);
  record.mail.recipients.push_back({message.mail.reverse_path, notify::never, {}});
  record.mail.body = built.body;
  record.mail.smtputf8 = built.smtputf8;
  record.mail.tls = message.mail.tls; // RFC 8689 §5: what it quotes is as secret as it was
  record.source.protocol = "DSN";
  record.source.account = message.source.account;
  record.pool = config_.notification_pool;
  record.accepted_at = now;
  record.octets = built.content.size();
  if (config_.copies_wanted)
    record.copy = storage::message_copy{};
  record.first_lane = {record.pool, {}, {}, mail_class::triggered, storage::lane::writer::delivery};
  record.first_sequence = lanes_.reserve(record.first_lane);
  mail->content = std::make_shared<const std::string>(std::move(built.content));
  return mail;
}

} // namespace warmfront
