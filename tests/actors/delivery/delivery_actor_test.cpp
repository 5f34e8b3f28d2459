#include "actors/delivery/delivery_actor.hpp"

#include <algorithm>

#include <catch2/catch.hpp>

#include "actors/delivery/delivery_actor_state.hpp"
#include "net/dkim/private_key.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/actors/delivery/delivery_items.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;
using warmfront::testing::make_lane;
using warmfront::testing::make_mail;

namespace {

/// Stands for ip_pool and warmup: grants with one permit each, or says what it is told.
struct roles {
  std::optional<permit_verdict> verdict;
  bool answers = true;
  std::size_t asked = 0;
  std::vector<charge> refunded;
  std::vector<forecast_release> forecasts;
  quality_counts quality;
};

const charge permit{ledger_subject{"192.0.2.1"}, 1};

caf::behavior stand_in(caf::event_based_actor* self, roles* what) {
  self->set_default_handler(caf::drop);
  return {
      [what, self](const assign_sources& m) -> caf::result<permits_taken> {
        ++what->asked;
        if (!what->answers)
          return self->make_response_promise();
        permit_verdict granted;
        granted.what = permit_verdict::kind::granted;
        granted.source = ip_address{"192.0.2.1"};
        granted.charges = {permit};
        permits_taken taken;
        taken.verdicts.resize(m.requests.size(), what->verdict.value_or(granted));
        return taken;
      },
      [what](const refund_permits& m) {
        what->refunded.insert(what->refunded.end(), m.charges.begin(), m.charges.end());
      },
      [what](const count_outcomes& m) {
        for (const auto& each : m.ledgers)
          what->quality += each.counts;
      },
      [what](const forecast_release& m) {
        what->forecasts.push_back(m);
        return answer<release_forecast>{
            release_forecast{wall_time{seconds{1'800'000'000}}, ledger_report{}}};
      },
  };
}

/// What the transport is told, shared with the test; it outlives the transport.
struct wire {
  net::transport_callback events;
  std::vector<net::connection_id> opened;
  std::vector<std::pair<net::connection_id, net::transmission>> sent;
  std::vector<net::connection_id> abandoned;
  bool gone = false;

  template <class Event>
  void report(net::connection_id id, Event what) {
    std::vector<net::transport_event> all;
    all.push_back({id, std::move(what)});
    events(std::move(all));
  }
};

class wire_transport final : public net::mail_transport {
public:
  explicit wire_transport(std::shared_ptr<wire> to) : to_{std::move(to)} {}
  ~wire_transport() override { to_->gone = true; }
  void open(net::connection_id id, net::connection_plan) override { to_->opened.push_back(id); }
  void transmit(net::connection_id id, std::vector<net::transmission> mails) override {
    for (auto& mail : mails)
      to_->sent.emplace_back(id, std::move(mail));
  }
  void close(net::connection_id) override {}
  void abandon(net::connection_id id, milliseconds) override { to_->abandoned.push_back(id); }

private:
  std::shared_ptr<wire> to_;
};

struct delivery_fixture : testing::actor_fixture {
  storage::memory_store store;
  testing::silent_log log;
  roles others;
  std::shared_ptr<wire> net_ = std::make_shared<wire>();
  site_router router{dns::static_routes::make({{"*", "192.0.2.9:25"}}).value(), nullptr};
  std::vector<error> failures;
  delivery_shell subject;
  std::uint64_t next = 0;
  std::vector<worker_actor> signers; ///< none: mail is prepared in the actor's turn

  delivery_fixture() { start(); }
  void use_signers() {
    kill(subject);
    signers = {spawn(worker_behavior), spawn(worker_behavior)};
    start();
  }
  void own_domain(const std::string& name) {
    sender_domains_changed domains;
    domains.domains = std::make_shared<const std::map<domain_name, sender_domain>>(
        std::map<domain_name, sender_domain>{
            {domain_name{name}, {{}, true, domain_name{"bounce." + name}, {}}}});
    caf::anon_send(subject, std::move(domains));
    signing_keys_changed keys;
    keys.keys = std::make_shared<const std::map<domain_name, std::vector<signing_key>>>(
        std::map<domain_name, std::vector<signing_key>>{
            {domain_name{name},
             {{"wf1e", dkim::private_key::generate(dkim::algorithm::ed25519_sha256).value()}}}});
    caf::anon_send(subject, std::move(keys));
    settle();
  }
  ~delivery_fixture() { kill(subject); }
  void start() {
    const auto role = spawn(stand_in, &others);
    delivery_ports ports;
    ports.store = &store;
    ports.time = &time();
    ports.log = &log;
    ports.ip_pool = caf::actor_cast<ip_pool_actor>(role);
    ports.warmup = caf::actor_cast<warmup_actor>(role);
    ports.reader = spawn(worker_behavior);
    ports.router = &router;
    ports.make_transport = [to = net_](net::transport_callback events) {
      to->events = std::move(events);
      return std::make_unique<wire_transport>(to);
    };
    ports.outgoing.tokens = std::make_shared<const feedback::token_key>(
        feedback::token_key::make(std::string(32, 'k')).value());
    ports.signers = signers;
    ports.failed = [this](const error& why) { failures.push_back(why); };
    delivery_config config;
    config.hostname = "mta.example";
    subject =
        spawn(delivery_behavior, config, ports, std::uint64_t{1}, stored_lanes(store).value());
    settle();
  }
  message_id submit(const std::vector<std::string>& recipients = {"r@b.example"}) {
    auto mail = std::make_shared<spooled_mail>(*make_mail(next, recipients)->mail);
    next += recipients.size();
    storage::batch changes;
    storage::add_message(changes, mail->record, *mail->content);
    store.commit(std::move(changes), storage::priority::growth, [](const result<void>&) {});
    mails_spooled message;
    message.mails.push_back(mail);
    caf::anon_send(subject, std::move(message));
    settle();
    return mail->record.id;
  }
  void answer_all(const smtp::reply& verdict) {
    for (const auto id : std::exchange(net_->opened, {}))
      net_->report(id, net::connection_opened{{"mx", "192.0.2.9", 25}, false, ""});
    for (auto& [id, mail] : std::exchange(net_->sent, {}))
      net_->report(id, net::transmission_finished{
                           mail.id, std::vector<smtp::reply>(mail.recipients.size(), verdict),
                           false, true, false});
    settle();
  }
  recipient_report report(const message_id& id) {
    auto found = ask<answer<message_report>>(subject, report_message{id});
    REQUIRE(found.value);
    return found.value.value().recipients.at(0);
  }
};

permit_verdict exhausted_until(wall_time when) {
  return {permit_verdict::kind::exhausted, {}, {}, permit.subject, when};
}

} // namespace

TEST_CASE("delivery actor: mails_spooled sends, report_message says what happened",
          "[delivery_actor]") {
  delivery_fixture f;
  const auto id = f.submit();
  REQUIRE(f.net_->sent.size() == 1);
  CHECK(f.report(id).state == recipient_state::queued);
  f.answer_all({250, "2.0.0", "ok"});
  CHECK(f.report(id).state == recipient_state::delivered);
  CHECK(f.report(id).last_reply == "250 2.0.0 ok");
  CHECK(f.log.written(log_level::info) == 1);
  CHECK(f.ask<answer<message_report>>(f.subject, report_message{message_id{}}).value.error().code ==
        errc::not_found);
}

TEST_CASE("delivery actor: permits_available opens what waited for permits", "[delivery_actor]") {
  delivery_fixture f;
  f.others.verdict = permit_verdict{permit_verdict::kind::pending, {}, {}, {}, {}};
  f.submit();
  CHECK(f.net_->sent.empty());
  const auto asked = f.others.asked;
  f.advance(milliseconds{1000});
  CHECK(f.others.asked == asked);
  f.others.verdict.reset();
  caf::anon_send(f.subject, permits_available{});
  f.settle();
  CHECK(f.net_->sent.size() == 1);
}

TEST_CASE("delivery actor: pools_changed opens what had no address", "[delivery_actor]") {
  delivery_fixture f;
  f.others.verdict = permit_verdict{};
  f.submit();
  CHECK(f.net_->sent.empty());
  f.others.verdict.reset();
  caf::anon_send(f.subject, pools_changed{std::make_shared<const std::vector<pool>>()});
  f.settle();
  CHECK(f.net_->sent.size() == 1);
}

TEST_CASE("delivery actor: the clock opens what waited for a day", "[delivery_actor]") {
  delivery_fixture f;
  f.others.verdict = exhausted_until(f.time().wall_now() + seconds{5});
  const auto id = f.submit();
  CHECK(f.report(id).state == recipient_state::held);
  f.others.verdict.reset();
  f.advance(milliseconds{4900});
  CHECK(f.net_->sent.empty());
  f.advance(milliseconds{400});
  CHECK(f.net_->sent.size() == 1);
}

TEST_CASE("delivery actor: permits that bought no connection go back", "[delivery_actor]") {
  delivery_fixture f;
  const auto id = f.submit();
  f.net_->report(f.net_->opened.at(0), net::connection_failed{{}, {0, "", "refused"}});
  f.settle();
  CHECK(f.others.refunded == std::vector<charge>{permit});
  CHECK(f.report(id).state == recipient_state::deferred);
}

TEST_CASE("delivery actor: a question for permits that is never answered is asked again",
          "[delivery_actor]") {
  delivery_fixture f;
  f.others.answers = false;
  f.submit();
  CHECK(f.others.asked == 1);
  f.others.answers = true;
  f.advance(milliseconds{11'500});
  CHECK(f.others.asked == 2);
  CHECK(f.net_->sent.size() == 1);
}

TEST_CASE("delivery actor: explain_message joins its own reasons with the forecast",
          "[delivery_actor]") {
  delivery_fixture f;
  pool shared;
  shared.name = pool_name{"shared"};
  shared.addresses.push_back({ip_address{"192.0.2.1"}, node_name{"n1"}, 1, {}});
  caf::anon_send(f.subject, pools_changed{std::make_shared<const std::vector<pool>>(
                                std::vector<pool>{shared})});
  f.others.verdict = exhausted_until(f.time().wall_now() + std::chrono::hours{5});
  const auto id = f.submit({"r@b.example", "q@b.example"});
  const auto why = f.ask<answer<why_report>>(f.subject, explain_message{id});
  REQUIRE(why.value);
  CHECK(why.value.value().state == "held");
  REQUIRE(why.value.value().reasons.size() == 2);
  CHECK(why.value.value().reasons[1].position == 1);
  CHECK(why.value.value().reasons[0].expected_at == wall_time{seconds{1'800'000'000}});
  REQUIRE(f.others.forecasts.size() == 2);
  CHECK(f.others.forecasts[0].sources == std::vector<ip_address>{ip_address{"192.0.2.1"}});
  CHECK(f.ask<answer<why_report>>(f.subject, explain_message{message_id{}}).value.error().code ==
        errc::not_found);
}

TEST_CASE("delivery actor: list_messages pages through the spool", "[delivery_actor]") {
  delivery_fixture f;
  f.others.verdict = exhausted_until(f.time().wall_now() + std::chrono::hours{5});
  f.submit();
  const auto id = f.submit({"q@b.example"});
  list_messages filter;
  filter.state = recipient_state::held;
  filter.limit = 1;
  const auto page = f.ask<answer<message_page>>(f.subject, filter);
  REQUIRE(page.value.value().items.size() == 1);
  CHECK(page.value.value().items[0].id == id);
  filter.after = page.value.value().next;
  REQUIRE(filter.after);
  CHECK(f.ask<answer<message_page>>(f.subject, filter).value.value().items.size() == 1);
}

TEST_CASE("delivery actor: cancel_message ends what has not begun", "[delivery_actor]") {
  delivery_fixture f;
  f.others.verdict = exhausted_until(f.time().wall_now() + std::chrono::hours{5});
  const auto id = f.submit();
  const auto ended = f.ask<answer<message_report>>(f.subject, cancel_message{id});
  REQUIRE(ended.value);
  CHECK(ended.value.value().recipients[0].state == recipient_state::cancelled);
  CHECK(f.store.scan(storage::family::queue, "", "", 9).value().empty());
  CHECK(f.ask<answer<message_report>>(f.subject, cancel_message{message_id{}}).value.error().code ==
        errc::not_found);
}

TEST_CASE("delivery actor: list_queues and count_deliveries say how things stand",
          "[delivery_actor]") {
  delivery_fixture f;
  f.submit();
  f.answer_all({250, "", ""});
  f.others.verdict = exhausted_until(f.time().wall_now() + std::chrono::hours{5});
  f.submit();
  const auto queues = f.ask<answer<std::vector<queue_report>>>(f.subject, list_queues{});
  REQUIRE(queues.value.value().size() == 1);
  CHECK(queues.value.value()[0].state == "held");
  CHECK(queues.value.value()[0].waiting == 1);
  CHECK_FALSE(queues.value.value()[0].empty_at);
  const auto looked = f.ask<answer<std::vector<queue_report>>>(f.subject, list_queues{true});
  CHECK(looked.value.value()[0].empty_at == wall_time{seconds{1'800'000'000}});
  REQUIRE(f.others.forecasts.size() == 1);
  CHECK(f.others.forecasts[0].ahead == 0);
  const auto counts = f.ask<delivery_counts>(f.subject, count_deliveries{});
  CHECK(counts.accepted_recipients == 2);
  CHECK(counts.delivered == 1);
  CHECK(counts.connections_open == 1);
}

TEST_CASE("delivery actor: drain_delivery answers when what is under way has ended",
          "[delivery_actor]") {
  delivery_fixture f;
  const auto id = f.submit();
  const auto drained = f.asked<done>(f.subject, drain_delivery{});
  f.settle();
  CHECK_FALSE(drained->has_value());
  CHECK(f.net_->abandoned == f.net_->opened);
  const auto connection = f.net_->opened.at(0);
  f.answer_all({250, "", ""});
  f.net_->report(connection, net::connection_closed{});
  f.settle();
  CHECK(drained->has_value());
  CHECK(f.net_->gone);
  CHECK(f.report(id).state == recipient_state::delivered);
}

TEST_CASE("delivery actor: a disk that fails is reported", "[delivery_actor]") {
  delivery_fixture f;
  f.submit();
  f.store.fail_next(1, {errc::storage_failed, "EIO", ""});
  f.answer_all({250, "", ""});
  REQUIRE(f.failures.size() == 1);
  CHECK(f.failures[0].code == errc::storage_failed);
}

TEST_CASE("delivery actor: a new one takes up what an old one left", "[delivery_actor]") {
  delivery_fixture f;
  f.others.verdict = exhausted_until(f.time().wall_now() + seconds{5});
  const auto id = f.submit();
  f.kill(f.subject);
  CHECK(f.net_->gone);
  f.others.verdict.reset();
  f.start();
  f.advance(milliseconds{400});
  REQUIRE(f.net_->sent.size() == 1);
  f.answer_all({250, "", ""});
  CHECK(f.report(id).state == recipient_state::delivered);
}

TEST_CASE("delivery actor: mail of a domain of ours gets a return path, and a signature or a line "
          "in the log",
          "[delivery_actor]") {
  delivery_fixture f;
  const bool aside = GENERATE(false, true);
  if (aside)
    f.use_signers();
  f.own_domain("a.example");
  const auto id = f.submit(); // without a header: it cannot be signed
  REQUIRE(f.net_->sent.size() == 1);
  CHECK_THAT(f.net_->sent[0].second.reverse_path, Catch::EndsWith("@bounce.a.example"));
  CHECK(f.log.written(log_level::warn) == 1);
  f.answer_all({250, "2.0.0", "ok"});
  CHECK(f.report(id).state == recipient_state::delivered);
  f.submit();
  CHECK(f.log.written(log_level::warn) == 1); // once for the cause
  f.answer_all({250, "2.0.0", "ok"});
  f.own_domain("b.example");
  f.submit();
  REQUIRE(f.net_->sent.size() == 1);
  CHECK(f.net_->sent[0].second.reverse_path == "s@a.example");
  f.answer_all({250, "2.0.0", "ok"});
}
