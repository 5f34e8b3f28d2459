#include "actors/identities/identities_actor.hpp"

#include <utility>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/identities/identity_book.hpp"
#include "actors/identities/sender_verdicts.hpp"
#include "actors/messages/once_loaded.hpp"
#include "actors/messages/run_later.hpp"
#include "net/dns/address_form.hpp"

namespace warmfront {

namespace {

/// Passwords that are checked or set at a time, each for 40 ms: who comes later is told to wait.
constexpr std::size_t slow_work_max = 64;

error too_busy() {
  return {errc::unavailable, "too many passwords are being checked", "try again in a moment"};
}

error wrong_password() {
  return {errc::refused, "the address or its password is wrong", {}};
}

} // namespace

/// What the actor does around its book. Lives in the actor's state and only on its thread.
class identities_host {
public:
  using self_pointer = identities_shell::stateful_pointer<identities_state>;
  template <class T>
  using promise_of = caf::typed_response_promise<answer<T>>;

  identities_host(self_pointer self, identities_ports ports)
      : ports_{std::move(ports)}, book_{ports_.hostname}, verdicts_{ports_.verdict_key},
        run_later_{run_later(self)}, mirror_{
                                         *ports_.control,
                                         std::string{identities_prefix},
                                         {[this](const auto& all) { note(book_.load(all)); },
                                          [this](const auto& event) { note(book_.apply(event)); }},
                                         run_later_} {}

  void start() { mirror_.start(); }
  /// Runs `work` now, or once everything is read.
  void when_loaded(std::function<void()> work) { mirror_.when_loaded(std::move(work)); }

  void add(const add_identity& m, promise_of<identity_report> promise);
  void remove(const remove_identity& m, promise_of<done> promise) {
    mirror_.change([this, m] { return book_.build(m); }, tell_done(std::move(promise)));
  }
  void add(const add_sender& m, promise_of<sender_report> promise) {
    mirror_.change([this, m] { return book_.build(m, ports_.time->wall_now()); },
                   tell(m.account, m.address, std::move(promise)));
  }
  void remove(const remove_sender& m, promise_of<done> promise) {
    mirror_.change([this, m] { return book_.build(m); }, tell_done(std::move(promise)));
  }
  void set_password(const set_sender_password& m, promise_of<sender_report> promise);
  void authenticate(const authenticate_sender& m, promise_of<sender_identity> promise);
  [[nodiscard]] const identity_book& book() const { return book_; }

private:
  void note(const result<void>& outcome) {
    if (!outcome)
      ports_.log->write(log_level::error, "identity_record_unreadable",
                        {{"what", std::string_view{outcome.error().what}}});
  }
  static control_mirror::change_callback tell_done(promise_of<done> promise) {
    return [promise](const result<void>& outcome) mutable {
      promise.deliver(outcome ? answer<done>{done{}} : answer<done>{outcome.error()});
    };
  }
  control_mirror::change_callback tell(account_name account, std::string address,
                                       promise_of<sender_report> promise) {
    return [this, account = std::move(account), address = std::move(address),
            promise](const result<void>& outcome) mutable {
      promise.deliver(answer<sender_report>{outcome ? book_.sender(account, address)
                                                    : result<sender_report>{outcome.error()}});
    };
  }
  /// Runs `slow` aside, then `then` here with what it returned. False: too much is waiting.
  template <class Slow, class Then>
  [[nodiscard]] bool run_aside(Slow slow, Then then) {
    if (slow_work_ >= slow_work_max)
      return false;
    ++slow_work_;
    ports_.run_aside([this, slow = std::move(slow), then = std::move(then), later = run_later_] {
      // `this` is used only in the actor's turn, and not when it is gone.
      later(std::chrono::milliseconds{0}, [this, made = slow(), then]() mutable {
        --slow_work_;
        then(std::move(made));
      });
    });
    return true;
  }

  identities_ports ports_;
  identity_book book_;
  sender_verdicts verdicts_;
  deferred_run run_later_;
  control_mirror mirror_;
  std::size_t slow_work_ = 0;
};

void identities_host::add(const add_identity& m, promise_of<identity_report> promise) {
  mirror_.change([this, m] { return book_.build(m, ports_.time->wall_now()); },
                 [this, m, promise](const result<void>& outcome) mutable {
                   promise.deliver(
                       answer<identity_report>{outcome ? book_.identity(m.account, m.domain)
                                                       : result<identity_report>{outcome.error()}});
                 });
}

void identities_host::set_password(const set_sender_password& m,
                                   promise_of<sender_report> promise) {
  auto refuse = [promise](const error& why) mutable {
    promise.deliver(answer<sender_report>{why});
  };
  if (const auto good = check_password(m.password); !good)
    return refuse(good.error());
  const auto known = book_.sender(m.account, m.address);
  if (!known)
    return refuse(known.error());
  const auto slow = [m, before = book_.password_of(known.value().address)] {
    if (m.must_differ && is_password(before, m.password))
      return result<password_hash>{error{errc::already_exists, "this is the password already",
                                         "choose another", "password"}};
    return hash_password(m.password);
  };
  const bool begun = run_aside(slow, [this, m, promise](const result<password_hash>& made) mutable {
    if (!made)
      return static_cast<void>(promise.deliver(answer<sender_report>{made.error()}));
    mirror_.change([this, m, hash = made.value()] { return book_.build(m, hash); },
                   tell(m.account, m.address, promise));
  });
  if (!begun)
    refuse(too_busy());
}

void identities_host::authenticate(const authenticate_sender& m,
                                   promise_of<sender_identity> promise) {
  const auto form = dns::comparable_address(m.address);
  const auto address = form ? form.value() : std::string{};
  const auto stored = book_.password_of(address);
  auto answer_with = [this, promise](const std::string& who, bool is_right) mutable {
    const auto owner = is_right ? book_.owner_of(who) : account_name{};
    promise.deliver(answer<sender_identity>{
        owner.empty() ? result<sender_identity>{wrong_password()}
                      : result<sender_identity>{sender_identity{owner, who}}});
  };
  if (verdicts_.knows(address, m.password, stored, ports_.time->steady_now()))
    return answer_with(address, true);
  const bool begun =
      run_aside([stored, shown = m.password] { return is_password(stored, shown); },
                [this, address, stored, shown = m.password, answer_with](bool is_right) mutable {
                  // It may have been changed meanwhile.
                  is_right = is_right && book_.password_of(address) == stored;
                  if (is_right)
                    verdicts_.remember(address, shown, stored, ports_.time->steady_now());
                  answer_with(address, is_right);
                });
  if (!begun)
    promise.deliver(answer<sender_identity>{too_busy()});
}

namespace {

template <class T>
answer<T> not_yet() {
  return {error{errc::unavailable, "this node cannot do it yet", {}}};
}

} // namespace

identities_shell::behavior_type
identities_behavior(identities_shell::stateful_pointer<identities_state> self,
                    identities_ports ports) {
  self->state.host = std::make_shared<identities_host>(self, std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  using domains = std::vector<identity_report>;
  using addresses = std::vector<sender_report>;
  const auto add = [](auto& of, const auto& m, auto promise) { of.add(m, promise); };
  const auto remove = [](auto& of, const auto& m, auto promise) { of.remove(m, promise); };
  return {
      once_loaded<add_identity, identity_report>(self, add),
      once_loaded<remove_identity, done>(self, remove),
      once_loaded<list_identities, domains>(self,
                                            [](auto& of, const auto& m, auto promise) {
                                              promise.deliver(answer<domains>{of.book().list(m)});
                                            }),
      once_loaded<add_sender, sender_report>(self, add),
      once_loaded<remove_sender, done>(self, remove),
      once_loaded<list_senders, addresses>(self,
                                           [](auto& of, const auto& m, auto promise) {
                                             promise.deliver(answer<addresses>{of.book().list(m)});
                                           }),
      once_loaded<set_sender_password, sender_report>(
          self, [](auto& of, const auto& m, auto promise) { of.set_password(m, promise); }),
      [](const verify_identity&) { return not_yet<identity_report>(); },
      [](const add_signing_key&) { return not_yet<identity_report>(); },
      [](const retire_signing_key&) { return not_yet<identity_report>(); },
      [](const change_identity&) { return not_yet<identity_report>(); },
      [](const check_sending&) { return not_yet<sending_check>(); },
      [](const connect_listeners&) {},
      once_loaded<authenticate_sender, sender_identity>(
          self, [](auto& of, const auto& m, auto promise) { of.authenticate(m, promise); }),
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
