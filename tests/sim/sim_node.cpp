#include "tests/sim/sim_node.hpp"

#include <algorithm>
#include <utility>

#include "actors/delivery/delivery_actor_state.hpp"

namespace warmfront::testing {

namespace {

constexpr std::uint64_t recipients_per_mail = 100;

/// Opens every connection at once and takes every mail.
class willing_transport final : public net::mail_transport {
public:
  explicit willing_transport(std::shared_ptr<receivers> to) : to_{std::move(to)} {}

  void open(net::connection_id id, net::connection_plan plan) override {
    to_->connections.emplace_back(id, plan.source);
    report(id, net::connection_opened{plan.hops.front(), false, ""});
  }
  void transmit(net::connection_id id, std::vector<net::transmission> mails) override {
    const auto source = std::ranges::find(to_->connections, id, [](const auto& each) {
                          return each.first;
                        })->second;
    for (const auto& mail : mails) {
      const auto count = mail.recipients.size();
      to_->arrivals.insert(to_->arrivals.end(), count, {to_->time->wall_now(), source});
      const smtp::reply taken{250, {}, "taken"};
      report(id, net::transmission_finished{mail.id, std::vector<smtp::reply>(count, taken), false,
                                            true, false});
    }
  }
  void close(net::connection_id) override {}
  void abandon(net::connection_id id, milliseconds) override {
    report(id, net::connection_closed{{}, {}});
  }

private:
  template <class Event>
  void report(net::connection_id id, Event what) {
    std::vector<net::transport_event> all;
    all.push_back({id, std::move(what)});
    to_->events(std::move(all));
  }

  std::shared_ptr<receivers> to_;
};

} // namespace

sim_node::sim_node(microseconds day) {
  seen_->time = &time();
  also_settle([this] { return control_.settle(); });
  warmup_rules rules;
  rules.day = day;
  warmup = spawn(warmup_behavior, rules, static_cast<storage::store*>(&store_),
                 static_cast<storage::control_store*>(&control_),
                 static_cast<const warmfront::clock*>(&time()), static_cast<event_log*>(&log_));
  ip_pool = spawn(
      ip_pool_behavior, warmup_actor{warmup}, static_cast<storage::control_store*>(&control_),
      static_cast<const warmfront::clock*>(&time()), static_cast<event_log*>(&log_), node_name{});
  spawn_delivery();
  spawn_intake();
  const connect_listeners listeners{caf::actor_cast<caf::strong_actor_ptr>(intake),
                                    caf::actor_cast<caf::strong_actor_ptr>(delivery), nullptr};
  caf::anon_send(warmup, listeners);
  caf::anon_send(ip_pool, listeners);
  caf::anon_send(delivery, listeners);
  settle();
}

sim_node::~sim_node() {
  kill(intake);
  kill(delivery);
  kill(ip_pool);
  kill(warmup);
}

void sim_node::spawn_delivery() {
  delivery_ports ports;
  ports.store = &store_;
  ports.time = &time();
  ports.log = &log_;
  ports.ip_pool = ip_pool;
  ports.warmup = warmup;
  ports.reader = spawn(worker_behavior);
  ports.router = &router_;
  ports.make_transport = [to = seen_](net::transport_callback events) {
    to->events = std::move(events);
    return std::make_unique<willing_transport>(to);
  };
  ports.failed = [](const error& why) { FAIL(why.what); };
  delivery_config config;
  config.hostname = "mta.example";
  delivery =
      spawn(delivery_behavior, config, ports, std::uint64_t{1}, stored_lanes(store_).value());
}

void sim_node::spawn_intake() {
  auto policy = std::make_shared<warmfront::intake>(intake_config{"mta.example"},
                                                    std::make_unique<seeded_random>(1));
  intake = spawn(intake_behavior, policy, static_cast<storage::store*>(&store_),
                 static_cast<const warmfront::clock*>(&time()), delivery_actor{delivery},
                 replication_actor{}, intake_books{});
}

void sim_node::add_address(const std::string& address, const std::string& plan) {
  get<done>(ip_pool, put_pool_address{pool_name{"shared"},
                                      {ip_address{address}, node_name{}, 1, plan_name{plan}}});
}

void sim_node::start_ledger(const std::string& subject, const std::string& plan) {
  get<ledger_report>(warmup, set_ledger_plan{ledger_subject{subject}, plan_name{plan}});
}

void sim_node::submit(std::uint64_t recipients, mail_class importance, const std::string& domain) {
  auto mails = std::make_shared<std::vector<submitted_mail>>();
  auto taken = std::make_shared<std::size_t>(0);
  for (auto left = recipients; left > 0;) {
    const auto count = std::min(left, recipients_per_mail);
    submission mail;
    mail.mail.reverse_path = "a@" + domain;
    for (std::uint64_t i = 0; i < count; ++i)
      mail.mail.recipients.push_back(
          {"r" + std::to_string(++accepted_) + "@b.example", notify::unspecified, {}});
    mail.content = "Subject: news\r\nFrom: a@" + domain + "\r\n\r\nHello\r\n";
    mail.importance = importance;
    mails->push_back({std::move(mail), [taken](const submission_result& what) {
                        REQUIRE(what);
                        ++*taken;
                      }});
    left -= count;
  }
  const auto all = mails->size();
  caf::anon_send(intake, submit_mails{std::move(mails)});
  settle();
  REQUIRE(*taken == all);
}

} // namespace warmfront::testing
