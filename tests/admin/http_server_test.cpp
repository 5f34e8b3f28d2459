// The HTTP server over real sockets.
#include <catch2/catch.hpp>

#include <atomic>
#include <future>

#include "admin/http/http_server.hpp"
#include "tests/admin/raw_client.hpp"
#include "tests/net/tls/test_certificate.hpp"
#include "tests/support/manual_clock.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using admin::http_limits;
using admin::http_request;
using admin::http_responder;
using admin::http_response;
using testing::raw_client;

namespace {

struct served {
  net::io_threads io{2};
  testing::manual_clock time;
  std::unique_ptr<admin::http_server> server;

  explicit served(http_limits limits = {}, admin::http_handler handler = echo) {
    auto started = admin::http_server::start(io, time, "127.0.0.1:0", nullptr, limits, handler);
    REQUIRE(started.has_value());
    server = std::move(started.value());
  }
  ~served() {
    server->stop(1000ms);
    io.stop();
  }
  served(const served&) = delete;
  served& operator=(const served&) = delete;

  static void echo(const http_request& request, const http_responder& respond) {
    respond({200, "text/plain", request.target + ' ' + request.body, {}});
  }
  [[nodiscard]] std::uint16_t port() const {
    const auto text = server->address();
    return static_cast<std::uint16_t>(std::stoul(text.substr(text.rfind(':') + 1)));
  }
};

std::string get(const std::string& target, const std::string& fields = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

} // namespace

TEST_CASE("http server: answers carry the security fields", "[http]") {
  served node;
  raw_client client{node.port()};
  client.send(get("/x"));
  const auto response = client.receive();
  CHECK(response.status == 200);
  CHECK(response.body == "/x ");
  CHECK(response.field("X-Content-Type-Options") == "nosniff");
  CHECK(response.field("Cache-Control") == "no-store");
  CHECK(response.field("Content-Security-Policy") == "default-src 'none'; frame-ancestors 'none'");
  CHECK(response.field("Referrer-Policy") == "no-referrer");
  CHECK(response.field("Date") == "Thu, 01 Jan 2026 00:00:00 GMT");
  CHECK(response.field("Access-Control-Allow-Origin").empty());
}

TEST_CASE("http server: pipelined requests are answered in their order", "[http]") {
  // The first answer is given last: the second request has to wait for it.
  std::promise<http_responder> first;
  auto kept = first.get_future();
  served node{{}, [&first](const http_request& request, const http_responder& respond) {
                if (request.target == "/1") {
                  first.set_value(respond);
                } else {
                  respond({200, "text/plain", request.target, {}});
                }
              }};
  raw_client client{node.port()};
  client.send(get("/1") + get("/2") + get("/3"));
  kept.get()({200, "text/plain", "/1", {}});
  CHECK(client.receive().body == "/1");
  CHECK(client.receive().body == "/2");
  CHECK(client.receive().body == "/3");
}

TEST_CASE("http server: HEAD has the length of the body and no body", "[http]") {
  served node;
  raw_client client{node.port()};
  client.send("HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n" + get("/next"));
  const auto head = client.receive(true);
  CHECK(head.status == 200);
  CHECK(head.field("Content-Length") == "5");
  CHECK(client.receive().body == "/next ");
}

TEST_CASE("http server: keeps HTTP/1.1 alive, and HTTP/1.0 only when asked", "[http]") {
  served node;
  raw_client modern{node.port()};
  modern.send(get("/1"));
  CHECK(modern.receive().field("Connection") == "keep-alive");
  modern.send(get("/2", "Connection: close\r\n"));
  CHECK(modern.receive().field("Connection") == "close");
  CHECK(modern.closes(5s));
  raw_client old{node.port()};
  old.send("GET /1 HTTP/1.0\r\n\r\n");
  CHECK(old.receive().field("Connection") == "close");
  CHECK(old.closes(5s));
}

TEST_CASE("http server: a client that waits is told to go on", "[http]") {
  served node;
  raw_client client{node.port()};
  client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(client.receive().status == 100);
  client.send("abc");
  CHECK(client.receive().body == "/x abc");
}

TEST_CASE("http server: an oversized body is told 413 even while it is being sent", "[http]") {
  http_limits limits;
  limits.request.body_octets_max = 1000;
  served node{limits};
  raw_client client{node.port()};
  client.send("POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n");
  client.send(std::string(1'000'000, 'x'));
  const auto response = client.receive();
  CHECK(response.status == 413);
  CHECK(response.field("Content-Type") == "application/problem+json");
}

TEST_CASE("http server: slow heads, slow bodies and idle connections are closed", "[http]") {
  http_limits limits;
  limits.head_timeout = 200ms;
  limits.body_timeout = 200ms;
  limits.idle_timeout = 200ms;
  served node{limits};
  raw_client silent{node.port()};
  raw_client slow_head{node.port()};
  slow_head.send("GET / HT");
  raw_client slow_body{node.port()};
  slow_body.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(silent.closes(5s));
  CHECK(slow_head.closes(5s));
  CHECK(slow_body.closes(5s));
}

TEST_CASE("http server: a handler that never answers is answered for", "[http]") {
  http_limits limits;
  limits.answer_timeout = 100ms;
  std::mutex guard;
  std::vector<http_responder> kept;
  served node{limits, [&](const http_request& request, const http_responder& respond) {
                if (request.target == "/kept") {
                  const std::lock_guard lock{guard};
                  kept.push_back(respond);
                }
              }};
  raw_client late{node.port()};
  late.send(get("/kept"));
  CHECK(late.receive().status == 503);
  raw_client dropped{node.port()};
  dropped.send(get("/dropped"));
  CHECK(dropped.receive().status == 500);
}

TEST_CASE("http server: connections are limited, in all and per client", "[http]") {
  http_limits limits;
  limits.connections_per_client_max = 3;
  served node{limits};
  {
    raw_client one{node.port()};
    raw_client two{node.port()};
    raw_client three{node.port()};
    for (auto* each : {&one, &two, &three}) {
      each->send(get("/"));
      CHECK(each->receive().status == 200);
    }
    raw_client four{node.port()};
    CHECK(four.receive().status == 503);
    CHECK(four.closes(5s));
  }
  // Once they are gone there is room again; the server notices a little later.
  bool served_again = false;
  for (int attempt = 0; attempt < 1000 && !served_again; ++attempt) {
    raw_client next{node.port()};
    next.send(get("/"));
    served_again = next.receive().status == 200;
  }
  CHECK(served_again);
}

TEST_CASE("http server: bodies held for all connections are limited", "[http]") {
  http_limits limits;
  limits.buffered_octets_max = 100'000;
  served node{limits};
  raw_client holder{node.port()};
  holder.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 90001\r\n\r\n" +
              std::string(90'000, 'x'));
  // As soon as the server has read that, nobody else gets 20 000 octets in. A probe that comes
  // while it is still reading may see the holder refused instead.
  bool refused = false;
  for (int attempt = 0; attempt < 1000 && !refused; ++attempt) {
    raw_client probe{node.port()};
    probe.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n" +
               std::string(20'000, 'x'));
    const auto status = probe.receive().status;
    CHECK((status == 200 || status == 503));
    refused = status == 503;
  }
  holder.send("x");
  const auto status = holder.receive().status;
  CHECK((refused || status == 503));
  CHECK((status == 200 || status == 503));
}

TEST_CASE("http server: stopping closes idle connections and the listener", "[http]") {
  served node;
  raw_client idle{node.port()};
  idle.send(get("/"));
  CHECK(idle.receive().status == 200);
  const auto port = node.port();
  node.server->stop(1000ms);
  CHECK(idle.closes(5s));
  CHECK(node.server->connections() == 0);
  raw_client late{port};
  CHECK(late.receive().status == 0);
}

TEST_CASE("http server: an address that is none or taken is an error that names it", "[http]") {
  served node;
  for (const auto& where : {std::string{"nonsense"}, std::string{"127.0.0.1:99999"},
                            std::string{"1.2.3.4:"}, node.server->address()}) {
    CAPTURE(where);
    const auto started =
        admin::http_server::start(node.io, node.time, where, nullptr, {}, served::echo);
    REQUIRE_FALSE(started.has_value());
    CHECK(started.error().what.find(where) != std::string::npos);
  }
}

TEST_CASE("http server: speaks TLS and nothing else when it is given a certificate",
          "[http][tls]") {
  const testing::temporary_directory files;
  const auto pair = testing::make_certificate(files, "localhost");
  auto loaded = net::tls_server_context::load(pair.certificate_file, pair.key_file);
  REQUIRE(loaded.has_value());
  net::io_threads io{1};
  testing::manual_clock time;
  http_limits limits;
  limits.head_timeout = 300ms;
  auto started =
      admin::http_server::start(io, time, "127.0.0.1:0", loaded.value(), limits, served::echo);
  REQUIRE(started.has_value());
  const auto text = started.value()->address();
  const auto port = static_cast<std::uint16_t>(std::stoul(text.substr(text.rfind(':') + 1)));
  raw_client plain{port};
  plain.send(get("/"));
  CHECK(plain.receive().status == 0);
  raw_client half_open{port};
  CHECK(half_open.closes(5s));
  started.value()->stop(1000ms);
  io.stop();
}
