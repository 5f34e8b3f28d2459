// Keys that mail is signed with: made, opened, and told to delivery.
#include <algorithm>

#include <caf/send.hpp>

#include "actors/identities/identities_actor_host.hpp"

namespace warmfront {

namespace {

dkim::algorithm spoken(signing_algorithm of) {
  return of == signing_algorithm::rsa_sha256 ? dkim::algorithm::rsa_sha256
                                             : dkim::algorithm::ed25519_sha256;
}

signing_algorithm stored(dkim::algorithm of) {
  return of == dkim::algorithm::rsa_sha256 ? signing_algorithm::rsa_sha256
                                           : signing_algorithm::ed25519_sha256;
}

result<made_signing_key> written(const dkim::private_key& key) {
  made_signing_key made;
  made.algorithm = stored(key.what());
  WARMFRONT_TRY(pem, key.to_pem());
  made.private_key = std::move(pem);
  made.published = key.public_record();
  return made;
}

error no_sealing() {
  return {errc::unavailable, "this node has no key that the keys of mail are sealed with",
          "give it secrets.key_file, the same on all nodes, or WARMFRONT_SECRETS_KEY"};
}

} // namespace

key_sealer identities_host::sealer() const {
  return [sealing = ports_.sealing](std::string_view secret,
                                    const std::string& purpose) -> result<std::string> {
    if (!sealing)
      return no_sealing();
    return seal(*sealing, secret, purpose);
  };
}

void identities_host::make_keys(const std::vector<signing_algorithm>& which,
                                const then_made& then) {
  const auto slow = [which, make = ports_.make_key]() -> result<made_keys> {
    made_keys all;
    for (const auto of : which) {
      WARMFRONT_TRY(key, make(spoken(of)));
      WARMFRONT_TRY(made, written(*key));
      all.push_back(std::move(made));
    }
    return all;
  };
  if (!run_aside(slow, then))
    then(error{errc::unavailable, "too many passwords or keys are being worked out",
               "try again in a moment"});
}

void identities_host::make_due_keys(const domain_name& domain) {
  const auto due = book_.due_keys(domain, ports_.time->wall_now(), config_.rotation);
  if (!ports_.sealing || due.empty() || !making_.insert(domain).second)
    return;
  make_keys(due, [this, domain](const result<made_keys>& made) {
    if (!made) {
      making_.erase(domain);
      return ports_.log->write(log_level::error, "signing_key_not_made",
                               {{"domain", std::string_view{domain.str()}},
                                {"what", std::string_view{made.error().what}}});
    }
    mirror_.change(
        [this, domain, keys = made.value()] {
          return book_.build_due(domain, keys, sealer(), ports_.time->wall_now());
        },
        [this, domain](const result<void>& outcome) {
          making_.erase(domain);
          ports_.log->write(
              outcome ? log_level::info : log_level::warn, "signing_key_begun",
              {{"domain", std::string_view{domain.str()}},
               {"what", std::string_view{outcome ? std::string{} : outcome.error().what}}});
        });
  });
}

void identities_host::add_key(const add_signing_key& m, promise_of<identity_report> promise) {
  auto refuse = [promise](const error& why) mutable {
    promise.deliver(answer<identity_report>{why});
  };
  if (!ports_.sealing)
    return refuse(no_sealing());
  const auto store = [this, m, promise](const made_signing_key& key) {
    auto command = m;
    command.private_key.clear();
    mirror_.change([this, command,
                    key] { return book_.build(command, key, sealer(), ports_.time->wall_now()); },
                   tell(m.account, m.domain, promise));
  };
  if (const auto known = book_.require_domain(m.account, m.domain); !known)
    return refuse(known.error());
  if (!m.private_key.empty()) {
    const auto key = dkim::private_key::from_pem(m.private_key);
    const auto made = key ? written(*key.value()) : result<made_signing_key>{key.error()};
    if (!made) {
      auto why = made.error();
      why.field = "private_key";
      return refuse(why);
    }
    return store(made.value());
  }
  make_keys({m.algorithm}, [store, refuse](const result<made_keys>& made) mutable {
    if (!made)
      return refuse(made.error());
    store(made.value().front());
  });
}

void identities_host::retire_key(const retire_signing_key& m, promise_of<identity_report> promise) {
  mirror_.change([this, m] { return book_.build(m, ports_.time->wall_now()); },
                 tell(m.account, m.domain, promise));
}

std::vector<signing_key>
identities_host::open_keys(const domain_name& domain, const std::vector<stored_signing_key>& sealed,
                           std::map<std::string, std::shared_ptr<const dkim::private_key>>& kept) {
  std::vector<signing_key> open;
  for (const auto& each : sealed) {
    auto key = opened_.contains(each.sealed) ? opened_.at(each.sealed) : nullptr;
    if (!key && ports_.sealing) {
      const auto pem =
          open_seal(*ports_.sealing, each.sealed, signing_key_purpose(domain, each.selector));
      auto read = pem ? dkim::private_key::from_pem(*pem)
                      : result<std::shared_ptr<const dkim::private_key>>{no_sealing()};
      if (read)
        key = read.value();
    }
    if (key) {
      kept.emplace(each.sealed, key);
      open.push_back({each.selector, key});
    } else if (!std::exchange(told_of_seal_, true)) {
      ports_.log->write(
          log_level::error, "signing_keys_closed",
          {{"domain", std::string_view{domain.str()}},
           {"text", std::string_view{"they were sealed with another secrets key than this node "
                                     "has: mail leaves without signatures"}}});
    }
  }
  return open;
}

// Looks at the DNS change records every hour: only what others have to know is told.
void identities_host::publish() {
  if (!mirror_.is_loaded() || !intake_ || !std::exchange(changed_, false))
    return;
  auto domains = book_.sender_domains();
  if (!told_domains_ || *told_domains_ != domains) {
    told_domains_ =
        std::make_shared<const std::map<domain_name, sender_domain>>(std::move(domains));
    caf::anon_send(intake_, sender_domains_changed{told_domains_});
    caf::anon_send(delivery_, sender_domains_changed{told_domains_});
  }
  const auto sealed = book_.signing_keys();
  decltype(told_keys_) now;
  for (const auto& [domain, keys] : sealed)
    for (const auto& each : keys)
      now[domain].emplace_back(each.selector, each.sealed);
  if (keys_told_ && now == told_keys_)
    return;
  keys_told_ = true;
  told_keys_ = std::move(now);
  std::map<domain_name, std::vector<signing_key>> all;
  decltype(opened_) kept;
  for (const auto& [domain, keys] : sealed)
    if (auto open = open_keys(domain, keys, kept); !open.empty())
      all.emplace(domain, std::move(open));
  opened_ = std::move(kept);
  caf::anon_send(
      delivery_,
      signing_keys_changed{
          std::make_shared<const std::map<domain_name, std::vector<signing_key>>>(std::move(all))});
}

} // namespace warmfront
