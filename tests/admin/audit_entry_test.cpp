// What the audit log keeps of a request: never a secret, never a mail, never much.
#include "admin/api/audit_entry.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace warmfront;
using namespace warmfront::admin;

namespace {

json kept_of(const json& body) {
  const auto text = audit_asked(json::object(), body);
  CHECK(text.size() <= audit_asked_octets_max);
  return text.empty() ? json() : json::parse(text)["body"];
}

const admin::route& route_of(std::string_view operation) {
  return *std::ranges::find(routes(), operation, &admin::route::operation);
}

} // namespace

TEST_CASE("audit: what is asked is kept, with the query beside the body", "[audit]") {
  CHECK(audit_asked(json::object(), json()).empty());
  CHECK(audit_asked({{"account", "acme"}}, {{"kind", "shared"}, {"weight", 3}}) ==
        R"({"query":{"account":"acme"},"body":{"kind":"shared","weight":3}})");
}

TEST_CASE("audit: secrets and what is in mails are left out", "[audit][security]") {
  for (const auto* const name :
       {"secret", "key", "private_key", "password", "Password", "html", "text", "Html",
        "content_base64", "attachments", "variables", "TemplateData", "to", "bcc", "headers"}) {
    CAPTURE(name);
    const auto text = audit_asked(
        {{name, "S3CRET"}}, {{name, "S3CRET"},
                             {"nested", {{name, {"S3CRET"}}}},
                             {"list", json::array({json{{name, json{{"deep", "S3CRET"}}}}})}});
    CHECK(text.find("S3CRET") == std::string::npos);
    CHECK(text.find(name) != std::string::npos);
  }
  CHECK(kept_of({{"url", "https://hooks.example/in?token=S3CRET"}})["url"] ==
        "https://hooks.example/in?…");
  CHECK(kept_of({{"subject", "Hi"}, {"text", true}})["text"] == true);
}

TEST_CASE("audit: never more than four kibibytes, and always JSON", "[audit][robustness]") {
  auto many = json::array();
  for (int i = 0; i < 100'000; ++i)
    many.push_back({{"address", "192.0.2." + std::to_string(i)}});
  const auto kept = kept_of({{"ips", many}});
  CHECK(kept["ips"].size() == 21);
  CHECK(kept["ips"].back() == "…");
  CHECK(kept_of({{"note", std::string(10'000'000, 'a')}})["note"].get<std::string>().size() < 300);
  auto wide = json::object();
  for (int i = 0; i < 5'000; ++i)
    wide["name" + std::to_string(i)] = std::string(150, '\x01');
  CHECK_FALSE(kept_of(wide).is_null());
  // Not cut within a character; what is no UTF-8 at all becomes some.
  std::string umlauts;
  for (int i = 0; i < 150; ++i)
    umlauts += "\xc3\xbc";
  const auto note = kept_of({{"note", "a" + umlauts}})["note"].get<std::string>();
  CHECK(note.ends_with("\xc3\xbc…"));
  CHECK_FALSE(kept_of({{"note", "\xff\xfe"}}).is_null());
  json deep = "x";
  for (int i = 0; i < 60; ++i)
    deep = json{{"d", deep}};
  CHECK_FALSE(kept_of(deep).is_null());
}

TEST_CASE("audit: resources are paths of names", "[audit]") {
  CHECK(audit_resource(route_of("create_pool"), {}) == "pools");
  CHECK(audit_resource(route_of("put_pool_ip"), {"p1", "192.0.2.1"}) == "pools/p1/ips/192.0.2.1");
  CHECK(audit_resource(route_of("act_on_ledger"), {"192.0.2.1"}) == "ledgers/192.0.2.1");
  CHECK(audit_resource(route_of("cancel_message"), {"0123"}) == "messages/0123/cancel");
  CHECK(named_in_call({{"TemplateID", 12}}) == "12");
}

TEST_CASE("audit: what was made is called as its path calls it", "[audit]") {
  const auto made = [](std::string_view operation, const json& asked, const char* answered,
                       unsigned status = 201) {
    return made_resource(
        route_of(operation), asked,
        {status, status < 300 ? "application/json" : "application/problem+json", answered, {}});
  };
  CHECK(made("create_key", {{"account", "acme"}}, R"({"id":"k1","secret":"k1.x"})") == "k1");
  CHECK(made("create_template", {{"name", "t"}}, R"({"name":"t","id":1})") == "t");
  CHECK(made("create_task", {{"name", "t"}}, R"({"name":"t","id":"7"})") == "7");
  CHECK(made("add_identity", json(), R"({"domain":"a.example"})") == "a.example");
  CHECK(made("add_identity_key", {{"selector", "s1"}}, R"({"domain":"a.example"})") == "s1");
  CHECK(made("create_pool", {{"name", "p1"}}, R"({"code":"c"})", 422) == "p1");
  CHECK(made("create_pool", json(), R"({"code":"c"})", 422).empty());
  for (const auto* const makes_nothing : {"cancel_message", "verify_identity", "act_on_node"})
    CHECK(made(makes_nothing, {{"name", "x"}}, R"({"id":"1","domain":"d"})", 200).empty());
}

TEST_CASE("audit: a refusal has its code, in both APIs", "[audit]") {
  CHECK(refusal_code({422, "application/problem+json", R"({"code":"invalid"})", {}}) == "invalid");
  CHECK(refusal_code({200, "application/json", R"({"code":"a"})", {}}).empty());
  CHECK(refusal_code({200, "application/json", R"({"Response":{"Error":{"Code":"A.B"}}})", {}}) ==
        "A.B");
  CHECK(refusal_code({200, "application/json", R"({"Response":{"RequestId":"1"}})", {}}).empty());
  CHECK(refusal_code({500, "text/plain", "no", {}}).empty());
  CHECK(refusal_code({500, "application/json", "no", {}}).empty());
}

TEST_CASE("audit: what changes nothing is not recorded", "[audit]") {
  for (const auto* const operation : {"send_message", "render_template", "preview_task",
                                      "forecast_batch", "check_identity", "list_audit"})
    CHECK_FALSE(is_change(route_of(operation)));
  for (const auto* const operation :
       {"create_session", "delete_session", "create_key", "act_on_node", "verify_identity",
        "import_suppressions", "cancel_message", "delete_account"})
    CHECK(is_change(route_of(operation)));
  for (const auto& each : routes())
    if (each.method == "GET")
      CHECK_FALSE(is_change(each));
}
