#include "actors/groups/ndjson_reader.hpp"

#include <catch2/catch.hpp>

#include "tests/actors/groups/recorded_list.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using Catch::Contains;

namespace {

using json_values = std::map<std::string, std::string>;

json_values values_of_object(const std::string& object) {
  const auto list = read_list<ndjson_reader>(object);
  return list.rows.size() == 1 ? list.rows.front().values : json_values{{"was", "rejected"}};
}

std::string object_refusal(const std::string& object) {
  const auto list = read_list<ndjson_reader>(object + "\n{\"email\": \"x@a.com\"}");
  CHECK(list.rows.size() == 1);
  return only_reason(list);
}

} // namespace

TEST_CASE("ndjson reader: members and those of `variables` are variables", "[groups]") {
  CHECK(values_of_object(R"({"email": "x@a.com", "variables": {"a": "1", "b": ""}})") ==
        json_values{{"a", "1"}, {"b", ""}});
  CHECK(values_of_object(R"({"a": "ä\u00e4", "email": "x@a.com"})") == json_values{{"a", "ää"}});
  CHECK(values_of_object(R"({"a": "1", "email": "x@a.com", "variables": {"email": "2"}})") ==
        json_values{{"a", "1"}, {"email", "2"}});
  CHECK(values_of_object(R"({"variables": "text", "email": "x@a.com"})") ==
        json_values{{"variables", "text"}});
}

TEST_CASE("ndjson reader: numbers are kept as they were written", "[groups]") {
  CHECK(values_of_object(R"({"email": "x@a.com", "a": 18446744073709551615, "b": -7, "c": 1.50,
                             "d": 123456789012345678901234567890, "e": 1E3})"
                         "\n") == json_values{{"was", "rejected"}});
  CHECK(values_of_object(R"({"email": "x@a.com", "a": 18446744073709551615, "b": -7, "c": 1.50, )"
                         R"("d": 123456789012345678901234567890, "e": 1E3})") ==
        json_values{{"a", "18446744073709551615"},
                    {"b", "-7"},
                    {"c", "1.50"},
                    {"d", "123456789012345678901234567890"},
                    {"e", "1E3"}});
}

TEST_CASE("ndjson reader: null is absent, true and false are words", "[groups]") {
  CHECK(values_of_object(R"({"email": "x@a.com", "a": null, "b": true, "c": false,)"
                         R"( "variables": null})") == json_values{{"b", "true"}, {"c", "false"}});
}

TEST_CASE("ndjson reader: blank lines and a byte order mark are passed over", "[groups]") {
  const auto list = read_list<ndjson_reader>("\xef\xbb\xbf{\"email\": \"x@a.com\"}\r\n\r\n \t\n\r"
                                             "{\"email\": \"y@a.com\"}");
  REQUIRE(list.rows.size() == 2);
  CHECK(list.rows[1].line == 5);
  CHECK(list.rejections.empty());
  CHECK(read_list<ndjson_reader>("") == recorded_list{});
  CHECK(read_list<ndjson_reader>("\xef\xbb\xbf\n") == recorded_list{});
}

TEST_CASE("ndjson reader: lines are rejected alone, with a reason", "[groups]") {
  CHECK_THAT(object_refusal("{"), Contains("not JSON"));
  CHECK_THAT(object_refusal(R"({"email": "x@a.com"} x)"), Contains("not JSON, at octet 22"));
  CHECK_THAT(object_refusal(std::string(R"({"email": "x@a.com"})") + '\0'), Contains("NUL"));
  CHECK_THAT(object_refusal("{\"email\": \"x@a.com\", \"a\": \"\xff\"}"), Contains("not JSON"));
  CHECK_THAT(object_refusal(R"({"email": "x@a.com", "a": 1e999})"), Contains("too large"));
  for (const auto* other : {"7", "null", "\"x@a.com\"", "[]"})
    CHECK_THAT(object_refusal(other), Contains("not a JSON object"));
  CHECK_THAT(object_refusal("{}"), Contains("no \"email\""));
  CHECK_THAT(object_refusal(R"({"email": null})"), Contains("no \"email\""));
  CHECK_THAT(object_refusal(R"({"email": 7})"), Contains("not a text"));
  CHECK_THAT(object_refusal(R"({"email": "x@a.com", "email": "y@a.com"})"), Contains("twice"));
  CHECK_THAT(object_refusal(R"({"email": " "})"), Contains("no address"));
  CHECK_THAT(object_refusal(R"({"email": "A <x@a.com>"})"), Contains("variable"));
  CHECK_THAT(object_refusal(R"({"email": "x@a.com", "a": {}})"), Contains("\"a\" is nested"));
  CHECK_THAT(object_refusal(R"({"email": "x@a.com", "a": [1]})"), Contains("\"a\" is nested"));
  CHECK_THAT(object_refusal(R"({"email": "x@a.com", "variables": {"b": {}}})"),
             Contains("\"b\" is nested"));
  CHECK_THAT(object_refusal(R"({"email": "x@a.com", "variables": []})"), Contains("nested"));
  CHECK_THAT(object_refusal(R"({"email": "x@a.com", "variables": {"variables": {}}})"),
             Contains("nested"));
  CHECK_THAT(object_refusal(R"({"email": "x@a.com", "a": "1", "variables": {"a": "2"}})"),
             Contains("\"a\" is there twice"));
  CHECK_THAT(object_refusal(R"({"email": "x@a.com", "a b": "1"})"), Contains("no name"));
  CHECK_THAT(object_refusal(R"({"email": "x@a.com", "a": "1\n2"})"),
             Contains("\"a\"") && Contains("line end"));
}

TEST_CASE("ndjson reader: deep nesting is refused where it begins", "[groups]") {
  CHECK_THAT(object_refusal(std::string(60'000, '[')), Contains("not a JSON object"));
  CHECK_THAT(object_refusal(R"({"a":)" + std::string(60'000, '[')), Contains("nested"));
}

TEST_CASE("ndjson reader: the rows' variables become the list's, in order, 99 at the most",
          "[groups]") {
  std::string text = R"({"email": "x@a.com", "z": 1, "a": 2})"
                     "\n"
                     R"({"email": "bad", "no": 1})"
                     "\n"
                     R"({"email": "x@a.com", "m": 3, "z": 4})"
                     "\n";
  struct name_sink final : list_sink {
    std::vector<std::string> names;
    std::vector<std::size_t> values;
    int rejected = 0;
    result<void> take_row(const list_row& row) override {
      names.assign(row.names.begin(), row.names.end());
      values.push_back(row.values.size());
      return success();
    }
    result<void> take_rejection(list_rejection) override {
      ++rejected;
      return success();
    }
  };
  name_sink sink;
  ndjson_reader reader;
  REQUIRE(reader.push(text, sink));
  CHECK(sink.names == std::vector<std::string>{"z", "a", "m"});
  CHECK(sink.values == std::vector<std::size_t>{2, 3});
  for (int i = 0; i < 96; ++i)
    REQUIRE(reader.push(R"({"email": "x@a.com", "v)" + std::to_string(i) + "\": 1}\n", sink));
  CHECK(sink.names.size() == 99);
  CHECK(sink.rejected == 1);
  REQUIRE(reader.push("{\"email\": \"x@a.com\", \"more\": 1}\n{\"email\": \"x@a.com\"}\n", sink));
  CHECK(sink.rejected == 2);
  CHECK(sink.values.size() == 99);
}

TEST_CASE("ndjson reader: a row has 99 variables at the most", "[groups]") {
  std::string object = R"({"email": "x@a.com")";
  for (int i = 0; i < 99; ++i)
    object += ", \"v" + std::to_string(i) + "\": 1";
  CHECK(values_of_object(object + '}').size() == 99);
  CHECK_THAT(object_refusal(object + ", \"more\": 1}"), Contains("there are more than 99"));
}

TEST_CASE("ndjson reader: a too long line is skipped to its end and rejected", "[groups]") {
  std::string longest = R"({"email": "x@a.com"})";
  longest += std::string(list_line_octets_max - longest.size(), ' ');
  for (const std::size_t piece : {1'000'000, 777}) {
    const auto list = read_list<ndjson_reader>(
        longest + "\r\n" + longest + " \n" + "{\"email\": \"y@a.com\"}", piece);
    REQUIRE(list.rows.size() == 2);
    CHECK(list.rows[1].line == 3);
    CHECK_THAT(only_reason(list), Contains("65536"));
  }
}
