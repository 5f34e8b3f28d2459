#include "actors/suppressions/suppressions_actor.hpp"

#include <utility>

#include "actors/core/random.hpp"
#include "actors/messages/once_loaded.hpp"
#include "actors/messages/run_later.hpp"
#include "actors/suppressions/suppression_lister.hpp"
#include "actors/suppressions/suppression_record.hpp"
#include "actors/suppressions/suppressions_actor_host.hpp"
#include "net/dns/address_form.hpp"

namespace warmfront {

namespace {

constexpr milliseconds suppressions_tick{500};
/// Unknown recipients are written down together, off the way of any mail.
constexpr milliseconds collect_for{1'000};
constexpr milliseconds retry_after{5'000};
/// More of them wait for the disk than this: the rest is found out by the next bounce.
constexpr std::size_t unknown_max = 10'000;

} // namespace

suppressions_host::suppressions_host(self_pointer self, suppressions_ports ports)
    : self_{self}, ports_{std::move(ports)},
      run_later_{run_later(self)}, writer_{*ports_.disk, ports_.reader,
                                           [run = run_later_](std::function<void()> work) {
                                             run(milliseconds{0}, std::move(work));
                                           }},
      exchange_{*this}, mirror_{*ports_.control,
                                std::string{suppressions_prefix},
                                {[this](const auto& all) { import_records(all.records, 0, false); },
                                 [this](const auto& event) {
                                   if (!event.deleted)
                                     import_records({event.record}, 0, true);
                                 }},
                                run_later_} {}

void suppressions_host::start() {
  started_ = steady_now();
  clean_at_ = started_ + ports_.config.clean_after;
  next_sweep_ = started_ + ports_.config.sweep_every;
  if (const auto opened = writer_.open(); !opened) {
    log_failure("suppressions_unreadable", opened.error());
    return self_->quit(caf::exit_reason::user_shutdown);
  }
  writer_.on_durable([this] {
    exchange_.changed();
    check_ready();
  });
  first_own_ = facts().origin == 0                       ? 0
               : facts().vector.contains(facts().origin) ? facts().vector.at(facts().origin)
                                                         : 0;
  if (facts().origin == 0)
    change_origin();
  mirror_.start();
  check_ready();
  tick();
}

void suppressions_host::tick() {
  run_later_(suppressions_tick, [this] {
    exchange_.tick();
    check_ready();
    if (!legacy_.empty() && steady_now() >= clean_at_)
      clean();
    if (is_sweeping_ || steady_now() >= next_sweep_)
      sweep();
    tick();
  });
}

// ---- readiness ------------------------------------------------------------------------------

bool suppressions_host::has_table() const {
  return facts().origin != 0 && facts().was_imported;
}

// A node that has never had what the others have would send to whom it must not.
void suppressions_host::check_ready() {
  if (!has_table())
    return;
  const bool is_complete = facts().was_complete || !ports_.send || exchange_.is_complete();
  if (is_complete && !facts().was_complete && !std::exchange(is_completing_, true))
    writer_.change(
        storage::priority::progress,
        [](suppression_edit& edit) {
          edit.changed().was_complete = true;
          return result<void>{success()};
        },
        [](const result<void>&) {});
  if (is_complete)
    tell_intake();
  if (!is_complete && steady_now() < started_ + ports_.config.wait_for_peers)
    return;
  is_open_ = true;
  for (const auto& each : std::exchange(waiting_for_load_, {}))
    each();
}

void suppressions_host::when_loaded(std::function<void()> work) {
  if (is_open_)
    return work();
  waiting_for_load_.push_back(std::move(work));
}

void suppressions_host::connect(const connect_listeners& m) {
  intake_ = caf::actor_cast<intake_actor>(m.intake);
  has_told_intake_ = false;
  check_ready();
}

void suppressions_host::tell_intake() {
  if (intake_ && !std::exchange(has_told_intake_, true))
    self_->send(intake_, suppressions_known{});
}

void suppressions_host::log_failure(std::string_view event, const error& why) {
  ports_.log->write(log_level::error, event, {{"what", std::string_view{why.what}}});
}

// ---- commands -------------------------------------------------------------------------------

void suppressions_host::when_safe(std::function<void(const result<void>&)> then) {
  if (!ports_.config.copies_wanted)
    return then(success());
  const auto mine = facts().vector.find(facts().origin);
  exchange_.when_copied(mine == facts().vector.end() ? 0 : mine->second,
                        [then = std::move(then), required = ports_.config.copy_required](bool has) {
                          if (has || !required)
                            return then(success());
                          then(error{errc::unavailable,
                                     "the change is on this node, but no other node took its copy",
                                     "try again; see `warmfront cluster status`"});
                        });
}

void suppressions_host::put(const put_suppressions& m, promise_of<entries> promise) {
  auto drafted = draft_suppressions(m, ports_.time->wall_now());
  if (!drafted)
    return static_cast<void>(promise.deliver(answer<entries>{drafted.error()}));
  const auto draft = std::make_shared<const suppression_draft>(std::move(drafted).value());
  const auto made = std::make_shared<entries>();
  writer_.change(
      storage::priority::progress,
      [this, draft, made](suppression_edit& edit) -> result<void> {
        WARMFRONT_TRY(put_entries(edit, *draft, ports_.config.node, ports_.time->wall_now()));
        for (const auto& each : draft->items) {
          WARMFRONT_TRY(found, edit.find(draft->account, each.address));
          if (found != nullptr)
            made->push_back(report_of(*found));
        }
        return success();
      },
      [this, made, promise](const result<void>& durable) mutable {
        if (!durable)
          return static_cast<void>(promise.deliver(answer<entries>{durable.error()}));
        when_safe([made, promise](const result<void>& safe) mutable {
          promise.deliver(safe ? answer<entries>{std::move(*made)} : answer<entries>{safe.error()});
        });
      });
}

void suppressions_host::remove(const remove_suppressions& m, promise_of<done> promise) {
  writer_.change(
      storage::priority::progress,
      [this, m](suppression_edit& edit) -> result<void> {
        WARMFRONT_TRY(remove_entries(edit, m, ports_.time->wall_now()));
        return success();
      },
      [this, promise](const result<void>& durable) mutable {
        if (!durable)
          return static_cast<void>(promise.deliver(answer<done>{durable.error()}));
        when_safe([promise](const result<void>& safe) mutable {
          promise.deliver(safe ? answer<done>{done{}} : answer<done>{safe.error()});
        });
      });
}

void suppressions_host::list(const list_suppressions& m, promise_of<suppression_page> promise) {
  promise.deliver(answer<suppression_page>{
      suppression_lister{*ports_.disk, facts()}.list(m, ports_.time->wall_now())});
}

suppression_counts suppressions_host::counts() const {
  suppression_counts told;
  for (const auto& [name, count] : facts().counts)
    told.entries += count;
  told.behind = exchange_.behind();
  return told;
}

// ---- what receivers said ------------------------------------------------------------------

void suppressions_host::note_unknown(const recipients_unknown& m) {
  for (const auto& each : m.recipients) {
    const auto form = dns::comparable_address(each.address);
    if (form && unknown_count_ < unknown_max &&
        unknown_[each.account].emplace(form.value(), each.reply).second)
      ++unknown_count_;
  }
  if (unknown_count_ == 0 || std::exchange(writes_unknown_, true))
    return;
  run_later_(collect_for, [this] { write_unknown(); });
}

void suppressions_host::write_unknown() {
  writes_unknown_ = false;
  if (unknown_.empty())
    return;
  if (!has_table()) {
    writes_unknown_ = true;
    return run_later_(collect_for, [this] { write_unknown(); });
  }
  writes_unknown_ = true;
  auto of = std::make_shared<decltype(unknown_)>(std::exchange(unknown_, {}));
  const auto count = std::exchange(unknown_count_, 0);
  writer_.change(
      storage::priority::progress,
      [this, of](suppression_edit& edit) -> result<void> {
        for (const auto& [account, addresses] : *of) {
          suppression_draft draft{account, true, {}};
          for (const auto& [address, reply] : addresses)
            draft.items.push_back(
                {address, suppression_reason::hard_bounce, {}, suppression_text(reply)});
          WARMFRONT_TRY(put_entries(edit, draft, ports_.config.node, ports_.time->wall_now()));
        }
        return success();
      },
      [this, of, count](const result<void>& durable) {
        if (durable) {
          ports_.log->write(log_level::info, "suppressed_unknown_recipients",
                            {{"count", static_cast<std::int64_t>(count)}});
          return run_later_(collect_for, [this] { write_unknown(); });
        }
        log_failure("unknown_recipients_not_suppressed", durable.error());
        for (auto& [account, addresses] : *of)
          for (auto& [address, reply] : addresses)
            if (unknown_count_ < unknown_max &&
                unknown_[account].emplace(address, std::move(reply)).second)
              ++unknown_count_;
        run_later_(retry_after, [this] { write_unknown(); });
      });
}

// ---- the actor ------------------------------------------------------------------------------

suppressions_shell::behavior_type
suppressions_behavior(suppressions_shell::stateful_pointer<suppressions_state> self,
                      suppressions_ports ports) {
  self->state.host = std::make_shared<suppressions_host>(self, std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  return {
      once_loaded<put_suppressions, suppressions_host::entries>(
          self, [](auto& of, const auto& m, auto promise) { of.put(m, promise); }),
      once_loaded<remove_suppressions, done>(
          self, [](auto& of, const auto& m, auto promise) { of.remove(m, promise); }),
      once_loaded<list_suppressions, suppression_page>(
          self, [](auto& of, const auto& m, auto promise) { of.list(m, promise); }),
      [host](const count_suppressions&) { return host->counts(); },
      [host](const recipients_unknown& m) { host->note_unknown(m); },
      once_loaded<import_suppressions, suppression_import_report>(
          self, [](auto& of, const auto& m, auto promise) { of.import(m, promise); }),
      [host](const connect_listeners& m) { host->connect(m); },
      [host](const members_changed& m) { host->set_members(m); },
      [host](const peer_joined& m) { host->joined(m); },
      [host](const peer_lost& m) { host->lost(m); },
      [host](const frames_received& m) {
        host->receive(m);
        return done{};
      },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
