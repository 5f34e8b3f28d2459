#include "admin/tencent/call.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using namespace warmfront::admin;

namespace {

/// A request with a TC3 signature, as `parse_request` leaves it.
tencent::signed_request json_call(std::string body) {
  tencent::signed_request request;
  request.http.method = "POST";
  request.http.target = "/";
  request.http.headers.emplace_back("content-type", "application/json");
  request.http.body = std::move(body);
  request.action = "CreateReceiverDetail";
  request.version = "2020-10-02";
  return request;
}

tencent::gateway_error fault_of(const tencent::signed_request& request) {
  const auto parameters =
      tencent::parameters_of(request, *tencent::find_action("CreateReceiverDetail"));
  return parameters ? tencent::gateway_error{} : parameters.error();
}

json read_by(const tencent::signed_request& request) {
  auto parameters = tencent::parameters_of(request, *tencent::find_action("CreateReceiverDetail"));
  if (!parameters)
    FAIL(parameters.error().message);
  return parameters.value();
}

std::string action_fault(const std::string& action, const std::string& version) {
  auto request = json_call("{}");
  request.action = action;
  request.version = version;
  const auto found = tencent::action_of(request);
  return found ? "" : found.error().code + " " + found.error().message;
}

const json expected_parameters{{"ReceiverId", 3U}, {"Emails", {"a", "b"}}};

} // namespace

TEST_CASE("call: action, then version, then the action's name are checked", "[tencent]") {
  using Catch::Contains;
  CHECK(action_fault("SendEmail", "2020-10-02").empty());
  CHECK_THAT(action_fault("", ""), Contains("MissingParameter") && Contains("`Action`"));
  CHECK_THAT(action_fault("Nonsense", ""), Contains("MissingParameter") && Contains("`Version`"));
  CHECK_THAT(action_fault("Nonsense", "2017-03-12"), Contains("NoSuchVersion"));
  CHECK_THAT(action_fault("Nonsense", "2020-10-02"), Contains("InvalidAction"));
}

TEST_CASE("call: parameters are read from JSON, a form or a query", "[tencent]") {
  const std::string form = "ReceiverId=3&Emails.1=b&Emails.0=a";
  CHECK(read_by(json_call(R"({"ReceiverId":3,"Emails":["a","b"]})")) == expected_parameters);
  auto posted = json_call(form);
  posted.http.headers.front().second = "application/x-www-form-urlencoded; charset=utf-8";
  CHECK(read_by(posted) == expected_parameters);
  auto get = json_call("");
  get.http.method = "GET";
  get.http.target = "/?" + form;
  CHECK(read_by(get) == expected_parameters);
}

TEST_CASE("call: the common parameters of a form are not the action's", "[tencent]") {
  auto request = json_call("");
  tencent::form_signature signature;
  signature.parameters = {{"ReceiverId", "3"}, {"Emails.0", "a"}, {"Emails.1", "b"}};
  for (const char* name : {"Action", "Version", "Timestamp", "Nonce", "SecretId", "Region", "Token",
                           "Signature", "SignatureMethod", "RequestClient", "Language"})
    signature.parameters[name] = "x";
  request.signature = signature;
  CHECK(read_by(request) == expected_parameters);
  // A TC3 signature has its own in headers.
  auto get = json_call("");
  get.http.method = "GET";
  get.http.target = "/?ReceiverId=3&Emails.0=a&Action=CreateReceiverDetail";
  CHECK(fault_of(get) == tencent::unknown_parameter("Action"));
}

TEST_CASE("call: an empty body is no parameters", "[tencent]") {
  CHECK(fault_of(json_call("")).code == "MissingParameter");
  CHECK(fault_of(json_call("{}")) == fault_of(json_call("")));
}

TEST_CASE("call: a body that is not one JSON object is refused", "[tencent]") {
  for (const std::string body :
       {"{", "[]", "null", "\"\"", "{} {}", "{\"ReceiverId\":1,\"ReceiverId\":1}", "\xff"}) {
    CAPTURE(body);
    CHECK(fault_of(json_call(body)).code == "InvalidParameter");
  }
  CHECK(fault_of(json_call(std::string(100'000, '['))).code == "InvalidParameter");
  const auto repeated = "\"" + std::string(10'000, 'x') + "\":1";
  CHECK(fault_of(json_call("{" + repeated + "," + repeated + "}")).message.size() < 200);
}

TEST_CASE("call: a multipart body is refused, any other is JSON", "[tencent]") {
  auto request = json_call(R"({"ReceiverId":3,"Emails":["a","b"]})");
  for (const char* type : {"", "text/plain", "application/octet-stream; charset=utf-8"}) {
    request.http.headers.front().second = type;
    CHECK(read_by(request) == expected_parameters);
  }
  request.http.headers.front().second = "Multipart/form-data; boundary=x";
  CHECK(fault_of(request).code == "InvalidRequest");
}

TEST_CASE("call: a list with a gap is refused like one with null", "[tencent]") {
  auto get = json_call("");
  get.http.method = "GET";
  get.http.target = "/?ReceiverId=3&Emails.0=a&Emails.2=b";
  CHECK(fault_of(get).code == "InvalidParameter");
  CHECK(fault_of(json_call(R"({"ReceiverId":3,"Emails":["a",null,"b"]})")).code ==
        "InvalidParameter");
}
