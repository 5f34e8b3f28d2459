// Lists of suppressions, over HTTP and through the command line.
#include <catch2/catch.hpp>

#include "admin/cli/export.hpp"
#include "admin/cli/render.hpp"
#include "tests/admin/fake_node.hpp"
#include "tests/admin/raw_client.hpp"

using namespace warmfront;
using namespace warmfront::testing;
namespace cli = warmfront::admin::cli;

namespace {

raw_response import_to(const fake_node& node, const std::string& query, const std::string& list,
                       const std::string& type = "text/csv") {
  raw_client client{node.port()};
  client.send("POST /v1/suppressions/import" + query + " HTTP/1.1\r\nHost: x\r\nAuthorization: " +
              "Bearer sender.secret\r\nContent-Type: " + type +
              "\r\nContent-Length: " + std::to_string(list.size()) + "\r\n\r\n" + list);
  return client.receive();
}

cli::command exporting() {
  for (const auto& each : cli::commands())
    if (each.exports_all)
      return each;
  FAIL("no command exports");
  return {};
}

} // namespace

TEST_CASE("suppressions service: a list is read, and what is wrong in it is told", "[admin]") {
  fake_node node;
  const auto made = import_to(node, "?reason=complaint",
                              "address,text\nAda@a.example,x\nnobody,y\nbob@a.example,\n");
  REQUIRE(made.status == 200);
  const auto report = admin::ordered_json::parse(made.body);
  CHECK(report["lines"] == 3);
  CHECK(report["added"] == 2);
  CHECK(report["rejected"] == 1);
  CHECK(report["first_rejected"][0].get<std::string>().starts_with("line 3: "));
  CHECK(import_to(node, "", R"({"address":"eve@a.example","reason":"unsubscribe"})",
                  "application/x-ndjson")
            .status == 200);
  const auto listed = call_node(node.port(), "GET", "/v1/suppressions", "sender.secret", "");
  const auto items = admin::ordered_json::parse(listed.body)["items"];
  REQUIRE(items.size() == 3);
  CHECK(items[0]["reason"] == "complaint");
  CHECK(items[2]["reason"] == "unsubscribe");
  CHECK(import_to(node, "", "no,header\n").status == 422);
  CHECK(import_to(node, "?reason=boredom", "address\n").status == 422);
  CHECK(import_to(node, "?until=2001-01-01T00:00:00Z", "address\na@a.example\n").status == 422);
  CHECK(call_node(node.port(), "POST", "/v1/suppressions/import", "viewer.secret", "{}").status ==
        403);
}

TEST_CASE("cli: an export goes through all pages, and ends with what is refused", "[cli]") {
  std::vector<std::string> asked;
  std::string written;
  const auto what = exporting();
  const cli::api_request first{"GET", "/v1/suppressions?reason=manual", ""};
  const auto answers = [&](const cli::api_request& request) -> result<cli::api_response> {
    asked.push_back(request.target);
    if (asked.size() == 1)
      return cli::api_response{
          200,
          R"({"items":[{"address":"a@a.example","reason":"manual","until":null,)"
          R"("text":"he said \"no\", twice","account":"acme"}],"next":"acme/a@a.example"})",
          {}};
    if (asked.size() == 2) // a page may be empty, and not the last
      return cli::api_response{200, R"({"items":[],"next":"acme/q+1&2@a.example"})", {}};
    return cli::api_response{asked.size() == 3 ? 200u : 503u,
                             R"({"items":[{"address":"z@a.example"}],"next":null})",
                             {}};
  };
  const auto write = [&](const std::string& rows) { written += rows; };
  REQUIRE(cli::export_all(what, first, answers, write).value().status == 200);
  CHECK(asked ==
        std::vector<std::string>{
            "/v1/suppressions?reason=manual&limit=500",
            "/v1/suppressions?reason=manual&limit=500&after=acme%2Fa%40a.example",
            "/v1/suppressions?reason=manual&limit=500&after=acme%2Fq%2B1%262%40a.example"});
  CHECK(written == "address,reason,until,text,account\r\n"
                   "a@a.example,manual,,\"he said \"\"no\"\", twice\",acme\r\n"
                   "z@a.example,,,,\r\n");
  CHECK(cli::export_all(what, first, answers, write).value().status == 503);
}
