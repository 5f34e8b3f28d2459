// How a node answers mail clients: who they are, and what becomes of their mail.

#include <utility>

#include <caf/send.hpp>

#include "actors/node/node_parts.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds authenticate_within{10};

using net_verdict = std::function<void(result<net::authenticated_client>)>;
using password_check = std::function<void(std::string user, std::string secret, net_verdict)>;
using asker_pointer = std::shared_ptr<caf::event_based_actor*>;

error no_verdict() {
  return {errc::timed_out, "the key check did not answer in time", "try again"};
}

password_check check_keys(const caf::actor& asker, const asker_pointer& self,
                          const access_actor& access) {
  return [=](std::string user, std::string secret, net_verdict then) {
    auto question = authenticate_key{std::move(user), std::move(secret)};
    caf::anon_send(asker, run_step{[=] {
                     (*self)
                         ->request(access, authenticate_within, question)
                         .then(
                             [then](const answer<client_identity>& found) {
                               if (!found.value)
                                 return then(found.value.error());
                               const auto& who = found.value.value();
                               if (who.role == key_role::viewer)
                                 return then(error{errc::refused, "this key may not send",
                                                   "use a key with the role sender"});
                               then(net::authenticated_client{who.account, who.key_id});
                             },
                             [then](const caf::error&) { then(no_verdict()); });
                   }});
  };
}

/// A sender address stands for the key in records, and is the only one that it may send from.
password_check check_senders(const caf::actor& asker, const asker_pointer& self,
                             const identities_actor& identities) {
  return [=](std::string user, std::string secret, net_verdict then) {
    auto question = authenticate_sender{std::move(user), std::move(secret)};
    caf::anon_send(
        asker, run_step{[=] {
          (*self)
              ->request(identities, authenticate_within, question)
              .then(
                  [then](const answer<sender_identity>& found) {
                    if (!found.value)
                      return then(found.value.error());
                    const auto& who = found.value.value();
                    then(net::authenticated_client{who.account, who.address, who.address});
                  },
                  [then](const caf::error&) { then(no_verdict()); });
        }});
  };
}

} // namespace

net::smtp_server_handlers node::parts::make_smtp_handlers() {
  net::smtp_server_handlers handlers;
  handlers.authenticate = [keys = check_keys(asker, asker_self, access),
                           senders = check_senders(asker, asker_self, identities)](
                              std::string user, std::string secret, net_verdict then) {
    // No key's id has one: it is a sender address, with its password.
    const bool is_address = user.find('@') != std::string::npos;
    (is_address ? senders : keys)(std::move(user), std::move(secret), std::move(then));
  };
  handlers.submit = [intake = intake](std::vector<net::pending_submission> mails) {
    auto all = std::make_shared<std::vector<submitted_mail>>();
    all->reserve(mails.size());
    for (auto& each : mails)
      all->push_back({std::move(each.mail), std::move(each.done)});
    caf::anon_send(intake, submit_mails{std::move(all)});
  };
  handlers.accepts_mail = [disk = store.get()] { return disk->health().accepts_growth; };
  handlers.drains = [this] { return draining.load(std::memory_order_relaxed); };
  return handlers;
}

net::smtp_server_options node::parts::make_smtp_options() const {
  net::smtp_server_options options;
  options.hostname = settings.node.hostname;
  for (const auto& address : settings.smtp.submission)
    options.listeners.push_back({address, false});
  for (const auto& address : settings.smtp.submissions)
    options.listeners.push_back({address, true});
  options.relay_networks = settings.smtp.relay_networks;
  options.limits.message_octets_max = settings.smtp.max_message_size;
  return options;
}

result<void> node::parts::listen() {
  std::shared_ptr<const net::tls_server_context> tls;
  if (settings.tls) {
    WARMFRONT_TRY(loaded,
                  net::tls_server_context::load(settings.tls->certificate, settings.tls->key));
    tls = loaded;
  }
  WARMFRONT_TRY(server,
                net::start_smtp_server(*io, make_smtp_options(), tls, make_smtp_handlers(), time));
  smtp = std::move(server);
  return listen_inbound(tls);
}

} // namespace warmfront
