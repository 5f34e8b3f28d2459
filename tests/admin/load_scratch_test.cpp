#include <catch2/catch.hpp>
#include <chrono>
#include <cstdio>
#include <thread>
#include "tests/admin/fake_node.hpp"
#include "tests/admin/raw_client.hpp"
using namespace warmfront;
using namespace warmfront::testing;
TEST_CASE("scratch load", "[.load]") {
  fake_node node;
  std::string body = R"({"from":"Ada <ada@example.net>","to":["bob@example.org"],"subject":"Hello","text":")" + std::string(4000, 'x') + "\"}";
  std::string req = "POST /v1/messages HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sender.secret\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  const auto t0 = std::chrono::steady_clock::now();
  const auto c0 = std::clock();
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) threads.emplace_back([&] {
    raw_client c{node.port()};
    for (int i = 0; i < 2500; ++i) { c.send(req); if (c.receive().status != 202) std::abort(); }
  });
  for (auto& t : threads) t.join();
  const double s = std::chrono::duration<double>(std::chrono::steady_clock::now() - t0).count();
  std::printf("%.0f per second, cpu %.1f us each (client incl.)\n", 20000 / s, 1e6 * double(std::clock() - c0) / CLOCKS_PER_SEC / 20000);
}
