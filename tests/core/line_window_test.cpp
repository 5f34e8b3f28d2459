#include "actors/core/line_window.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;

TEST_CASE("line window: a line is passed with its end, whichever that is", "[core]") {
  line_window window;
  window.push("a\nb\r\nc\r\rd");
  for (const auto* line : {"a", "b", "c", "", "d"}) {
    const auto end = window.line_end().value_or(1);
    CHECK(window.octets().substr(0, end) == line);
    window.pass(end);
  }
  CHECK(window.octets().empty());
  CHECK(window.line() == 5);
}

TEST_CASE("line window: CRLF is one line end, though it comes in two pieces", "[core]") {
  line_window window;
  window.push("a\r");
  window.pass(1);
  CHECK(window.line() == 2);
  window.push("");
  window.push("\nb");
  CHECK(window.octets() == "b");
  CHECK(window.line() == 2);
}

TEST_CASE("line window: line ends within what is passed are counted", "[core]") {
  line_window window;
  window.push("\"a\r\nb\nc\rd\"\ne");
  window.pass(10);
  CHECK(window.octets() == "e");
  CHECK(window.line() == 5);
}

TEST_CASE("line window: skipping goes on to the next line end, in later pieces too", "[core]") {
  line_window window;
  window.push("abc");
  window.skip(2);
  CHECK(window.octets().empty());
  window.push("def");
  CHECK(window.octets().empty());
  window.push("g\r");
  window.push("\nh");
  CHECK(window.octets() == "h");
  CHECK(window.line() == 2);
}

TEST_CASE("line window: a CRLF that is skipped in part is one line end", "[core]") {
  line_window window;
  window.push("a\r\nb\nc");
  window.skip(2);
  CHECK(window.octets() == "c");
  CHECK(window.line() == 3);
}

TEST_CASE("line window: it shows one octet more than a line may have", "[core]") {
  line_window window;
  window.push(std::string(2 * list_line_octets_max, 'x') + '\n');
  CHECK(window.octets().size() == list_line_octets_max + 1);
  CHECK_FALSE(window.line_end());
}
