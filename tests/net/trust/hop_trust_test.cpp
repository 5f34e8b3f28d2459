#include "net/trust/hop_trust.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using namespace warmfront::trust;
using namespace std::chrono_literals;
using dns::dane_state;
using dns::tlsa_record;

namespace {

const tlsa_record usable{3, 1, 1, std::string(32, 'k')};
const tlsa_record unusable{1, 1, 1, std::string(32, 'k')};

dns::mail_host host(dane_state state, std::vector<tlsa_record> records = {}) {
  dns::mail_host made{"mx.example.net", 10, {"192.0.2.1"}};
  made.dane = {state, state == dane_state::found ? "mx.example.net" : "", std::move(records), ""};
  return made;
}
std::optional<sts_policy> policy(sts_mode mode, std::string name = "mx.example.net") {
  return sts_policy{mode, {std::move(name)}, 60s};
}

struct row {
  dns::mail_host host;
  std::optional<sts_policy> policy;
  tls_demand demand;
  bool refused;
};

} // namespace

TEST_CASE("hop trust: DANE goes before MTA-STS, and that before nothing", "[trust]") {
  const auto none = host(dane_state::none);
  const auto signed_mx = host(dane_state::found, {unusable, usable});
  const auto blunt = host(dane_state::found, {unusable});
  const auto broken = host(dane_state::failed);
  const auto enforce = policy(sts_mode::enforce);
  const auto other = policy(sts_mode::enforce, "*.example.org");
  using enum tls_demand;
  const std::vector<row> rows{
      {none, {}, opportunistic, false},
      {none, policy(sts_mode::none), opportunistic, false},
      {none, policy(sts_mode::testing), tested, false},
      {none, policy(sts_mode::testing, "*.example.org"), tested, false},
      {none, enforce, verified, false},
      {none, other, verified, true},
      {signed_mx, {}, tls_demand::dane, false},
      {signed_mx, enforce, tls_demand::dane, false},
      {signed_mx, other, tls_demand::dane, false},
      {blunt, {}, encrypted, false},
      {blunt, policy(sts_mode::testing), encrypted, false},
      {blunt, enforce, verified, false},
      {blunt, other, verified, true},
      {broken, {}, tls_demand::dane, true},
      {broken, enforce, tls_demand::dane, true},
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CAPTURE(i);
    const auto verdict = judge_host("example.com", rows[i].host, rows[i].policy);
    CHECK(verdict.trust.demand == rows[i].demand);
    CHECK(verdict.refused.has_value() == rows[i].refused);
  }
}

TEST_CASE("hop trust: DANE takes usable records and all names of the way", "[trust]") {
  const auto verdict =
      judge_host("example.com", host(dane_state::found, {unusable, usable}), std::nullopt);
  CHECK(verdict.trust.tlsa == std::vector<tlsa_record>{usable});
  CHECK(verdict.trust.name == "mx.example.net");
  CHECK(verdict.trust.more_names == std::vector<std::string>{"example.com"});
  CHECK(verdict.trust.policy == policy_type::tlsa);
  CHECK(proof_of(verdict.trust) == "dane");
}

TEST_CASE("hop trust: what refuses a host says what to count", "[trust]") {
  const auto broken = judge_host("example.com", host(dane_state::failed), std::nullopt);
  CHECK(broken.refused->counted ==
        tls_session{policy_type::tlsa, "mx.example.net", tls_result::dnssec_invalid});
  const auto unnamed =
      judge_host("example.com", host(dane_state::none), policy(sts_mode::enforce, "a.example"));
  CHECK(unnamed.refused->counted ==
        tls_session{policy_type::sts, "example.com", tls_result::validation_failure});
}

TEST_CASE("hop trust: REQUIRETLS wants a host that somebody vouches for", "[trust]") {
  const auto none = host(dane_state::none);
  const auto strict = [&](const dns::mail_host& at, const std::optional<sts_policy>& by,
                          bool secure) { return judge_strictly("example.com", at, by, secure); };
  CHECK(strict(none, {}, false).refused);
  CHECK_FALSE(strict(none, {}, true).refused);
  CHECK(strict(none, {}, true).trust.demand == tls_demand::verified);
  CHECK_FALSE(strict(none, policy(sts_mode::testing), false).refused);
  CHECK(strict(none, policy(sts_mode::testing, "a.example"), false).refused);
  CHECK(strict(none, policy(sts_mode::enforce), false).trust.demand == tls_demand::verified);
  const auto dane = strict(host(dane_state::found, {usable}), {}, true);
  CHECK(dane.trust.demand == tls_demand::dane);
  CHECK(dane.trust.requiretls);
  CHECK(strict(host(dane_state::found, {unusable}), {}, true).trust.demand == tls_demand::verified);
  CHECK(strict(host(dane_state::failed), {}, true).refused);
}
