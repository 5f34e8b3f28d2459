#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>

#include "net/tls/key_fingerprint.hpp"
#include "tests/net/tls/test_authority.hpp"

using namespace warmfront;
using namespace warmfront::net;
using namespace warmfront::testing;
using Catch::Matchers::Contains;

namespace {

/// What the `openssl` program says, which is a judge of its own.
std::string openssl(const std::string& arguments) {
  std::FILE* const pipe = ::popen(("openssl " + arguments + " 2>&1").c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe)) != EOF;)
    text += static_cast<char>(c);
  text += "\nexit " + std::to_string(::pclose(pipe));
  return text;
}

} // namespace

TEST_CASE("authority: OpenSSL accepts a node for calling and for being called", "[pki]") {
  const test_authority authority;
  const auto node = authority.node("n1");
  for (const std::string purpose : {"sslserver", "sslclient"})
    CHECK_THAT(openssl("verify -x509_strict -purpose " + purpose + " -CAfile " +
                       authority.ca_file() + " " + node.certificate_file),
               Contains("OK") && Contains("exit 0"));
  const test_authority other;
  CHECK_THAT(openssl("verify -CAfile " + other.ca_file() + " " + node.certificate_file),
             !Contains("exit 0"));
}

TEST_CASE("authority: it signs nodes only, for ten years", "[pki]") {
  const test_authority authority;
  const auto text = openssl("x509 -noout -text -in " + authority.ca_file());
  CHECK_THAT(text, Contains("CA:TRUE, pathlen:0") && Contains("Certificate Sign") &&
                       Contains("prime256v1"));
  CHECK_THAT(openssl("x509 -noout -checkend 315000000 -in " + authority.ca_file()),
             Contains("exit 0"));
  CHECK_THAT(openssl("x509 -noout -checkend 315400000 -in " + authority.ca_file()),
             !Contains("exit 0"));
}

TEST_CASE("authority: a node has its name, its addresses and 825 days", "[pki]") {
  const test_authority authority;
  const auto made =
      make_node(authority.pair(), "n1", {"192.0.2.7", "2001:db8::7", "n1.example"}).value();
  const auto file = authority.file("named.pem");
  std::ofstream{file} << made.certificate;
  const auto text = openssl("x509 -noout -text -in " + file);
  CHECK_THAT(text, Contains("CN = n1") && Contains("DNS:n1, ") &&
                       Contains("IP Address:192.0.2.7") &&
                       Contains("IP Address:2001:DB8:0:0:0:0:0:7") && Contains("DNS:n1.example"));
  CHECK_THAT(text, Contains("TLS Web Server Authentication, TLS Web Client Authentication") &&
                       Contains("CA:FALSE"));
  CHECK_THAT(openssl("x509 -noout -checkend 71200000 -in " + file), Contains("exit 0"));
  CHECK_THAT(openssl("x509 -noout -checkend 71300000 -in " + file), !Contains("exit 0"));
}

TEST_CASE("authority: the fingerprint is that of the key, as OpenSSL sees it", "[pki]") {
  const test_authority authority;
  const auto made = make_node(authority.pair(), "n1", {}).value();
  const auto file = authority.file("n1.pem");
  std::ofstream{file} << made.certificate;
  const auto expected = openssl("x509 -noout -pubkey -in " + file +
                                " | openssl pkey -pubin -outform DER | sha256sum");
  const auto fingerprint = key_fingerprint(made.certificate).value();
  CHECK(fingerprint.size() == 64);
  CHECK_THAT(expected, Contains(fingerprint));
  CHECK(key_fingerprint(make_node(authority.pair(), "n1", {}).value().certificate).value() !=
        fingerprint);
  CHECK(key_fingerprint(std::string{"junk"}).error().code == errc::invalid_argument);
}

TEST_CASE("authority: bad names, addresses and authorities are refused", "[pki]") {
  const test_authority authority;
  const auto refusal = [&](const std::string& name, const std::vector<std::string>& addresses) {
    const auto made = make_node(authority.pair(), name, addresses);
    return made ? std::string{} : made.error().field;
  };
  for (const auto& name :
       {std::string{}, std::string{"n 1"}, std::string{"n1,DNS:n2"}, std::string{"*"},
        std::string{"a.b"}, std::string{"n1\0n2", 5}, std::string{"n1\n"}, std::string(300, 'x')})
    CHECK(refusal(name, {}) == "name");
  for (const auto& address : {std::string{}, std::string{"a b"}, std::string{"x,DNS:n2"},
                              std::string{"*.example"}, std::string{"192.0.2.7,IP:192.0.2.8"}})
    CHECK(refusal("n1", {address}) == "address");
  const certified_key foreign{authority.pair().certificate, make_authority().value().key};
  CHECK(make_node(foreign, "n1", {}).error().code == errc::invalid_argument);
  CHECK(make_node({"junk", "junk"}, "n1", {}).error().code == errc::invalid_argument);
}
