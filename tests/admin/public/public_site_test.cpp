// What the public address answers, without sockets.
#include <map>
#include <string>
#include <utility>

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "admin/public/public_site.hpp"
#include "net/feedback/links.hpp"
#include "tests/support/manual_clock.hpp"

using namespace warmfront;
using admin::http_request;
using admin::public_site;
using Catch::Contains;

namespace {

constexpr const char* browser = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 "
                                "Firefox/128.0";

feedback::token_key site_tokens() {
  return feedback::token_key::make(std::string(32, 's')).value();
}

struct visited_site {
  testing::manual_clock time;
  feedback::token_key tokens = site_tokens();
  mail_subject about;
  std::string token;
  public_site site{std::make_shared<const feedback::token_key>(site_tokens()),
                   smtp::network_list::parse({"10.0.0.0/8"}).value()};

  visited_site() {
    about.recipient = {message_id{time.wall_now() - std::chrono::minutes{5}, 1, 9}, 3};
    about.account = account_name{"acme"};
    about.address = "<r&@b.example";
    about.sender_domain = domain_name{"a.example"};
    about.task = task_id{7};
    token = feedback::make_link_token(tokens, about);
  }

  admin::public_answer ask(const std::string& method, const std::string& target,
                           admin::header_list fields = {{"user-agent", browser}},
                           const std::string& body = {}, const std::string& client = "192.0.2.1") {
    http_request request;
    request.method = method;
    request.target = target;
    request.headers = std::move(fields);
    request.body = body;
    request.client_address = client;
    return site.answer(request, time.wall_now(), time.steady_now());
  }
  [[nodiscard]] std::string click(const std::string& target) const {
    return feedback::click_url(tokens, "", token, target);
  }
};

std::string location(const admin::public_answer& answer) {
  for (const auto& [name, value] : answer.response.headers)
    if (name == "Location")
      return value;
  return {};
}

} // namespace

TEST_CASE("public site: a picture is one pixel, and says who opened", "[public]") {
  visited_site f;
  const auto shown = f.ask("GET", feedback::open_url("", f.token));
  CHECK(shown.response.status == 200);
  CHECK(shown.response.content_type == "image/gif");
  CHECK(shown.response.body.size() == 43);
  REQUIRE(shown.event);
  CHECK(shown.event->event.kind == event_kind::opened);
  CHECK(shown.event->event.about == f.about);
  CHECK(shown.event->event.user_agent == browser);
  CHECK_FALSE(shown.event->event.is_automated);
  CHECK_FALSE(shown.promises);
  const auto broken = f.ask("GET", "/o/x" + f.token + ".gif");
  CHECK(broken.response.content_type == "image/gif");
  CHECK_FALSE(broken.event);
  CHECK(f.ask("GET", "/o/" + f.token).response.status == 404);
  CHECK(f.ask("POST", feedback::open_url("", f.token)).response.status == 405);
}

TEST_CASE("public site: a click goes where the mail pointed, and nowhere else", "[public]") {
  visited_site f;
  const std::string target = "https://shop.example/a?b=1&c=%20#d";
  const auto gone = f.ask("GET", f.click(target));
  CHECK(gone.response.status == 302);
  CHECK(location(gone) == target);
  REQUIRE(gone.event);
  CHECK(gone.event->event.kind == event_kind::clicked);
  CHECK(gone.event->event.url == target);
  CHECK(location(f.ask("GET", f.click("https://b.example/\xc3\xa9"))) ==
        "https://b.example/%C3%A9");
  auto changed = f.click(target);
  changed.replace(changed.find("shop"), 4, "evil");
  const auto refused = f.ask("GET", changed);
  CHECK(refused.response.status == 400);
  CHECK(location(refused).empty());
  CHECK_FALSE(refused.event);
  auto other = f.about;
  other.recipient.index = 4;
  const auto stolen = feedback::make_link_token(f.tokens, other) +
                      f.click(target).substr(f.click(target).find('?'));
  CHECK(f.ask("GET", "/c/" + stolen).response.status == 400);
  CHECK(f.ask("GET", f.click(target) + "&u=https%3A%2F%2Fevil.example").response.status == 400);
  CHECK(f.ask("GET", "/c/" + f.token).response.status == 400);
  CHECK(f.ask("GET", "/c/" + f.token + "?u=%zz&s=x").response.status == 400);
}

TEST_CASE("public site: some targets are not followed even when they are signed", "[public]") {
  visited_site f;
  for (const std::string target :
       {"javascript:alert(1)", "//evil.example/", "https:///evil.example", "data:text/html,x",
        "https://a.example/\r\nSet-Cookie: a=b", "https://a.example/ b", "/relative",
        "https://\\evil.example", "ftp://a.example/", "https://", "HTTP:evil.example",
        "http://?evil.example", "https://@evil.example"}) {
    CAPTURE(target);
    const auto answer = f.ask("GET", f.click(target));
    CHECK(answer.response.status == 400);
    CHECK(location(answer).empty());
    CHECK_FALSE(answer.event);
  }
  CHECK(f.ask("GET", f.click("HTTPS://a.example")).response.status == 302);
}

TEST_CASE("public site: GET shows a page, POST ends mail", "[public]") {
  visited_site f;
  const auto target = feedback::unsubscribe_url("", f.token);
  const auto page = f.ask("GET", target);
  CHECK(page.response.status == 200);
  CHECK_FALSE(page.event);
  CHECK_THAT(page.response.body, Contains("<form method=\"post\">") &&
                                     Contains("&lt;r&amp;@b.example") && !Contains("<r&"));
  const auto done = f.ask("POST", target, {{"content-type", "application/x-www-form-urlencoded"}},
                          "List-Unsubscribe=One-Click");
  CHECK(done.response.status == 200);
  CHECK(done.promises);
  REQUIRE(done.event);
  CHECK(done.event->event.kind == event_kind::unsubscribed);
  CHECK(done.event->event.about == f.about);
  CHECK(f.ask("POST", target, {}, "confirm=yes").promises);
  CHECK(
      f.ask("POST", target, {{"content-type", "multipart/form-data; boundary=x"}},
            "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n"
            "--x--\r\n")
          .promises);
  for (const auto& answer : {done, page, f.ask("POST", target, {}, "List-Unsubscribe=One-Click")})
    for (const auto& [name, value] : answer.response.headers)
      CHECK(name != "Set-Cookie");
  CHECK(f.ask("POST", target, {}, "").response.status == 400);
  CHECK(f.ask("POST", target, {}, "List-Unsubscribe=Two-Clicks").response.status == 400);
  CHECK(f.ask("DELETE", target).response.status == 405);
  CHECK(f.ask("POST", target + "x", {}, "confirm=yes").response.status == 400);
}

TEST_CASE("public site: all else is not there", "[public]") {
  visited_site f;
  for (const std::string target :
       {"/", "/u", "/u/", "/x/", "/admin", "/v1/messages", "/o/", "//", "/c/a/b", "/u/../c/x", "*"})
    CHECK(f.ask("GET", target).response.status == 404);
  CHECK(f.ask("GET", "/u/" + std::string(3000, 'a')).response.status == 404);
  CHECK_THAT(f.ask("GET", "/robots.txt").response.body, Contains("Disallow: /"));
  public_site without{nullptr, {}};
  http_request request;
  request.method = "GET";
  request.target = f.click("https://a.example/");
  CHECK(without.answer(request, f.time.wall_now(), f.time.steady_now()).response.status == 400);
}

TEST_CASE("public site: X-Forwarded-For counts as far as a trusted proxy wrote it", "[public]") {
  visited_site f;
  const auto client = [&](const std::string& forwarded, const std::string& from) {
    return f.ask("GET", feedback::open_url("", f.token), {{"x-forwarded-for", forwarded}}, "", from)
        .event->event.client_address;
  };
  CHECK(client("203.0.113.9", "192.0.2.1") == "192.0.2.1");
  CHECK(client("203.0.113.9", "10.0.0.1") == "203.0.113.9");
  CHECK(client("1.1.1.1, 203.0.113.9, 10.0.0.2", "10.0.0.1") == "203.0.113.9");
  CHECK(client("<script>", "10.0.0.1") == "10.0.0.1");
  CHECK(client("", "10.0.0.1") == "10.0.0.1");
}

TEST_CASE("public site: programs are told from readers", "[public]") {
  visited_site f;
  const auto opened = [&](const std::string& agent, admin::header_list more = {}) {
    more.emplace_back("user-agent", agent);
    return f.ask("GET", feedback::open_url("", f.token), std::move(more)).event->event.is_automated;
  };
  const auto clicked = [&](const std::string& agent) {
    return f.ask("GET", f.click("https://a.example/"), {{"user-agent", agent}})
        .event->event.is_automated;
  };
  CHECK_FALSE(opened(browser));
  CHECK_FALSE(opened("Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via "
                     "ggpht.com GoogleImageProxy)"));
  CHECK_FALSE(opened("YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html"));
  CHECK(clicked("something GoogleImageProxy bot"));
  CHECK(opened("Mozilla/5.0"));
  CHECK_FALSE(clicked("Mozilla/5.0"));
  CHECK(opened(""));
  for (const std::string program :
       {"curl/8.5", "Barracuda Sentinel (EE)", "Mozilla/5.0 (compatible; Googlebot/2.1)",
        "Slackbot-LinkExpanding 1.0", "python-requests/2.31"}) {
    CAPTURE(program);
    CHECK(clicked(program));
  }
  CHECK(opened(browser, {{"sec-purpose", "prefetch;prerender"}}));
  CHECK(opened(browser, {{"x-purpose", "preview"}}));
  CHECK(f.ask("HEAD", feedback::open_url("", f.token)).event->event.is_automated);
}

TEST_CASE("public site: a link found before its mail is read was found by a program", "[public]") {
  visited_site f;
  f.about.recipient.message = message_id{f.time.wall_now(), 1, 9};
  f.token = feedback::make_link_token(f.tokens, f.about);
  CHECK(f.ask("GET", f.click("https://a.example/")).event->event.is_automated);
  f.time.advance(std::chrono::seconds{3});
  CHECK_FALSE(f.ask("GET", f.click("https://a.example/")).event->event.is_automated);
}

TEST_CASE("public site: who asks for all links at once is a program", "[public]") {
  visited_site f;
  const auto clicked = [&](const std::string& target) {
    return f.ask("GET", f.click(target)).event->event.is_automated;
  };
  CHECK_FALSE(clicked("https://a.example/1"));
  CHECK_FALSE(clicked("https://a.example/1"));
  CHECK_FALSE(clicked("https://a.example/1"));
  CHECK_FALSE(clicked("https://a.example/2"));
  CHECK(clicked("https://a.example/3"));
  CHECK(clicked("https://a.example/1"));
  f.time.advance(std::chrono::seconds{6});
  CHECK_FALSE(clicked("https://a.example/4"));
}

TEST_CASE("public site: any request gets an answer", "[public][property]") {
  visited_site f;
  const std::vector<std::string> pieces{
      "/",  "u",    "c", "o",  ".gif", "?",     "u=",
      "s=", "&",    "%", "%2", "%41",  f.token, "https://a.example/",
      "=",  "\xff", ";", "#"};
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string target = seed % 3 == 0 ? "/c/" : seed % 3 == 1 ? "/u/" : "";
    std::string body;
    for (auto count = random.next() % 10; count > 0; --count)
      target += pieces[random.next() % pieces.size()];
    for (auto count = random.next() % 10; count > 0; --count)
      body += pieces[random.next() % pieces.size()];
    const auto answer = f.ask(seed % 2 == 0 ? "GET" : "POST", target, {}, body);
    CHECK(answer.response.status >= 200);
    CHECK(answer.response.status != 302);
  }
}
