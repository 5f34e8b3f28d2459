// The shell's part of the last thing that is done to a mail: on whose thread, by which rules.

#include <utility>

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include "actors/delivery/delivery_actor_state.hpp"

namespace warmfront {

namespace {

constexpr milliseconds settings_interval{10'000};
constexpr std::chrono::seconds settings_timeout{10};
constexpr std::size_t causes_told_max = 1000;

} // namespace

void delivery_state::change_outgoing(const std::function<void(outgoing_rules&)>& change) {
  auto rules = outgoing_ ? std::make_shared<outgoing_rules>(outgoing_->rules())
                         : std::make_shared<outgoing_rules>();
  change(*rules);
  outgoing_ = std::make_shared<const outgoing_mail>(rules);
  merges_.outgoing = std::move(rules);
}

void delivery_state::set_sender_domains(
    std::shared_ptr<const std::map<domain_name, sender_domain>> domains) {
  change_outgoing([&](outgoing_rules& rules) { rules.domains = std::move(domains); });
}

void delivery_state::set_signing_keys(
    std::shared_ptr<const std::map<domain_name, std::vector<signing_key>>> keys) {
  change_outgoing([&](outgoing_rules& rules) { rules.keys = std::move(keys); });
}

void delivery_state::keep_asking_unsubscribes() {
  if (!ports_.unsubscribes)
    return;
  self_->request(ports_.unsubscribes, settings_timeout, list_unsubscribe_settings{})
      .then(
          [this](const answer<std::vector<unsubscribe_setting>>& found) {
            if (!found.value)
              return;
            std::set<std::pair<account_name, std::string>> without;
            for (const auto& each : found.value.value())
              if (!each.enabled)
                without.emplace(each.account, each.address);
            if (without != outgoing_->rules().without_unsubscribe)
              change_outgoing(
                  [&](outgoing_rules& rules) { rules.without_unsubscribe = std::move(without); });
          },
          [](const caf::error&) {});
  later(settings_interval, [this] { keep_asking_unsubscribes(); });
}

// Mail that nothing is done to does not take the way over another thread.
void delivery_state::transmit(net::connection_id id, std::vector<outgoing_order> mails) {
  std::vector<net::transmission> ready;
  auto rest = std::make_shared<std::vector<outgoing_order>>();
  for (auto& each : mails)
    if (outgoing_->passes(each.mail->record))
      ready.push_back(std::move(each.what));
    else
      rest->push_back(std::move(each));
  if (!ready.empty())
    transport_->transmit(id, std::move(ready));
  if (!rest->empty())
    prepare(id, std::move(rest));
}

void delivery_state::prepare(net::connection_id id,
                             std::shared_ptr<std::vector<outgoing_order>> mails) {
  const auto work = [outgoing = outgoing_, now = wall_now(), mails] {
    for (auto& each : *mails)
      outgoing->prepare(each, now);
  };
  if (ports_.signers.empty()) {
    work();
    return prepared(id, *mails);
  }
  const auto me = caf::actor_cast<caf::actor>(self_);
  const auto& signer = ports_.signers[next_signer_++ % ports_.signers.size()];
  caf::anon_send(signer, run_step{[this, work, id, mails, me] {
                   work();
                   caf::anon_send(me, run_step{[this, id, mails] { prepared(id, *mails); }});
                 }});
}

// The connection may have ended meanwhile: then its end has given the mail back already.
void delivery_state::prepared(net::connection_id id, std::vector<outgoing_order>& mails) {
  if (!transport_)
    return;
  std::vector<net::transmission> ready;
  ready.reserve(mails.size());
  for (auto& each : mails) {
    if (each.unsigned_because)
      note_unsigned(each, *each.unsigned_because);
    ready.push_back(std::move(each.what));
  }
  transport_->transmit(id, std::move(ready));
}

void delivery_state::note_unsigned(const outgoing_order& mail, const error& why) {
  const auto& message = mail.mail->record;
  if (told_unsigned_.size() >= causes_told_max ||
      !told_unsigned_.insert(message.source.account.str() + ' ' + why.what).second)
    return;
  const auto id = message.id.str();
  ports_.log->write(log_level::warn, "not_signed",
                    {{"message", std::string_view{id}},
                     {"account", std::string_view{message.source.account.str()}},
                     {"text", std::string_view{why.what}}});
}

} // namespace warmfront
