#include "actors/webhooks/webhooks_actor.hpp"

#include <caf/send.hpp>

#include "actors/core/displayable.hpp"
#include "actors/messages/once_loaded.hpp"
#include "actors/messages/run_later.hpp"
#include "actors/webhooks/event_json.hpp"
#include "actors/webhooks/webhook_signature.hpp"
#include "actors/webhooks/webhooks_actor_host.hpp"

namespace warmfront {

namespace {

/// Retries and probes are looked for so often.
constexpr milliseconds tick_every{1'000};
/// Events that come close together are read together.
constexpr milliseconds gather_for{20};
constexpr seconds prune_every{60};
constexpr std::string_view seal_purpose = "webhook";

error no_webhook_seal() {
  return {errc::unavailable, "this node has no key that secrets of webhooks are sealed with",
          "give all nodes of the cluster the same [secrets] key_file or WARMFRONT_SECRETS_KEY"};
}

} // namespace

webhooks_host::webhooks_host(self_pointer self, webhooks_ports ports)
    : self_{self}, ports_{std::move(ports)},
      run_later_{run_later(self)}, mirror_{*ports_.control,
                                           std::string{webhooks_prefix},
                                           {[this](const auto& all) {
                                              note(book_.load(all));
                                              is_changed_ = true;
                                              wake();
                                            },
                                            [this](const auto& event) {
                                              note(book_.apply(event));
                                              is_changed_ = true;
                                              wake();
                                            }},
                                           run_later_},
      courier_{make_courier_ports(), ports_.rules}, interest_{ports_.keep} {
  if (ports_.write_file)
    file_.emplace(*ports_.store, *ports_.log, ports_.node, ports_.write_file);
}

courier_ports webhooks_host::make_courier_ports() {
  courier_ports its;
  its.store = ports_.store;
  its.time = ports_.time;
  its.log = ports_.log;
  its.http = ports_.http;
  its.random = ports_.random.get();
  its.run = [later = run_later_](std::function<void()> work) {
    later(milliseconds{0}, std::move(work));
  };
  its.secrets = [this](std::uint64_t number) { return secrets_of(number); };
  its.end = [this](std::uint64_t number, const std::string& why) {
    ports_.log->write(
        log_level::warn, "webhook_ended",
        {{"webhook", static_cast<std::int64_t>(number)}, {"what", std::string_view{why}}});
    mirror_.change([this, number, why] { return book_.build_end(number, why); },
                   [](const result<void>&) {});
  };
  its.wake = [this] { wake(); };
  return its;
}

void webhooks_host::start() {
  mirror_.start();
  tick();
}

void webhooks_host::tick() {
  work();
  run_later_(tick_every, [this] { tick(); });
}

void webhooks_host::wake() {
  if (!std::exchange(is_awake_, true))
    run_later_(gather_for, [this] { work(); });
}

void webhooks_host::work() {
  is_awake_ = false;
  if (!mirror_.is_loaded())
    return;
  note_changes();
  bool is_more = courier_.turn();
  if (file_)
    is_more = file_->turn(courier_.pages()) || is_more;
  if (is_more)
    wake();
  const auto now = ports_.time->wall_now();
  if (now >= pruned_at_ + prune_every || now < pruned_at_) {
    pruned_at_ = now;
    prune();
    tell_readers();
  }
}

/// What was changed a moment ago counts: whoever hears of it is heard next.
void webhooks_host::note_changes() {
  if (!std::exchange(is_changed_, false))
    return;
  courier_.set_webhooks(book_.list({}).value());
  tell_readers();
}

/// What all have read and is old enough goes.
void webhooks_host::prune() {
  courier_.sweep();
  storage::batch removed;
  for (const auto stream : event_streams) {
    const auto old =
        storage::first_event_since(*ports_.store, stream, ports_.time->wall_now() - ports_.keep);
    if (!old)
      continue;
    auto before = std::min(old.value(), courier_.needed_from(stream));
    if (file_)
      before = std::min(before, file_->needed_from(stream));
    if (std::exchange(pruned_.at(index_of(stream)), before) != before)
      storage::remove_events(removed, stream, before);
  }
  if (!removed.empty())
    ports_.store->commit(std::move(removed), storage::priority::upkeep, [](const result<void>&) {});
}

void webhooks_host::note(const result<void>& outcome) {
  if (!outcome)
    ports_.log->write(log_level::error, "webhook_record_unreadable",
                      {{"what", std::string_view{outcome.error().what}}});
}

// ---- who logs events ----------------------------------------------------------------------

void webhooks_host::connect(const connect_listeners& m) {
  loggers_.clear();
  for (const auto& each : {m.intake, m.delivery, m.feedback})
    if (each)
      loggers_.push_back(caf::actor_cast<caf::actor>(each));
  told_readers_.reset();
  if (mirror_.is_loaded())
    tell_readers();
}

void webhooks_host::tell_readers() {
  auto readers = book_.readers();
  const bool all = interest_.add_to(readers, ports_.time->wall_now()) || file_.has_value();
  if (told_readers_ == readers && told_all_ == all)
    return;
  told_readers_ = readers;
  told_all_ = all;
  const event_readers_changed told{
      all, std::make_shared<const std::vector<account_name>>(readers.begin(), readers.end())};
  for (const auto& each : loggers_)
    caf::anon_send(each, told);
}

// ---- commands -----------------------------------------------------------------------------

std::vector<std::string> webhooks_host::secrets_of(std::uint64_t number) const {
  std::vector<std::string> found;
  const auto* const stored = book_.find({}, number);
  if (stored == nullptr || !ports_.sealing)
    return found;
  const auto open = [&](const std::string& sealed) {
    if (auto secret = open_seal(*ports_.sealing, sealed, seal_purpose))
      found.push_back(std::move(*secret));
  };
  open(stored->sealed_secret);
  if (!stored->previous_secret.empty() && ports_.time->wall_now() < stored->previous_until)
    open(stored->previous_secret);
  return found;
}

void webhooks_host::put(const put_webhook& m, promise_of<webhook_report> promise) {
  auto refuse = [promise](const error& why) mutable {
    promise.deliver(answer<webhook_report>{why});
  };
  if (const auto good = http::check_url(m.value.url, ports_.addresses, ports_.allow_plain); !good)
    return refuse(good.error());
  std::string secret;
  std::string sealed;
  if (m.value.number == 0 || m.new_secret) {
    if (!ports_.sealing)
      return refuse(no_webhook_seal());
    const auto made = make_webhook_secret();
    const auto closed = made ? seal(*ports_.sealing, made.value(), seal_purpose)
                             : result<std::string>{made.error()};
    if (!closed)
      return refuse(closed.error());
    secret = made.value();
    sealed = closed.value();
  }
  const auto number = std::make_shared<std::uint64_t>(0);
  mirror_.change(
      [this, m, sealed, number]() -> result<storage::control_transaction> {
        WARMFRONT_TRY(built, book_.build(m, sealed, ports_.time->wall_now()));
        *number = built.number;
        return std::move(built.transaction);
      },
      [this, secret, number, promise](const result<void>& outcome) mutable {
        note_changes();
        const auto* const made = outcome ? book_.find({}, *number) : nullptr;
        if (made == nullptr)
          return static_cast<void>(promise.deliver(answer<webhook_report>{
              outcome ? error{errc::conflict, "the webhook was removed meanwhile", {}}
                      : outcome.error()}));
        auto report = report_of(*made);
        report.secret = secret;
        promise.deliver(answer<webhook_report>{std::move(report)});
      });
}

void webhooks_host::remove(const delete_webhook& m, promise_of<done> promise) {
  mirror_.change([this, m] { return book_.build(m); },
                 [promise](const result<void>& outcome) mutable {
                   promise.deliver(outcome ? answer<done>{done{}} : answer<done>{outcome.error()});
                 });
}

void webhooks_host::test(const test_webhook& m, promise_of<webhook_tested> promise) {
  const auto* const found = book_.find(m.account, m.number);
  const auto now = ports_.time->wall_now();
  const auto id =
      "test-" + std::to_string(m.number) + "-" + std::to_string(now.time_since_epoch().count());
  auto ready = found == nullptr
                   ? result<http::outgoing_request>{error{
                         errc::not_found, "there is no webhook " + std::to_string(m.number), {}}}
                   : courier_.request(found->value, id, webhook_test_body(m.number, now));
  if (!ready)
    return static_cast<void>(promise.deliver(answer<webhook_tested>{ready.error()}));
  auto asked = std::move(ready).value();
  asked.within = milliseconds{4'000}; // somebody waits for the answer
  ports_.http->call(
      std::move(asked), [later = run_later_, promise](result<http::incoming_answer> got) {
        later(milliseconds{0}, [promise, got = std::move(got)]() mutable {
          webhook_tested told;
          if (!got)
            told.error = displayable(got.error().what, 300);
          else if (told.status = got.value().status; told.status < 200 || told.status > 299)
            told.error = "the receiver answered " + std::to_string(told.status);
          promise.deliver(answer<webhook_tested>{std::move(told)});
        });
      });
}

// ---- questions ----------------------------------------------------------------------------

webhook_report webhooks_host::report_of(const stored_webhook& value) {
  webhook_report report;
  report.value = value.value;
  courier_.describe(report);
  if (!value.inactive_why.empty())
    report.last_error = value.inactive_why;
  return report;
}

result<std::vector<webhook_report>> webhooks_host::list(const list_webhooks& m) {
  WARMFRONT_TRY(found, book_.list(m));
  courier_.pages().begin_turn();
  std::vector<webhook_report> reports;
  for (const auto* each : found)
    reports.push_back(report_of(*each));
  return reports;
}

result<std::vector<dead_letter>> webhooks_host::list(const list_dead_letters& m) {
  WARMFRONT_TRY(book_.list({m.account, m.webhook}));
  return courier_.dead_letters(m);
}

result<replayed> webhooks_host::replay(const replay_dead_letters& m) {
  WARMFRONT_TRY(book_.list({m.account, m.webhook}));
  note_changes();
  WARMFRONT_TRY(count, courier_.replay(m));
  return replayed{count};
}

result<event_page> webhooks_host::read(const read_events& m) {
  if (interest_.note(m.account, ports_.time->wall_now()))
    tell_readers();
  courier_.pages().begin_turn();
  return read_page(courier_.pages(), m);
}

// ---- the actor ----------------------------------------------------------------------------

webhooks_shell::behavior_type
webhooks_behavior(webhooks_shell::stateful_pointer<webhooks_state> self, webhooks_ports ports) {
  self->state.host = std::make_shared<webhooks_host>(self, std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  using reports = std::vector<webhook_report>;
  using letters = std::vector<dead_letter>;
  return {
      once_loaded<put_webhook, webhook_report>(
          self, [](auto& of, const auto& m, auto promise) { of.put(m, promise); }),
      once_loaded<delete_webhook, done>(
          self, [](auto& of, const auto& m, auto promise) { of.remove(m, promise); }),
      once_loaded<list_webhooks, reports>(self,
                                          [](auto& of, const auto& m, auto promise) {
                                            promise.deliver(answer<reports>{of.list(m)});
                                          }),
      once_loaded<list_dead_letters, letters>(self,
                                              [](auto& of, const auto& m, auto promise) {
                                                promise.deliver(answer<letters>{of.list(m)});
                                              }),
      once_loaded<replay_dead_letters, replayed>(self,
                                                 [](auto& of, const auto& m, auto promise) {
                                                   promise.deliver(answer<replayed>{of.replay(m)});
                                                 }),
      once_loaded<test_webhook, webhook_tested>(
          self, [](auto& of, const auto& m, auto promise) { of.test(m, promise); }),
      once_loaded<read_events, event_page>(self,
                                           [](auto& of, const auto& m, auto promise) {
                                             promise.deliver(answer<event_page>{of.read(m)});
                                           }),
      [host](const events_logged&) { host->wake(); },
      [host](const connect_listeners& m) { host->connect(m); },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
