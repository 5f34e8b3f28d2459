#include "admin/tencent/authorization.hpp"

#include <catch2/catch.hpp>

using namespace warmfront::admin;

namespace {

std::string authorization_text(const std::string& credential, const std::string& headers,
                               const std::string& signature) {
  return "TC3-HMAC-SHA256 Credential=" + credential + ", SignedHeaders=" + headers +
         ", Signature=" + signature;
}

const std::string good_credential = "AKIDtest/2026-11-29/ses/tc3_request";
const std::string good_headers = "content-type;host";
const std::string good_signature(64, 'a');

/// Whether it is read; what is refused is refused with the one code that there is.
bool is_read(const std::string& value) {
  const auto parsed = tencent::parse_authorization(value);
  if (!parsed)
    CHECK(parsed.error().code == "AuthFailure.InvalidAuthorization");
  return parsed.has_value();
}

} // namespace

TEST_CASE("authorization: is taken apart", "[tencent]") {
  const auto parsed = tencent::parse_authorization(authorization_text(
      "AKIDtest/2026-11-29/localhost:8080/tc3_request", "content-type;host;x-a", good_signature));
  REQUIRE(parsed);
  CHECK(parsed.value().secret_id == "AKIDtest");
  CHECK(parsed.value().date == "2026-11-29");
  CHECK(parsed.value().service == "localhost:8080");
  CHECK(parsed.value().signed_headers == std::vector<std::string>{"content-type", "host", "x-a"});
  CHECK(parsed.value().signature == good_signature);
}

TEST_CASE("authorization: blanks after commas and the order of its parts are free", "[tencent]") {
  CHECK(is_read("TC3-HMAC-SHA256 Signature=" + good_signature + ",SignedHeaders=" + good_headers +
                ",  Credential=" + good_credential));
}

TEST_CASE("authorization: another algorithm is refused, and SKIP", "[tencent]") {
  const auto rest = authorization_text(good_credential, good_headers, good_signature)
                        .substr(std::string{"TC3-HMAC-SHA256"}.size());
  for (const std::string start : {"TC3-HMAC-SHA512", "tc3-hmac-sha256", "", "Basic"})
    CHECK_FALSE(is_read(start + rest));
  for (const char* value : {"SKIP", "", "TC3-HMAC-SHA256", "TC3-HMAC-SHA256 "})
    CHECK_FALSE(is_read(value));
}

TEST_CASE("authorization: a credential has four parts, none empty", "[tencent]") {
  for (const char* credential :
       {"", "AKIDtest", "AKIDtest/2026-11-29/tc3_request", "AKIDtest/2026-11-29/ses/tc4_request",
        "AKIDtest/2026-11-29/ses/tc3_request/x", "AKIDtest/2026-11-29/ses/x/tc3_request",
        "/2026-11-29/ses/tc3_request", "AKIDtest//ses/tc3_request",
        "AKIDtest/2026-11-29//tc3_request"})
    CHECK_FALSE(is_read(authorization_text(credential, good_headers, good_signature)));
}

TEST_CASE("authorization: a signature has 64 lower-case hexadecimal digits", "[tencent]") {
  CHECK(is_read(authorization_text(good_credential, good_headers, good_signature)));
  for (const std::string& signature : {std::string(63, 'a'), std::string(65, 'a'),
                                       std::string(64, 'A'), std::string(64, 'g'), std::string{}})
    CHECK_FALSE(is_read(authorization_text(good_credential, good_headers, signature)));
}

TEST_CASE("authorization: content-type and host are signed, names are distinct and lower-case",
          "[tencent]") {
  for (const char* headers :
       {"", "host", "content-type", "Content-Type;host", "content-type;host;host",
        "content-type;host;", "content-type;host;x y", "content-type;host;x:y"})
    CHECK_FALSE(is_read(authorization_text(good_credential, headers, good_signature)));
}

TEST_CASE("authorization: at most 32 headers are signed", "[tencent]") {
  auto headers = good_headers;
  for (int i = 2; i < 32; ++i)
    headers += ";x-" + std::to_string(i);
  CHECK(is_read(authorization_text(good_credential, headers, good_signature)));
  CHECK_FALSE(is_read(authorization_text(good_credential, headers + ";x", good_signature)));
}
