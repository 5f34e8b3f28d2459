#include <catch2/catch.hpp>

#include "tests/net/tls/test_authority.hpp"

using namespace warmfront;
using namespace warmfront::net;
using namespace warmfront::testing;
using Catch::Matchers::Contains;

namespace {

error failure_of(const std::string& certificate, const std::string& key, const std::string& ca) {
  const auto loaded = peer_context::load(certificate, key, ca);
  REQUIRE_FALSE(loaded);
  return loaded.error();
}

} // namespace

TEST_CASE("peer context: it knows whom its own certificate names", "[peer][tls]") {
  const test_authority authority;
  const auto context = authority.context("n1");
  CHECK(context->self().name == "n1");
  CHECK(context->self().key_fingerprint.size() == 64);
}

TEST_CASE("peer context: errors name the file and what is wrong with it", "[peer][tls]") {
  const test_authority authority;
  const test_authority other;
  const auto one = authority.node("n1");
  const auto two = authority.node("n2");
  const auto expired = authority.node("old", std::chrono::days{-1});
  const auto foreign = other.node("n3");
  const auto missing = authority.file("missing");
  const auto junk = authority.file("junk");
  std::ofstream{junk} << "junk\n";
  const auto ca = authority.ca_file();

  CHECK(failure_of(missing, one.key_file, ca).code == errc::not_found);
  CHECK_THAT(failure_of(missing, one.key_file, ca).what,
             Contains("certificate from " + missing) && Contains("No such file"));
  CHECK(failure_of(one.certificate_file, missing, ca).code == errc::not_found);
  CHECK_THAT(failure_of(one.certificate_file, one.key_file, missing).what,
             Contains("authority from " + missing));
  CHECK_THAT(failure_of(junk, one.key_file, ca).what, Contains("certificate from " + junk));
  CHECK_THAT(failure_of(one.certificate_file, junk, ca).what, Contains("key from " + junk));
  CHECK_THAT(failure_of(one.certificate_file, one.key_file, junk).what,
             Contains("authority from " + junk));
  CHECK_THAT(failure_of(one.certificate_file, two.key_file, ca).what,
             Contains("key from " + two.key_file));
  CHECK_THAT(failure_of(expired.certificate_file, expired.key_file, ca).what,
             Contains(expired.certificate_file) && Contains("expired"));
  CHECK_THAT(failure_of(foreign.certificate_file, foreign.key_file, ca).what,
             Contains(foreign.certificate_file) && Contains(ca));
  // An authority's own certificate is none of a node.
  const auto key = authority.file("ca.key");
  std::ofstream{key} << authority.pair().key;
  CHECK_FALSE(failure_of(ca, key, ca).what.empty());
}
