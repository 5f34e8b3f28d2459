#include "tests/admin/real_roles.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

#include <catch2/catch.hpp>

#include "actors/audit/audit_actor.hpp"
#include "actors/chunks/chunks_actor.hpp"
#include "actors/groups/groups_actor.hpp"
#include "actors/identities/identities_actor.hpp"
#include "actors/identities/identity_record.hpp"
#include "actors/scheduler/scheduler_actor.hpp"
#include "actors/statistics/statistics_actor.hpp"
#include "actors/suppressions/suppressions_actor.hpp"
#include "actors/templates/templates_actor.hpp"
#include "actors/transport_policy/transport_policy_actor.hpp"
#include "actors/transport_policy/transport_policy_state.hpp"
#include "actors/unsubscribes/unsubscribes_actor.hpp"
#include "actors/webhooks/webhooks_actor.hpp"
#include "storage/embedded_control_store.hpp"

namespace warmfront::testing {

namespace {

/// A DNS in which every sender domain has published what it should: its keys, and SPF.
void answer_as_published(storage::control_store& control, const dns_answers::question& question,
                         const dns::record_callback& answer) {
  constexpr std::string_view separator = "._domainkey.";
  const auto found = question.name.find(separator);
  if (question.type == dns::record_type::a)
    return answer({dns::answer_kind::found, {"192.0.2.1"}, {}});
  if (question.type != dns::record_type::txt || question.name.starts_with("_dmarc."))
    return answer({dns::answer_kind::no_domain, {}, {}});
  if (found == std::string::npos)
    return answer({dns::answer_kind::found, {"v=spf1 +all"}, {}});
  const auto selector = question.name.substr(0, found);
  const domain_name domain{question.name.substr(found + separator.size())};
  control.range(signing_key_key(domain, selector), [answer, selector](
                                                       const result<storage::control_snapshot>&
                                                           all) {
    if (!all || all.value().records.empty())
      return answer({dns::answer_kind::no_domain, {}, {}});
    const auto& octets = all.value().records.front().value;
    answer({dns::answer_kind::found, {decode_signing_key(selector, octets).value().published}, {}});
  });
}

} // namespace

real_roles::real_roles(caf::actor_system& system, const clock& time, event_log& log,
                       intake_actor intake, delivery_actor delivery) {
  auto opened = storage::open_embedded_control_store(store, time);
  REQUIRE(opened.has_value());
  control = std::move(opened).value();
  chunks = system.spawn(chunks_behavior, static_cast<storage::store*>(&store));
  templates =
      system.spawn(templates_behavior, templates_ports{control.get(), &time, &log, chunks, false});
  groups = system.spawn<caf::detached>(groups_behavior,
                                       groups_ports{control.get(), &time, &log, chunks});
  scheduler_ports ports;
  ports.store = &store;
  ports.control = control.get();
  ports.time = &time;
  ports.log = &log;
  ports.templates = templates;
  ports.groups = groups;
  ports.chunks = chunks;
  ports.intake = std::move(intake);
  ports.delivery = std::move(delivery);
  scheduler = system.spawn(scheduler_behavior, scheduler_config{node_name{"n1"}, true, {}},
                           std::move(ports));
  identities_ports of_identities{control.get(), &time, &log, {}, {}};
  of_identities.run_aside = [](const std::function<void()>& work) { work(); };
  of_identities.verdict_key = "0123456789abcdef";
  of_identities.sealing = seal_key{7};
  of_identities.look_up = [of = control.get()](const auto& question, const auto& answer) {
    answer_as_published(*of, question, answer);
  };
  identities_config about;
  about.site.hostname = "mta1.example.net";
  identities = system.spawn(identities_behavior, std::move(about), std::move(of_identities));
  suppressions =
      system.spawn(suppressions_behavior, suppressions_ports{control.get(), &time, &log, &store});
  statistics = system.spawn(statistics_behavior, statistics_ports{&store, &time, &log});
  unsubscribes = system.spawn(unsubscribes_behavior, control.get(), &log);
  transport_policy =
      system.spawn(transport_policy_behavior, transport_policy_ports{&store, &time, &log});
  webhooks_ports of_webhooks;
  of_webhooks.store = &store;
  of_webhooks.control = control.get();
  of_webhooks.time = &time;
  of_webhooks.log = &log;
  of_webhooks.http = &http;
  of_webhooks.random = std::make_shared<seeded_random>(1);
  of_webhooks.sealing = make_seal_key().value();
  of_webhooks.node = "n1";
  webhooks = system.spawn(webhooks_behavior, std::move(of_webhooks));
  audit = system.spawn(audit_behavior, audit_ports{&store, &time, &log, "n1", {}});
}

void real_roles::stop() {
  for (const auto& each :
       {caf::actor_cast<caf::actor>(audit), caf::actor_cast<caf::actor>(webhooks),
        caf::actor_cast<caf::actor>(unsubscribes), caf::actor_cast<caf::actor>(identities),
        caf::actor_cast<caf::actor>(suppressions), caf::actor_cast<caf::actor>(statistics),
        caf::actor_cast<caf::actor>(scheduler), caf::actor_cast<caf::actor>(groups),
        caf::actor_cast<caf::actor>(templates), caf::actor_cast<caf::actor>(chunks),
        caf::actor_cast<caf::actor>(transport_policy)})
    caf::anon_send_exit(each, caf::exit_reason::kill);
  audit = audit_actor{};
  webhooks = webhooks_actor{};
  unsubscribes = unsubscribes_actor{};
  identities = identities_actor{};
  suppressions = suppressions_actor{};
  statistics = statistics_actor{};
  scheduler = scheduler_actor{};
  groups = groups_actor{};
  templates = templates_actor{};
  chunks = chunks_actor{};
  transport_policy = transport_policy_actor{};
}

} // namespace warmfront::testing
