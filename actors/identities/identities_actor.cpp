#include "actors/identities/identities_actor_host.hpp"

#include <utility>

#include <caf/actor_cast.hpp>

#include "actors/messages/once_loaded.hpp"
#include "actors/messages/run_later.hpp"
#include "net/dns/address_form.hpp"

namespace warmfront {

namespace {

error too_busy() {
  return {errc::unavailable, "too many passwords or keys are being worked out",
          "try again in a moment"};
}

template <class T>
answer<T> answer_with(result<T> found) {
  return {std::move(found)};
}

error wrong_password() {
  return {errc::refused, "the address or its password is wrong", {}};
}

} // namespace

identities_host::identities_host(self_pointer self, identities_config config,
                                 identities_ports ports)
    : config_{std::move(config)}, ports_{std::move(ports)}, book_{config_.site},
      verdicts_{ports_.verdict_key}, run_later_{run_later(self)},
      mirror_{*ports_.control,
              std::string{identities_prefix},
              {[this](const auto& all) {
                 note(book_.load(all));
                 publish(); // intake knows before anybody is told that everything is read
               },
               [this](const auto& event) { note(book_.apply(event)); }},
              run_later_},
      walk_{ports_.look_up, run_later_} {}

void identities_host::start() {
  mirror_.start();
  if (ports_.look_up)
    mirror_.when_loaded([this] { tick(); });
}

void identities_host::note(const result<void>& outcome) {
  changed_ = true;
  if (!outcome)
    ports_.log->write(log_level::error, "identity_record_unreadable",
                      {{"what", std::string_view{outcome.error().what}}});
}

control_mirror::change_callback identities_host::tell_done(promise_of<done> promise) {
  return [this, promise](const result<void>& outcome) mutable {
    publish();
    promise.deliver(outcome ? answer<done>{done{}} : answer<done>{outcome.error()});
  };
}

control_mirror::change_callback identities_host::tell(account_name account, std::string address,
                                                      promise_of<sender_report> promise) {
  return [this, account = std::move(account), address = std::move(address),
          promise](const result<void>& outcome) mutable {
    promise.deliver(answer<sender_report>{outcome ? book_.sender(account, address)
                                                  : result<sender_report>{outcome.error()}});
  };
}

control_mirror::change_callback identities_host::tell(account_name account, domain_name domain,
                                                      promise_of<identity_report> promise) {
  return [this, account = std::move(account), domain = std::move(domain),
          promise](const result<void>& outcome) mutable {
    publish();
    promise.deliver(answer<identity_report>{outcome ? book_.identity(account, domain)
                                                    : result<identity_report>{outcome.error()}});
  };
}

void identities_host::add(const add_identity& m, promise_of<identity_report> promise) {
  const auto store = [this, m, promise](const made_keys& keys) {
    mirror_.change(
        [this, m, keys] { return book_.build(m, ports_.time->wall_now(), keys, sealer()); },
        tell(m.account, m.domain, promise));
  };
  // What would be refused anyway costs no keys.
  const auto possible = book_.build(m, ports_.time->wall_now());
  if (!possible)
    return static_cast<void>(promise.deliver(answer<identity_report>{possible.error()}));
  if (!ports_.sealing)
    return store({});
  make_keys({signing_algorithm::rsa_sha256, signing_algorithm::ed25519_sha256},
            [store, promise](const result<made_keys>& made) mutable {
              if (!made)
                return static_cast<void>(promise.deliver(answer<identity_report>{made.error()}));
              store(made.value());
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

void identities_host::connect(const connect_listeners& m) {
  intake_ = caf::actor_cast<intake_actor>(m.intake);
  delivery_ = caf::actor_cast<delivery_actor>(m.delivery);
  told_domains_.reset();
  keys_told_ = false;
  changed_ = true;
  publish();
}

identities_shell::behavior_type
identities_behavior(identities_shell::stateful_pointer<identities_state> self,
                    identities_config config, identities_ports ports) {
  self->state.host = std::make_shared<identities_host>(self, std::move(config), std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  using domains = std::vector<identity_report>;
  using addresses = std::vector<sender_report>;
  const auto add = [](auto& of, const auto& m, auto promise) { of.add(m, promise); };
  const auto remove = [](auto& of, const auto& m, auto promise) { of.remove(m, promise); };
  const auto list = [](auto& of, const auto& m, auto promise) {
    promise.deliver(answer_with(of.book().list(m)));
  };
  return {
      once_loaded<add_identity, identity_report>(self, add),
      once_loaded<remove_identity, done>(self, remove),
      once_loaded<list_identities, domains>(self, list),
      once_loaded<add_sender, sender_report>(self, add),
      once_loaded<remove_sender, done>(self, remove),
      once_loaded<list_senders, addresses>(self, list),
      once_loaded<set_sender_password, sender_report>(
          self, [](auto& of, const auto& m, auto promise) { of.set_password(m, promise); }),
      once_loaded<verify_identity, identity_report>(
          self, [](auto& of, const auto& m, auto promise) { of.verify(m, promise); }),
      once_loaded<add_signing_key, identity_report>(
          self, [](auto& of, const auto& m, auto promise) { of.add_key(m, promise); }),
      once_loaded<retire_signing_key, identity_report>(
          self, [](auto& of, const auto& m, auto promise) { of.retire_key(m, promise); }),
      once_loaded<change_identity, identity_report>(
          self, [](auto& of, const auto& m, auto promise) { of.change(m, promise); }),
      once_loaded<check_sending, sending_check>(
          self, [](auto& of, const auto& m, auto promise) { of.check(m, promise); }),
      [host](const connect_listeners& m) { host->connect(m); },
      [host](const pools_changed& m) { host->set_pools(m); },
      once_loaded<authenticate_sender, sender_identity>(
          self, [](auto& of, const auto& m, auto promise) { of.authenticate(m, promise); }),
      [host](const run_step& m) {
        m.step();
        host->publish();
      },
  };
}

} // namespace warmfront
