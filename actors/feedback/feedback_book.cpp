#include "actors/feedback/feedback_book.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "actors/core/address.hpp"
#include "net/dns/address_form.hpp"
#include "net/feedback/token.hpp"
#include "net/smtp/bounce_class.hpp"
#include "storage/feedback_marks.hpp"
#include "storage/statistics.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr std::size_t recent_messages_max = 64;

std::string form_of(std::string_view address) {
  const auto form = dns::comparable_address(address);
  return form ? form.value() : in_lower_case(address);
}

/// The place of a recipient in an envelope. A mail to one is about that one, whatever name a
/// forwarder had for it.
std::optional<std::uint32_t> index_of(const storage::spooled_message& message,
                                      const feedback_item& item) {
  const auto& recipients = message.mail.recipients;
  const auto index = item.event.about.recipient.index;
  if (index != feedback::any_recipient)
    return index < recipients.size() ? std::optional{index} : std::nullopt;
  const auto wanted = form_of(item.named_recipient);
  for (std::uint32_t i = 0; i < recipients.size(); ++i)
    if (form_of(recipients[i].address) == wanted)
      return i;
  return recipients.size() == 1 ? std::optional<std::uint32_t>{0} : std::nullopt;
}

/// A link's token says all that a message's record would.
bool says_all(const mail_subject& about) {
  return !about.account.empty() && !about.address.empty() && !about.source.empty();
}

std::vector<ledger_subject> ledgers_of(const std::optional<storage::recipient_record>& state) {
  std::vector<ledger_subject> ledgers;
  if (state)
    for (const auto& permit : state->charged)
      if (std::ranges::find(ledgers, permit.subject) == ledgers.end())
        ledgers.push_back(permit.subject);
  return ledgers;
}

bool is_engagement(event_kind kind) {
  return kind == event_kind::opened || kind == event_kind::clicked;
}

/// A refusal that names the address it was sent from is about that address: who read the report did
/// not know it.
void classify_again(mail_event& event) {
  if (event.kind != event_kind::bounced || event.about.source.empty())
    return;
  const auto why = smtp::classify({550, event.status, event.reply}, event.about.source.str());
  if (why == smtp::bounce_class::source_block)
    event.bounce_class = to_string(why);
}

std::optional<suppression_reason> reason_of(const mail_event& event) {
  if (event.kind == event_kind::complained)
    return suppression_reason::complaint;
  if (event.kind == event_kind::unsubscribed)
    return suppression_reason::unsubscribe;
  const bool is_hard = event.kind == event_kind::bounced &&
                       event.bounce_class == smtp::to_string(smtp::bounce_class::invalid);
  return is_hard ? std::optional{suppression_reason::hard_bounce} : std::nullopt;
}

std::string note_of(const mail_event& event) {
  if (event.kind == event_kind::complained)
    return event.bounce_class.empty() ? "complaint" : "complaint: " + event.bounce_class;
  return event.kind == event_kind::bounced ? event.reply : std::string{};
}

/// One command for all that have account, reason and text in common.
std::vector<put_suppressions> suppressions_of(const std::vector<feedback_fact>& facts) {
  std::map<std::tuple<account_name, suppression_reason, std::string>, std::vector<std::string>> all;
  for (const auto& fact : facts) {
    const auto reason = reason_of(fact.event);
    if (reason && !fact.event.about.account.empty() && !fact.event.about.address.empty())
      all[{fact.event.about.account, *reason, note_of(fact.event)}].push_back(
          fact.event.about.address);
  }
  std::vector<put_suppressions> commands;
  for (auto& [what, addresses] : all)
    commands.push_back(
        {std::get<0>(what), std::get<1>(what), std::move(addresses), {}, std::get<2>(what)});
  return commands;
}

} // namespace

result<feedback_book::shared_message> feedback_book::read_message(const message_id& id) {
  const auto known = std::ranges::find(recent_, id, &std::pair<message_id, shared_message>::first);
  if (known != recent_.end()) {
    recent_.splice(recent_.begin(), recent_, known);
    return recent_.front().second;
  }
  WARMFRONT_TRY(octets, store_.get(family::spool, storage::message_key(id)));
  if (!octets)
    return shared_message{};
  WARMFRONT_TRY(message, storage::decode_message(*octets));
  recent_.emplace_front(id, std::make_shared<const storage::spooled_message>(std::move(message)));
  if (recent_.size() > recent_messages_max)
    recent_.pop_back();
  return recent_.front().second;
}

result<std::optional<feedback_book::subject_found>> feedback_book::find(const feedback_item& item) {
  const auto& given = item.event.about;
  auto of = given.recipient;
  shared_message message;
  if (of.index == feedback::any_recipient || !says_all(given)) {
    WARMFRONT_TRY(read, read_message(of.message));
    message = std::move(read);
    if (!message)
      return std::optional<subject_found>{};
    const auto index = index_of(*message, item);
    // It is here, and has no such recipient: nobody else needs to be asked.
    if (!index)
      return std::optional{subject_found{}};
    of.index = *index;
  }
  WARMFRONT_TRY(octets, store_.get(family::spool, storage::recipient_key(of)));
  if (!octets && !message)
    return std::optional<subject_found>{};
  subject_found found{given, {}};
  if (octets) {
    WARMFRONT_TRY(state, storage::decode_recipient(*octets));
    found.state = std::move(state);
  }
  if (message)
    found.about = storage::subject_of(*message, of.index, found.state ? &*found.state : nullptr);
  return std::optional{std::move(found)};
}

result<bool> feedback_book::was_said(const feedback_fact& fact) {
  auto key = storage::feedback_mark_key(fact.event.about.recipient, fact.event.kind);
  WARMFRONT_TRY(mark, store_.get(family::events, key));
  return mark.has_value() || !planned_.insert(std::move(key)).second;
}

result<void> feedback_book::add(const feedback_item& item, std::uint32_t place, absent_message rule,
                                feedback_plan& to) {
  WARMFRONT_TRY(found, find(item));
  if (!found && rule == absent_message::is_unknown) {
    to.unknown.push_back(place);
    return success();
  }
  feedback_fact fact{item.event, {}, false};
  const auto& claimed = item.event.about.account;
  if (found) {
    const bool is_nobody = found->about.address.empty();
    const bool is_another_accounts = !claimed.empty() && claimed != found->about.account;
    // One that was never delivered has its outcome already: it stays the only one.
    const bool is_over = item.event.kind == event_kind::bounced &&
                         (!found->state || static_cast<recipient_state>(found->state->state) !=
                                               recipient_state::delivered);
    if (is_nobody || is_another_accounts || is_over) {
      ++to.pointless;
      return success();
    }
    fact.event.about = std::move(found->about);
    fact.ledgers = ledgers_of(found->state);
  } else if (claimed.empty()) {
    ++to.pointless;
    return success();
  }
  classify_again(fact.event);
  if (is_engagement(item.event.kind) && item.event.is_automated) {
    fact.event.is_first = false;
    to.facts.push_back(std::move(fact));
    return success();
  }
  WARMFRONT_TRY(is_repeated, was_said(fact));
  fact.is_marked = !is_repeated;
  fact.event.is_first = !is_repeated;
  if (is_repeated && !is_engagement(item.event.kind))
    ++to.repeated;
  else
    to.facts.push_back(std::move(fact));
  return success();
}

result<feedback_plan> feedback_book::plan(const std::vector<feedback_item>& items,
                                          absent_message rule) {
  planned_.clear();
  feedback_plan made;
  for (std::uint32_t i = 0; i < items.size(); ++i) {
    WARMFRONT_TRY(add(items[i], i, rule, made));
  }
  made.suppressions = suppressions_of(made.facts);
  return made;
}

storage::statistics_tally write_facts(storage::batch& to, const std::vector<feedback_fact>& facts) {
  storage::statistics_tally counted;
  for (const auto& fact : facts) {
    counted.add(fact.event);
    if (fact.is_marked)
      storage::add_feedback_mark(to, fact.event);
  }
  counted.write(to);
  return counted;
}

std::vector<ledger_outcomes> quality_of(const std::vector<feedback_fact>& facts) {
  std::map<ledger_subject, quality_counts> sums;
  for (const auto& fact : facts) {
    quality_counts one;
    const auto& why = fact.event.bounce_class;
    if (fact.event.kind == event_kind::complained)
      one.complaints = 1;
    else if (fact.event.kind == event_kind::opened && fact.is_marked)
      one.opened = 1;
    else if (fact.event.kind == event_kind::bounced && why == "invalid")
      one.invalid = 1;
    else if (fact.event.kind == event_kind::bounced && (why == "spam" || why == "source_block"))
      one.spam = 1;
    else
      continue;
    for (const auto& ledger : fact.ledgers)
      sums[ledger] += one;
  }
  std::vector<ledger_outcomes> outcomes;
  for (const auto& [subject, counts] : sums)
    outcomes.push_back({subject, counts});
  return outcomes;
}

} // namespace warmfront
