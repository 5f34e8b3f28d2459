#include "actors/transport_policy/transport_policy_actor.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <set>

#include "actors/transport_policy/transport_policy_state.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using trust::policy_type;
using trust::sts_mode;
using trust::tls_result;

namespace {

/// A web with the pages that the test puts there.
class told_client final : public http::http_client {
public:
  std::map<std::string, http::incoming_answer> pages;
  std::vector<http::outgoing_request> calls;

  void call(http::outgoing_request what, http::answer_callback then) override {
    calls.push_back(what);
    const auto found = pages.find(what.url);
    if (found == pages.end())
      return then(error{errc::unavailable, "nobody answers", {}});
    then(found->second);
  }
};

struct policy_fixture : warmfront::testing::actor_fixture {
  storage::memory_store store;
  warmfront::testing::silent_log log;
  told_client web;
  std::map<std::string, std::vector<std::string>> records;
  transport_policy_shell role;

  policy_fixture() { restart(); }
  ~policy_fixture() { kill(role); }
  void restart() {
    if (role)
      kill(role);
    transport_policy_ports ports{&store, &time(), &log, {}, &web};
    ports.look_up = [this](const std::string& name, dns::record_type type,
                           dns::record_callback done) {
      const auto found = records.find(name + (type == dns::record_type::aaaa ? " AAAA" : ""));
      done(found == records.end() ? dns::record_answer{dns::answer_kind::no_domain, {}, ""}
                                  : dns::record_answer{dns::answer_kind::found, found->second, ""});
    };
    role = spawn(transport_policy_behavior, std::move(ports));
    settle();
  }
  void publish(const std::string& domain, const std::string& mode) {
    records["_mta-sts." + domain] = {"v=STSv1; id=1;"};
    records["mta-sts." + domain] = {"192.0.2.80"};
    web.pages[trust::sts_policy_url(domain)] = {200,
                                                {{"content-type", "text/plain"}},
                                                "version: STSv1\nmode: " + mode + "\nmx: *." +
                                                    domain + "\nmax_age: 604800\n"};
  }
  std::optional<sts_mode> find(const std::string& domain) {
    std::optional<std::optional<trust::sts_policy>> told;
    caf::anon_send(role, find_sts_policy{domain_name{domain}, [&](auto policy) { told = policy; }});
    settle();
    REQUIRE(told);
    return *told ? std::optional{(*told)->mode} : std::nullopt;
  }
  std::vector<tls_report> list(int days = 1) {
    const auto today = day_of(time().wall_now());
    return ask<answer<std::vector<tls_report>>>(
               role, list_tls_reports{today - std::chrono::days{days - 1}, today, {}})
        .value.value();
  }
};

} // namespace

TEST_CASE("transport policy actor: a policy is found, and survives a restart without its host",
          "[sts]") {
  policy_fixture of;
  of.publish("to.example", "enforce");
  CHECK(of.find("to.example") == sts_mode::enforce);
  REQUIRE(of.web.calls.size() == 1);
  CHECK(of.web.calls[0].url == "https://mta-sts.to.example/.well-known/mta-sts.txt");
  CHECK(of.web.calls[0].addresses == std::vector<std::string>{"192.0.2.80"});
  CHECK_FALSE(of.find("other.example"));
  of.records.clear();
  of.web.pages.clear();
  of.restart();
  CHECK(of.find("to.example") == sts_mode::enforce);
}

TEST_CASE("transport policy actor: a host that fails is said and counted once", "[sts]") {
  policy_fixture of;
  of.publish("to.example", "enforce");
  of.web.pages.clear();
  CHECK_FALSE(of.find("to.example"));
  CHECK_FALSE(of.find("to.example"));
  CHECK(of.log.written(log_level::warn) == 1);
  of.advance(2s);
  const auto reports = of.list();
  REQUIRE(reports.size() == 1);
  CHECK(reports[0].policy == policy_type::sts);
  CHECK(reports[0].failures ==
        std::vector<std::pair<tls_result, std::uint64_t>>{{tls_result::sts_policy_fetch_error, 1}});
}

TEST_CASE("transport policy actor: sessions are added up by day, domain and policy", "[sts]") {
  policy_fixture of;
  const auto count = [&](policy_type policy, const std::string& domain, tls_result result) {
    caf::anon_send(of.role, count_tls_sessions{{{policy, domain, result}}});
    of.advance(2s);
  };
  count(policy_type::sts, "a.example", tls_result::success);
  count(policy_type::sts, "a.example", tls_result::success);
  count(policy_type::sts, "a.example", tls_result::certificate_expired);
  count(policy_type::tlsa, "mx.b.example", tls_result::success);
  of.restart();
  of.advance(24h);
  count(policy_type::sts, "a.example", tls_result::success);
  CHECK(of.list(1).size() == 1);
  const auto reports = of.list(2);
  REQUIRE(reports.size() == 3);
  CHECK(reports[0].domain == domain_name{"a.example"});
  CHECK(reports[0].successes == 2);
  CHECK(reports[0].failures.size() == 1);
  CHECK(reports[1].policy == policy_type::tlsa);
  of.advance(61 * 24h);
  CHECK(of.list(60).empty());
}
