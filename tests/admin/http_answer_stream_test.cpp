// Answers that are written a piece at a time, over real sockets.
#include <catch2/catch.hpp>

#include <atomic>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <thread>

#include "admin/http/http_server.hpp"
#include "tests/admin/raw_client.hpp"
#include "tests/support/manual_clock.hpp"

using namespace warmfront;
using namespace std::chrono_literals;
using testing::raw_client;

namespace {

/// Gives the pieces it is told to, and remembers how many were asked for.
struct told_source final : octet_source {
  void next(receiver then) override {
    std::unique_lock lock{guard};
    ++asked;
    if (endless) {
      lock.unlock();
      return then(std::string(100'000, 'x'));
    }
    if (pieces.empty()) {
      waiting = std::move(then);
      return;
    }
    auto piece = std::move(pieces.front());
    pieces.pop_front();
    lock.unlock();
    then(std::move(piece));
  }
  void give(result<std::string> piece) {
    std::unique_lock lock{guard};
    if (!waiting) {
      pieces.push_back(std::move(piece));
      return;
    }
    auto then = std::exchange(waiting, nullptr);
    lock.unlock();
    then(std::move(piece));
  }
  std::mutex guard;
  std::deque<result<std::string>> pieces;
  receiver waiting;
  std::atomic<std::size_t> asked{0};
  bool endless = false;
};

struct open_server {
  net::io_threads io{2};
  testing::manual_clock time;
  std::shared_ptr<told_source> source = std::make_shared<told_source>();
  std::unique_ptr<admin::http_server> server;

  explicit open_server(std::chrono::milliseconds patience = 5000ms) {
    admin::http_limits limits;
    limits.write_timeout = patience;
    auto started = admin::http_server::start(
        io, time, "127.0.0.1:0", nullptr, limits,
        [this](const admin::http_request&, const admin::http_responder& respond) {
          admin::http_response response{200, "application/x-ndjson", "", {}};
          response.stream = source;
          respond(std::move(response));
        });
    REQUIRE(started.has_value());
    server = std::move(started.value());
  }
  ~open_server() {
    server->stop(1000ms);
    io.stop();
  }
  open_server(const open_server&) = delete;
  open_server& operator=(const open_server&) = delete;
  std::uint16_t port() const {
    const auto text = server->address();
    return static_cast<std::uint16_t>(std::stoul(text.substr(text.rfind(':') + 1)));
  }
  void wait_until_closed() const {
    while (server->connections() > 0)
      std::this_thread::yield();
  }
};

const std::string get_root = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

} // namespace

TEST_CASE("http stream: pieces are chunks, and the connection ends behind them", "[http]") {
  open_server of;
  raw_client client{of.port()};
  REQUIRE(client.send(get_root));
  const auto head = client.receive();
  CHECK(head.status == 200);
  CHECK(head.field("Transfer-Encoding") == "chunked");
  CHECK(head.field("Content-Type") == "application/x-ndjson");
  CHECK(head.field("Content-Length").empty());
  CHECK(head.field("Connection") == "close");
  of.source->give(std::string{"{\"a\":1}\n"});
  of.source->give(std::string{"{\"b\":2}\n"});
  of.source->give(std::string{});
  CHECK(client.receive_all() == "8\r\n{\"a\":1}\n\r\n8\r\n{\"b\":2}\n\r\n0\r\n\r\n");
  of.wait_until_closed();
}

TEST_CASE("http stream: what breaks off is not ended as if it were whole", "[http]") {
  open_server of;
  raw_client client{of.port()};
  REQUIRE(client.send(get_root));
  of.source->give(std::string{"a\n"});
  of.source->give(error{errc::unavailable, "broken off", ""});
  CHECK(client.receive().status == 200);
  CHECK(client.receive_all() == "2\r\na\n\r\n");
}

TEST_CASE("http stream: HEAD gets no body", "[http]") {
  open_server of;
  raw_client client{of.port()};
  REQUIRE(client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"));
  CHECK(client.receive(true).status == 200);
  CHECK(client.receive_all().empty());
  CHECK(of.source->asked == 0);
}

TEST_CASE("http stream: who does not read is cut off, and is not read for", "[http][security]") {
  open_server of{300ms};
  of.source->endless = true;
  raw_client client{of.port()};
  REQUIRE(client.send(get_root));
  of.wait_until_closed();
  // What the system's buffers hold, and no more.
  CHECK(of.source->asked < 500);
}

TEST_CASE("http stream: a server that stops ends it at once", "[http]") {
  open_server of;
  raw_client client{of.port()};
  REQUIRE(client.send(get_root));
  CHECK(client.receive().status == 200);
  while (of.source->asked == 0)
    std::this_thread::yield();
  of.server->stop(10'000ms);
  CHECK(client.closes(1000ms));
  of.source->give(std::string{"late"});
}
