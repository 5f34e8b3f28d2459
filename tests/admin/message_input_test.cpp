// What POST /v1/messages takes, and how it names what it does not take.
#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "admin/api/router.hpp"

using namespace warmfront;
using namespace warmfront::admin;

namespace {

const node_view& node() {
  static const node_view view{"n1", "mta1.example.net", "0", 100'000, nullptr, nullptr, nullptr};
  return view;
}

json valid() {
  return json{{"from", "ada@example.net"},
              {"to", {"bob@example.org"}},
              {"subject", "Hi"},
              {"text", "Hello."}};
}

http_request post(std::string body) {
  http_request request;
  request.method = "POST";
  request.target = "/v1/messages";
  request.headers.emplace_back("content-type", "application/json");
  request.body = std::move(body);
  return request;
}

/// The submission that a body becomes, or the refusal.
std::variant<submission, http_response> submit(const http_request& request) {
  auto found = find_route(request.method, request.target);
  auto prepared = prepare(std::move(std::get<matched_route>(found)), request);
  if (auto* refusal = std::get_if<http_response>(&prepared)) {
    return std::move(*refusal);
  }
  auto& asked = std::get<call>(prepared);
  asked.node = &node();
  asked.unique = "1.2.3";
  asked.who.account = account_name{"acme"};
  auto next = asked.where->serve(asked, {});
  if (auto* refusal = std::get_if<http_response>(&next)) {
    return std::move(*refusal);
  }
  auto& questions = std::get<std::vector<ask>>(next);
  REQUIRE(questions.size() == 1);
  return std::move(std::get<submission>(questions.front()));
}

struct refusal {
  unsigned status = 0;
  std::string code;
  std::string field;
};

refusal refused(const std::string& body) {
  auto outcome_of = submit(post(body));
  const auto* response = std::get_if<http_response>(&outcome_of);
  if (response == nullptr) {
    return {};
  }
  const auto problem = std::get<json>(parse_json(response->body));
  CHECK(problem["status"] == response->status);
  CHECK(problem["detail"].get<std::string>().find('\n') == std::string::npos);
  return {response->status, problem["code"].get<std::string>(), problem.value("field", "")};
}

refusal refused_with(const char* name, json value) {
  auto body = valid();
  body[name] = std::move(value);
  return refused(body.dump());
}

submission accepted(const json& body) {
  auto result = submit(post(body.dump()));
  if (const auto* response = std::get_if<http_response>(&result)) {
    FAIL(response->body);
  }
  return std::move(std::get<submission>(result));
}

} // namespace

TEST_CASE("message input: every recipient once, Bcc in the envelope only", "[api]") {
  auto body = valid();
  body["to"] = {"Bob <bob@Example.org>", "carol@example.org"};
  body["cc"] = {"bob@example.org"};
  body["bcc"] = {"dave@example.org"};
  const auto mail = accepted(body);
  REQUIRE(mail.mail.recipients.size() == 3);
  CHECK(mail.mail.recipients[0].address == "bob@example.org");
  CHECK(mail.mail.recipients[2].address == "dave@example.org");
  CHECK(mail.content.find("dave") == std::string::npos);
  CHECK(mail.content.find("Message-ID: <1.2.3@mta1.example.net>\r\n") != std::string::npos);
}

TEST_CASE("message input: class, pool, headers and attachments arrive", "[api]") {
  auto body = valid();
  body["class"] = "batch";
  body["pool"] = "offers";
  body["html"] = "<p>Hello.</p>";
  body["reply_to"] = "Help <help@example.net>";
  body["headers"] = {{"List-Unsubscribe", "<https://example.net/u>"}};
  body["attachments"] = {
      {{"name", "a.txt"}, {"content_base64", "aGVsbG8="}, {"type", "text/plain"}}};
  const auto mail = accepted(body);
  CHECK(mail.importance == mail_class::batch);
  CHECK(mail.pool.str() == "offers");
  for (const auto* part : {"Reply-To: Help <help@example.net>\r\n", "List-Unsubscribe: ",
                           "multipart/mixed", "multipart/alternative", "a.txt"}) {
    CAPTURE(part);
    CHECK(mail.content.find(part) != std::string::npos);
  }
  CHECK_FALSE(accepted(valid()).importance.has_value());
}

TEST_CASE("message input: an address beyond ASCII asks for SMTPUTF8", "[api]") {
  auto body = valid();
  CHECK_FALSE(accepted(body).mail.smtputf8);
  body["to"] = {"j\u00f6rg@example.org"};
  CHECK(accepted(body).mail.smtputf8);
}

TEST_CASE("message input: the author may demand TLS on the whole way", "[api]") {
  auto body = valid();
  CHECK(accepted(body).mail.tls == tls_wish::unspecified);
  body["require_tls"] = false;
  CHECK(accepted(body).mail.tls == tls_wish::unspecified);
  body["require_tls"] = true;
  CHECK(accepted(body).mail.tls == tls_wish::required);
}

TEST_CASE("message input: a wrong value is refused by the name of its field", "[api]") {
  struct row {
    const char* name;
    json value;
    const char* field;
  };
  const row rows[] = {
      {"from", 1, "from"},
      {"from", "nobody", "from"},
      {"from", nullptr, "from"},
      {"to", "bob@example.org", "to"},
      {"to", {"a@b.example", "x", 7}, "to[1]"},
      {"to", {"a@b.example", "c@d.example", 7}, "to[2]"},
      {"cc", {{{"a", 1}}}, "cc[0]"},
      {"subject", 1, "subject"},
      {"subject", std::string(2000, 'x'), "subject"},
      {"text", true, "text"},
      {"headers", {1}, "headers"},
      {"headers", {{"X-A", 1}}, "headers.X-A"},
      {"headers", {{"From", "a@b.example"}}, "headers.From"},
      {"headers", {{"X-Warmfront-Pool", "a"}}, "headers.X-Warmfront-Pool"},
      {"attachments", {1}, "attachments[0]"},
      {"attachments", {{{"name", "a"}}}, "attachments[0].content_base64"},
      {"attachments", {{{"name", "a"}, {"content_base64", "a"}}}, "attachments[0].content_base64"},
      {"attachments", {{{"name", "a"}, {"content_base64", ""}, {"x", 1}}}, "attachments[0].x"},
      {"attachments",
       {{{"name", "a"}, {"content_base64", ""}, {"type", "a b"}}},
       "attachments[0].type"},
      {"pool", "a b", "pool"},
      {"pool", "../x", "pool"},
      {"class", "urgent", "class"},
      {"unknown", 1, "unknown"},
      {"template", "a/b", "template"},
      {"variables", json::object(), "variables"},
      {"send_at", "tomorrow", "send_at"},
      {"require_tls", "yes", "require_tls"},
  };
  for (const auto& each : rows) {
    CAPTURE(each.name, each.value.dump());
    const auto got = refused_with(each.name, each.value);
    CHECK(got.status == 422);
    CHECK(got.field == each.field);
  }
  CHECK(refused_with("unknown", "x").code == "unknown_field");
}

TEST_CASE("message input: nothing can end or add a header field", "[api][security]") {
  using namespace std::string_literals;
  for (const auto& bad : {"a\rb"s, "a\nb"s, "a\r\nBcc: x@y.example"s, "a\0b"s, "a\u2028b"s,
                          "a\u2029b"s, "a\u0085b"s, "a\x7f"s, "a\x1b[0m"s}) {
    CAPTURE(bad);
    CHECK(refused_with("subject", bad).field == "subject");
    CHECK(refused_with("from", bad + " <a@b.example>").field == "from");
    CHECK(refused_with("to", json::array({bad + "@b.example"})).field == "to[0]");
    CHECK(refused_with("reply_to", bad + " <a@b.example>").field == "reply_to");
    CHECK(refused_with("headers", {{"X-A", bad}}).field == "headers.X-A");
    CHECK(refused_with("headers", {{bad, "x"}}).field == "headers");
    CHECK(refused_with("attachments", {{{"name", bad}, {"content_base64", ""}}}).field ==
          "attachments[0].name");
    CHECK(refused_with("attachments", {{{"name", "a"}, {"content_base64", ""}, {"type", bad}}})
              .field == "attachments[0].type");
    CHECK(refused_with("pool", bad).field == "pool");
    CHECK(refused_with(bad.c_str(), 1).status == 422);
  }
}

TEST_CASE("message input: what is missing is named", "[api]") {
  for (const auto* name : {"from", "subject", "to", "text"}) {
    auto body = valid();
    body.erase(name);
    CAPTURE(name);
    const auto got = refused(body.dump());
    CHECK(got.status == 422);
    CHECK(got.field == name);
  }
}

TEST_CASE("message input: limits of number and size hold", "[api]") {
  auto body = valid();
  const auto addresses = [](std::size_t from, std::size_t count) {
    auto all = json::array();
    for (std::size_t i = from; i < from + count; ++i) {
      all.push_back("r" + std::to_string(i) + "@example.org");
    }
    return all;
  };
  body["to"] = addresses(0, 1000);
  CHECK(accepted(body).mail.recipients.size() == 1000);
  body["cc"] = addresses(0, 1000);
  CHECK(accepted(body).mail.recipients.size() == 1000);
  body["cc"] = addresses(1000, 1);
  CHECK(refused(body.dump()).field == "cc[0]");
  body["to"] = addresses(0, 1001);
  CHECK(refused(body.dump()).field == "to");
  body = valid();
  body["text"] = std::string(200'000, 'x');
  CHECK(refused(body.dump()).status == 413);
}

TEST_CASE("message input: a body that is not JSON is refused with the position", "[api]") {
  CHECK(refused("{").status == 400);
  CHECK(refused("{").code == "bad_json");
  CHECK(refused("").code == "bad_json");
  CHECK(refused("[]").status == 422);
  CHECK(refused("null").status == 422);
  auto request = post(valid().dump());
  request.headers.clear();
  CHECK(std::get<http_response>(submit(request)).status == 415);
  request = post(valid().dump());
  request.headers.emplace_back("accept", "image/png");
  CHECK(std::get<http_response>(submit(request)).status == 406);
  request = post(valid().dump());
  request.headers.emplace_back("idempotency-key", "a b");
  CHECK(std::get<http_response>(submit(request)).status == 422);
}

TEST_CASE("message input: no mutation of a body crashes, and what passes is clean",
          "[api][property]") {
  const auto seed = GENERATE(range(1, 300));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  auto body = valid();
  body["headers"] = {{"X-A", "b"}};
  body["attachments"] = {{{"name", "a.txt"}, {"content_base64", "aGVsbG8="}}};
  auto text = body.dump();
  for (auto i = 1 + random.next() % 3; i > 0; --i) {
    text[random.next() % text.size()] = static_cast<char>(random.next());
  }
  const auto result = submit(post(text));
  if (const auto* mail = std::get_if<submission>(&result)) {
    CHECK(mail->content.find('\0') == std::string::npos);
    CHECK_FALSE(mail->mail.recipients.empty());
  } else {
    const auto status = std::get<http_response>(result).status;
    CHECK((status == 400 || status == 413 || status == 422));
  }
}
