#include "actors/access/access_actor.hpp"

#include "actors/access/key_book.hpp"
#include "actors/control_mirror/control_mirror.hpp"
#include "actors/messages/run_later.hpp"

namespace warmfront {

/// What the actor does around its book. Lives in the actor's state and only on its thread.
class access_host {
public:
  using self_pointer = access_shell::stateful_pointer<access_state>;
  using key_promise = caf::typed_response_promise<answer<created_key>>;
  using done_promise = caf::typed_response_promise<answer<done>>;

  access_host(self_pointer self, storage::control_store& control, const clock& time, event_log& log)
      : time_{time}, log_{log}, mirror_{control,
                                        std::string{access_prefix},
                                        {[this](const auto& all) { note(book_.load(all)); },
                                         [this](const auto& event) { note(book_.apply(event)); }},
                                        run_later(self)} {}

  void start() { mirror_.start(); }
  /// Runs `work` now, or once the keys are read.
  void when_loaded(std::function<void()> work) {
    if (mirror_.is_loaded())
      return work();
    waiting_for_load_.push_back(std::move(work));
  }
  void flush() {
    if (mirror_.is_loaded())
      for (const auto& work : std::exchange(waiting_for_load_, {}))
        work();
  }

  void create(const create_key& m, const key_promise& promise);
  void ensure_first(const ensure_first_key& m, const key_promise& promise);
  void revoke(const revoke_key& m, done_promise promise) {
    mirror_.change([this, m] { return book_.build(m); },
                   [promise](const result<void>& outcome) mutable {
                     promise.deliver(outcome ? answer<done>{done{}}
                                             : answer<done>{outcome.error()});
                   });
  }
  [[nodiscard]] const key_book& book() const { return book_; }

private:
  void note(const result<void>& outcome) {
    if (!outcome)
      log_.write(log_level::error, "key_record_unreadable",
                 {{"what", std::string_view{outcome.error().what}}});
  }
  static control_mirror::change_callback answer_with(std::string secret, key_promise promise);

  const clock& time_;
  event_log& log_;
  key_book book_;
  control_mirror mirror_;
  std::vector<std::function<void()>> waiting_for_load_;
};

control_mirror::change_callback access_host::answer_with(std::string secret, key_promise promise) {
  return [secret = std::move(secret), promise](const result<void>& outcome) mutable {
    if (outcome)
      promise.deliver(
          answer<created_key>{created_key{id_of_secret(secret).value_or(std::string{}), secret}});
    else
      promise.deliver(answer<created_key>{outcome.error()});
  };
}

void access_host::create(const create_key& m, const key_promise& promise) {
  const auto secret = make_secret();
  if (!secret)
    return answer_with({}, promise)(secret.error());
  mirror_.change([this, m, secret] { return book_.build(m, secret.value(), time_.wall_now()); },
                 answer_with(secret.value(), promise));
}

void access_host::ensure_first(const ensure_first_key& m, const key_promise& promise) {
  const auto secret = m.secret.empty() ? make_secret() : result<std::string>{m.secret};
  if (!secret)
    return answer_with({}, promise)(secret.error());
  mirror_.change([this, secret] { return book_.build_first(secret.value(), time_.wall_now()); },
                 answer_with(secret.value(), promise));
}

namespace {

using self_pointer = access_host::self_pointer;

/// A handler that answers through a promise, once everything is read.
template <class Command, class Answer, class Work>
auto later(self_pointer self, Work work) {
  return [self, work](const Command& m) -> caf::typed_response_promise<Answer> {
    auto promise = self->make_response_promise<Answer>();
    auto& host = *self->state.host;
    host.when_loaded([&host, work, m, promise] { work(host, m, promise); });
    return promise;
  };
}

} // namespace

access_shell::behavior_type access_behavior(access_shell::stateful_pointer<access_state> self,
                                            storage::control_store* control, const clock* time,
                                            event_log* log) {
  self->state.host = std::make_shared<access_host>(self, *control, *time, *log);
  auto* const host = self->state.host.get();
  host->start();
  return {
      later<create_key, answer<created_key>>(
          self, [](auto& of, const auto& m, auto promise) { of.create(m, promise); }),
      later<list_keys, answer<std::vector<key_report>>>(
          self,
          [](auto& of, const auto&, auto promise) {
            promise.deliver(answer<std::vector<key_report>>{of.book().list()});
          }),
      later<revoke_key, answer<done>>(
          self, [](auto& of, const auto& m, auto promise) { of.revoke(m, promise); }),
      later<authenticate_key, answer<client_identity>>(self,
                                                       [](auto& of, const auto& m, auto promise) {
                                                         promise.deliver(answer<client_identity>{
                                                             of.book().authenticate(m)});
                                                       }),
      later<ensure_first_key, answer<created_key>>(
          self, [](auto& of, const auto& m, auto promise) { of.ensure_first(m, promise); }),
      [host](const run_step& m) {
        m.step();
        host->flush();
      },
  };
}

} // namespace warmfront
