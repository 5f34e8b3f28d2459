#include "actors/groups/csv_reader.hpp"

#include <catch2/catch.hpp>

#include "tests/actors/groups/recorded_list.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using Catch::Contains;

namespace {

using csv_values = std::map<std::string, std::string>;

recorded_list read_csv(std::string_view text) {
  auto list = read_list<csv_reader>(text);
  if (list.failure)
    FAIL(to_string(*list.failure));
  return list;
}

/// The values of one row under `email,a,b`.
csv_values values_of_row(const std::string& row) {
  const auto list = read_csv("email,a,b\n" + row);
  return list.rows.size() == 1 ? list.rows.front().values : csv_values{};
}

} // namespace

TEST_CASE("csv reader: the examples of RFC 4180", "[groups]") {
  CHECK(values_of_row("x@a.com,bbb,ccc\r\n") == csv_values{{"a", "bbb"}, {"b", "ccc"}});
  CHECK(values_of_row("x@a.com,bbb,ccc") == csv_values{{"a", "bbb"}, {"b", "ccc"}});
  CHECK(values_of_row("\"x@a.com\",\"bbb\",\"ccc\"\r\n") == csv_values{{"a", "bbb"}, {"b", "ccc"}});
  CHECK(values_of_row("x@a.com,\"b\"\"bb\",\"c,c\"") == csv_values{{"a", "b\"bb"}, {"b", "c,c"}});
  CHECK(values_of_row("x@a.com,\"\"\"\",\"\"") == csv_values{{"a", "\""}, {"b", ""}});
}

TEST_CASE("csv reader: spaces are part of a value", "[groups]") {
  CHECK(values_of_row("x@a.com, b ,c\t") == csv_values{{"a", " b "}, {"b", "c\t"}});
}

TEST_CASE("csv reader: a quote that does not begin a field is text", "[groups]") {
  CHECK(values_of_row("x@a.com,5\" disk,a \"b\"") ==
        csv_values{{"a", "5\" disk"}, {"b", "a \"b\""}});
}

TEST_CASE("csv reader: an empty field is an empty value", "[groups]") {
  CHECK(values_of_row("x@a.com,,") == csv_values{{"a", ""}, {"b", ""}});
}

TEST_CASE("csv reader: LF, CRLF and a lone CR end lines, which are counted", "[groups]") {
  const auto list = read_csv("email\na@a.com\r\nb@a.com\rc@a.com\r\r\nd@a.com\n\n \t\n,\ne@a.com");
  std::vector<std::uint64_t> lines;
  for (const auto& row : list.rows)
    lines.push_back(row.line);
  CHECK(lines == std::vector<std::uint64_t>{2, 3, 4, 6, 10});
  REQUIRE(list.rejections.size() == 1);
  CHECK(list.rejections.front().line == 9);
}

TEST_CASE("csv reader: a byte order mark is no part of the header", "[groups]") {
  CHECK(read_csv("\xef\xbb\xbf"
                 "email,a\nx@a.com,1\n")
            .rows.size() == 1);
  CHECK(read_csv("\xef\xbb\xbf\r\n\nemail,a\nx@a.com,1\n").rows.front().line == 4);
  CHECK(read_list<csv_reader>("\n\xef\xbb\xbf"
                              "email\n")
            .failure);
}

TEST_CASE("csv reader: delimiters within a row are those of the header", "[groups]") {
  CHECK(read_csv("email;a\nx@a.com;1,2\n").rows.front().values == csv_values{{"a", "1,2"}});
  CHECK(read_csv("email\ta\nx@a.com\t1,2;\n").rows.front().values == csv_values{{"a", "1,2;"}});
}

TEST_CASE("csv reader: a wrong header ends the reading", "[groups]") {
  const auto list = read_list<csv_reader>("email,a,a\nx@a.com,1,2\n");
  REQUIRE(list.failure);
  CHECK(list.failure->code == errc::invalid_argument);
  CHECK_THAT(list.failure->what, Contains("line 1, column 3"));
  CHECK(list.lines.empty());
  CHECK_THAT(read_list<csv_reader>("\n \r\n").failure->what, Contains("empty"));
  CHECK_THAT(read_list<csv_reader>("").failure->what, Contains("empty"));
  CHECK_THAT(read_list<csv_reader>(std::string(70'000, 'x')).failure->what, Contains("too long"));
  CHECK_FALSE(read_list<csv_reader>("email").failure);
}

TEST_CASE("csv reader: rows are rejected alone, with line, reason and excerpt", "[groups]") {
  const auto list = read_csv("email,a\n"
                             "x@a.com\n"
                             "x@a.com,1,2\n"
                             ",1\n"
                             "Ada <ada@a.com>,1\n"
                             "no address,1\n"
                             "x@a.com,\"1\"2\n"
                             "x@a.com,\"1\n2\"\n"
                             "x@a.com,\x1b[2J\n"
                             "x@a.com,ok\n");
  const std::vector<std::string> reasons{
      "fields is 1",       "fields is 3",   "no address", "column or variable",
      "local-part@domain", "closing quote", "line end",   "control"};
  REQUIRE(list.rejections.size() == reasons.size());
  for (std::size_t i = 0; i < reasons.size(); ++i)
    CHECK_THAT(list.rejections[i].reason, Contains(reasons[i]));
  CHECK_THAT(list.rejections[6].reason, Contains("\"a\""));
  CHECK(list.rejections[5].line == 7);
  CHECK(list.rejections[7].line == 10);
  CHECK(list.rejections[7].excerpt == "x@a.com,?[2J");
  REQUIRE(list.rows.size() == 1);
  CHECK(list.rows.front().line == 11);
}

TEST_CASE("csv reader: a too long line is skipped to its end and rejected", "[groups]") {
  const std::string cell(16'000, 'x');
  const std::string four = "x@a.com," + cell + ',' + cell + ',' + cell + ',' + cell + ',';
  const std::string longest = four + std::string(list_line_octets_max - four.size(), 'y');
  const auto text = "email,a,b,c,d,e\n" + longest + '\n' + longest + "z\r\n" +
                    std::string(200'000, 'z') + "\rx@a.com,1,2,3,4,5";
  for (const std::size_t piece : {1'000'000, 65'536, 4'001, 7}) {
    const auto list = read_list<csv_reader>(text, piece);
    REQUIRE(list.rows.size() == 2);
    CHECK(list.rows[0].line == 2);
    CHECK(list.rows[1].line == 5);
    REQUIRE(list.rejections.size() == 2);
    CHECK_THAT(list.rejections[0].reason, Contains("65536"));
    CHECK(list.rejections[0].excerpt.size() == 60);
    CHECK(list.rejections[1].line == 4);
  }
}

TEST_CASE("csv reader: a stray quote costs one line", "[groups]") {
  std::string text = "email,a\nx@a.com,\"stray\n";
  for (int i = 0; i < 10'000; ++i)
    text += "x" + std::to_string(i) + "@a.com,1\n";
  for (const std::size_t piece : {1'000'000, 1'000}) {
    const auto list = read_list<csv_reader>(text, piece);
    CHECK(list.rows.size() == 10'000);
    CHECK(list.rows.front().line == 3);
    CHECK_THAT(only_reason(list), Contains("column 2") && Contains("not closed"));
  }
  CHECK(read_csv("email,a\nx@a.com,\"stray\ny@a.com,1").rows.size() == 1);
  CHECK_THAT(only_reason(read_csv("email,a\nx@a.com,\"stray")), Contains("not closed"));
}

TEST_CASE("csv reader: after a thousand stray quotes lines are rejected together", "[groups]") {
  // Each line opens quotes that the others keep open, wherever reading begins.
  std::string text = "email,a\n";
  for (int i = 0; i < 1'500; ++i)
    text += "x\",\"\n";
  const auto list = read_csv(text);
  CHECK(list.rejections.size() == 1'001);
  CHECK(list.rejections.back().line == 1'002);
}

TEST_CASE("csv reader: an error of the sink ends the reading", "[groups]") {
  struct full_sink final : list_sink {
    int rows = 0;
    result<void> take_row(const list_row&) override {
      ++rows;
      return error{errc::storage_full, "full", {}};
    }
    result<void> take_rejection(list_rejection) override { return success(); }
  };
  full_sink sink;
  csv_reader reader;
  const auto outcome = reader.push("email\na@a.com\nb@a.com\n", sink);
  REQUIRE(outcome.has_error());
  CHECK(outcome.error().code == errc::storage_full);
  CHECK(sink.rows == 1);
}
