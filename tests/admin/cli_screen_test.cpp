// What is drawn on terminals: frames, bars, the screen of `top`.
#include <catch2/catch.hpp>

#include "admin/cli/screen.hpp"
#include "admin/cli/top.hpp"
#include "tests/admin/cli_process.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using namespace warmfront::admin::cli;
using admin::ordered_json;

namespace {

top_sample sample_of(std::uint64_t accepted, std::chrono::seconds later) {
  top_sample sample;
  sample.at = wall_time{std::chrono::hours{24 * 20'000}} + later;
  sample.cluster = ordered_json::parse(
      R"({"nodes":[{"name":"n1","state":"active","alive":true,"ready":true,
        "storage":{"free_octets":2500000000}}]})");
  sample.queues = ordered_json::parse(
      R"({"items":[{"waiting":30,"state":"held","reason":"the limit of 192.0.2.7"},
        {"waiting":10,"state":"open","reason":""}]})");
  sample.ledgers = ordered_json::parse(
      R"({"items":[{"subject":"192.0.2.8","provider":"*","day":9,"used":7,"limit":null,
        "state":"open"},{"subject":"192.0.2.7","provider":"*","day":1,"used":250,"limit":500,
        "state":"open"}]})");
  sample.today = {{"accepted", accepted}, {"delivered", 5}};
  sample.bounced = ordered_json::parse(
      R"({"items":[{"recipients":[{"state":"bounced","address":"b@x.test",
        "changed_at":"2026-11-01T00:00:00Z","last_reply":"550 \u001b[2Jno"}]}]})");
  return sample;
}

} // namespace

TEST_CASE("screen: a bar is full at its limit and never longer", "[cli]") {
  CHECK(bar(0, 10, 4) == "[....]");
  CHECK(bar(1, 1000, 4) == "[#...]");
  CHECK(bar(5, 10, 4) == "[##..]");
  CHECK(bar(30, 10, 4) == "[####]");
  CHECK(bar(3, 0, 4) == "[....]");
  CHECK(size_text(999) == "999 B");
  CHECK(size_text(2'500'000'000) == "2.5 GB");
  CHECK(progress_line("sending", 50, 100).starts_with("\rsending [###############....."));
}

TEST_CASE("screen: a frame has no more lines than the terminal", "[cli]") {
  const auto drawn = frame("a\nb\nc\nd\n", {3, 80});
  check_has(drawn, "a\x1b[K\r\nb\x1b[K\r\n(2 more lines)");
  CHECK(frame("a\nb\n", {3, 80}).find("more") == std::string::npos);
}

TEST_CASE("top: shows rates, what waits, limits with bars, nodes and bounces", "[cli]") {
  using namespace std::chrono_literals;
  const auto text = top_text(sample_of(130, 30s), sample_of(100, 0s));
  check_has(text, "accepted    60        130");
  check_has(text, "40 wait");
  check_has(text, "30       [###############.....]  the limit of 192.0.2.7");
  check_has(text, "192.0.2.7  1    250 / 500     [##########..........]  open");
  check_has(text, "7 / no limit");
  check_has(text, "2.5 GB");
  check_has(text, "b@x.test   550 ?[2Jno");
  // Nothing can be said of a rate at first, and after midnight.
  check_has(top_text(sample_of(130, 30s), std::nullopt), "accepted    -         130");
  check_has(top_text(sample_of(5, 30s), sample_of(100, 0s)), "accepted    -         5");
  CHECK_FALSE(top_text({}, std::nullopt).empty());
}

TEST_CASE("top: asks a node, once where there is no terminal", "[cli]") {
  fake_node node;
  const auto shown = run_cli(node, "top");
  INFO(shown.errors);
  CHECK(shown.code == 0);
  check_has(shown.output, "RECIPIENTS  A MINUTE  TODAY");
  CHECK(admin::json::parse(run_cli(node, "top --once -o json").output).contains("cluster"));
  CHECK(run_cli("top --server 127.0.0.1:1").code == 3);
}
