#include "actors/feedback/inbound_mail.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "net/mime/header_block.hpp"

namespace warmfront {

namespace {

using feedback::address_use;
using feedback::any_recipient;
using feedback::token_key;
using reports::report;
using reports::report_kind;

constexpr std::size_t shown_octets_max = 200;

std::string_view local_part_of(std::string_view address) {
  return address.substr(0, address.rfind('@'));
}

bool is_postmaster(std::string_view local) {
  return in_lower_case(local) == "postmaster";
}

std::string shown_field(std::string_view content, std::string_view name) {
  const auto field = mime::header_block{content}.find(name);
  return field ? displayable(mime::unfold(field->value), shown_octets_max) : std::string{};
}

feedback_item item_of(event_kind kind, const recipient_id& of, wall_time now) {
  feedback_item item;
  item.event.kind = kind;
  item.event.at = now;
  item.event.about.recipient = of;
  return item;
}

feedback_item bounce_of(const recipient_id& of, const reports::reported_recipient& who,
                        wall_time now) {
  auto item = item_of(event_kind::bounced, of, now);
  item.event.bounce_class = smtp::to_string(who.why);
  item.event.status = who.status;
  item.event.reply = who.diagnostic;
  item.event.remote_host = who.remote_host;
  if (of.index == any_recipient)
    item.named_recipient = who.original_address.empty() ? who.address : who.original_address;
  return item;
}

feedback_item complaint_of(const mail_subject& about, const report& found, wall_time now) {
  auto item = item_of(event_kind::complained, about.recipient, now);
  item.event.about = about;
  item.event.bounce_class = found.feedback_type;
  item.event.remote_host = found.reporter;
  item.event.client_address = found.source;
  return item;
}

/// What a link in the returned mail says of the same recipient: it is known also when the message
/// has long been forgotten.
std::optional<mail_subject> linked_subject(const token_key& key, const report& found,
                                           const recipient_id& of) {
  for (const auto& text : found.marks.link_tokens)
    if (auto token = feedback::parse_link_token(key, text);
        token && token->recipient.message == of.message &&
        (of.index == any_recipient || token->recipient.index == of.index))
      return token;
  return std::nullopt;
}

void add_bounces(const token_key& key, const recipient_id& of, const report& found, wall_time now,
                 std::vector<feedback_item>& to) {
  // A token of one recipient says whom it is about, whatever name the last hop had for it.
  if (of.index != any_recipient) {
    auto item = bounce_of(of, found.recipients.front(), now);
    if (auto about = linked_subject(key, found, of))
      item.event.about = std::move(*about);
    return to.push_back(std::move(item));
  }
  for (const auto& who : found.recipients)
    to.push_back(bounce_of(of, who, now));
}

/// Whom a complaint is about: the best that the returned mail has of ours.
std::optional<mail_subject> subject_of_complaint(const token_key& key, const report& found) {
  std::optional<mail_subject> about;
  for (const auto& text : found.marks.local_parts)
    if (const auto token = feedback::parse_local_part(key, text);
        token && (!about || about->recipient.index == any_recipient)) {
      about.emplace();
      about->recipient = token->of;
    }
  for (const auto& text : found.marks.link_tokens)
    if (auto token = feedback::parse_link_token(key, text);
        token && (!about || linked_subject(key, found, about->recipient) == token))
      return token;
  if (about && about->recipient.index != any_recipient)
    return about;
  if (!about && found.marks.message) {
    about.emplace();
    about->recipient = {*found.marks.message, found.marks.index.value_or(any_recipient)};
  }
  return about;
}

void add_complaint(const token_key& key, const account_name& account, const report& found,
                   wall_time now, inbound_mail& into) {
  auto about = subject_of_complaint(key, found);
  if (!about) {
    into.remark = "a complaint in which nothing says what mail it is about";
    return;
  }
  // The account is of the address that only its provider knows: another one's mail is not touched.
  if (!about->account.empty() && about->account != account) {
    into.remark = "a complaint about another account's mail";
    return;
  }
  about->account = account;
  auto item = complaint_of(*about, found, now);
  if (about->recipient.index == any_recipient && !found.recipients.empty())
    item.named_recipient = found.recipients.front().address;
  into.items.push_back(std::move(item));
}

void add_returned(const token_key& key, const recipient_id& of, const report& found, wall_time now,
                  inbound_mail& into) {
  if (found.kind == report_kind::bounce)
    return add_bounces(key, of, found, now, into.items);
  if (found.kind == report_kind::complaint) {
    auto about = linked_subject(key, found, of).value_or(mail_subject{});
    if (about.account.empty())
      about.recipient = of;
    return into.items.push_back(complaint_of(about, found, now));
  }
  into.remark = found.kind == report_kind::unknown ? found.remark : "it needs no record";
}

void add_unsubscription(const recipient_id& of, const report& found, wall_time now,
                        inbound_mail& into) {
  if (found.kind != report_kind::unknown)
    return void(into.remark = "a machine wrote it");
  into.items.push_back(item_of(event_kind::unsubscribed, of, now));
}

} // namespace

bool is_inbound_address(const token_key& key, std::string_view address) {
  const auto local = local_part_of(address);
  return is_postmaster(local) || feedback::parse_local_part(key, local) ||
         feedback::parse_complaint_local_part(key, local);
}

inbound_mail read_inbound(const token_key& key, const submission& mail, wall_time now) {
  inbound_mail read;
  read.subject = shown_field(mail.content, "Subject");
  read.author = shown_field(mail.content, "From");
  const auto found = reports::read_report(mail.content);
  read.kind = found.kind;
  for (const auto& recipient : mail.mail.recipients) {
    const auto local = local_part_of(recipient.address);
    if (is_postmaster(local))
      read.is_for_postmaster = true;
    else if (const auto token = feedback::parse_local_part(key, local);
             token && token->use == address_use::unsubscribe)
      add_unsubscription(token->of, found, now, read);
    else if (token)
      add_returned(key, token->of, found, now, read);
    else if (const auto account = feedback::parse_complaint_local_part(key, local);
             account && found.kind == report_kind::complaint)
      add_complaint(key, *account, found, now, read);
    else
      read.remark = found.remark.empty() ? "no complaint" : found.remark;
  }
  if (!read.items.empty())
    read.remark.clear();
  return read;
}

} // namespace warmfront
