// Whether large receivers would take what a task sends, before an occurrence of it begins.

#include <algorithm>

#include "actors/core/address.hpp"
#include "actors/scheduler/scheduler_actor_host.hpp"
#include "net/mime/mailbox.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds check_within{25};

void add_sources_of(const std::vector<pool>& pools, const pool_name& name,
                    std::vector<ip_address>& to) {
  const auto found = std::ranges::find(pools, name, &pool::name);
  if (found != pools.end())
    for (const auto& each : found->addresses)
      if (each.weight > 0 && may_send(each.state))
        to.push_back(each.address);
}

/// The rules that are not met, and what to publish.
std::string objections(const sending_check& found) {
  std::string text;
  for (const auto& each : found.rules) {
    if (each.is_met)
      continue;
    text += (text.empty() ? "" : "; ") + each.name + ": " + each.why;
    if (each.publish)
      text += " (publish " + each.publish->type + " at " + each.publish->name.str() + ": " +
              each.publish->expected + ")";
  }
  return text;
}

} // namespace

void scheduler_host::check_sender(const task& of, const then_checked& then) {
  const auto from = mime::parse_mailbox(of.from, "from");
  if (!ports_.identities || config_.rules == bulk_rules::off || !from)
    return then(std::string{});
  check_sending question;
  question.account = of.account;
  question.from = domain_name{domain_of(from.value().address)};
  // Only who would be stopped waits for the DNS.
  question.asks_dns = config_.rules == bulk_rules::refuse;
  if (pools_) {
    add_sources_of(*pools_, of.pool, question.sources);
    if (const auto through = std::ranges::find(*pools_, of.pool, &pool::name);
        through != pools_->end())
      add_sources_of(*pools_, overflow_pool(*through), question.sources);
  }
  self_->request(ports_.identities, check_within, question)
      .then(
          [this, of, then](const answer<sending_check>& got) { judge_sender(of, got.value, then); },
          [this, of, then](const caf::error&) {
            judge_sender(of, error{errc::timed_out, "the sender was not checked in time", {}},
                         then);
          });
}

void scheduler_host::judge_sender(const task& of, const result<sending_check>& found,
                                  const then_checked& then) {
  const auto say = [&](const std::string& what) {
    ports_.log->write(
        log_level::warn, "task_sender_not_ready",
        {{"task", static_cast<std::int64_t>(of.id)}, {"what", std::string_view{what}}});
  };
  const bool must_be_met = config_.rules == bulk_rules::refuse;
  if (!found && found.error().code == errc::refused)
    return then(to_string(found.error()));
  if (!found) {
    say(found.error().what);
    return then(must_be_met ? result<std::string>{found.error()} : result<std::string>{""});
  }
  const auto text = objections(found.value());
  if (text.empty())
    return then(std::string{});
  say(text);
  then(must_be_met ? "large receivers would refuse it: " + text : std::string{});
}

void scheduler_host::pause(task_id id, const std::string& reason,
                           const std::function<void()>& then) {
  constexpr std::size_t reason_octets_max = 1'500;
  mirror_.change(
      [this, id, reason] {
        return book_.build(
            act_on_task{id, {}, task_change::pause, reason.substr(0, reason_octets_max)}, now());
      },
      [this, id, reason, then](const result<void>&) {
        ports_.log->write(
            log_level::warn, "task_paused",
            {{"task", static_cast<std::int64_t>(id)}, {"reason", std::string_view{reason}}});
        then();
      });
}

} // namespace warmfront
