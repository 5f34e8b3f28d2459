#include "admin/tencent/signed_request.hpp"

#include <catch2/catch.hpp>

#include "tests/admin/tencent/signed_calls.hpp"

using namespace warmfront;
using namespace warmfront::admin;

namespace {

http_request tc3_request() {
  return testing::http_request_of(testing::call_named("a, CN SDK"));
}

http_request form_request(std::string body) {
  return {"POST",
          "/",
          {{"host", "x"}, {"content-type", "application/x-www-form-urlencoded"}},
          std::move(body),
          "127.0.0.1",
          true};
}

std::string& header_of(http_request& request, std::string_view name) {
  for (auto& [key, value] : request.headers)
    if (key == name)
      return value;
  return request.headers.emplace_back(std::string{name}, "").second;
}

http_request without(http_request request, const std::string& name) {
  std::erase_if(request.headers, [&](const auto& each) { return each.first == name; });
  return request;
}

http_request with(http_request request, std::string_view name, std::string value) {
  header_of(request, name) = std::move(value);
  return request;
}

tencent::gateway_error refused_request(http_request request) {
  auto parsed = tencent::parse_request(std::move(request));
  return parsed ? tencent::gateway_error{} : parsed.error();
}

std::string code_of(http_request request) {
  return refused_request(std::move(request)).code;
}

} // namespace

TEST_CASE("tencent request: sizes are limited, to the octet, by method and signature",
          "[tencent]") {
  auto request = tc3_request();
  request.body = std::string(10 * 1024 * 1024, ' ');
  CHECK(code_of(request).empty());
  request.body += ' ';
  CHECK(code_of(request) == "RequestSizeLimitExceeded");

  const std::string start = "SecretId=a&Signature=b&Timestamp=1&Subject=";
  auto form = form_request(start + std::string(1024 * 1024 - start.size(), 'x'));
  CHECK(code_of(form).empty());
  form.body += 'x';
  CHECK(code_of(form) == "RequestSizeLimitExceeded");

  http_request get{"GET", "/?" + start, {}, "", "", true};
  get.target.resize(32 * 1024, 'x');
  CHECK(code_of(get).empty());
  get.target += 'x';
  CHECK(code_of(get) == "RequestSizeLimitExceeded");
  get.target = "/";
  get.body = std::string(32 * 1024, 'x');
  CHECK(code_of(get) == "RequestSizeLimitExceeded");
}

TEST_CASE("tencent request: only GET and POST are methods", "[tencent]") {
  for (const char* method : {"PUT", "DELETE", "HEAD", "OPTIONS", "get", ""}) {
    auto request = tc3_request();
    request.method = method;
    CHECK(code_of(request) == "UnsupportedProtocol");
  }
}

TEST_CASE("tencent request: the size is checked before the method, both before the signature",
          "[tencent]") {
  auto request = without(tc3_request(), "authorization");
  request.method = "PUT";
  CHECK(code_of(request) == "UnsupportedProtocol");
  request.body = std::string(11 * 1024 * 1024, ' ');
  CHECK(code_of(request) == "RequestSizeLimitExceeded");
}

TEST_CASE("tencent request: without a signature there is no call", "[tencent]") {
  constexpr auto code = "AuthFailure.InvalidAuthorization";
  CHECK(code_of(without(tc3_request(), "authorization")) == code);
  CHECK(code_of(form_request("Action=ListReceivers&Timestamp=1")) == code);
  CHECK(code_of(form_request("")) == code);
  CHECK(code_of({"GET", "/", {}, "", "", true}) == code);
  // In a body that is no form nothing is looked for.
  CHECK(code_of(without(form_request("SecretId=a&Signature=b&Timestamp=1"), "content-type")) ==
        code);
}

TEST_CASE("tencent request: an Authorization that cannot be read is refused", "[tencent]") {
  for (const char* value : {"SKIP", "", "Bearer abc"})
    CHECK(code_of(with(tc3_request(), "authorization", value)) ==
          "AuthFailure.InvalidAuthorization");
}

TEST_CASE("tencent request: a signed header must be there", "[tencent]") {
  for (const char* name : {"content-type", "host"})
    CHECK(code_of(without(tc3_request(), name)) == "AuthFailure.InvalidAuthorization");
}

TEST_CASE("tencent request: a header that decides is given once", "[tencent]") {
  for (const char* name :
       {"authorization", "content-type", "host", "x-tc-action", "x-tc-timestamp", "x-tc-version"}) {
    CAPTURE(name);
    auto request = tc3_request();
    request.headers.emplace_back(name, header_of(request, name));
    CHECK(code_of(request) == "AuthFailure.InvalidAuthorization");
  }
  auto request = tc3_request();
  request.headers.emplace_back("accept", "a");
  request.headers.emplace_back("accept", "b");
  CHECK(code_of(request).empty());
}

TEST_CASE("tencent request: half a signature in a form is a missing parameter", "[tencent]") {
  using tencent::missing_parameter;
  CHECK(refused_request(form_request("SecretId=a&Timestamp=1")) == missing_parameter("Signature"));
  CHECK(refused_request(form_request("Signature=a&Timestamp=1")) == missing_parameter("SecretId"));
  CHECK(refused_request(form_request("SecretId=a&Signature=b")) == missing_parameter("Timestamp"));
  CHECK(refused_request(without(tc3_request(), "x-tc-timestamp")) ==
        missing_parameter("Timestamp"));
  CHECK(missing_parameter("Timestamp").message ==
        "The request is missing a required parameter `Timestamp`.");
}

TEST_CASE("tencent request: a timestamp is written in one way", "[tencent]") {
  for (const char* text : {"01795918217", "+1795918217", "-1795918217", "1795918217.0", "0",
                           "179591821700", "99999999999999999999", "1795918217 ", "x"}) {
    CAPTURE(text);
    CHECK(code_of(with(tc3_request(), "x-tc-timestamp", text)) == "InvalidParameter");
  }
  const auto last = tencent::parse_request(with(tc3_request(), "x-tc-timestamp", "99999999999"));
  REQUIRE(last);
  CHECK(last.value().timestamp == std::chrono::seconds{99'999'999'999});
}

TEST_CASE("tencent request: a form that cannot be read is refused as such", "[tencent]") {
  const std::string good = "SecretId=a&Signature=b&Timestamp=1&Subject=";
  CHECK(code_of(form_request(good + "%C3%BC")).empty());
  CHECK(code_of(form_request(good + "%zz")) == "InvalidParameter");
  CHECK(code_of(form_request(good + "a&SecretId=c")) == "InvalidParameter");
}

TEST_CASE("tencent request: SignatureMethod is one of two", "[tencent]") {
  const std::string good = "SecretId=a&Signature=b&Timestamp=1&SignatureMethod=";
  CHECK(code_of(form_request(good + "HmacSHA1")).empty());
  CHECK(code_of(form_request(good + "HmacSHA256")).empty());
  for (const char* method : {"TC3-HMAC-SHA256", "hmacsha1", "HmacMD5"})
    CHECK(code_of(form_request(good + method)) == "InvalidParameterValue");
}

TEST_CASE("tencent request: temporary keys are refused, an unset token is none", "[tencent]") {
  CHECK(code_of(with(tc3_request(), "x-tc-token", "abc")) == "AuthFailure.TokenFailure");
  CHECK(code_of(form_request("SecretId=a&Signature=b&Timestamp=1&Token=c")) ==
        "AuthFailure.TokenFailure");
  for (const char* unset : {"", "null", "undefined"})
    CHECK(code_of(with(tc3_request(), "x-tc-token", unset)).empty());
}

TEST_CASE("tencent request: path, query and media type are found", "[tencent]") {
  tencent::signed_request request;
  request.http.target = "/?a=%20&b";
  CHECK(request.path() == "/");
  CHECK(request.query() == "a=%20&b");
  request.http.target = "/x";
  CHECK(request.path() == "/x");
  CHECK(request.query().empty());
  CHECK(request.media_type().empty());
  request.http.headers.emplace_back("content-type", "Application/JSON ; charset=utf-8");
  CHECK(request.media_type() == "application/json");
}
