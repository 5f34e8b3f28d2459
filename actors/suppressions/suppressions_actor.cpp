#include "actors/suppressions/suppressions_actor.hpp"

#include <map>
#include <utility>

#include <caf/typed_response_promise.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/messages/once_loaded.hpp"
#include "actors/messages/run_later.hpp"
#include "actors/suppressions/suppression_book.hpp"
#include "net/dns/address_form.hpp"

namespace warmfront {

namespace {

/// Unknown recipients are written down together, off the way of any mail.
constexpr milliseconds collect_for{1'000};
constexpr milliseconds retry_after{5'000};
/// More of them wait for the control store than this: the rest is found out by the next bounce.
constexpr std::size_t unknown_max = 10'000;

} // namespace

/// What the actor does around its book. Lives in the actor's state and only on its thread.
class suppressions_host {
public:
  using self_pointer = suppressions_shell::stateful_pointer<suppressions_state>;
  template <class T>
  using promise_of = caf::typed_response_promise<answer<T>>;
  using entries = std::vector<suppression_report>;

  suppressions_host(self_pointer self, suppressions_ports ports)
      : self_{self}, ports_{ports},
        run_later_{run_later(self)}, mirror_{*ports_.control,
                                             std::string{suppressions_prefix},
                                             {[this](const auto& all) { loaded(all); },
                                              [this](const auto& event) { changed(event); }},
                                             run_later_} {}

  void start() { mirror_.start(); }
  /// Runs `work` now, or once everything is read.
  void when_loaded(std::function<void()> work) { mirror_.when_loaded(std::move(work)); }
  void flush() {
    if (mirror_.is_loaded())
      tell_intake();
  }
  void connect(const connect_listeners& m) {
    intake_ = caf::actor_cast<intake_actor>(m.intake);
    must_tell_all_ = true;
    flush();
  }

  void put(const put_suppressions& m, promise_of<entries> promise);
  void remove(const remove_suppressions& m, promise_of<done> promise);
  void note_unknown(const recipients_unknown& m);
  [[nodiscard]] suppression_page list(const list_suppressions& m) const {
    return book_.list(m, ports_.time->wall_now());
  }

private:
  using shared_draft = std::shared_ptr<const suppression_draft>;

  void loaded(const storage::control_snapshot& all) {
    note(book_.load(all));
    must_tell_all_ = true;
  }
  void changed(const storage::control_event& event) {
    note(book_.apply(event));
    if (auto change = change_of(event, book_))
      changes_.push_back(std::move(*change));
  }
  void note(const result<void>& outcome) {
    if (!outcome)
      ports_.log->write(log_level::error, "suppression_record_unreadable",
                        {{"what", std::string_view{outcome.error().what}}});
  }
  void tell_intake();
  /// Makes the items of a draft from `from` on, a transaction at a time.
  void make(const shared_draft& draft, std::size_t from, control_mirror::change_callback then);
  void remove_from(const account_name& account,
                   const std::shared_ptr<const std::vector<std::string>>& addresses,
                   std::size_t from, control_mirror::change_callback then);
  void write_unknown();
  void wrote_unknown(const shared_draft& draft, const result<void>& outcome);

  self_pointer self_;
  suppressions_ports ports_;
  deferred_run run_later_;
  suppression_book book_;
  control_mirror mirror_;
  intake_actor intake_; ///< null: not known yet
  bool must_tell_all_ = true;
  std::vector<suppression_change> changes_; ///< that intake has not heard of
  std::map<account_name, std::map<std::string, std::string>> unknown_; ///< address, reply
  std::size_t unknown_count_ = 0;
  bool writes_unknown_ = false;
};

void suppressions_host::tell_intake() {
  if (!intake_ || (!must_tell_all_ && changes_.empty()))
    return;
  suppressions_changed told{must_tell_all_, nullptr};
  auto changes = std::exchange(changes_, {});
  if (std::exchange(must_tell_all_, false))
    changes = book_.all();
  told.changes = std::make_shared<const std::vector<suppression_change>>(std::move(changes));
  self_->send(intake_, std::move(told));
}

void suppressions_host::make(const shared_draft& draft, std::size_t from,
                             control_mirror::change_callback then) {
  const auto count = std::min(suppression_book::at_once_max, draft->items.size() - from);
  mirror_.change(
      [this, draft, from, count] {
        return book_.build(*draft, std::span{draft->items}.subspan(from, count),
                           ports_.time->wall_now());
      },
      [this, draft, next = from + count, then = std::move(then)](const result<void>& outcome) {
        if (!outcome || next >= draft->items.size())
          return then(outcome);
        make(draft, next, then);
      });
}

void suppressions_host::put(const put_suppressions& m, promise_of<entries> promise) {
  auto drafted = book_.draft(m, ports_.time->wall_now());
  if (!drafted)
    return static_cast<void>(promise.deliver(answer<entries>{drafted.error()}));
  const auto draft = std::make_shared<const suppression_draft>(std::move(drafted).value());
  make(draft, 0, [this, draft, promise](const result<void>& outcome) mutable {
    if (!outcome)
      return static_cast<void>(promise.deliver(answer<entries>{outcome.error()}));
    entries made;
    for (const auto& each : draft->items)
      if (const auto* found = book_.find(draft->account, each.address))
        made.push_back(*found);
    promise.deliver(answer<entries>{std::move(made)});
  });
}

void suppressions_host::remove_from(
    const account_name& account, const std::shared_ptr<const std::vector<std::string>>& addresses,
    std::size_t from, control_mirror::change_callback then) {
  const auto count = std::min(suppression_book::at_once_max, addresses->size() - from);
  mirror_.change(
      [this, account, addresses, from, count]() -> result<storage::control_transaction> {
        return book_.build(account, std::span{*addresses}.subspan(from, count));
      },
      [this, account, addresses, next = from + count,
       then = std::move(then)](const result<void>& outcome) {
        if (!outcome || next >= addresses->size())
          return then(outcome);
        remove_from(account, addresses, next, then);
      });
}

void suppressions_host::remove(const remove_suppressions& m, promise_of<done> promise) {
  auto found = book_.present(m);
  if (!found)
    return static_cast<void>(promise.deliver(answer<done>{found.error()}));
  remove_from(m.account, std::make_shared<const std::vector<std::string>>(std::move(found).value()),
              0, [promise](const result<void>& outcome) mutable {
                promise.deliver(outcome ? answer<done>{done{}} : answer<done>{outcome.error()});
              });
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
  if (!mirror_.is_loaded())
    return run_later_(collect_for, [this] { write_unknown(); });
  if (unknown_.empty()) {
    writes_unknown_ = false;
    return;
  }
  auto of = unknown_.extract(unknown_.begin());
  unknown_count_ -= of.mapped().size();
  suppression_draft draft{of.key(), suppression_reason::hard_bounce, {}, true, {}};
  for (auto& [address, reply] : of.mapped())
    draft.items.push_back({address, std::move(reply)});
  const auto shared = std::make_shared<const suppression_draft>(std::move(draft));
  make(shared, 0, [this, shared](const result<void>& outcome) { wrote_unknown(shared, outcome); });
}

void suppressions_host::wrote_unknown(const shared_draft& draft, const result<void>& outcome) {
  const auto count = static_cast<std::int64_t>(draft->items.size());
  if (outcome) {
    ports_.log->write(log_level::info, "suppressed_unknown_recipients",
                      {{"account", std::string_view{draft->account.str()}}, {"count", count}});
    return write_unknown();
  }
  ports_.log->write(log_level::warn, "unknown_recipients_not_suppressed",
                    {{"account", std::string_view{draft->account.str()}},
                     {"count", count},
                     {"what", std::string_view{outcome.error().what}}});
  const bool is_worth_it = outcome.error().code == errc::unavailable ||
                           outcome.error().code == errc::timed_out ||
                           outcome.error().code == errc::conflict;
  if (is_worth_it)
    for (const auto& each : draft->items)
      if (unknown_[draft->account].emplace(each.address, each.text).second)
        ++unknown_count_;
  run_later_(retry_after, [this] { write_unknown(); });
}

suppressions_shell::behavior_type
suppressions_behavior(suppressions_shell::stateful_pointer<suppressions_state> self,
                      suppressions_ports ports) {
  self->state.host = std::make_shared<suppressions_host>(self, ports);
  auto* const host = self->state.host.get();
  host->start();
  return {
      once_loaded<put_suppressions, suppressions_host::entries>(
          self, [](auto& of, const auto& m, auto promise) { of.put(m, promise); }),
      once_loaded<remove_suppressions, done>(
          self, [](auto& of, const auto& m, auto promise) { of.remove(m, promise); }),
      once_loaded<list_suppressions, suppression_page>(
          self, [](auto& of, const auto& m,
                   auto promise) { promise.deliver(answer<suppression_page>{of.list(m)}); }),
      [host](const recipients_unknown& m) { host->note_unknown(m); },
      [](const find_suppressed& m) {
        found_suppressed none;
        none.entries.resize(m.addresses.size());
        return answer<found_suppressed>{none};
      },
      [](const import_suppressions&) {
        return answer<suppression_import_report>{
            error{errc::unavailable, "this node cannot do it yet", {}}};
      },
      [host](const connect_listeners& m) { host->connect(m); },
      [](const members_changed&) {},
      [](const peer_joined&) {},
      [](const peer_lost&) {},
      [](const frames_received&) { return done{}; },
      [host](const run_step& m) {
        m.step();
        host->flush();
      },
  };
}

} // namespace warmfront
