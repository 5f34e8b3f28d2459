#include "actors/node/json_log.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch.hpp>

#include "tests/storage/temporary_directory.hpp"
#include "tests/support/manual_clock.hpp"

using namespace warmfront;

namespace {

std::string as_json(std::string_view text) {
  std::string json;
  append_json_string(json, text);
  return json;
}

} // namespace

TEST_CASE("json log: text of strangers stays inside its string", "[json_log]") {
  CHECK(as_json("plain") == "\"plain\"");
  CHECK(as_json("a\"b\\c") == "\"a\\\"b\\\\c\"");
  CHECK(as_json("a\r\nb\tc\x7f") == "\"a\\u000d\\nb\\u0009c\\u007f\"");
  CHECK(as_json(std::string_view{"\0", 1}) == "\"\\u0000\"");
  CHECK(as_json("gr\xc3\xbc\xc3\x9f") == "\"gr\xc3\xbc\xc3\x9f\"");
  CHECK(as_json("\xff\xc3") == "\"\xef\xbf\xbd\xef\xbf\xbd\"");
  CHECK(as_json("\xed\xa0\x80").find('\xed') == std::string::npos);
}

TEST_CASE("json log: one object a line, with the fields in order", "[json_log]") {
  const testing::temporary_directory directory;
  const testing::manual_clock time;
  const auto path = directory.path() / "log";
  {
    const auto log = json_log::open(path, "info", time).value();
    CHECK_FALSE(log->enabled(log_level::debug));
    log->write(log_level::debug, "hidden", {});
    log->write(log_level::warn, "seen",
               {{"text", std::string_view{"%v {}"}}, {"number", std::int64_t{-3}}, {"yes", true}});
    log->set_level("debug");
    log->set_level("nonsense");
    CHECK(log->enabled(log_level::debug));
    CHECK_FALSE(log->enabled(log_level::trace));
  }
  std::ifstream file{path};
  CHECK(std::string{std::istreambuf_iterator<char>{file}, {}} ==
        "{\"time\":\"2026-01-01T00:00:00.000Z\",\"level\":\"warn\",\"event\":\"seen\","
        "\"text\":\"%v {}\",\"number\":-3,\"yes\":true}\n");
}

TEST_CASE("json log: standard error may be a socket, as under systemd", "[json_log]") {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
  const int kept = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  const testing::manual_clock time;
  auto log = json_log::open("", "info", time);
  if (log)
    log.value()->write(log_level::error, "seen", {});
  const bool opened{log};
  if (opened)
    log.value().reset();
  ::dup2(kept, STDERR_FILENO);
  ::close(kept);
  REQUIRE(opened);
  std::array<char, 200> octets{};
  const auto size = ::recv(ends[0], octets.data(), octets.size(), MSG_DONTWAIT);
  REQUIRE(size > 0);
  CHECK(std::string{octets.data(), static_cast<std::size_t>(size)}.find("\"seen\"") !=
        std::string::npos);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST_CASE("json log: a file that cannot be opened is named", "[json_log]") {
  const testing::manual_clock time;
  const auto log = json_log::open("/proc/nowhere/log", "info", time);
  REQUIRE_FALSE(log);
  CHECK(log.error().what.find("/proc/nowhere/log") != std::string::npos);
  CHECK(log.error().field == "log.file");
}
