#include "storage/transport_policy.hpp"

#include <catch2/catch.hpp>

#include "storage/statistics.hpp"

using namespace warmfront;
using namespace warmfront::storage;

TEST_CASE("transport policies: records and keys come back as they went in", "[transport_policy]") {
  const stored_policy policy{"20261129", "version: STSv1\n", wall_time{microseconds{5}},
                             wall_time{microseconds{7}}};
  CHECK(decode_policy(encode(policy)).value() == policy);
  CHECK(decode_policy("").error().code == errc::storage_corrupt);
  CHECK(decode_policy("\x08\x02").error().code == errc::storage_newer);
  const domain_name domain{"to.example"};
  CHECK(parse_sts_policy_key(sts_policy_key(domain)) == domain);
  const tls_counter_key key{utc_day{std::chrono::days{20'000}}, domain, 2, 11};
  CHECK(parse_tls_counter_key(encode(key)) == key);
  CHECK(encode(key).starts_with(tls_counters_prefix(key.day)));
}

TEST_CASE("transport policies: counters are none of the statistics, and the other way round",
          "[transport_policy]") {
  CHECK_FALSE(parse_statistics_key(encode(tls_counter_key{{}, domain_name{"a"}, 1, 1})));
  CHECK_FALSE(parse_tls_counter_key(statistics_prefix(utc_day{}) + "abcdefgh"));
  CHECK_FALSE(parse_tls_counter_key(""));
  CHECK_FALSE(parse_tls_counter_key("t1234"));
}
