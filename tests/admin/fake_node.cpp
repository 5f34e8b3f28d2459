#include "tests/admin/fake_node.hpp"

#include <algorithm>

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include <catch2/catch.hpp>

#include "actors/messages/type_ids.hpp"
#include "tests/admin/fake_delivery.hpp"
#include "tests/admin/fake_provisioning.hpp"

namespace warmfront::testing {

namespace {

error missing(std::string what) {
  return {errc::not_found, std::move(what), ""};
}

caf::behavior fake_access(caf::event_based_actor*, fake_world* world) {
  return {
      [](const create_key& m) {
        return answer<created_key>{created_key{"k1", "k1." + m.account.str()}};
      },
      [world](const list_keys&) {
        const std::lock_guard lock{world->guard};
        return answer<std::vector<key_report>>{world->keys};
      },
      [world](const revoke_key& m) {
        const std::lock_guard lock{world->guard};
        world->revoked.insert(m.id);
        return m.id == "absent" ? answer<done>{missing("There is no key \"absent\".")}
                                : answer<done>{done{}};
      },
      [world](const authenticate_key& m) {
        const std::lock_guard lock{world->guard};
        ++world->authentications;
        const auto id = m.secret.substr(0, m.secret.find('.'));
        const auto role =
            id == "other" ? key_role::sender : parse_key_role(id).value_or(key_role{});
        if (m.secret != id + ".secret" || role == key_role{}) {
          return answer<client_identity>{error{errc::refused, "The key is unknown.", ""}};
        }
        return answer<client_identity>{
            client_identity{account_name{id == "other" ? "other" : "acme"}, id, role}};
      },
      [world](const identify_key& m) {
        const std::lock_guard lock{world->guard};
        const auto role = m.id == "other" ? key_role::sender : parse_key_role(m.id);
        if (!role || world->revoked.contains(m.id))
          return answer<client_identity>{error{errc::refused, "The key is there no more.", ""}};
        return answer<client_identity>{
            client_identity{account_name{m.id == "other" ? "other" : "acme"}, m.id, *role}};
      },
      [world](const list_accounts&) {
        const std::lock_guard lock{world->guard};
        return answer<std::vector<account_report>>{world->accounts};
      },
      [world](const create_account& m) {
        const std::lock_guard lock{world->guard};
        world->accounts.push_back({m.name, wall_time{seconds{1'767'225'600}}, 0});
        return answer<done>{done{}};
      },
      [world](const delete_account& m) {
        const std::lock_guard lock{world->guard};
        return std::erase_if(world->accounts,
                             [&](const account_report& each) { return each.name == m.name; }) == 0
                   ? answer<done>{missing("There is no such account.")}
                   : answer<done>{done{}};
      },
      [](const use_signature_key& m) {
        const auto role = m.id == "other" ? key_role::sender : parse_key_role(m.id);
        if (!role)
          return answer<signature_key>{missing("There is no such key.")};
        return answer<signature_key>{signature_key{
            {account_name{m.id == "other" ? "other" : "acme"}, m.id, *role}, "SECRETtest"}};
      },
  };
}

answer<ledger_report> change_ledger(fake_world* world, const ledger_subject& subject,
                                    const std::function<void(ledger_report&)>& change) {
  const std::lock_guard lock{world->guard};
  for (auto& each : world->ledgers) {
    if (each.subject == subject) {
      change(each);
      return {each};
    }
  }
  return {missing("There is no ledger \"" + subject.str() + "\".")};
}

bool asks_for(const list_ledgers& m, const ledger_report& each) {
  return m.among.empty() ? m.subject.empty() || each.subject == m.subject
                         : std::ranges::find(m.among, each.subject) != m.among.end();
}

caf::behavior fake_warmup(caf::event_based_actor*, fake_world* world) {
  return {
      [world](const list_ledgers& m) {
        const std::lock_guard lock{world->guard};
        auto found = world->ledgers;
        std::erase_if(found, [&m](const ledger_report& each) { return !asks_for(m, each); });
        return answer<std::vector<ledger_report>>{found};
      },
      [world](const set_ledger_plan& m) {
        return change_ledger(world, m.subject, [&](ledger_report& each) { each.plan = m.plan; });
      },
      [world](const pause_ledger& m) {
        return change_ledger(world, m.subject,
                             [](ledger_report& each) { each.state = ledger_state::paused; });
      },
      [world](const resume_ledger& m) {
        return change_ledger(world, m.subject,
                             [](ledger_report& each) { each.state = ledger_state::open; });
      },
      [world](const set_ledger_day& m) {
        return change_ledger(world, m.subject, [&](ledger_report& each) { each.day = m.day; });
      },
      [world](const list_plans&) {
        const std::lock_guard lock{world->guard};
        return answer<std::vector<plan>>{world->plans};
      },
      [world](const put_plan& m) {
        const std::lock_guard lock{world->guard};
        world->plans.push_back(m.value);
        return answer<done>{done{}};
      },
      [world](const delete_plan& m) {
        const std::lock_guard lock{world->guard};
        const auto removed =
            std::erase_if(world->plans, [&](const plan& each) { return each.name == m.name; });
        return removed == 0 ? answer<done>{missing("There is no such plan.")}
                            : answer<done>{done{}};
      },
      [world](const propose_addresses& m) {
        const std::lock_guard lock{world->guard};
        world->proposals.push_back(m);
        address_proposal proposal;
        proposal.steps.push_back({wall_time{seconds{1}}, std::nullopt, wall_time{seconds{2}}, 7});
        proposal.ready_at = wall_time{seconds{2}};
        return answer<address_proposal>{proposal};
      },
      [world](const forecast_batch& m) {
        const std::lock_guard lock{world->guard};
        world->forecasts.push_back(m);
        batch_forecast looked;
        looked.finish_at = m.start_at + std::chrono::hours{24};
        looked.days.push_back({2, m.start_at, m.recipients, 0});
        return answer<batch_forecast>{looked};
      },
  };
}

answer<done> change_pool(fake_world* world, const pool_name& name,
                         const std::function<void(pool&)>& change) {
  const std::lock_guard lock{world->guard};
  for (auto& each : world->pools) {
    if (each.name == name) {
      change(each);
      return {done{}};
    }
  }
  return {missing("There is no pool \"" + name.str() + "\".")};
}

caf::behavior fake_ip_pool(caf::event_based_actor*, fake_world* world) {
  return {
      [world](const set_address_state& m) {
        const std::lock_guard lock{world->guard};
        bool found = false;
        for (auto& holder : world->pools) {
          for (auto& each : holder.addresses) {
            if (each.address == m.address) {
              each.state = m.state;
              each.reason = m.reason;
              found = true;
            }
          }
        }
        return found ? answer<done>{done{}} : answer<done>{missing("There is no such IP.")};
      },
      [world](const list_pools&) {
        const std::lock_guard lock{world->guard};
        return answer<std::vector<pool>>{world->pools};
      },
      [world](const put_pool& m) {
        const std::lock_guard lock{world->guard};
        std::erase_if(world->pools, [&](const pool& each) { return each.name == m.value.name; });
        world->pools.push_back(m.value);
        return answer<done>{done{}};
      },
      [world](const delete_pool& m) {
        const std::lock_guard lock{world->guard};
        const auto removed =
            std::erase_if(world->pools, [&](const pool& each) { return each.name == m.name; });
        return removed == 0 ? answer<done>{missing("There is no such pool.")}
                            : answer<done>{done{}};
      },
      [world](const put_pool_address& m) {
        return change_pool(world, m.name, [&](pool& each) { each.addresses.push_back(m.value); });
      },
      [world](const delete_pool_address& m) {
        return change_pool(world, m.name, [&](pool& each) {
          std::erase_if(each.addresses,
                        [&](const pool_address& one) { return one.address == m.address; });
        });
      },
  };
}

caf::behavior fake_intake(caf::event_based_actor*, fake_world* world) {
  return {
      [world](const submit_mails& m) {
        for (auto& each : *m.mails) {
          const std::lock_guard lock{world->guard};
          if (world->intake_failure) {
            each.done(*world->intake_failure);
            continue;
          }
          world->submitted.push_back(each.mail);
          each.done(message_id{wall_time{seconds{1'767'225'600}}, 1, world->submitted.size()});
        }
      },
  };
}

/// A dynamically typed actor behind the typed handle: it handles what admin asks, no more.
template <class Handle, class Behavior>
Handle spawn(caf::actor_system& system, Behavior behavior, fake_world* world) {
  return caf::actor_cast<Handle>(system.spawn(behavior, world));
}

} // namespace

void recording_log::write(log_level, std::string_view event,
                          std::initializer_list<log_field> fields) {
  const std::lock_guard lock{guard_};
  text_ += event;
  for (const auto& each : fields) {
    text_ += ' ';
    text_ += each.name;
    if (const auto* text = std::get_if<std::string_view>(&each.value)) {
      text_ += '=';
      text_ += *text;
    }
  }
  text_ += '\n';
}

std::string recording_log::text() const {
  const std::lock_guard lock{guard_};
  return text_;
}

struct fake_node::actors {
  access_actor access;
  warmup_actor warmup;
  ip_pool_actor ip_pool;
  provisioning_actor provisioning;
  intake_actor intake;
  delivery_actor delivery;
};

fake_node::fake_node(std::shared_ptr<const net::tls_server_context> tls) {
  settings_.node.name = "n1";
  settings_.node.hostname = "mta1.example.net";
  settings_.smtp.max_message_size = 64 * 1024;
  system_config_.set("scheduler.max-threads", 2);
  system_ = std::make_unique<caf::actor_system>(system_config_);
  actors_ = std::make_unique<actors>(
      actors{spawn<access_actor>(*system_, fake_access, &world),
             spawn<warmup_actor>(*system_, fake_warmup, &world),
             spawn<ip_pool_actor>(*system_, fake_ip_pool, &world),
             spawn<provisioning_actor>(*system_, fake_provisioning, &world),
             spawn<intake_actor>(*system_, fake_intake, &world),
             spawn<delivery_actor>(*system_, fake_delivery, &world)});
  real_ = std::make_unique<real_roles>(*system_, time, log, actors_->intake, actors_->delivery);
  node_services services{*system_,
                         io_,
                         time,
                         log,
                         settings_,
                         actors_->access,
                         actors_->warmup,
                         actors_->ip_pool,
                         actors_->provisioning,
                         real_->chunks,
                         real_->templates,
                         real_->unsubscribes,
                         real_->groups,
                         real_->scheduler,
                         real_->identities,
                         real_->suppressions,
                         real_->statistics,
                         actors_->intake,
                         actors_->delivery,
                         [this] {
                           const std::lock_guard lock{world.guard};
                           return world.unready;
                         },
                         [] { return storage::storage_health{}; },
                         [] { return net::smtp_server_counts{}; }};
  services.transport_policy = real_->transport_policy;
  services.webhooks = real_->webhooks;
  services.audit = real_->audit;
  services.sealing = seal_key{42};
  auto started = admin::service::start(services, {"127.0.0.1:0", std::move(tls)});
  REQUIRE(started.has_value());
  service_ = std::move(started.value());
}

fake_node::~fake_node() {
  service_->stop();
  real_->stop();
  caf::anon_send_exit(actors_->access, caf::exit_reason::kill);
  caf::anon_send_exit(actors_->warmup, caf::exit_reason::kill);
  caf::anon_send_exit(actors_->ip_pool, caf::exit_reason::kill);
  caf::anon_send_exit(actors_->provisioning, caf::exit_reason::kill);
  caf::anon_send_exit(actors_->intake, caf::exit_reason::kill);
  caf::anon_send_exit(actors_->delivery, caf::exit_reason::kill);
  actors_.reset();
  system_.reset();
  io_.stop();
}

std::uint16_t fake_node::port() const {
  const auto text = address();
  return static_cast<std::uint16_t>(std::stoul(text.substr(text.rfind(':') + 1)));
}

message_id fake_node::add_message(const std::string& account, recipient_state state) {
  const std::lock_guard lock{world.guard};
  message_report report;
  report.id = message_id{time.wall_now(), 1, world.messages.size() + 1000};
  report.account = account_name{account};
  report.from = "ada@example.net";
  report.pool = pool_name{"shared"};
  report.accepted_at = time.wall_now();
  report.octets = 4096;
  recipient_report recipient;
  recipient.address = "bob@example.org";
  recipient.state = state;
  // What a receiver says may be anything.
  recipient.last_reply = "250 \xff ok";
  report.recipients.push_back(recipient);
  world.messages.push_back(report);
  return report.id;
}

ledger_report sample_ledger(const std::string& subject) {
  ledger_report ledger;
  ledger.subject = ledger_subject{subject};
  ledger.plan = plan_name{"standard"};
  ledger.day = 1;
  ledger.day_ends_at = wall_time{seconds{1'767'312'000}};
  ledger.limit = 500;
  ledger.used = 500;
  ledger.state = ledger_state::exhausted;
  return ledger;
}

} // namespace warmfront::testing
