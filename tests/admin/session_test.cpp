// Sessions of browsers: what a cookie is worth, and what pages of others cannot do with it.
#include "admin/api/session.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;
using namespace warmfront::admin;

namespace {

constexpr wall_time session_time{seconds{1'795'514'400}};
constexpr seal_key session_key{1, 2, 3};

std::string cookie_of(const browser_session& value, const seal_key& key = session_key) {
  return seal_session(key, value).value();
}

http_request browser_request(std::string method, header_list fields) {
  http_request request;
  request.method = std::move(method);
  request.headers = std::move(fields);
  request.headers.emplace_back("host", "node.example:8080");
  return request;
}

std::string code_of_refusal(const http_request& request, const browser_session& by) {
  const auto refused = refuse_forgery(request, by);
  if (!refused)
    return "";
  CHECK(refused->status == 403);
  for (const auto* const code : {"csrf_token", "foreign_origin"})
    if (refused->body.find(std::string{"\"code\":\""} + code + '"') != std::string::npos)
      return code;
  return refused->body;
}

} // namespace

TEST_CASE("sessions: a cookie says whose it is, on every node with the key", "[session]") {
  const auto made = begin_session("0011223344556677", session_time).value();
  CHECK(made.expires_at == session_time + session_idle);
  const auto opened = open_session(session_key, cookie_of(made), session_time + seconds{1});
  REQUIRE(opened);
  CHECK(*opened == made);
  CHECK(cookie_of(made) != cookie_of(made));
  CHECK(begin_session("0011223344556677", session_time).value().secret != made.secret);
  // A node whose clock is late by a little knows it, too.
  CHECK(open_session(session_key, cookie_of(made), session_time - std::chrono::minutes{2}));
}

TEST_CASE("sessions: what is forged, of others, over or to come is none", "[session][security]") {
  const auto made = begin_session("k", session_time).value();
  const auto cookie = cookie_of(made);
  CHECK_FALSE(open_session(seal_key{9}, cookie, session_time));
  CHECK_FALSE(open_session(session_key, cookie, session_time + session_idle));
  CHECK_FALSE(open_session(session_key, cookie, session_time - std::chrono::hours{1}));
  CHECK_FALSE(open_session(session_key, "", session_time));
  CHECK_FALSE(open_session(session_key, cookie + "A", session_time));
  CHECK_FALSE(open_session(session_key, std::string(100'000, 'A'), session_time));
  // What is sealed for something else is no session.
  const auto other = seal(session_key, std::string(60, 'x'), "webhook").value();
  CHECK_FALSE(open_session(session_key, other, session_time));
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    auto changed = cookie;
    auto& one = changed[dice.next() % changed.size()];
    one = one == 'A' ? 'B' : 'A';
    CHECK_FALSE(open_session(session_key, changed, session_time));
  }
  auto eternal = made;
  eternal.expires_at = session_time + std::chrono::days{300};
  CHECK_FALSE(open_session(session_key, cookie_of(eternal), session_time));
}

TEST_CASE("sessions: go on while they are used, for a week at most", "[session]") {
  const auto made = begin_session("k", session_time).value();
  CHECK_FALSE(renewed(made, session_time + std::chrono::minutes{1}));
  auto now = session_time;
  auto current = made;
  while (now < session_time + session_most - session_idle) {
    now += std::chrono::hours{6};
    REQUIRE(open_session(session_key, cookie_of(current), now));
    if (const auto later = renewed(current, now))
      current = *later;
    CHECK(csrf_token_of(current) == csrf_token_of(made));
  }
  CHECK(current.expires_at <= session_time + session_most);
  CHECK_FALSE(open_session(session_key, cookie_of(current), session_time + session_most));
}

TEST_CASE("sessions: the cookie is kept from scripts, other sites and clear text", "[session]") {
  CHECK(set_cookie("abc", seconds{60}, false) ==
        "warmfront_session=abc; Max-Age=60; Path=/; HttpOnly; SameSite=Strict");
  CHECK(set_cookie("abc", seconds{60}, true) ==
        "__Host-warmfront_session=abc; Max-Age=60; Path=/; HttpOnly; SameSite=Strict; Secure");
  CHECK(set_cookie("", seconds{60}, true).starts_with("__Host-warmfront_session=; Max-Age=0; "));
}

TEST_CASE("sessions: the cookie is found among others", "[session]") {
  const auto found = [](const std::string& field) {
    return session_cookie(browser_request("GET", {{"cookie", field}})).value_or("none");
  };
  CHECK(found("warmfront_session=abc") == "abc");
  CHECK(found("a=b; warmfront_session=a=c; d=e") == "a=c");
  CHECK(found("a=b;warmfront_session=abc") == "abc");
  CHECK(found("a=b; warmfront_sessions=abc") == "none");
  CHECK(found("x=warmfront_session=abc") == "none");
  CHECK(found("; ;=;;") == "none");
  CHECK_FALSE(session_cookie(browser_request("GET", {})));
}

TEST_CASE("sessions: over TLS a cookie that a neighbour could plant does not count",
          "[session][security]") {
  auto request = browser_request(
      "GET", {{"cookie", "warmfront_session=planted; __Host-warmfront_session=own"}});
  request.over_tls = true;
  CHECK(session_cookie(request) == "own");
}

TEST_CASE("sessions: only our own pages make changes with it", "[session][security]") {
  const auto by = begin_session("k", session_time).value();
  const auto token = csrf_token_of(by);
  CHECK(token.size() == 43);
  const std::pair<std::string, std::string> proof{"x-csrf-token", token};
  const auto code = [&](header_list fields, const char* method = "POST") {
    return code_of_refusal(browser_request(method, std::move(fields)), by);
  };
  CHECK(code({}, "GET").empty());
  CHECK(code({{"origin", "https://evil.example"}}, "HEAD").empty());
  CHECK(code({proof, {"sec-fetch-site", "same-origin"}}).empty());
  CHECK(code({proof, {"origin", "https://node.example:8080"}}).empty());
  CHECK(code({proof, {"origin", "http://NODE.example:8080"}}, "DELETE").empty());
  CHECK(code({proof}) == "foreign_origin");
  for (const auto* const site : {"cross-site", "same-site", "none", ""})
    CHECK(code({proof, {"sec-fetch-site", site}, {"origin", "https://node.example:8080"}}) ==
          "foreign_origin");
  for (const auto* const origin :
       {"null", "", "https://node.example", "https://node.example:8080.evil.example",
        "https://evil.example#://node.example:8080", "node.example:8080"})
    CHECK(code({proof, {"origin", origin}}) == "foreign_origin");
  CHECK(code({{"sec-fetch-site", "same-origin"}}) == "csrf_token");
  for (const auto& wrong : {std::string{}, token.substr(1), token + "A", std::string(43, 'A')})
    CHECK(code({{"x-csrf-token", wrong}, {"sec-fetch-site", "same-origin"}}) == "csrf_token");
  const auto other = begin_session("k", session_time).value();
  CHECK(code({{"x-csrf-token", csrf_token_of(other)}, {"sec-fetch-site", "same-origin"}}) ==
        "csrf_token");
}
