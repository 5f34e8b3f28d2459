#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "net/smtp/client_content.hpp"
#include "net/smtp/client_output.hpp"

using namespace warmfront;
using namespace warmfront::smtp;

namespace {

std::string drain(client_output& output, random_source& random) {
  std::string text;
  while (!output.empty()) {
    client_output::pieces pieces;
    const std::size_t count = output.gather(pieces);
    REQUIRE(count > 0);
    std::string some;
    for (std::size_t index = 0; index < count; ++index) {
      REQUIRE_FALSE(pieces[index].empty());
      some += pieces[index];
    }
    const std::size_t taken = 1 + random.next() % some.size();
    text += some.substr(0, taken);
    output.consume(taken);
  }
  return text;
}

/// The obvious way: line by line.
std::string as_data(const std::string& content) {
  std::string data;
  bool line_start = true;
  for (const char c : content) {
    data += line_start && c == '.' ? ".." : std::string(1, c);
    line_start = c == '\n';
  }
  if (!content.empty() && !content.ends_with("\r\n")) {
    data += "\r\n";
  }
  return data + ".\r\n";
}

} // namespace

TEST_CASE("client content: dots, 8-bit and line ends are found", "[smtp]") {
  CHECK(inspect_content("a\r\n.b\r\n..c\r\n").dots == 2);
  CHECK(inspect_content(".a\r\n").dots == 1);
  CHECK(inspect_content("a.\r\nb.c\r\n").dots == 0);
  CHECK(inspect_content("a\r\n.").dots == 1);
  CHECK(inspect_content("").dots == 0);
  CHECK(inspect_content("").ends_with_line_end);
  CHECK_FALSE(inspect_content("a").ends_with_line_end);
  CHECK(inspect_content("S: a\r\n\r\n\xc3\xa9\r\n").eight_bit);
  CHECK_FALSE(inspect_content("S: a\r\n\r\n\xc3\xa9\r\n").eight_bit_header);
  CHECK(inspect_content("S: \xc3\xa9\r\n\r\na\r\n").eight_bit_header);
  CHECK_FALSE(inspect_content("S: plain text here\r\n\r\nb\r\n").eight_bit);
}

TEST_CASE("client content: a bare CR or LF is found wherever it stands", "[smtp]") {
  for (const char* bad : {"a\nb\r\n", "a\rb\r\n", "a\r\n.\nb\r\n", "a\r\n\r", "\n", "\r", "a\r\r\n",
                          "a\n\r\n", "a\r\nb\n"}) {
    CAPTURE(bad);
    CHECK(inspect_content(bad).bare_line_end);
  }
  for (const char* good : {"", "a", "a\r\n", "\r\n\r\n", "a\r\nb"}) {
    CAPTURE(good);
    CHECK_FALSE(inspect_content(good).bare_line_end);
  }
}

TEST_CASE("client output: data is what line-by-line stuffing gives, however it is written",
          "[smtp][property]") {
  for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string content;
    for (std::uint64_t length = random.next() % 120; length > 0; --length) {
      constexpr std::string_view alphabet[] = {".", "\r\n", "\r\n.", "a", "bc."};
      content += alphabet[random.next() % 5];
    }
    client_output output;
    output.append_text("DATA\r\n");
    output.append_data(std::make_shared<const std::string>(content), inspect_content(content));
    const std::uint64_t end = output.queued();
    output.append_text("MAIL\r\n");
    const std::string expected = "DATA\r\n" + as_data(content);
    CHECK(end == expected.size());
    CHECK(drain(output, random) == expected + "MAIL\r\n");
    CHECK(output.written() == output.queued());
  }
}

TEST_CASE("client output: what was appended last can be taken back", "[smtp]") {
  client_output output;
  output.append_data(std::make_shared<const std::string>("a\r\n"), inspect_content("a\r\n"));
  const std::uint64_t before = output.queued();
  output.append_text("MAIL FROM:<>\r\n");
  output.take_back(before);
  seeded_random random{1};
  CHECK(drain(output, random) == "a\r\n.\r\n");
}
