#include "admin/tencent/envelope.hpp"

#include <catch2/catch.hpp>

using namespace warmfront::admin;

namespace {

const tencent::answer_ids ids{"eac6b301-a322-493a-8e36-83b295459397", "trace-1"};

std::string trace_of(const std::string& value) {
  http_request request;
  request.headers.emplace_back("x-tc-traceid", value);
  return tencent::trace_id_of(request);
}

} // namespace

TEST_CASE("envelope: an answer is 200 with the fields and the request's id", "[tencent]") {
  const auto response = tencent::answer({{"TaskId", 7}, {"Data", ordered_json::array()}}, ids);
  CHECK(response.status == 200);
  CHECK(response.content_type == "application/json");
  CHECK(response.body == R"({"Response":{"TaskId":7,"Data":[],)"
                         R"("RequestId":"eac6b301-a322-493a-8e36-83b295459397"}})");
  CHECK(tencent::answer(ordered_json::object(), {"r", ""}).body ==
        R"({"Response":{"RequestId":"r"}})");
}

TEST_CASE("envelope: a refusal is 200, too, with its code and message", "[tencent]") {
  const auto response = tencent::refuse({"InvalidAction", "There is no \"x\"."}, {"r", ""});
  CHECK(response.status == 200);
  CHECK(response.content_type == "application/json");
  CHECK(response.body == R"({"Response":{"Error":{"Code":"InvalidAction",)"
                         R"("Message":"There is no \"x\"."},"RequestId":"r"}})");
}

TEST_CASE("envelope: octets that are not UTF-8 do not break an answer", "[tencent]") {
  const auto response = tencent::refuse({"InvalidAction", "\xff"}, {"r", ""});
  CHECK(json::accept(response.body));
}

TEST_CASE("envelope: the client's trace id comes back", "[tencent]") {
  CHECK(tencent::answer(ordered_json::object(), ids).headers ==
        header_list{{"X-TC-TraceId", "trace-1"}});
  CHECK(tencent::refuse({"a", "b"}, ids).headers == header_list{{"X-TC-TraceId", "trace-1"}});
  CHECK(tencent::answer(ordered_json::object(), {"r", ""}).headers.empty());
}

TEST_CASE("envelope: only a harmless trace id is taken", "[tencent]") {
  CHECK(trace_of("dbb095a9-dc09 ~") == "dbb095a9-dc09 ~");
  CHECK(trace_of(std::string(128, 'x')) == std::string(128, 'x'));
  CHECK(trace_of(std::string(129, 'x')).empty());
  for (const std::string value : {"a\r\nSet-Cookie: b", "a\tb", "\x7f", "ü", ""})
    CHECK(trace_of(value).empty());
  CHECK(tencent::trace_id_of({}).empty());
}
