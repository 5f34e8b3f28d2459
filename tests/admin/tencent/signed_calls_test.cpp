// Whole calls, from the octets of clients to the parameters of handlers.
#include <catch2/catch.hpp>

#include "admin/tencent/call.hpp"
#include "admin/tencent/envelope.hpp"
#include "admin/tencent/verify.hpp"
#include "tests/admin/tencent/signed_calls.hpp"

using namespace warmfront;
using namespace warmfront::admin;

namespace {

tencent::signed_request parsed(const testing::signed_call& call) {
  auto request = tencent::parse_request(testing::http_request_of(call));
  if (!request)
    FAIL(request.error().code + ": " + request.error().message);
  return std::move(request).value();
}

} // namespace

TEST_CASE("tencent calls: what SDKs send is understood and found genuine", "[tencent]") {
  for (const auto& call : testing::all_calls()) {
    CAPTURE(call.name);
    const auto request = parsed(call);
    CHECK(request.secret_id == testing::test_secret_id);
    const wall_time now{request.timestamp};
    CHECK(tencent::verify(request, testing::test_secret_key, now));
    const auto action = tencent::action_of(request);
    REQUIRE(action);
    CHECK(action.value()->name == call.action);
    const auto parameters = tencent::parameters_of(request, *action.value());
    if (!parameters)
      FAIL(parameters.error().message);
    CHECK(parameters.value() == json::parse(testing::unfolded(call.parameters)));
  }
}

TEST_CASE("tencent calls: another secret key makes no signature right", "[tencent]") {
  for (const auto& call : testing::all_calls()) {
    CAPTURE(call.name);
    const auto request = parsed(call);
    for (const std::string_view other : {"SECRETtesu", "SECRETtes", "secrettest", ""}) {
      const auto verdict = tencent::verify(request, other, wall_time{request.timestamp});
      REQUIRE_FALSE(verdict);
      CHECK(verdict.error().code == "AuthFailure.SignatureFailure");
    }
  }
}

TEST_CASE("tencent calls: region, language and trace id are read where the form has them",
          "[tencent]") {
  const auto& in_headers = testing::call_named("a, CN SDK");
  CHECK(parsed(in_headers).region == "ap-hongkong");
  CHECK(parsed(in_headers).language == "en-US");
  CHECK(tencent::trace_id_of(testing::http_request_of(in_headers)) ==
        "dbb095a9-dc09-4c3f-af2f-6b4145649353");
  const auto in_form = parsed(testing::call_named("b, CN SDK, no arguments"));
  CHECK(in_form.language == "zh-CN");
  CHECK(in_form.region.empty());
  CHECK(parsed(testing::call_named("d, intl SDK")).region == "ap-singapore");
}

TEST_CASE("tencent calls: the null that the intl SDK has for a region is none", "[tencent]") {
  CHECK(parsed(testing::call_named("a, intl SDK, no region")).region.empty());
}
