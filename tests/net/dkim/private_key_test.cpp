#include "net/dkim/private_key.hpp"

#include <catch2/catch.hpp>

#include "tests/net/dkim/test_keys.hpp"

using namespace warmfront;
using namespace warmfront::dkim;

namespace {

// RFC 8463 appendix A.2.
constexpr const char* brisbane_pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";

errc code_of(const result<std::shared_ptr<const private_key>>& made) {
  return made ? errc{} : made.error().code;
}

} // namespace

TEST_CASE("private key: the record of an Ed25519 key holds its raw 32 octets", "[dkim]") {
  const auto key = private_key::from_pem(brisbane_pem).value();
  CHECK(key->what() == algorithm::ed25519_sha256);
  CHECK(key->public_record() ==
        "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
}

TEST_CASE("private key: what is generated goes out as PEM and comes in again", "[dkim]") {
  for (const auto what : {algorithm::rsa_sha256, algorithm::ed25519_sha256}) {
    const auto key = private_key::generate(what).value();
    const auto pem = key->to_pem().value();
    CHECK(pem.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    const auto again = private_key::from_pem(pem).value();
    CHECK(again->what() == what);
    CHECK(again->public_record() == key->public_record());
    const sha256_digest digest{1, 2, 3};
    CHECK(again->sign(digest).value() == key->sign(digest).value()); // both are deterministic
    CHECK(private_key::generate(what).value()->public_record() != key->public_record());
  }
  const auto rsa = private_key::generate(algorithm::rsa_sha256).value();
  CHECK(rsa->sign({}).value().size() == 256);
  CHECK(rsa->public_record().starts_with("v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"));
}

TEST_CASE("private key: PKCS #1 is taken, too", "[dkim]") {
  const auto key = private_key::from_pem(testing::rsa_pkcs1).value();
  CHECK(key->what() == algorithm::rsa_sha256);
}

TEST_CASE("private key: what is no fit key is refused", "[dkim]") {
  const std::string good{brisbane_pem};
  for (const auto& bad :
       {std::string{}, std::string{"nonsense"}, good.substr(0, 90), std::string{testing::rsa_768},
        std::string{testing::elliptic}, std::string{testing::encrypted},
        private_key::generate(algorithm::rsa_sha256).value()->public_record()}) {
    CAPTURE(bad);
    CHECK(code_of(private_key::from_pem(bad)) == errc::invalid_argument);
  }
}
