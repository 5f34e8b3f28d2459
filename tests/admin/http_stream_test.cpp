// Bodies that are taken in pieces, over real sockets.
#include <catch2/catch.hpp>

#include <future>
#include <memory>

#include "admin/http/http_server.hpp"
#include "tests/admin/raw_client.hpp"
#include "tests/support/manual_clock.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using testing::raw_client;

namespace {

/// Reads a body to its end, as fast as it comes; answers with its size and last octet.
struct body_counter : std::enable_shared_from_this<body_counter> {
  std::shared_ptr<octet_source> from;
  admin::http_responder respond;
  std::size_t octets = 0;
  std::size_t largest = 0;
  char last = 0;

  void read() {
    from->next([self = shared_from_this()](const result<std::string>& piece) {
      if (!piece)
        return self->respond({418, "text/plain", piece.error().what, {}});
      if (piece.value().empty())
        return self->respond({200, "text/plain", std::to_string(self->octets) + self->last, {}});
      self->octets += piece.value().size();
      self->largest = std::max(self->largest, piece.value().size());
      self->last = piece.value().back();
      CHECK(self->largest < 300'000);
      self->read();
    });
  }
};

struct streaming_server {
  net::io_threads io{2};
  testing::manual_clock time;
  std::unique_ptr<admin::http_server> server;

  explicit streaming_server(admin::http_handler handler = count) {
    admin::http_limits limits;
    limits.request.body_octets_max = 100;
    limits.request.streams = [](std::string_view method, std::string_view target) {
      return method == "PUT" && target == "/list";
    };
    auto started = admin::http_server::start(io, time, "127.0.0.1:0", nullptr, limits, handler);
    REQUIRE(started.has_value());
    server = std::move(started.value());
  }
  ~streaming_server() {
    server->stop(1000ms);
    io.stop();
  }
  streaming_server(const streaming_server&) = delete;
  streaming_server& operator=(const streaming_server&) = delete;

  static void count(const admin::http_request& request, const admin::http_responder& respond) {
    if (!request.stream)
      return respond({200, "text/plain", request.body, {}});
    auto counter = std::make_shared<body_counter>();
    counter->from = request.stream;
    counter->respond = respond;
    counter->read();
  }
  [[nodiscard]] std::uint16_t port() const {
    const auto text = server->address();
    return static_cast<std::uint16_t>(std::stoul(text.substr(text.rfind(':') + 1)));
  }
};

std::string put(std::size_t octets) {
  return "PUT /list HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(octets) + "\r\n\r\n";
}

} // namespace

TEST_CASE("http stream: a body of any size comes in small pieces", "[http]") {
  streaming_server node;
  raw_client client{node.port()};
  client.send(put(5'000'000));
  for (int i = 0; i < 50; ++i)
    client.send(std::string(100'000, static_cast<char>('a' + i % 26)));
  CHECK(client.receive().body == "5000000x");
  client.send("PUT /list HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
              "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" +
              put(0) + put(1) + "z");
  CHECK(client.receive().body == "5e");
  CHECK(client.receive().body == std::string{"0"} + '\0');
  CHECK(client.receive().body == "1z");
}

TEST_CASE("http stream: other requests keep their limit", "[http]") {
  streaming_server node;
  raw_client client{node.port()};
  client.send("PUT /other HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n");
  CHECK(client.receive().status == 413);
}

TEST_CASE("http stream: who waits is told to go on when the body is asked for", "[http]") {
  std::promise<std::pair<admin::http_request, admin::http_responder>> arrived;
  auto held = arrived.get_future();
  streaming_server node{[&](const admin::http_request& request, const auto& respond) {
    arrived.set_value({request, respond});
  }};
  raw_client client{node.port()};
  client.send("PUT /list HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  REQUIRE(held.wait_for(5s) == std::future_status::ready);
  auto [request, respond] = held.get();
  REQUIRE(request.stream);
  streaming_server::count(request, respond);
  CHECK(client.receive().status == 100);
  client.send("abc");
  CHECK(client.receive().body == "3c");
}

TEST_CASE("http stream: an answer before the end closes the connection", "[http]") {
  streaming_server node{[](const auto&, const admin::http_responder& respond) {
    respond({403, "text/plain", "no", {}});
  }};
  raw_client client{node.port()};
  client.send(put(1'000'000) + "abc");
  const auto response = client.receive();
  CHECK(response.status == 403);
  CHECK(response.field("Connection") == "close");
  CHECK(client.closes(5s));
}

TEST_CASE("http stream: who reads is told when the client is gone, and when it breaks the framing",
          "[http]") {
  std::promise<error> told;
  auto got = told.get_future();
  streaming_server node{[&](const admin::http_request& request, const auto& respond) {
    request.stream->next([&told, from = request.stream, respond](const auto& piece) {
      CHECK(!piece);
      told.set_value(piece.error());
    });
  }};
  SECTION("gone") {
    raw_client client{node.port()};
    client.send(put(1'000'000) + "abc");
  }
  SECTION("framing") {
    raw_client client{node.port()};
    client.send("PUT /list HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
                "Expect: 100-continue\r\n\r\n");
    CHECK(client.receive().status == 100);
    client.send("-1\r\n");
  }
  REQUIRE(got.wait_for(5s) == std::future_status::ready);
  CHECK(got.get().remedy == "send it again");
}
