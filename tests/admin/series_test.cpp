// Curves of several nodes as one.
#include <catch2/catch.hpp>

#include "admin/api/handlers.hpp"
#include "admin/api/router.hpp"

using namespace warmfront;
using namespace warmfront::admin;

namespace {

const wall_time noon{seconds{1'800'000'000}};
const node_view lonely_node{};

node_view member_node() {
  node_view node;
  node.alone = false;
  return node;
}

call series_call(const node_view& node, json query) {
  auto found = find_route("GET", "/v1/series");
  call request;
  request.where = std::get<matched_route>(found).where;
  request.query = std::move(query);
  request.now = noon + std::chrono::minutes{3};
  request.node = &node;
  return request;
}

series_report sampled(wall_time first, std::vector<std::optional<std::uint64_t>> accepted) {
  series_report report;
  report.first = first;
  for (const auto& each : accepted) {
    report.steps.emplace_back();
    if (each) {
      report.steps.back() = series_values{*each};
    }
  }
  return report;
}

json answered_with(call& request, const answers& given) {
  auto next = handlers::show_series(request, given);
  return json::parse(std::get<http_response>(next).body);
}

} // namespace

TEST_CASE("series: gaps are null, and the first step says when it begins", "[series]") {
  auto request = series_call(lonely_node, {{"names", "accepted,used"}});
  const auto told = answered_with(request, {sampled(noon, {4, std::nullopt, 0})});
  CHECK(told["from"] == to_rfc3339(noon));
  CHECK(told["to"] == to_rfc3339(noon + std::chrono::minutes{3}));
  CHECK(told["step_seconds"] == 60);
  CHECK(told["series"].size() == 2);
  CHECK(told["series"][0]["name"] == "accepted");
  CHECK(told["series"][0]["values"] == json::parse("[4,null,0]"));
  CHECK(told["unanswered"].empty());
}

TEST_CASE("series: nodes add up, each with its own gaps, and who is missing is said", "[series]") {
  const auto node = member_node();
  auto request = series_call(node, {{"names", "accepted"}});
  // The other one has begun a minute later, by its clock.
  const auto other = R"({"from":")" + to_rfc3339(noon + std::chrono::minutes{1}) +
                     R"(","step_seconds":60,"series":[{"name":"accepted","values":[10,20,30]}]})";
  const auto told =
      answered_with(request, {sampled(noon, {1, std::nullopt, 3}),
                              std::vector<peer_answer>{{node_name{"n2"}, false, {200, other}},
                                                       {node_name{"n3"}, false, {0, ""}}}});
  CHECK(told["series"][0]["values"] == json::parse("[1,10,23]"));
  CHECK(told["unanswered"] == json::parse(R"(["n3"])"));
}

TEST_CASE("series: what is junk in another node's answer counts for nothing", "[series]") {
  const auto node = member_node();
  for (const auto* const junk :
       {R"({"series":7})", R"({"series":[7]})", R"({"from":"x","series":[]})",
        R"({"from":"2027-01-15T08:00:00Z","step_seconds":60,"series":[{"name":"accepted"}]})",
        R"({"from":"2027-01-15T08:00:00Z","series":[{"name":"accepted","values":["x"]}]})"}) {
    CAPTURE(junk);
    auto request = series_call(node, {{"names", "accepted"}});
    const auto told =
        answered_with(request, {sampled(noon, {1}),
                                std::vector<peer_answer>{{node_name{"n2"}, false, {200, junk}}}});
    CHECK(told["series"][0]["values"] == json::parse("[1]"));
  }
}

TEST_CASE("series: a curve that there is not is refused, and so are times the wrong way round",
          "[series]") {
  auto request = series_call(lonely_node, {{"names", "accepted,opened"}});
  auto next = handlers::show_series(request, {});
  CHECK(std::get<http_response>(next).status == 422);
  request =
      series_call(lonely_node, {{"from", "2027-01-15T09:00:00Z"}, {"to", "2027-01-15T08:00:00Z"}});
  next = handlers::show_series(request, {});
  CHECK(std::get<http_response>(next).status == 422);
}

TEST_CASE("series: all curves of a day are asked for by default, thirty days by hours",
          "[series]") {
  auto request = series_call(lonely_node, json::object());
  auto next = handlers::show_series(request, {});
  auto question = std::get<read_series>(std::get<std::vector<ask>>(next).at(0));
  CHECK(question.to - question.from == std::chrono::hours{24});
  request = series_call(lonely_node, {{"step", "1h"}});
  next = handlers::show_series(request, {});
  question = std::get<read_series>(std::get<std::vector<ask>>(next).at(0));
  CHECK(question.to - question.from == std::chrono::hours{24 * 30});
  CHECK(answered_with(request, {sampled(noon, {1})})["series"].size() == series_count);
}
