#include "admin/api/across.hpp"

#include <catch2/catch.hpp>

#include "admin/api/router.hpp"

using namespace warmfront;
using namespace warmfront::admin;

namespace {

call call_of(const std::string& method, const std::string& target) {
  auto found = find_route(method, target);
  auto& matched = std::get<matched_route>(found);
  call request;
  request.where = matched.where;
  request.query = json::object();
  for (const auto& [name, value] : matched.query)
    request.query[name] = name == "limit" ? json(std::stoul(value)) : json(value);
  return request;
}

http_response own(std::string body, unsigned status = 200) {
  return {status, "application/json", std::move(body), {}};
}

peer_answer from(const char* name, unsigned status, std::string body, bool ended = false) {
  return {node_name{name}, ended, {status, std::move(body)}};
}

json body_of(const http_response& response) {
  return json::parse(response.body);
}

std::vector<std::string> ids_of(const json& list) {
  std::vector<std::string> ids;
  for (const auto& each : list["items"])
    ids.push_back(each["id"]);
  return ids;
}

} // namespace

TEST_CASE("across: a message is told of by the node that has it", "[across]") {
  const auto request = call_of("GET", "/v1/messages/" + std::string(32, '0'));
  const auto none = own(R"({"code":"not_found"})", 404);
  CHECK(asks_peers(*request.where, none));
  CHECK_FALSE(asks_peers(*request.where, own("{}")));
  const auto nobody = from("n3", 404, "{}");

  SECTION("whichever it is") {
    const auto told = combine(request, none, {nobody, from("n2", 200, R"({"id":"x"})")});
    CHECK(told.status == 200);
    CHECK(told.body == R"({"id":"x"})");
  }
  SECTION("and its refusal counts") {
    CHECK(combine(request, none, {nobody, from("n2", 403, "{}")}).status == 403);
  }
  SECTION("nobody has it") {
    CHECK(combine(request, none, {nobody, from("n4", 0, "", true)}).status == 404);
  }
  SECTION("who does not answer may have it") {
    const auto told = combine(request, none, {nobody, from("n2", 0, "")});
    CHECK(told.status == 503);
    CHECK(body_of(told)["code"] == "unavailable");
    CHECK(body_of(told)["detail"].get<std::string>().find("n2") != std::string::npos);
  }
}

TEST_CASE("across: messages of all nodes are one list, newest first", "[across]") {
  const auto request = call_of("GET", "/v1/messages?limit=4");
  const auto mine = own(R"({"items":[{"id":"90"},{"id":"50"}],"next":null})");
  SECTION("cut at the limit") {
    const auto list = body_of(combine(
        request, mine,
        {from("n2", 200, R"({"items":[{"id":"80"},{"id":"70"},{"id":"10"}],"next":null})")}));
    CHECK(ids_of(list) == std::vector<std::string>{"90", "80", "70", "50"});
    CHECK(list["next"] == "50");
    CHECK_FALSE(list.contains("unanswered"));
  }
  SECTION("and at the end of a page that goes on: what is behind it is not known") {
    const auto list = body_of(
        combine(request, mine, {from("n2", 200, R"({"items":[{"id":"80"}],"next":"60"})")}));
    CHECK(ids_of(list) == std::vector<std::string>{"90", "80"});
    CHECK(list["next"] == "60");
  }
  SECTION("one that two nodes know of is there once") {
    const auto list = body_of(combine(
        request, mine, {from("n2", 200, R"({"items":[{"id":"90"},{"id":"80"}],"next":null})")}));
    CHECK(ids_of(list) == std::vector<std::string>{"90", "80", "50"});
  }
  SECTION("the last page says so, and names who is missing") {
    const auto list =
        body_of(combine(request, mine,
                        {from("n2", 0, ""), from("n3", 200, R"({"items":[],"next":null})"),
                         from("n4", 500, "{}")}));
    CHECK(list["next"].is_null());
    CHECK(list["unanswered"] == json({"n2", "n4"}));
  }
  SECTION("a peer that answers nonsense adds nothing") {
    const auto deep =
        R"({"items":[)" + std::string(100'000, '[') + std::string(100'000, ']') + "]}";
    for (const auto& body : {std::string{}, std::string{"[]"}, std::string{"{\"items\":3}"},
                             std::string{"\xff"}, std::string{"{\"items\":[], \"next\":7}"}, deep})
      CHECK(ids_of(body_of(combine(request, mine, {from("n2", 200, body)}))).size() == 2);
  }
}

TEST_CASE("across: queues keep their node and their order", "[across]") {
  const auto request = call_of("GET", "/v1/queues");
  const auto queue = [](const char* node) {
    return std::string{R"({"items":[{"pool":"shared","class":"batch","sender_domain":"",)"} +
           R"("destination":"","node":")" + node + R"("}],"next":null})";
  };
  const auto list = body_of(combine(request, own(queue("n2")),
                                    {from("n3", 200, queue("n3")), from("n1", 200, queue("n1"))}));
  REQUIRE(list["items"].size() == 3);
  for (std::size_t i = 0; i < 3; ++i)
    CHECK(list["items"][i]["node"] == "n" + std::to_string(i + 1));
}

TEST_CASE("across: what nodes have used of a ledger adds up", "[across]") {
  const auto ledger = [](int used, int day = 2) {
    return R"({"subject":"a.test","provider":"*","day":)" + std::to_string(day) +
           R"(,"day_ends_at":"t","limit":100,"used":)" + std::to_string(used) +
           R"(,"leased":90,"state":"open"})";
  };
  const auto request = call_of("GET", "/v1/ledgers/a.test");
  const auto sum = body_of(
      combine(request, own(ledger(10)), {from("n2", 200, ledger(20)), from("n3", 404, "{}")}));
  CHECK(sum["used"] == 30);
  CHECK(sum["leased"] == 90);
  CHECK(sum["state"] == "open");
  SECTION("up to the limit") {
    CHECK(body_of(combine(request, own(ledger(60)), {from("n2", 200, ledger(40))}))["state"] ==
          "exhausted");
  }
  SECTION("of the same day") {
    CHECK(body_of(combine(request, own(ledger(10)), {from("n2", 200, ledger(20, 1))}))["used"] ==
          10);
  }
  SECTION("in a list, and below an IP") {
    const auto list = body_of(combine(call_of("GET", "/v1/ledgers"),
                                      own(R"({"items":[)" + ledger(1) + R"(],"next":null})"),
                                      {from("n2", 200, R"({"items":[)" + ledger(2) + "]}")}));
    CHECK(list["items"][0]["used"] == 3);
    const auto address = [&](int used) {
      return R"({"address":"10.0.0.1","state":"warming","ledgers":[)" + ledger(used) + "]}";
    };
    const auto known = body_of(combine(call_of("GET", "/v1/ips/10.0.0.1"), own(address(60)),
                                       {from("n2", 200, address(40))}));
    CHECK(known["ledgers"][0]["used"] == 100);
    CHECK(known["state"] == "exhausted");
  }
}

TEST_CASE("across: a provider that only another node has sent to is in its place", "[across]") {
  const auto list = [](const std::vector<std::pair<std::string, std::string>>& rows) {
    json page{{"items", json::array()}, {"next", nullptr}};
    for (const auto& [subject, provider] : rows)
      page["items"].push_back({{"subject", subject},
                               {"provider", provider},
                               {"day", 2},
                               {"day_ends_at", "t"},
                               {"limit", 100},
                               {"used", 5},
                               {"leased", 90},
                               {"state", "open"}});
    return page.dump();
  };
  const auto joined =
      body_of(combine(call_of("GET", "/v1/ledgers"),
                      own(list({{"a.test", "*"}, {"a.test", "gmail"}, {"b.test", "*"}})),
                      {from("n2", 200,
                            list({{"a.test", "*"},
                                  {"a.test", "outlook"},
                                  {"b.test", "*"},
                                  {"b.test", "mx"},
                                  {"c.test", "*"}}))}));
  std::vector<std::string> rows;
  for (const auto& each : joined["items"])
    rows.push_back(each["subject"].get<std::string>() + " " + each["provider"].get<std::string>() +
                   " " + each["used"].dump());
  CHECK(rows == std::vector<std::string>{"a.test * 10", "a.test gmail 5", "a.test outlook 5",
                                         "b.test * 10", "b.test mx 5"});
}

TEST_CASE("across: an action is done once, and others are asked how things stand", "[across]") {
  const auto request = call_of("POST", "/v1/ledgers/a.test/actions");
  http_request received;
  received.method = "POST";
  received.target = "/v1/ledgers/a.test/actions";
  const auto what = inquiry_of(request, received);
  CHECK(what.method == "GET");
  CHECK(what.target == "/v1/ledgers/a.test");
}

TEST_CASE("across: every node tells about itself", "[across]") {
  const auto request = call_of("GET", "/v1/cluster");
  const auto mine = own(R"({"role":"member","ready":true,"nodes":[
    {"name":"n1","state":"active","alive":true,"ready":true},
    {"name":"n2","state":"active","alive":true,"ready":true,"hostname":""},
    {"name":"n3","state":"active","alive":true,"ready":true},
    {"name":"n4","state":"removed","alive":false,"ready":false}]})");
  const auto view = body_of(combine(
      request, mine,
      {from("n2", 200, R"({"nodes":[{"name":"n2","hostname":"mx2","ready":false,"problem":"disk"},
                                    {"name":"n1","hostname":"wrong"}]})"),
       from("n3", 0, ""), from("n4", 0, "", true)}));
  CHECK(view["ready"] == false);
  CHECK_FALSE(view["nodes"][0].contains("hostname"));
  CHECK(view["nodes"][1]["hostname"] == "mx2");
  CHECK(view["nodes"][1]["problem"] == "disk");
  CHECK(view["nodes"][2]["ready"] == false);
  CHECK(view["nodes"][2]["problem"] == "it does not answer this node");
}

TEST_CASE("across: what a peer tells in another kind is as if it were not there", "[across]") {
  const std::vector<std::string> odd{
      R"({"items":[7,null,[],{"id":7}],"next":7})",
      R"({"items":[{"subject":[],"provider":{},"used":-1,"quality":3}],"next":true})",
      R"({"items":[{"address":{},"ledgers":7},{"pool":3,"class":[],"node":null}],"next":{}})",
      R"({"subject":7,"day":"1","day_ends_at":[],"used":{},"quality":[],"ledgers":"x"})",
      R"({"nodes":[{"name":"n2","ready":"yes","storage":7},{"name":[]},7],"ready":3})",
      R"({"items":{"a":1}})",
      "[]",
      "7",
      "{",
  };
  struct asked {
    const char* target;
    const char* body;
  };
  const asked all[] = {
      {"/v1/messages", R"({"items":[{"id":"90"}],"next":null})"},
      {"/v1/queues", R"({"items":[{"pool":"a","class":"batch","node":"n1"}],"next":null})"},
      {"/v1/ips",
       R"({"items":[{"address":"192.0.2.1","state":"warming","ledgers":[]}],"next":null})"},
      {"/v1/ledgers",
       R"({"items":[{"subject":"a","provider":"*","day":1,"day_ends_at":"x","limit":5,"used":1,)"
       R"("leased":1,"state":"open","quality":{"opened":1}}],"next":null})"},
      {"/v1/cluster", R"({"nodes":[{"name":"n1","ready":true},{"name":"n2","ready":false}]})"},
      {"/v1/nodes/n2", R"({"name":"n2","alive":true,"ready":false})"},
  };
  for (const auto& each : all)
    for (const auto& body : odd) {
      CAPTURE(each.target, body);
      const auto told =
          combine(call_of("GET", each.target), own(each.body), {from("n2", 200, body)});
      CHECK(told.status == 200);
      CHECK(body_of(told).is_object());
    }
}

TEST_CASE("across: a task's progress is that of all nodes, and never more than there is",
          "[across][tasks]") {
  const auto progress = [](int delivered, int waiting, int live) {
    return R"({"delivered":)" + std::to_string(delivered) + R"(,"deferred":0,"waiting":)" +
           std::to_string(waiting) + R"(,"live":{"occurrence":3,"delivered":)" +
           std::to_string(live) + R"(,"deferred":1}})";
  };
  const auto task = [&](int delivered, int waiting, int live) {
    return R"({"id":1,"progress":)" + progress(delivered, waiting, live) + "}";
  };
  const auto one = call_of("GET", "/v1/tasks/1");
  CHECK(asks_peers(*one.where, own("{}")));

  const auto sum = body_of(combine(one, own(task(110, 500, 10)),
                                   {from("n2", 200, task(130, 480, 30)), from("n3", 0, "")}));
  CHECK(sum["progress"]["delivered"] == 140);
  CHECK(sum["progress"]["deferred"] == 1);
  CHECK(sum["progress"]["waiting"] == 469);
  CHECK(sum["unanswered"] == json::array({"n3"}));

  // What another node counts may have ended meanwhile.
  const auto full =
      body_of(combine(one, own(task(110, 20, 10)), {from("n2", 200, task(0, 0, 30))}));
  CHECK(full["progress"]["delivered"] == 130);
  CHECK(full["progress"]["waiting"] == 0);

  // It may know of another firing, of none, or be of another release.
  for (const auto* const other : {R"({"id":1,"progress":{"live":{"occurrence":2,"delivered":9}}})",
                                  R"({"progress":null})", R"({"id":1,"progress":7})", R"([])"})
    CHECK(body_of(combine(one, own(task(110, 500, 10)), {from("n2", 200, other)}))["progress"] ==
          json::parse(progress(110, 500, 10)));

  const auto list = body_of(combine(call_of("GET", "/v1/tasks"),
                                    own(R"({"items":[)" + task(5, 9, 0) + R"(],"next":null})"),
                                    {from("n2", 200, R"({"items":[)" + task(5, 9, 2) + "]}")}));
  CHECK(list["items"][0]["progress"]["delivered"] == 7);
}

TEST_CASE("across: what webhooks wait for adds up, what only others know is taken", "[across]") {
  const auto one = call_of("GET", "/v1/webhooks/1");
  const auto mine = own(R"({"id":"1","waiting":3,"last_error":"","failing_since":null})");
  const auto sum = body_of(
      combine(one, mine,
              {from("n2", 200, R"({"id":"1","waiting":4,"last_error":"no","failing_since":"t"})"),
               from("n3", 0, "")}));
  CHECK(sum["waiting"] == 7);
  CHECK(sum["last_error"] == "no");
  CHECK(sum["failing_since"] == "t");
  CHECK(sum["unanswered"] == json{"n3"});

  const auto all = call_of("GET", "/v1/webhooks");
  const auto list = body_of(
      combine(all, own(R"({"items":[{"id":"1","waiting":1},{"id":"10","waiting":0}],"next":null})"),
              {from("n2", 200, R"({"items":[{"id":"10","waiting":5},{"id":"2","waiting":9}]})")}));
  CHECK(ids_of(list) == std::vector<std::string>{"1", "10"});
  CHECK(list["items"][0]["waiting"] == 1);
  CHECK(list["items"][1]["waiting"] == 5);
}

TEST_CASE("across: events of all nodes are in order, and each log goes on where it was",
          "[across]") {
  const auto request = call_of("GET", "/v1/events?follow=false&after=n1:1.0.0,n3:5.0.0");
  const auto page = body_of(combine(
      request,
      own(R"({"items":[{"id":"a","timestamp":"1"},{"id":"c","timestamp":"3"}],"next":"n1:3.0.0"})"),
      {from("n2", 200, R"({"items":[{"id":"b","timestamp":"2"}],"next":"n2:7.0.0"})"),
       from("n3", 0, "")}));
  CHECK(ids_of(page) == std::vector<std::string>{"a", "b", "c"});
  CHECK(page["next"] == "n1:3.0.0,n2:7.0.0,n3:5.0.0");
  CHECK(page["unanswered"] == json{"n3"});
  // Of a stream, which asks them itself.
  CHECK_FALSE(asks_peers(*request.where, own("")));
  CHECK(asks_peers(*request.where, own("{}")));
}
