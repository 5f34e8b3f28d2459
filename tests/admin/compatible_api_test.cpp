// The API compatible with Tencent Cloud SES as it is served: who may call what, and how often.
#include <catch2/catch.hpp>

#include "tests/admin/cloud_client.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using admin::json;

namespace {

std::string code_in(const raw_response& response) {
  const auto body = std::get<json>(admin::parse_json(response.body));
  return body["Response"]["Error"]["Code"].get<std::string>();
}

json page(std::uint64_t offset = 0, std::uint64_t limit = 100) {
  return {{"Offset", offset}, {"Limit", limit}};
}

} // namespace

TEST_CASE("compatible API: a signed call is answered", "[admin][tencent]") {
  fake_node node;
  cloud_client client{node};
  const auto made = client.call("CreateReceiver", {{"ReceiversName", "Readers"}});
  CHECK(made["ReceiverId"].get<std::uint64_t>() > 0);
  CHECK(client.call("ListReceivers", page())["TotalCount"] == 1);
}

TEST_CASE("compatible API: only who has the secret is believed", "[admin][tencent][security]") {
  fake_node node;
  cloud_client client{node};
  client.secret = "SECRETtesT";
  CHECK(client.refusal("ListEmailAddress") == "AuthFailure.SignatureFailure");
  client.secret = "SECRETtest";
  client.clock_off = seconds{301};
  CHECK(client.refusal("ListEmailAddress") == "AuthFailure.SignatureExpire");
  cloud_client nobody{node, "nobody"};
  CHECK(nobody.refusal("ListEmailAddress") == "AuthFailure.SecretIdNotFound");
}

TEST_CASE("compatible API: a request without a signature gets no problem document",
          "[admin][tencent][security]") {
  fake_node node;
  const auto post = call_node(node.port(), "POST", "/", "admin.secret", "{}");
  CHECK(post.status == 200);
  CHECK(post.field("Content-Type") == "application/json");
  CHECK(code_in(post) == "AuthFailure.InvalidAuthorization");
  CHECK(code_in(call_node(node.port(), "PUT", "/")) == "UnsupportedProtocol");
  CHECK(code_in(call_node(node.port(), "GET", "/?Action=ListEmailAddress")) ==
        "AuthFailure.InvalidAuthorization");
  CHECK(code_in(call_node(node.port(), "GET", "/?Action=ListEmailAddress&SecretId=sender")) ==
        "MissingParameter");
}

TEST_CASE("compatible API: GET / without an action is not for it", "[admin][tencent]") {
  fake_node node;
  CHECK(call_node(node.port(), "GET", "/").body.find("\"Response\"") == std::string::npos);
}

TEST_CASE("compatible API: a viewer looks and changes nothing", "[admin][tencent][security]") {
  fake_node node;
  cloud_client viewer{node, "viewer"};
  CHECK(viewer.refusal("ListReceivers", page()).empty());
  CHECK(viewer.refusal("CreateReceiver", {{"ReceiversName", "Readers"}}) ==
        "AuthFailure.UnauthorizedOperation");
}

TEST_CASE("compatible API: accounts do not see each other's", "[admin][tencent][security]") {
  fake_node node;
  cloud_client client{node};
  const auto id = client.call("CreateReceiver", {{"ReceiversName", "Readers"}})["ReceiverId"];
  cloud_client other{node, "other"};
  CHECK(other.call("ListReceivers", page())["TotalCount"] == 0);
  CHECK(other.refusal("DeleteReceiver", {{"ReceiverId", id}}) ==
        "OperationDenied.ReceiverNotExist");
  CHECK(client.call("ListReceivers", page())["TotalCount"] == 1);
}

TEST_CASE("compatible API: unknown actions, versions and parameters are refused",
          "[admin][tencent]") {
  fake_node node;
  cloud_client client{node};
  CHECK(client.refusal("NoSuchAction") == "InvalidAction");
  CHECK(client.refusal("ListReceivers", {{"Offset", 0}, {"Limit", 1}, {"Colour", "red"}}) ==
        "UnknownParameter");
  CHECK(client.refusal("ListReceivers", {{"Offset", 0}}) == "MissingParameter");
  CHECK(client.refusal("ListReceivers", {{"Offset", 0}, {"Limit", "x"}}) == "InvalidParameter");
  CHECK(client.refusal("ListReceivers", page(0, 101)) == "FailedOperation.InvalidLimit");
  auto request = client.signed_post("ListEmailAddress", "{}");
  request.replace(request.find("2020-10-02"), 10, "2017-03-12");
  CHECK(code_in(client.send(request)) == "NoSuchVersion");
}

TEST_CASE("compatible API: what is too large is refused in its own words", "[admin][tencent]") {
  fake_node node;
  cloud_client client{node};
  const json large{{"ReceiversName", std::string(10 * 1024 * 1024, 'x')}};
  CHECK(client.refusal("CreateReceiver", large) == "RequestSizeLimitExceeded");
}

TEST_CASE("compatible API: each key may call an action twenty times a second", "[admin][tencent]") {
  fake_node node;
  cloud_client client{node};
  for (int i = 0; i < 20; ++i)
    REQUIRE(client.refusal("ListEmailAddress").empty());
  CHECK(client.refusal("ListEmailAddress") == "RequestLimitExceeded");
  CHECK(client.refusal("ListReceivers", page()).empty());
  cloud_client other{node, "other"};
  CHECK(other.refusal("ListEmailAddress").empty());
  node.time.advance(std::chrono::milliseconds{51});
  CHECK(client.refusal("ListEmailAddress").empty());
}

TEST_CASE("compatible API: changes are logged without secrets", "[admin][tencent][security]") {
  fake_node node;
  cloud_client client{node};
  client.call("CreateReceiver", {{"ReceiversName", "Readers"}});
  client.call("ListReceivers", page());
  const auto text = node.log.text();
  CHECK(text.find("action=CreateReceiver") != std::string::npos);
  CHECK(text.find("account=acme") != std::string::npos);
  CHECK(text.find("ListReceivers") == std::string::npos);
  CHECK(text.find("SECRETtest") == std::string::npos);
}

TEST_CASE("compatible API: keys for signatures are made like others", "[admin][tencent]") {
  fake_node node;
  const auto make = [&](const std::string& kind, const std::string& key = "admin.secret") {
    return call_node(node.port(), "POST", "/v1/keys", key,
                     R"({"account":"acme","role":"sender","kind":")" + kind + "\"}")
        .status;
  };
  CHECK(make("signature") == 201);
  CHECK(make("bearer") == 201);
  CHECK(make("tattoo") == 422);
  CHECK(make("signature", "sender.secret") == 403);
}
