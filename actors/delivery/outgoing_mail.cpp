#include "actors/delivery/outgoing_mail.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "actors/delivery/mail_links.hpp"
#include "net/dkim/sign.hpp"
#include "net/html/marked_html.hpp"
#include "net/mime/header_block.hpp"
#include "net/mime/html_part.hpp"

namespace warmfront {

namespace {

// The time in a signature is not to be old: some receivers look at it.
constexpr std::chrono::hours shared_for{1};

} // namespace

std::optional<std::string> shared_prefix::find(const std::shared_ptr<const outgoing_rules>& rules,
                                               wall_time now) const {
  const std::lock_guard lock{guard_};
  if (rules_ != rules || now < made_at_ || now - made_at_ > shared_for)
    return std::nullopt;
  return fields_;
}

void shared_prefix::keep(std::shared_ptr<const outgoing_rules> rules, std::string fields,
                         wall_time now) {
  const std::lock_guard lock{guard_};
  rules_ = std::move(rules);
  fields_ = std::move(fields);
  made_at_ = now;
}

struct outgoing_mail::sender {
  mail_author author;
  covering_domain domain;
  const std::vector<signing_key>* keys = nullptr;
  bool is_individual = false;
};

bool outgoing_mail::passes(const storage::spooled_message& message) const {
  // The links of a merge are in its mails already.
  const bool tracks = !message.is_merge && message.track.any() && rules_->tokens;
  return !tracks && !wants_unsubscribe(*rules_, message) &&
         (!rules_->domains || rules_->domains->empty());
}

void outgoing_mail::prepare(outgoing_order& order, wall_time now) const {
  const auto& message = order.mail->record;
  if (!order.what.content || passes(message))
    return;
  sender by;
  by.author = author_of(*order.what.content, message.mail.reverse_path);
  by.domain = find_covering(*rules_, message.source.account, by.author.domain);
  if (by.domain.name != nullptr && rules_->keys)
    if (const auto found = rules_->keys->find(*by.domain.name);
        found != rules_->keys->end() && !found->second.empty())
      by.keys = &found->second;
  by.is_individual = order.index != feedback::any_recipient && is_individual(*rules_, message);
  name_return_path(order, by);
  if (by.is_individual && !message.is_merge && message.track.any() && rules_->tokens)
    track(order, by);
  if (!by.is_individual)
    if (auto known = order.shared ? order.shared->find(rules_, now) : std::nullopt) {
      order.what.prefix = std::move(*known);
      return;
    }
  if (by.is_individual)
    order.what.prefix = unsubscribe_fields(order, by);
  sign(order, by, now);
  if (!by.is_individual && order.shared)
    order.shared->keep(rules_, order.what.prefix, now);
}

void outgoing_mail::track(outgoing_order& order, const sender& by) const {
  const auto& message = order.mail->record;
  const mail_links links{rules_, message, by.author};
  const auto token = links.token(order.index);
  auto changed = mime::rewrite_html(*order.what.content, [&](std::string_view html) {
    return links.fill(html::mark(html, message.track), token);
  });
  if (changed)
    order.what.content = std::make_shared<const std::string>(std::move(*changed));
}

// Who asked to be told of success is told by the receiver: that must reach the client.
void outgoing_mail::name_return_path(outgoing_order& order, const sender& by) const {
  if (!rules_->tokens || by.domain.value == nullptr || by.domain.value->return_path.empty() ||
      order.what.reverse_path.empty() ||
      std::ranges::any_of(order.what.recipients, [](const envelope_recipient& each) {
        return has(each.notify_on, notify::success) || has(each.notify_on, notify::delay);
      }))
    return;
  order.what.reverse_path =
      feedback::make_local_part(*rules_->tokens, feedback::address_use::bounce,
                                {order.mail->record.id, order.index}) +
      '@' + by.domain.value->return_path.str();
}

// RFC 2369 §3.2, RFC 8058 §3.1: one click needs HTTPS.
std::string outgoing_mail::unsubscribe_fields(const outgoing_order& order, const sender& by) const {
  const auto& message = order.mail->record;
  if (!wants_unsubscribe(*rules_, message) ||
      rules_->without_unsubscribe.contains({message.source.account, by.author.address}) ||
      mime::header_block{*order.what.content}.find("List-Unsubscribe"))
    return {};
  const mail_links links{rules_, message, by.author};
  const auto url = links.unsubscribe_url(links.token(order.index));
  std::string fields = "List-Unsubscribe: <" + url + '>';
  if (by.domain.value != nullptr && !by.domain.value->return_path.empty())
    fields += ",\r\n <mailto:" +
              feedback::make_local_part(*rules_->tokens, feedback::address_use::unsubscribe,
                                        {message.id, order.index}) +
              '@' + by.domain.value->return_path.str() + '>';
  fields += "\r\n";
  if (url.starts_with("https:"))
    fields += "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n";
  return fields;
}

// Feedback loops count by its parts, the last of which is the same for all of our mail.
std::string outgoing_mail::feedback_field(const outgoing_order& order) const {
  const auto& message = order.mail->record;
  if (mime::header_block{*order.what.content}.find("Feedback-ID"))
    return {};
  return fmt::format("Feedback-ID: {}:{}:{}:warmfront\r\n",
                     static_cast<std::uint64_t>(message.first_lane.task),
                     message.source.account.str(), to_string(message.importance));
}

void outgoing_mail::sign(outgoing_order& order, const sender& by, wall_time now) const {
  if (by.keys == nullptr)
    return;
  auto& prefix = order.what.prefix;
  prefix += feedback_field(order);
  std::vector<dkim::signer> signers;
  for (const auto& each : *by.keys)
    signers.push_back({by.domain.name->str(), each.selector, each.key});
  auto fields = dkim::sign(*order.what.content, signers, now, prefix);
  if (fields)
    prefix.insert(0, fields.value());
  else
    order.unsigned_because = std::move(fields).error();
}

} // namespace warmfront
