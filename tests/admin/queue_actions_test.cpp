// Many mails that wait, through the API: counted, confirmed, done.
#include <catch2/catch.hpp>

#include "admin/api/across_queues.hpp"
#include "admin/api/queue_confirmation.hpp"
#include "admin/cli/confirm.hpp"
#include "tests/admin/fake_node.hpp"
#include "tests/admin/raw_client.hpp"

using namespace warmfront;
using namespace warmfront::admin;
using warmfront::testing::call_node;
using warmfront::testing::fake_node;

namespace {

const wall_time counting_at{seconds{1'767'225'600}};

json answer_of_node(const fake_node& node, const std::string& body, int status,
                    const char* key = "operator.secret") {
  const auto response = call_node(node.port(), "POST", "/v1/queues/actions", key, body);
  CAPTURE(body, response.body);
  CHECK(response.status == status);
  return json::parse(response.body);
}

} // namespace

TEST_CASE("queue confirmation: holds for what was counted, for ten minutes", "[queue_actions]") {
  const queue_confirmation counted{counting_at, 12};
  const auto token = to_token(counted, "k1 retry");
  CHECK(read_token(token, "k1 retry", counting_at) == counted);
  CHECK(read_token(token, "k1 retry", counting_at + std::chrono::minutes{10}) == counted);
  CHECK_FALSE(read_token(token, "k1 retry", counting_at + std::chrono::minutes{11}));
  const queue_confirmation partly{counting_at, 12, "n2,mx-3.example"};
  CHECK(read_token(to_token(partly, "k1 retry"), "k1 retry", counting_at) == partly);
  CHECK_FALSE(read_token(token, "k2 retry", counting_at));
  CHECK_FALSE(read_token(token, "k1 cancel", counting_at));
  auto changed = token;
  changed.back() = changed.back() == '0' ? '1' : '0';
  for (const auto& each : {changed, std::string{}, std::string{"."}, std::string{"1.2"},
                           std::string{"99999999999999999999.1.x"}})
    CHECK_FALSE(read_token(each, "k1 retry", counting_at));
  CHECK(action_id_of(token).size() == 32);
}

TEST_CASE("queue actions: are counted first and done when that is confirmed", "[queue_actions]") {
  fake_node node;
  const std::string asked = R"({"action":"retry","filter":{"pool":"shared"})";
  const auto counted = answer_of_node(node, asked + "}", 200);
  CHECK(counted["matches"] == 2);
  CHECK(counted["recipients"] == 3);
  CHECK(counted["sample"][0]["last_reply"] == "shared");
  CHECK(node.world.queue_actions.empty());

  const auto confirmed = asked + R"(,"confirm":")" + counted["confirm"].get<std::string>() + "\"}";
  const auto begun = answer_of_node(node, confirmed, 202);
  CHECK(begun["state"] == "running");
  CHECK(begun["expected"] == 3);
  CHECK(begun["filter"]["pool"] == "shared");
  const auto id = begun["id"].get<std::string>();
  CHECK(answer_of_node(node, confirmed, 202)["id"] == id);
  CHECK(node.world.queue_actions.size() == 1);
  const auto shown = call_node(node.port(), "GET", "/v1/queues/actions/" + id, "operator.secret");
  CHECK(shown.status == 200);
  CHECK(call_node(node.port(), "GET", "/v1/queues/actions/absent", "operator.secret").status ==
        404);
}

TEST_CASE("queue actions: a confirmation is for one request of one key", "[queue_actions]") {
  fake_node node;
  const auto counted = answer_of_node(node, R"({"action":"retry"})", 200);
  const auto token = counted["confirm"].get<std::string>();
  answer_of_node(node, R"({"action":"cancel","confirm":")" + token + "\"}", 409);
  answer_of_node(node, R"({"action":"retry","filter":{"pool":"x"},"confirm":")" + token + "\"}",
                 409);
  answer_of_node(node, R"({"action":"retry","confirm":")" + token + "\"}", 409, "admin.secret");
  answer_of_node(node, R"({"action":"retry","confirm":"7"})", 409);
  CHECK(node.world.queue_actions.empty());
}

TEST_CASE("queue actions: what is not understood is refused", "[queue_actions]") {
  fake_node node;
  answer_of_node(node, R"({"action":"delete"})", 422);
  answer_of_node(node, R"({"action":"retry","filter":{"older_than":"soon"}})", 422);
  answer_of_node(node, R"({"action":"retry","filter":{"task":"x"}})", 422);
  answer_of_node(node, R"({"action":"retry","filter":{"color":"red"}})", 422);
  answer_of_node(node, R"({"action":"retry"})", 403, "viewer.secret");
  answer_of_node(node, R"({"action":"retry"})", 403, "sender.secret");
  CHECK(call_node(node.port(), "POST", "/v1/queues/actions/x/parts?action=retry", "admin.secret")
            .status == 409);
}

TEST_CASE("queue actions: counts and parts of several nodes add up", "[queue_actions]") {
  ordered_json sum = ordered_json::parse(
      R"({"matches":1,"recipients":2,"oldest":null,"complete":true,"sample":[]})");
  add_waiting(sum, ordered_json::parse(
                       R"({"matches":3,"recipients":4,"oldest":"2026-01-01T00:00:00.000Z",
                           "complete":false,
                           "sample":[{"id":"x"},{"id":"y"},{"id":"z"},{"id":"q"}]})"));
  CHECK(sum["matches"] == 4);
  CHECK(sum["recipients"] == 6);
  CHECK(sum["oldest"] == "2026-01-01T00:00:00.000Z");
  CHECK(sum["complete"] == false);
  CHECK(sum["sample"].size() == 3);
  add_waiting(sum, ordered_json::parse(R"({"matches":"many","sample":7})"));
  CHECK(sum["matches"] == 4);

  auto action = ordered_json::parse(
      R"({"id":"1","state":"done","expected":9,"recipients":5,"busy":1,
          "started_at":"2026-01-01T00:00:00.000Z","finished_at":"2026-01-01T00:00:01.000Z"})");
  auto part = action;
  part["expected"] = 0;
  part["finished_at"] = "2026-01-01T00:00:03.000Z";
  add_queue_action(action, part);
  CHECK(action["recipients"] == 10);
  CHECK(action["expected"] == 9);
  CHECK(action["finished_at"] == "2026-01-01T00:00:03.000Z");
  part["state"] = "running";
  add_queue_action(action, part);
  CHECK(action["state"] == "running");
  CHECK(action["finished_at"].is_null());
}

TEST_CASE("timeline: is told with the names of nodes", "[timeline]") {
  fake_node node;
  const auto id = node.add_message("acme", recipient_state::held);
  const auto told =
      call_node(node.port(), "GET", "/v1/messages/" + id.str() + "/timeline", "viewer.secret");
  REQUIRE(told.status == 200);
  const auto body = json::parse(told.body);
  REQUIRE(body["items"].size() == 2);
  CHECK(body["items"][0]["kind"] == "accepted");
  CHECK(body["items"][0]["tls"].is_null());
  CHECK(body["items"][1]["tls"]["verified_by"] == "dane");
  CHECK(body["items"][1]["reply"]["code"] == 451);
  CHECK(body["items"][1]["day"] == 2);
}

TEST_CASE("cli: a count is confirmed before anything is done", "[cli]") {
  const cli::api_request first{"POST", "/v1/queues/actions", R"({"action":"retry","filter":{}})"};
  std::vector<std::string> sent;
  const auto ask = [&](const cli::api_request& request) -> result<cli::api_response> {
    sent.push_back(request.body);
    if (sent.size() == 1)
      return cli::api_response{200, R"({"action":"retry","matches":1,"recipients":2,"oldest":null,
        "complete":true,"sample":[{"id":"x","from":"a\u001b","to":"b","last_reply":"451"}],
        "confirm":"t"})",
                               ""};
    return cli::api_response{202, "{}", ""};
  };
  std::string shown;
  SECTION("agreed") {
    const auto done = cli::confirm_and_do(first, ask, [&](const std::string& text) {
      shown = text;
      return true;
    });
    CHECK(done.value().status == 202);
    REQUIRE(sent.size() == 2);
    CHECK(json::parse(sent[1])["confirm"] == "t");
    CHECK(shown.find("2 recipients of 1 messages") != std::string::npos);
    CHECK(shown.find('\x1b') == std::string::npos);
  }
  SECTION("declined") {
    CHECK(cli::confirm_and_do(first, ask, [](const auto&) { return false; }).value().status == 200);
    CHECK(sent.size() == 1);
  }
}
