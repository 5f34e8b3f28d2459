#include "admin/tencent/sender_rights.hpp"

#include <limits>

#include <fmt/core.h>

#include "actors/warmup/permit_ledger.hpp"

namespace warmfront::admin::tencent {

namespace {

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

std::uint64_t room_of(const ledger_report& ledger, mail_class importance) {
  const bool is_batch = importance == mail_class::batch;
  if (ledger.state == ledger_state::paused || ledger.state == ledger_state::exhausted ||
      (ledger.state == ledger_state::blocked && is_batch))
    return 0;
  if (!ledger.limit)
    return no_limit;
  const auto bound = class_bound(*ledger.limit, importance, warmup_rules{}.reserve_percent);
  return bound - std::min(bound, ledger.used);
}

/// What is left of a subject's day; without a ledger there is no limit.
std::uint64_t room_of(const std::vector<ledger_report>& ledgers, std::string_view subject,
                      mail_class importance) {
  for (const auto& each : ledgers)
    if (each.provider == "*" && each.subject.str() == subject)
      return room_of(each, importance);
  return no_limit;
}

std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
  return a > no_limit - b ? no_limit : a + b;
}

std::uint64_t room_of_addresses(const sending_question& asked, const pool& of) {
  std::uint64_t room = 0;
  for (const auto& each : of.addresses)
    if (may_send(each.state) && each.weight > 0)
      room = sum(room, each.plan.empty()
                           ? no_limit
                           : room_of(asked.ledgers, each.address.str(), asked.importance));
  return room;
}

/// Recipients that wait for the same permits; batch mail gives way to triggered mail.
std::uint64_t waiting_before(const sending_question& asked, bool of_domain) {
  std::uint64_t waiting = 0;
  for (const auto& each : asked.queues) {
    const bool goes_before =
        each.importance == mail_class::triggered || asked.importance == mail_class::batch;
    const bool is_same =
        of_domain ? each.sender_domain == asked.from.str() : each.pool == asked.through.name;
    if (goes_before && is_same)
      waiting = sum(waiting, each.waiting);
  }
  return waiting;
}

/// A domain is sent from by its own identity, or by that of the nearest domain above it.
const identity_report* nearest(const std::vector<identity_report>& among, const domain_name& of) {
  const identity_report* best = nullptr;
  for (const auto& each : among) {
    const auto& domain = each.domain.str();
    if ((each.domain == of || of.str().ends_with('.' + domain)) &&
        (best == nullptr || best->domain.str().size() < domain.size()))
      best = &each;
  }
  return best;
}

} // namespace

sender_right right_to_send(const std::vector<identity_report>& own,
                           const std::vector<domain_name>& from, bool require_verified) {
  const bool has_all = std::all_of(from.begin(), from.end(), [&](const domain_name& domain) {
    const auto* const identity = nearest(own, domain);
    return identity != nullptr && (identity->verified || !require_verified);
  });
  if (has_all)
    return sender_right::given;
  return require_verified ? sender_right::denied : sender_right::unclear;
}

bool has_other_owner(const std::vector<identity_report>& all, const std::vector<domain_name>& from,
                     const account_name& account) {
  return std::any_of(from.begin(), from.end(), [&](const domain_name& domain) {
    const auto* const identity = nearest(all, domain);
    return identity != nullptr && identity->account != account;
  });
}

gateway_error not_authenticated(const domain_name& from) {
  return {"FailedOperation.NotAuthenticatedSender",
          fmt::format("The sender domain `{}` is not one of this account.", from.str())};
}

std::optional<step> check_right(const call& request, const answers& given,
                                const std::vector<domain_name>& from, std::size_t own,
                                std::size_t& next) {
  const auto right = right_to_send(answer_at<std::vector<identity_report>>(given, own), from,
                                   request.node->cloud.require_verified);
  if (right == sender_right::given)
    return std::nullopt;
  if (right == sender_right::unclear && given.size() == next)
    return ask_for(list_identities{});
  if (right == sender_right::denied ||
      has_other_owner(answer_at<std::vector<identity_report>>(given, next), from,
                      request.who.account))
    return not_authenticated(from.front());
  ++next;
  return std::nullopt;
}

std::vector<ledger_subject> subjects_of(const std::vector<pool>& pools, const pool* through,
                                        const domain_name& from) {
  std::vector<ledger_subject> subjects{ledger_subject{from.str()}};
  const auto add = [&](const pool* of) {
    if (of != nullptr)
      for (const auto& each : of->addresses)
        subjects.emplace_back(each.address.str());
  };
  add(through);
  if (through != nullptr)
    add(admin::handlers::find_pool(pools, overflow_pool(*through).str()));
  return subjects;
}

bool has_room_today(const sending_question& asked) {
  auto room = room_of_addresses(asked, asked.through);
  const auto* const more =
      admin::handlers::find_pool(asked.pools, overflow_pool(asked.through).str());
  if (more != nullptr)
    room = sum(room, room_of_addresses(asked, *more));
  // Without a usable IP nothing is known to be over a limit.
  const bool has_addresses = !asked.through.addresses.empty();
  const auto of_domain = room_of(asked.ledgers, asked.from.str(), asked.importance);
  return (!has_addresses || room >= sum(waiting_before(asked, false), asked.recipients)) &&
         of_domain >= sum(waiting_before(asked, true), asked.recipients);
}

} // namespace warmfront::admin::tencent
