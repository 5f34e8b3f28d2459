#include "actors/warmup/warmup_actor_host.hpp"

#include <algorithm>
#include <iterator>

#include <caf/send.hpp>

namespace warmfront {

namespace {

constexpr std::chrono::milliseconds at_once{0};
constexpr std::chrono::milliseconds retry_after{1000};
/// The wall clock may jump, so that no timer can be trusted for long while somebody waits.
constexpr std::chrono::milliseconds look_again_after{250};
/// The control store counts as away when it has not answered for so long after the start.
constexpr std::chrono::milliseconds recall_after{2000};
/// A permit that one node does not use today is of use to another one for the rest of the day.
constexpr int idle_looks_per_day = 144;
constexpr std::chrono::milliseconds idle_look_min{500};
constexpr std::chrono::milliseconds quality_written_after{1000};

} // namespace

warmup_host::warmup_host(self_pointer self, warmup_rules rules, storage::store& marks,
                         storage::control_store& control, const clock& time, event_log& log)
    : run_{run_later(self)}, idle_look_every_{std::max(
                                 idle_look_min,
                                 std::chrono::duration_cast<std::chrono::milliseconds>(
                                     rules.day / idle_looks_per_day))},
      book_{std::move(rules)}, time_{time}, log_{log},
      plans_{control,
             std::string{plan_prefix},
             {[this](const auto& all) { plans_loaded(all); },
              [this](const auto& event) { note(book_.apply_plan(event)); }},
             run_},
      ledgers_{control,
               std::string{ledger_prefix},
               {[this](const auto& all) { note(book_.load_ledgers(all)); },
                [this](const auto& event) { note(book_.apply_ledger(event)); }},
               run_},
      writer_{book_, marks, ledgers_, run_, log} {}

bool warmup_host::start() {
  if (const auto read = writer_.read(); !read) {
    note(read);
    return false;
  }
  if (book_.remembers_all())
    run_(recall_after, [this] { recall(); });
  look_for_idle();
  plans_.start();
  return true;
}

/// The control store is away: what was leased before can be spent, and no more.
void warmup_host::recall() {
  if (is_loaded())
    return;
  log_.write(log_level::warn, "serving_remembered_leases", {});
  recalled_ = true;
  loaded();
  tell_intake();
}

void warmup_host::look_for_idle() {
  run_(idle_look_every_, [this] {
    book_.give_back_idle();
    book_.tell_use();
    book_.close_days(time_.wall_now());
    look_for_idle();
  });
}

void warmup_host::keep_quality() {
  if (!std::exchange(keeping_quality_, true))
    run_(quality_written_after, [this] {
      keeping_quality_ = false;
      writer_.write_quality();
    });
}

void warmup_host::plans_loaded(const storage::control_snapshot& all) {
  note(book_.load_plans(all));
  if (!ledgers_.is_loaded())
    ledgers_.start(); // after the plans: a ledger is nothing without its plan
}

void warmup_host::note(const result<void>& outcome) {
  if (!outcome)
    log_.write(log_level::error, "warmup_record_unreadable",
               {{"what", std::string_view{outcome.error().what}}});
}

void warmup_host::loaded() {
  for (const auto& work : std::exchange(waiting_for_load_, {}))
    work();
  if (std::exchange(turned_away_while_loading_, false))
    tell_delivery();
}

permits_taken warmup_host::take(const take_permits& m) {
  permits_taken taken;
  taken.verdicts.reserve(m.requests.size());
  if (!is_serving()) {
    turned_away_while_loading_ = true;
    permit_verdict later;
    later.what = permit_verdict::kind::pending;
    taken.verdicts.assign(m.requests.size(), later);
    return taken;
  }
  const auto now = time_.wall_now();
  for (const auto& request : m.requests)
    taken.verdicts.push_back(book_.take(request, now));
  flush();
  return taken;
}

void warmup_host::connect(const connect_listeners& m) {
  intake_ = caf::actor_cast<intake_actor>(m.intake);
  delivery_ = caf::actor_cast<delivery_actor>(m.delivery);
  when_loaded([this] { tell_intake(); });
}

void warmup_host::learn_owners(const pools_changed& m) {
  std::unordered_map<std::string, node_name> owners;
  sending_.clear();
  for (const auto& pool : *m.pools)
    for (const auto& each : pool.addresses) {
      const auto is_new = owners.insert_or_assign(each.address.str(), each.node).second;
      if (is_new && each.weight > 0 && may_send(each.state))
        sending_.push_back(each.address);
    }
  book_.set_owners(std::move(owners));
  flush();
}

void warmup_host::count_live(const members_changed& m) {
  // A node that drains still sends what it has.
  const auto live = std::ranges::count_if(*m.members, [](const member& each) {
    return each.self ||
           (each.alive && (each.state == node_state::active || each.state == node_state::draining));
  });
  book_.set_live_nodes(static_cast<std::uint32_t>(std::max<std::ptrdiff_t>(1, live)));
  flush();
}

void warmup_host::flush() {
  if (is_serving() && !waiting_for_load_.empty())
    loaded();
  auto effects = book_.take_effects();
  writer_.write(effects);
  for (const auto& [subject, permits] : effects.burnt)
    log_.write(log_level::warn, "lease_without_mark_burnt",
               {{"ledger", std::string_view{subject.str()}},
                {"permits", static_cast<std::int64_t>(permits)}});
  for (const auto& [subject, move] : effects.moved)
    log_move(subject, move);
  if (effects.opened || (is_serving() && std::exchange(turned_away_while_loading_, false)))
    tell_delivery();
  if (effects.domains_changed && is_serving())
    tell_intake();
  arm();
}

void warmup_host::log_move(const ledger_subject& subject, const ledger_move& move) {
  const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
  log_.write(log_level::info, "ledger_moved",
             {{"ledger", std::string_view{subject.str()}},
              {"cause", to_string(move.cause)},
              {"from_day", number(move.from)},
              {"to_day", number(move.to)},
              {"limit", number(move.limit)},
              {"used", number(move.used)},
              {"idle_days", number(move.idle_days)},
              {"outcomes", number(move.quality.outcomes)},
              {"delivered", number(move.quality.delivered)},
              {"invalid", number(move.quality.invalid)},
              {"spam", number(move.quality.spam)},
              {"complaints", number(move.quality.complaints)},
              {"opened", number(move.quality.opened)}});
}

/// Once for everything that is in the mailbox already: ten thousand ledgers open one by one.
void warmup_host::tell_delivery() {
  if (!delivery_ || std::exchange(telling_, true))
    return;
  run_(at_once, [this] {
    telling_ = false;
    caf::anon_send(delivery_, permits_available{});
  });
}

void warmup_host::tell_intake() {
  if (intake_)
    caf::anon_send(intake_, ledger_domains_changed{
                                std::make_shared<const std::vector<domain_name>>(book_.domains())});
}

void warmup_host::arm() {
  const auto opening = book_.next_opening();
  if (armed_ || (!opening && !book_.has_retries()))
    return;
  auto delay = retry_after;
  if (opening) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(std::clamp<microseconds>(
        *opening - time_.wall_now(), microseconds{1000}, look_again_after));
    delay = std::min(delay, left);
  }
  armed_ = true;
  run_(delay, [this] {
    armed_ = false;
    book_.tick(time_.wall_now());
  });
}

result<ledger_report> warmup_host::report(const ledger_subject& subject,
                                          const result<void>& outcome) const {
  if (!outcome)
    return outcome.error();
  const auto* const ledger = book_.find(subject.str());
  if (ledger == nullptr)
    return error{errc::not_found,
                 "the ledger of `" + subject.str() + "` was deleted meanwhile",
                 {},
                 "subject"};
  return ledger->reports(time_.wall_now()).front();
}

result<std::vector<ledger_report>> warmup_host::list(const list_ledgers& m) const {
  std::vector<ledger_report> reports;
  for (const auto& each : m.among)
    std::ranges::move(book_.reports(each, time_.wall_now()), std::back_inserter(reports));
  if (!m.among.empty())
    return reports;
  reports = book_.reports(m.subject, time_.wall_now());
  if (reports.empty() && !m.subject.empty())
    return error{errc::not_found, "there is no ledger of `" + m.subject.str() + "`",
                 "start one by setting its plan", "subject"};
  return reports;
}

} // namespace warmfront
