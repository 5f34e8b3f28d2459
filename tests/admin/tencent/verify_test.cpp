#include "admin/tencent/verify.hpp"

#include <catch2/catch.hpp>

#include <random>

#include "admin/tencent/keyed_hash.hpp"
#include "tests/admin/tencent/signed_calls.hpp"

using namespace warmfront;
using namespace warmfront::admin;

namespace {

constexpr std::string_view failure = "AuthFailure.SignatureFailure";

std::string verdict_on(http_request http, microseconds clock_off = {}) {
  const auto request = tencent::parse_request(std::move(http));
  REQUIRE(request);
  const auto verdict = tencent::verify(request.value(), testing::test_secret_key,
                                       wall_time{request.value().timestamp} + clock_off);
  return verdict ? "" : verdict.error().code;
}

http_request named_request(std::string_view name) {
  return testing::http_request_of(testing::call_named(name));
}

http_request with_host(http_request http, const std::string& host) {
  for (auto& [name, value] : http.headers)
    if (name == "host")
      value = host;
  return http;
}

std::string* header_in(http_request& http, std::string_view wanted) {
  for (auto& [name, value] : http.headers)
    if (name == wanted)
      return &value;
  return nullptr;
}

struct tc3_choices {
  std::string date = "2026-11-29";
  std::string secret_key{testing::test_secret_key};
  std::string endpoint = "127.0.0.1:8080";
};

/// One of the requests, signed once more.
http_request resigned(const tc3_choices& with) {
  using namespace tencent;
  auto http = named_request("a, port signed, as Go, Python and C++ do");
  const auto canonical = "POST\n/\n\ncontent-type:application/json\nhost:" + with.endpoint +
                         "\n\ncontent-type;host\n" + to_hex(sha256(http.body));
  const auto text = "TC3-HMAC-SHA256\n1795918300\n" + with.date + "/ses/tc3_request\n" +
                    to_hex(sha256(canonical));
  auto key = "TC3" + with.secret_key;
  for (const std::string& part : {with.date, std::string{"ses"}, std::string{"tc3_request"}, text})
    key = hmac(hash_kind::sha256, key, part);
  *header_in(http, "authorization") =
      "TC3-HMAC-SHA256 Credential=AKIDtest/" + with.date +
      "/ses/tc3_request, SignedHeaders=content-type;host, Signature=" + to_hex(key);
  return http;
}

/// What a form says, but for parameters without a value: not every SDK signs those.
tencent::flat_parameters signed_values(const tencent::form_signature& signature) {
  auto parameters = signature.parameters;
  std::erase_if(parameters, [](const auto& each) { return each.second.empty(); });
  return parameters;
}

/// Whether a changed request is refused, or is one that says the same: `%2f` for `%2F`.
bool is_harmless(const tencent::signed_request& original, http_request changed) {
  const auto request = tencent::parse_request(std::move(changed));
  if (!request ||
      !tencent::verify(request.value(), testing::test_secret_key, wall_time{original.timestamp}))
    return true;
  // The key's name is not signed, but it decides which key is looked up.
  if (request.value().secret_id != original.secret_id)
    return true;
  const auto* const form = std::get_if<tencent::form_signature>(&request.value().signature);
  return form != nullptr &&
         signed_values(*form) ==
             signed_values(std::get<tencent::form_signature>(original.signature));
}

} // namespace

TEST_CASE("keyed hash: digests are those of the standards", "[tencent]") {
  using namespace tencent;
  CHECK(to_hex(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  // RFC 4231 §4.3, RFC 2202 §3
  CHECK(to_hex(hmac(hash_kind::sha256, "Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac(hash_kind::sha1, "Jefe", "what do ya want for nothing?")) ==
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  CHECK(hmac(hash_kind::sha256, "", "x").empty());
}

TEST_CASE("keyed hash: only equal octets are the same, and nothing is not", "[tencent]") {
  CHECK(tencent::same_octets("abc", "abc"));
  CHECK_FALSE(tencent::same_octets("abc", "abd"));
  CHECK_FALSE(tencent::same_octets("abc", "ab"));
  CHECK_FALSE(tencent::same_octets("ab", "abc"));
  CHECK_FALSE(tencent::same_octets("", ""));
}

TEST_CASE("tencent signature: holds for exactly 300 seconds in either direction", "[tencent]") {
  for (const char* name : {"a, CN SDK", "b, intl SDK"}) {
    const auto http = named_request(name);
    for (const auto sign : {1, -1}) {
      CHECK(verdict_on(http, sign * seconds{300}).empty());
      CHECK(verdict_on(http, sign * (seconds{300} + microseconds{1})) ==
            "AuthFailure.SignatureExpire");
    }
  }
}

TEST_CASE("tencent signature: an old one is expired, whether right or not", "[tencent]") {
  auto http = named_request("a, CN SDK");
  http.body += ' ';
  CHECK(verdict_on(http, seconds{301}) == "AuthFailure.SignatureExpire");
}

TEST_CASE("tencent signature: the date is the day of the timestamp in UTC", "[tencent]") {
  CHECK(verdict_on(resigned({.date = "2026-11-29"})).empty());
  CHECK(verdict_on(resigned({.date = "2026-11-28"})) == failure);
}

TEST_CASE("tencent signature: an empty secret key is nobody's", "[tencent]") {
  const auto request = tencent::parse_request(resigned({.secret_key = ""}));
  REQUIRE(request);
  CHECK_FALSE(tencent::verify(request.value(), "", wall_time{request.value().timestamp}));
}

TEST_CASE("tencent signature: the colons of an IPv6 address are no port", "[tencent]") {
  for (const std::string endpoint : {"[::1]", "[::1]:80", "[::1]:443"})
    CHECK(verdict_on(with_host(resigned({.endpoint = endpoint}), "[::1]")).empty());
  CHECK(verdict_on(with_host(resigned({.endpoint = "[::1]"}), "[::1]:8080")).empty());
}

TEST_CASE("tencent signature: the endpoint may be Host with its port, without, or a default one",
          "[tencent]") {
  // Signed without the port.
  CHECK(verdict_on(with_host(named_request("a, CN SDK"), "127.0.0.1")).empty());
  CHECK(verdict_on(with_host(named_request("a, CN SDK"), "127.0.0.1:9")).empty());
  CHECK(verdict_on(with_host(named_request("a, CN SDK"), "127.0.0.2")) == failure);
  // Signed with a default port.
  const auto https = named_request("a, default port signed, but not sent");
  CHECK(verdict_on(with_host(https, "mail.example.net:443")).empty());
  CHECK(verdict_on(with_host(https, "mail.example.net:80")) == failure);
  const auto http = named_request("b, CN SDK, no arguments");
  CHECK(verdict_on(with_host(http, "localhost:80")).empty());
  CHECK(verdict_on(with_host(http, "localhost:81")) == failure);
  CHECK(verdict_on(with_host(http, "")) == failure);
}

TEST_CASE("tencent signature: without a Host nothing of a form is right", "[tencent]") {
  auto http = named_request("b, intl SDK");
  std::erase_if(http.headers, [](const auto& each) { return each.first == "host"; });
  CHECK(verdict_on(http) == failure);
}

TEST_CASE("tencent signature: a body that is said not to be signed may change, no other",
          "[tencent]") {
  auto open = named_request("a, body not signed");
  open.body = R"({"ReceiverId": 4})";
  CHECK(verdict_on(open).empty());
  auto closed = named_request("a, CN SDK");
  closed.headers.emplace_back("x-tc-content-sha256", "UNSIGNED-PAYLOAD");
  CHECK(verdict_on(closed) == failure);
  auto other = named_request("a, body not signed");
  *header_in(other, "x-tc-content-sha256") = "unsigned-payload";
  CHECK(verdict_on(other) == failure);
}

TEST_CASE("tencent signature: further signed headers count, in lower case", "[tencent]") {
  auto http = named_request("a, more headers signed");
  *header_in(http, "x-tc-action") = "SendEmail";
  CHECK(verdict_on(http) == failure);
  // Only the two that the SDKs sign are signed as they are.
  http = named_request("a, default port signed, but not sent");
  *header_in(http, "content-type") = "application/json; charset=utf-8";
  CHECK(verdict_on(http) == failure);
}

TEST_CASE("tencent signature: parameters without a value are signed all or none", "[tencent]") {
  auto http = named_request("e, empty parameters not signed, as Go does");
  http.body += "&Desc=";
  CHECK(verdict_on(http).empty());
  http.body += "x";
  CHECK(verdict_on(http) == failure);
  // The Node SDKs sign them.
  http = named_request("b, empty and odd values");
  http.body += "&Unsubscribe=";
  CHECK(verdict_on(http) == failure);
}

TEST_CASE("tencent signature: no bit of what is signed can change", "[tencent][property]") {
  const auto seed = GENERATE(range(0u, 8u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  for (const auto& call : testing::all_calls()) {
    const auto http = testing::http_request_of(call);
    const auto original = tencent::parse_request(http).value();
    const auto flip_all = [&](const auto& part, std::size_t octets) {
      for (std::size_t i = 0; i < octets; ++i) {
        auto changed = http;
        char& octet = (*part(changed))[i];
        octet = static_cast<char>(octet ^ (1 << (random() % 8)));
        if (!is_harmless(original, changed))
          FAIL(call.name << ", octet " << i << " of " << *part(changed));
      }
    };
    flip_all([](http_request& of) { return &of.method; }, http.method.size());
    flip_all([](http_request& of) { return &of.target; }, http.target.size());
    if (http.header("x-tc-content-sha256") == nullptr)
      flip_all([](http_request& of) { return &of.body; }, http.body.size());
    // Whether the port of Host is signed is up to the client.
    const auto& host = *http.header("host");
    flip_all([](http_request& of) { return header_in(of, "host"); },
             std::min(host.find(":8080"), host.size()));
    for (const char* name : {"authorization", "content-type", "x-tc-timestamp"})
      if (http.header(name) != nullptr)
        flip_all([&](http_request& of) { return header_in(of, name); }, http.header(name)->size());
  }
}
