#include "net/mime/header_block.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <vector>

#include "actors/core/random.hpp"

using namespace warmfront;

namespace {

const std::string mail = "Received: from a\r\n\tby b; now\r\n"
                         "Subject: one\r\n two\r\n"
                         "BCC: secret@example.net\r\n"
                         "X-Warmfront-Pool: warm\r\n"
                         "subject : three\r\n"
                         "\r\n"
                         "Bcc: body\r\n";

std::vector<std::string> names(std::string_view content) {
  std::vector<std::string> found;
  for (const auto& field : mime::header_block{content})
    found.emplace_back(field.name);
  return found;
}

std::string joined(const mime::edited_header& edited, std::string_view content) {
  return edited.header + std::string{content.substr(edited.body_offset)};
}

} // namespace

TEST_CASE("header_block: fields come in order, folded lines stay together", "[mime]") {
  CHECK(names(mail) ==
        std::vector<std::string>{"Received", "Subject", "BCC", "X-Warmfront-Pool", "subject"});
  const mime::header_block block{mail};
  CHECK(mail.substr(block.body_offset()) == "Bcc: body\r\n");
  CHECK(block.find("SUBJECT")->value == " one\r\n two");
  CHECK(mime::unfold(block.find("subject")->value) == "one two");
  CHECK(mime::unfold(block.find("received")->value) == "from a\tby b; now");
  CHECK(block.count("subject") == 2);
  CHECK_FALSE(block.find("Date"));
}

TEST_CASE("header_block: an edit removes, prepends and leaves the rest as it was", "[mime]") {
  constexpr std::array<std::string_view, 2> removed{"bcc", "x-warmfront-*"};
  const auto edited = mime::edit_header(mail, "Received: from c\r\n", removed);
  CHECK(joined(edited, mail) == "Received: from c\r\n"
                                "Received: from a\r\n\tby b; now\r\n"
                                "Subject: one\r\n two\r\n"
                                "subject : three\r\n"
                                "\r\n"
                                "Bcc: body\r\n");
  CHECK(joined(mime::remove_fields(mail, {}), mail) == mail);
}

TEST_CASE("header_block: a name is not matched by its beginning", "[mime]") {
  const std::string content = "Bccx: a\r\nXBcc: b\r\nBc: c\r\nX-Warm: d\r\n\r\n";
  constexpr std::array<std::string_view, 2> removed{"Bcc", "X-Warmfront-*"};
  CHECK(joined(mime::remove_fields(content, removed), content) == content);
}

TEST_CASE("header_block: the header ends where fields end", "[mime]") {
  struct row {
    std::string content;
    std::size_t fields;
    std::string body;
  };
  const std::vector<row> rows{
      {"", 0, ""},
      {"\r\n", 0, ""},
      {"\r\nbody", 0, "body"},
      {"body without a header\r\n", 0, "body without a header\r\n"},
      {" folded: first\r\n", 0, " folded: first\r\n"},
      {": no name\r\n", 0, ": no name\r\n"},
      {"A: b", 1, ""},
      {"A: b\r\n", 1, ""},
      {"A: b\r\nnot a field\r\n\r\nC: d\r\n", 1, "not a field\r\n\r\nC: d\r\n"},
      {"A: b\nC: d\n\nbody", 2, "body"},
      {"A: b\r\n \r\n\t\r\n\r\nbody", 1, "body"},
      {"A:\r\nB :x\r\n\r\n", 2, ""},
      {std::string{"A: b\0c\r\n\r\nx", 11}, 1, "x"},
      {"\xc3\xa9: b\r\n", 0, "\xc3\xa9: b\r\n"},
      {"From me@example.net Mon Jan 1\r\n", 0, "From me@example.net Mon Jan 1\r\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.content);
    const mime::header_block block{row.content};
    CHECK(names(row.content).size() == row.fields);
    CHECK(row.content.substr(block.body_offset()) == row.body);
  }
}

TEST_CASE("header_block: an edited mail has its empty line even when it had none", "[mime]") {
  for (const std::string content : {"A: b", "A: b\r\n", "A: b\r\n\r\n"})
    CHECK(joined(mime::remove_fields(content, {}), content) == "A: b\r\n\r\n");
  const std::string broken = "A: b\r\nnot a field\r\n";
  CHECK(joined(mime::remove_fields(broken, {}), broken) == "A: b\r\n\r\nnot a field\r\n");
  CHECK(mime::edit_header("", "X: y\r\n", {}).header == "X: y\r\n\r\n");
}

TEST_CASE("header_block: random content is cut into whole lines, and edits are stable",
          "[mime][property]") {
  const std::vector<std::string> pieces{"A",
                                        "Bcc",
                                        ":",
                                        " ",
                                        "\t",
                                        "\r\n",
                                        "\r",
                                        "\n",
                                        "\r\n\r\n",
                                        "x y",
                                        "X-Warmfront-Pool: a",
                                        ": b\r\n",
                                        "\xff"};
  constexpr std::array<std::string_view, 2> removed{"Bcc", "X-Warmfront-*"};
  for (std::uint64_t seed = 0; seed < 5000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string content;
    for (auto count = random.next() % 30; count > 0; --count)
      content += pieces[random.next() % pieces.size()];
    const mime::header_block block{content};
    std::string lines;
    for (const auto& field : block)
      lines += field.line;
    REQUIRE(content.starts_with(lines));
    REQUIRE(block.body_offset() >= lines.size());
    const auto once = joined(mime::edit_header(content, "", removed), content);
    const auto twice = joined(mime::edit_header(once, "", removed), once);
    REQUIRE(once == twice);
    REQUIRE_FALSE(mime::header_block{once}.find("bcc"));
  }
}
