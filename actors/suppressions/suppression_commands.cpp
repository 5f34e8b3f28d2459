#include "actors/suppressions/suppression_commands.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "actors/core/displayable.hpp"
#include "net/dns/address_form.hpp"

namespace warmfront {

using storage::stored_suppression;

namespace {

constexpr std::size_t text_octets_max = 500;

error too_many_at_once() {
  return {errc::invalid_argument,
          "these are more than " + std::to_string(suppressions_at_once_max) + " addresses",
          "give them in several pieces, or import a list", "addresses"};
}

/// Unique in the cluster, and exact as a number of JSON (2^53): the node's number and that of its
/// change. A node that is alone has the number 0.
std::uint64_t entry_number(std::uint16_t node, std::uint64_t sequence) {
  constexpr int sequence_bits = 37;
  return (std::uint64_t{node} << sequence_bits) | sequence;
}

bool says_the_same(const stored_suppression& a, const stored_suppression& b) {
  return a.reason == b.reason && a.until == b.until && a.text == b.text && a.since == b.since &&
         a.is_removed == b.is_removed;
}

result<void> put_entry(suppression_edit& edit, const suppression_draft& draft,
                       const suppression_draft::item& item, std::uint16_t node, wall_time now,
                       suppression_tally& tally) {
  WARMFRONT_TRY(before, edit.find(draft.account, item.address));
  const bool is_there = before != nullptr && !before->is_removed;
  const bool counts = is_there && before->counts_at(now);
  if (counts && draft.keeps_others)
    return success();
  stored_suppression made;
  made.account = draft.account;
  made.address = item.address;
  made.reason = static_cast<std::uint8_t>(item.reason);
  made.since = counts ? before->since : now;
  made.until = item.until;
  made.text = item.text;
  if (is_there && says_the_same(made, *before))
    return success();
  made.number =
      is_there ? before->number : entry_number(node, edit.sequence_of(edit.changed().origin) + 1);
  ++(is_there ? tally.changed : tally.added);
  return edit.set_own(std::move(made), now);
}

} // namespace

std::string suppression_text(std::string_view given) {
  return displayable(given.substr(0, text_octets_max));
}

result<suppression_draft> draft_suppressions(const put_suppressions& command, wall_time now) {
  if (command.addresses.size() > suppressions_at_once_max)
    return too_many_at_once();
  if (command.until && *command.until <= now)
    return error{errc::invalid_argument, "the time until which it counts is over",
                 "give one in the future, or none", "until"};
  suppression_draft made{command.account, false, {}};
  const auto text = suppression_text(command.text);
  std::set<std::string> seen;
  for (const auto& each : command.addresses) {
    const auto form = dns::comparable_address(each);
    if (!form)
      return error{errc::invalid_argument, form.error().what, form.error().remedy, "address"};
    if (seen.insert(form.value()).second)
      made.items.push_back({form.value(), command.reason, command.until, text});
  }
  return made;
}

result<suppression_tally> put_entries(suppression_edit& edit, const suppression_draft& draft,
                                      std::uint16_t node, wall_time now) {
  if (count_entries(edit.before(), draft.account, {}) + draft.items.size() >
      suppressions_per_account_max)
    return error{errc::limit_exceeded,
                 "the account would have more than " +
                     std::to_string(suppressions_per_account_max) + " suppressions",
                 "remove some that are over"};
  suppression_tally tally;
  for (const auto& each : draft.items) {
    WARMFRONT_TRY(put_entry(edit, draft, each, node, now, tally));
  }
  return tally;
}

result<std::size_t> remove_entries(suppression_edit& edit, const remove_suppressions& command,
                                   wall_time now) {
  if (command.addresses.size() > suppressions_at_once_max)
    return too_many_at_once();
  std::size_t removed = 0;
  for (const auto& each : command.addresses) {
    const auto form = dns::comparable_address(each);
    if (!form)
      continue;
    WARMFRONT_TRY(found, edit.find(command.account, form.value()));
    if (found == nullptr || found->is_removed)
      continue;
    auto gone = *found;
    gone.is_removed = true;
    gone.text.clear();
    ++removed;
    WARMFRONT_TRY(edit.set_own(std::move(gone), now));
  }
  if (removed == 0)
    return error{errc::not_found,
                 command.addresses.size() == 1
                     ? "there is no suppression of `" + displayable(command.addresses.front()) + "`"
                     : "there is no suppression of any of these",
                 "list them with `suppression list`", "address"};
  return removed;
}

suppression_report report_of(const stored_suppression& value) {
  return {value.account, value.address, static_cast<suppression_reason>(value.reason),
          value.number,  value.since,   value.until,
          value.text};
}

std::uint64_t count_entries(const storage::suppression_facts& facts, const account_name& account,
                            std::optional<suppression_reason> reason) {
  const auto suffix = reason ? '/' + std::to_string(static_cast<int>(*reason)) : std::string{};
  const auto prefix = account.empty() ? std::string{} : account.str() + '/';
  std::uint64_t total = 0;
  for (auto at = facts.counts.lower_bound(prefix);
       at != facts.counts.end() && at->first.starts_with(prefix); ++at)
    if (at->first.ends_with(suffix))
      total += at->second;
  return total;
}

} // namespace warmfront
