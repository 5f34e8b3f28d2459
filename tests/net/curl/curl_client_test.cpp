#include <catch2/catch.hpp>

#include <csignal>
#include <cstdlib>
#include <future>
#include <optional>

#include "net/curl/curl_client.hpp"
#include "tests/net/curl/https_server.hpp"
#include "tests/net/tls/test_authority.hpp"

using namespace warmfront;
using namespace warmfront::http;
using namespace warmfront::testing;
using Catch::Matchers::Contains;

namespace {

/// A server named `hooks.example.com` with a certificate of an authority that the client trusts.
struct hook_site {
  explicit hook_site(https_handler handler)
      : server{certificate_for(authority, {"hooks.example.com"}), std::move(handler)} {
    std::signal(SIGPIPE, SIG_IGN); // NOLINT: OpenSSL's writes
    config.ca_file = authority.ca_file();
    config.addresses = address_rules::parse({"127.0.0.0/8"}).value();
    name_is("hooks.example.com", "127.0.0.1");
    name_is("other.example.com", "127.0.0.1");
  }
  void name_is(const std::string& name, const std::string& address) {
    config.hosts.push_back(name + ":" + std::to_string(server.port()) + ":" + address);
  }
  std::string url(const std::string& host = "hooks.example.com", const std::string& path = "/x") {
    return "https://" + host + ":" + std::to_string(server.port()) + path;
  }
  http_client& client() {
    if (!client_)
      client_ = curl_client::start(config, &time).value();
    return *client_;
  }
  void stop() { client_.reset(); }
  std::future<result<incoming_answer>> begin(outgoing_request what) {
    auto promise = std::make_shared<std::promise<result<incoming_answer>>>();
    client().call(std::move(what),
                  [promise](result<incoming_answer> got) { promise->set_value(std::move(got)); });
    return promise->get_future();
  }
  result<incoming_answer> call(outgoing_request what) { return begin(std::move(what)).get(); }
  result<incoming_answer> call(const std::string& to) {
    outgoing_request what;
    what.url = to;
    return call(std::move(what));
  }

  warmfront::system_clock time;
  test_authority authority;
  https_server server;
  curl_client_config config;

private:
  std::unique_ptr<curl_client> client_;
};

https_handler always(unsigned status, const std::string& body = {},
                     const std::string& fields = {}) {
  return [=](const https_request&) { return https_answer(status, body, fields); };
}

errc code_of(const result<incoming_answer>& got) {
  REQUIRE(!got);
  return got.error().code;
}

} // namespace

TEST_CASE("curl client: a request arrives as it was meant, and so does its answer", "[curl]") {
  hook_site site{always(202, "taken", "X-Thing:  a b \r\n")};
  outgoing_request what;
  what.method = "POST";
  what.url = site.url();
  what.headers = {{"Content-Type", "application/json"}, {"webhook-id", "e1"}};
  what.body = "{\"a\":1}";
  const auto got = site.call(what);
  REQUIRE(got);
  CHECK(got.value().status == 202);
  CHECK(got.value().body == "taken");
  CHECK(got.value().headers == std::vector<std::pair<std::string, std::string>>{
                                   {"content-length", "5"}, {"x-thing", "a b"}});
  const auto arrived = site.server.requests().at(0);
  CHECK_THAT(arrived.head, Contains("POST /x HTTP/1.1\r\n") && Contains("webhook-id: e1\r\n") &&
                               Contains("Content-Type: application/json\r\n") &&
                               Contains("User-Agent: warmfront\r\n") && !Contains("Expect") &&
                               !Contains("Accept-Encoding"));
  CHECK(arrived.body == "{\"a\":1}");
}

TEST_CASE("curl client: connections are kept for the next request", "[curl]") {
  hook_site site{always(200)};
  for (int count = 0; count < 5; ++count)
    REQUIRE(site.call(site.url()));
  CHECK(site.server.connections() == 1);
}

TEST_CASE("curl client: a certificate of another name or authority is refused", "[curl]") {
  hook_site site{always(200)};
  CHECK(code_of(site.call(site.url("other.example.com"))) == errc::unavailable);
  hook_site stranger{always(200)};
  stranger.config.ca_file = site.authority.ca_file();
  CHECK(code_of(stranger.call(stranger.url())) == errc::unavailable);
  hook_site unknown{always(200)};
  unknown.config.ca_file.clear(); // the system's
  CHECK(code_of(unknown.call(unknown.url())) == errc::unavailable);
  CHECK(site.server.requests().empty());
}

TEST_CASE("curl client: the address is checked when a socket is opened, not the name", "[curl]") {
  hook_site site{always(200)};
  site.config.addresses = {};
  // The name looks public, and leads to this machine: what a rebinding does between two look-ups.
  REQUIRE(check_url(site.url(), site.config.addresses, false));
  const auto got = site.call(site.url());
  CHECK(code_of(got) == errc::refused);
  CHECK_THAT(got.error().what, Contains("127.0.0.1 is loopback"));
  for (const auto* host : {"127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost"}) {
    CAPTURE(host);
    CHECK(code_of(site.call(site.url(host))) == errc::refused);
  }
  CHECK(site.server.connections() == 0);
}

TEST_CASE("curl client: addresses that the caller looked up are checked, too", "[curl]") {
  hook_site site{always(200)};
  site.config.hosts.clear();
  outgoing_request what;
  what.url = site.url();
  what.addresses = {"10.1.2.3"};
  CHECK(code_of(site.call(what)) == errc::refused);
  what.addresses = {"10.1.2.3", "127.0.0.1"};
  CHECK(site.call(what));
}

TEST_CASE("curl client: a redirect is an answer like others", "[curl]") {
  hook_site site{always(302, {}, "Location: https://hooks.example.com/other\r\n")};
  const auto got = site.call(site.url());
  REQUIRE(got);
  CHECK(got.value().status == 302);
  CHECK(site.server.requests().size() == 1);
}

TEST_CASE("curl client: no proxy, whatever the environment says", "[curl]") {
  hook_site proxy{always(200)};
  const auto address = "http://127.0.0.1:" + std::to_string(proxy.server.port());
  for (const auto* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
    ::setenv(name, address.c_str(), 1);
  hook_site site{always(200)};
  CHECK(site.call(site.url()));
  CHECK(proxy.server.connections() == 0);
  for (const auto* name : {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
    ::unsetenv(name);
}

TEST_CASE("curl client: plain HTTP is refused unless it was made for it", "[curl]") {
  https_server plain{nullptr, always(200, "plain")};
  const auto url = "http://hooks.example.com:" + std::to_string(plain.port()) + "/";
  hook_site site{always(200)};
  site.config.hosts.push_back("hooks.example.com:" + std::to_string(plain.port()) + ":127.0.0.1");
  CHECK(code_of(site.call(url)) == errc::invalid_argument);
  hook_site open{always(200)};
  open.config.hosts = site.config.hosts;
  open.config.allow_plain = true;
  CHECK(open.call(url).value().body == "plain");
}

TEST_CASE("curl client: an endless answer is cut off while it arrives", "[curl]") {
  hook_site site{[](const https_request&) {
    return "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + std::string(1'000'000, 'x');
  }};
  CHECK(code_of(site.call(site.url())) == errc::limit_exceeded);
  hook_site head{[](const https_request&) {
    std::string fields;
    for (int count = 0; count < 100; ++count)
      fields += "X-Field: " + std::string(1000, 'x') + "\r\n";
    return https_answer(200, {}, fields);
  }};
  CHECK(code_of(head.call(head.url())) == errc::limit_exceeded);
}

TEST_CASE("curl client: who does not answer in time is not waited for", "[curl]") {
  hook_site site{[](const https_request&) { return std::string{}; }};
  outgoing_request what;
  what.url = site.url();
  what.within = std::chrono::milliseconds{100};
  CHECK(code_of(site.call(what)) == errc::timed_out);
}

TEST_CASE("curl client: a slow host does not hold up others, and has its limit", "[curl]") {
  hook_site site{[](const https_request& got) {
    return got.head.find("/slow") == std::string::npos ? https_answer(200) : std::string{};
  }};
  site.config.per_host_max = 2;
  site.config.in_flight_max = 4;
  site.config.waiting_max = 4;
  https_server other{certificate_for(site.authority, {"hooks.example.com"}), always(200)};
  site.config.hosts.push_back("hooks.example.com:" + std::to_string(other.port()) + ":127.0.0.1");
  std::vector<std::future<result<incoming_answer>>> slow;
  outgoing_request what;
  what.url = site.url("hooks.example.com", "/slow");
  for (int count = 0; count < 7; ++count)
    slow.push_back(site.begin(what));
  CHECK(site.call("https://hooks.example.com:" + std::to_string(other.port()) + "/"));
  // Seven of eight places are taken by those that wait.
  slow.push_back(site.begin(what));
  CHECK(code_of(site.begin(what).get()) == errc::unavailable);
  site.stop();
  for (auto& each : slow)
    CHECK(code_of(each.get()) == errc::stopping);
  CHECK(site.server.requests().size() <= 2);
}

TEST_CASE("curl client: what cannot be said in HTTP is not tried", "[curl]") {
  hook_site site{always(200)};
  outgoing_request what;
  what.url = site.url();
  what.headers = {{"x-a", "b\r\nx-c: d"}};
  CHECK(code_of(site.call(what)) == errc::invalid_argument);
  what.headers = {{"x a", "b"}};
  CHECK(code_of(site.call(what)) == errc::invalid_argument);
  what.headers.clear();
  what.method = "GET /";
  CHECK(code_of(site.call(what)) == errc::invalid_argument);
  CHECK(code_of(site.call("ftp://hooks.example.com/")) == errc::invalid_argument);
  CHECK(code_of(site.call("file:///etc/passwd")) == errc::invalid_argument);
  CHECK(site.server.connections() == 0);
}

TEST_CASE("curl client: once stopped, nothing is called", "[curl]") {
  hook_site site{always(200)};
  auto client = curl_client::start(site.config, &site.time).value();
  client->stop();
  std::optional<errc> told;
  outgoing_request what;
  what.url = site.url();
  client->call(what, [&](const result<incoming_answer>& got) { told = code_of(got); });
  CHECK(told == errc::stopping);
  client->stop();
  CHECK(site.server.connections() == 0);
}
