// What the identities actor does around its book. Inside `actors/identities` only.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/identities/identities_actor.hpp"
#include "actors/identities/identity_book.hpp"
#include "actors/identities/sender_verdicts.hpp"

namespace warmfront {

/// Lives in the actor's state and only on its thread.
class identities_host {
public:
  using self_pointer = identities_shell::stateful_pointer<identities_state>;
  template <class T>
  using promise_of = caf::typed_response_promise<answer<T>>;

  identities_host(self_pointer self, identities_config config, identities_ports ports);

  void start();
  /// Runs `work` now, or once everything is read.
  void when_loaded(std::function<void()> work) { mirror_.when_loaded(std::move(work)); }

  // ---- domains and addresses
  void add(const add_identity& m, promise_of<identity_report> promise);
  void remove(const remove_identity& m, promise_of<done> promise) {
    mirror_.change([this, m] { return book_.build(m); }, tell_done(std::move(promise)));
  }
  void change(const change_identity& m, promise_of<identity_report> promise) {
    mirror_.change([this, m] { return book_.build(m); }, tell(m.account, m.domain, promise));
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

  // ---- keys (identities_actor_keys.cpp)
  void add_key(const add_signing_key& m, promise_of<identity_report> promise);
  void retire_key(const retire_signing_key& m, promise_of<identity_report> promise);

  // ---- looks at the DNS (identities_actor_looks.cpp)
  void verify(const verify_identity& m, promise_of<identity_report> promise);
  void check(const check_sending& m, promise_of<sending_check> promise);
  void set_pools(const pools_changed& m) { book_.set_pools(m.pools); }

  void connect(const connect_listeners& m);
  /// Tells intake and delivery what has changed, before anybody hears that it has.
  void publish();

private:
  using made_keys = std::vector<made_signing_key>;
  using then_made = std::function<void(result<made_keys>)>;

  void note(const result<void>& outcome);
  control_mirror::change_callback tell_done(promise_of<done> promise);
  control_mirror::change_callback tell(account_name account, std::string address,
                                       promise_of<sender_report> promise);
  control_mirror::change_callback tell(account_name account, domain_name domain,
                                       promise_of<identity_report> promise);
  /// Runs `slow` aside, then `then` here with what it returned. False: too much is waiting.
  template <class Slow, class Then>
  [[nodiscard]] bool run_aside(Slow slow, Then then) {
    constexpr std::size_t slow_work_max = 64; // each for 40 ms, or some more: who comes later waits
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

  [[nodiscard]] key_sealer sealer() const;
  void make_keys(const std::vector<signing_algorithm>& which, const then_made& then);
  void make_due_keys(const domain_name& domain);
  [[nodiscard]] std::vector<signing_key>
  open_keys(const domain_name& domain, const std::vector<stored_signing_key>& sealed,
            std::map<std::string, std::shared_ptr<const dkim::private_key>>& kept);

  void tick();
  void look_at_due();
  [[nodiscard]] bool is_due(const domain_name& domain) const;
  void look_at(const domain_name& domain, bool by_hand,
               std::function<void(const result<void>&)> then);
  void store(const domain_name& domain, const identity_findings& found, wall_time at, bool by_hand,
             std::function<void(const result<void>&)> then);
  void log_verdict(const domain_name& domain, bool was_verified);

  identities_config config_;
  identities_ports ports_;
  identity_book book_;
  sender_verdicts verdicts_;
  deferred_run run_later_;
  control_mirror mirror_;
  dns_walk walk_;
  std::size_t slow_work_ = 0;
  std::set<domain_name> looking_;
  std::set<domain_name> making_; ///< keys of these domains
  intake_actor intake_;
  delivery_actor delivery_;
  bool changed_ = false;
  bool told_of_seal_ = false;
  std::shared_ptr<const std::map<domain_name, sender_domain>> told_domains_;
  std::map<domain_name, std::vector<std::pair<std::string, std::string>>> told_keys_;
  bool keys_told_ = false;
  std::map<std::string, std::shared_ptr<const dkim::private_key>> opened_; ///< by their sealed form
};

} // namespace warmfront
