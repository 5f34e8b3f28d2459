// Templates over HTTP, and messages made from them.
#include <catch2/catch.hpp>

#include "admin/api/json.hpp"
#include "tests/admin/fake_node.hpp"
#include "tests/admin/raw_client.hpp"

using namespace warmfront;
using namespace warmfront::testing;

namespace {

/// A node with the template `Code` of the account `acme`.
struct node_with_template {
  fake_node node;

  node_with_template() {
    const auto made =
        call("POST", "/v1/templates",
             R"({"name":"Code","subject":"{{code}} for {{name}}",)"
             R"("html":"<b>{{code}}</b>","text":"{{code}}{{#hint}} {{hint}}{{/hint}}"})");
    REQUIRE(made.status == 201);
  }
  raw_response call(const std::string& method, const std::string& target,
                    const std::string& body = {}, const std::string& key = "sender.secret") {
    return call_node(node.port(), method, target, key, body);
  }
  admin::json read(const raw_response& response) {
    return std::get<admin::json>(admin::parse_json(response.body));
  }
  std::string refused_field(const raw_response& response) {
    CHECK(response.status >= 400);
    return read(response).value("field", "");
  }
};

} // namespace

TEST_CASE("templates service: a template is made, changed, shown and deleted", "[admin]") {
  node_with_template of;
  const auto shown = of.read(of.call("GET", "/v1/templates/Code"));
  CHECK(shown["account"] == "acme");
  CHECK(shown["required"] == admin::json{"code", "name"});
  CHECK(shown["optional"] == admin::json{"hint"});
  CHECK(shown["html"] == "<b>{{code}}</b>");
  CHECK(shown["state"] == "approved");
  const auto changed =
      of.call("PUT", "/v1/templates/Code", R"({"subject":"{{code}}","text":"new"})");
  CHECK(changed.status == 200);
  CHECK(of.read(changed)["version"] == 2);
  CHECK(of.read(of.call("GET", "/v1/templates/Code?version=1"))["html"] == "<b>{{code}}</b>");
  CHECK(of.call("GET", "/v1/templates/Code?version=3").status == 404);
  CHECK(of.read(of.call("GET", "/v1/templates"))["items"].size() == 1);
  CHECK(of.call("POST", "/v1/templates", R"({"name":"Code","text":"x"})").status == 409);
  CHECK(of.call("DELETE", "/v1/templates/Code").status == 204);
  CHECK(of.call("GET", "/v1/templates/Code").status == 404);
}

TEST_CASE("templates service: any title names a template", "[admin]") {
  node_with_template of;
  CHECK(of.call("PUT", "/v1/templates/Gr%C3%BC%C3%9Fe%20%2B%201", R"({"text":"x"})").status == 200);
  CHECK(of.read(of.call("GET", "/v1/templates/Gr%C3%BC%C3%9Fe%20%2B%201"))["name"] == "Grüße + 1");
  CHECK(of.call("PUT", "/v1/templates/%20x", R"({"text":"x"})").status == 422);
}

TEST_CASE("templates service: accounts do not see each other's", "[admin][security]") {
  node_with_template of;
  CHECK(of.call("GET", "/v1/templates/Code", "", "other.secret").status == 404);
  CHECK(of.call("GET", "/v1/templates/Code?account=acme", "", "other.secret").status == 403);
  CHECK(of.call("DELETE", "/v1/templates/Code?account=acme", "", "other.secret").status == 403);
  CHECK(of.read(of.call("GET", "/v1/templates", "", "other.secret"))["items"].empty());
  CHECK(of.call("PUT", "/v1/templates/Code", R"({"text":"theirs"})", "other.secret").status == 200);
  CHECK(of.read(of.call("GET", "/v1/templates/Code"))["html"] == "<b>{{code}}</b>");
  CHECK(of.read(of.call("GET", "/v1/templates", "", "viewer.secret"))["items"].size() == 2);
  CHECK(of.read(of.call("GET", "/v1/templates/Code?account=other", "",
                        "operator.secret"))["text"] == "theirs");
}

TEST_CASE("templates service: a tag that is wrong is named with its line and column", "[admin]") {
  node_with_template of;
  const auto refused = of.call("POST", "/v1/templates", R"({"name":"x","html":"<p>\n {{oops"})");
  CHECK(refused.status == 422);
  CHECK(of.read(refused)["field"] == "html");
  CHECK_THAT(of.read(refused)["detail"].get<std::string>(), Catch::Contains("line 2, column 2"));
  CHECK(of.call("GET", "/v1/templates/x").status == 404);
}

TEST_CASE("templates service: it is rendered without being sent", "[admin]") {
  node_with_template of;
  const auto rendered =
      of.call("POST", "/v1/templates/Code/render",
              R"({"variables":{"code":"<1>","name":"Ada","hint":"soon"}})", "viewer.secret");
  REQUIRE(rendered.status == 200);
  CHECK(of.read(rendered)["subject"] == "<1> for Ada");
  CHECK(of.read(rendered)["html"] == "<b>&lt;1&gt;</b>");
  CHECK(of.read(rendered)["text"] == "<1> soon");
  CHECK(of.refused_field(of.call("POST", "/v1/templates/Code/render",
                                 R"({"variables":{"code":"1"}})")) == "variables.name");
}

TEST_CASE("templates service: a review decides", "[admin]") {
  node_with_template of;
  const auto* actions = "/v1/templates/Code/actions";
  CHECK(of.call("POST", actions, R"({"action":"reject","reason":"tone"})").status == 403);
  CHECK(of.call("POST", std::string{actions} + "?account=acme",
                R"({"action":"reject","reason":"tone"})", "operator.secret")
            .status == 200);
  CHECK(of.read(of.call("GET", "/v1/templates/Code"))["reason"] == "tone");
  const auto* message = R"({"from":"a@example.net","to":["b@example.org"],"template":"Code",)"
                        R"("variables":{"code":"1","name":"x"}})";
  CHECK(of.call("POST", "/v1/messages", message).status == 403);
  CHECK(of.call("POST", actions, R"({"action":"approve"})", "operator.secret").status == 200);
  CHECK(of.call("POST", "/v1/messages", message).status == 202);
}

TEST_CASE("templates service: a message is made from a template and its variables", "[admin]") {
  node_with_template of;
  const auto sent = of.call("POST", "/v1/messages",
                            R"({"from":"a@example.net","to":["b@example.org"],"template":"Code",)"
                            R"("variables":{"code":"123","name":"Ada"}})");
  REQUIRE(sent.status == 202);
  CHECK(of.call("POST", "/v1/messages",
                R"({"from":"a@example.net","to":["b@example.org"],"template":"Code",)"
                R"("subject":"Own {{code}}","variables":{"code":"123","name":"Ada"}})")
            .status == 202);
  const std::lock_guard lock{of.node.world.guard};
  REQUIRE(of.node.world.submitted.size() == 2);
  const auto& content = of.node.world.submitted[0].content;
  CHECK_THAT(content, Catch::Contains("Subject: 123 for Ada\r\n"));
  CHECK_THAT(content, Catch::Contains("<b>123</b>"));
  CHECK_THAT(of.node.world.submitted[1].content, Catch::Contains("Subject: Own 123\r\n"));
}

TEST_CASE("templates service: bad values queue nothing and are named", "[admin][security]") {
  node_with_template of;
  const auto refused = [&of](const std::string& rest) {
    return of.refused_field(of.call(
        "POST", "/v1/messages", R"({"from":"a@example.net","to":["b@example.org"],)" + rest + "}"));
  };
  CHECK(refused(R"("template":"Code","variables":{"code":"1"})") == "variables.name");
  CHECK(refused(R"("template":"Code","variables":{"code":"1","name":"x\r\nBcc: y"})") ==
        "variables.name");
  CHECK(refused(R"("template":"none","variables":{})") == "template");
  CHECK(refused(R"("template":"Code","text":"x","variables":{"code":"1","name":"x"})") == "text");
  CHECK(refused(R"("template":"Code","subject":"{{x","variables":{"code":"1","name":"x"})") ==
        "subject");
  CHECK(refused(R"("subject":"x","text":"x","variables":{"code":"1"})") == "variables");
  CHECK(refused(R"("text":"x")") == "subject");
  const std::lock_guard lock{of.node.world.guard};
  CHECK(of.node.world.submitted.empty());
}
