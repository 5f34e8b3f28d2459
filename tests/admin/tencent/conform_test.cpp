#include "admin/tencent/conform.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <vector>

#include "tests/admin/tencent/declared_example.hpp"

using namespace warmfront;
using namespace warmfront::admin;
using tencent::leaf_form;
using tencent::parameter_kind;

namespace {

constexpr tencent::structure part{
    "Part", {{"Id", parameter_kind::number, nullptr, true}, {"Note", parameter_kind::text}}};
constexpr tencent::parameter_list declared_rows{
    {"Name", parameter_kind::text, nullptr, true},
    {"Count", parameter_kind::number},
    {"Offset", parameter_kind::signed_number},
    {"Loud", parameter_kind::truth},
    {"Tags", parameter_kind::texts},
    {"Part", parameter_kind::object, &part},
    {"Parts", parameter_kind::objects, &part},
};

json conformed(const char* text, leaf_form leaves = leaf_form::typed) {
  auto made = tencent::conform(declared_rows, json::parse(text), leaves);
  if (!made)
    FAIL(made.error().message);
  return made.value();
}

tencent::gateway_error conform_fault(const std::string& text, leaf_form leaves = leaf_form::typed) {
  auto made = tencent::conform(declared_rows, json::parse(text), leaves);
  return made ? tencent::gateway_error{} : made.error();
}

using faulty_values = std::map<std::string, std::vector<std::string>>;

} // namespace

TEST_CASE("conform: what obeys the declaration stays as it is", "[tencent]") {
  constexpr auto text = R"({"Name":"","Count":9007199254740991,"Offset":-9007199254740991,
    "Loud":false,"Tags":["a",""],"Part":{"Id":0},"Parts":[{"Id":1,"Note":"x"},{"Id":2}]})";
  CHECK(conformed(text) == json::parse(text));
  CHECK(conformed(R"({"Name":"a","Tags":[],"Parts":[]})") ==
        json::parse(R"({"Name":"a","Tags":[],"Parts":[]})"));
}

TEST_CASE("conform: an unknown parameter is refused by its path", "[tencent]") {
  using tencent::unknown_parameter;
  CHECK(conform_fault(R"({"Name":"a","name":"b"})") == unknown_parameter("name"));
  CHECK(conform_fault(R"({"Name":"a","X":null})") == unknown_parameter("X"));
  CHECK(conform_fault(R"({"Name":"a","Part":{"Id":1,"X":1}})") == unknown_parameter("Part.X"));
  CHECK(conform_fault(R"({"Name":"a","Parts":[{"Id":1},{"Id":1,"X":1}]})") ==
        unknown_parameter("Parts.1.X"));
  CHECK(unknown_parameter("X").message == "The parameter `X` is not recognized.");
}

TEST_CASE("conform: a missing parameter is named by its path, null is missing", "[tencent]") {
  using tencent::missing_parameter;
  CHECK(conform_fault("{}") == missing_parameter("Name"));
  CHECK(conform_fault(R"({"Name":null})") == missing_parameter("Name"));
  CHECK(conform_fault(R"({"Name":"a","Part":{}})") == missing_parameter("Part.Id"));
  CHECK(conform_fault(R"({"Name":"a","Parts":[{"Id":1},{"Note":"x"}]})") ==
        missing_parameter("Parts.1.Id"));
  CHECK(conformed(R"({"Name":"a","Part":null,"Tags":null})") == json{{"Name", "a"}});
}

TEST_CASE("conform: unknown comes before missing, missing before a wrong type", "[tencent]") {
  CHECK(conform_fault(R"({"X":1,"Count":"x"})").code == "UnknownParameter");
  CHECK(conform_fault(R"({"Count":"x"})").code == "MissingParameter");
  CHECK(conform_fault(R"({"Count":"x","Name":"a"})").code == "InvalidParameter");
}

TEST_CASE("conform: a value of another type is refused by its path", "[tencent]") {
  const faulty_values wrong{{"Name", {"1", "{}"}},
                            {"Count",
                             {"\"1\"", "-1", "1.0", "1e3", "true", "9007199254740992",
                              "18446744073709551615", "99999999999999999999"}},
                            {"Offset", {"\"-1\"", "-9007199254740992", "9007199254740992"}},
                            {"Loud", {"1", "\"true\""}},
                            {"Tags", {"\"a\"", R"({"0":"a"})"}},
                            {"Part", {"[]", "\"\""}},
                            {"Parts", {R"({"Id":1})"}}};
  for (const auto& [path, values] : wrong)
    for (const auto& value : values) {
      CAPTURE(path, value);
      auto given = json{{"Name", "a"}};
      given[path] = json::parse(value);
      const auto fault = conform_fault(given.dump());
      CHECK(fault.code == "InvalidParameter");
      CHECK_THAT(fault.message, Catch::Contains('`' + path + '`'));
    }
  CHECK_THAT(conform_fault(R"({"Name":"a","Tags":["a",null]})").message,
             Catch::Contains("`Tags.1`"));
  CHECK_THAT(conform_fault(R"({"Name":"a","Parts":[{"Id":"1"}]})").message,
             Catch::Contains("`Parts.0.Id`"));
  for (const char* text : {"[]", "null", "\"x\"", "1"})
    CHECK(conform_fault(text).code == "InvalidParameter");
}

TEST_CASE("conform: texts of forms become what is declared", "[tencent]") {
  CHECK(conformed(R"({"Name":"1","Count":"12","Offset":"-3","Loud":"true","Tags":["1"],
                      "Parts":[{"Id":"7","Note":"true"}]})",
                  leaf_form::texts) == json::parse(R"({"Name":"1","Count":12,"Offset":-3,
                      "Loud":true,"Tags":["1"],"Parts":[{"Id":7,"Note":"true"}]})"));
  CHECK(conformed(R"({"Name":"a","Loud":"True"})", leaf_form::texts)["Loud"] == true);
  CHECK(conformed(R"({"Name":"a","Loud":"False"})", leaf_form::texts)["Loud"] == false);
}

TEST_CASE("conform: texts that do not say what is declared are refused", "[tencent]") {
  const faulty_values wrong{
      {"Count", {"-1", "+1", "1 ", "1.0", "x", "9007199254740992", "99999999999999999999"}},
      {"Offset", {"--1"}},
      {"Loud", {"1", "TRUE"}},
      {"Tags", {"a"}},
      {"Part", {"a"}}};
  for (const auto& [path, values] : wrong)
    for (const auto& value : values) {
      CAPTURE(path, value);
      CHECK(conform_fault(json{{"Name", "a"}, {path, value}}.dump(), leaf_form::texts).code ==
            "InvalidParameter");
    }
}

TEST_CASE("conform: in a form what is empty and not a text is absent", "[tencent]") {
  CHECK(conformed(R"({"Name":"","Count":"","Offset":"","Loud":"","Tags":"","Part":"",
                      "Parts":""})",
                  leaf_form::texts) == json{{"Name", ""}});
  CHECK(conform_fault(R"({"Name":"a","Part":{"Id":""}})", leaf_form::texts) ==
        tencent::missing_parameter("Part.Id"));
}

TEST_CASE("conform: numbers that are not negative are unsigned, however they are written",
          "[tencent]") {
  const auto typed = conformed(R"({"Name":"a","Count":1,"Offset":2})");
  const auto form = conformed(R"({"Name":"a","Count":"1","Offset":"2"})", leaf_form::texts);
  for (const auto* const each : {&typed, &form}) {
    CHECK((*each)["Count"].is_number_unsigned());
    CHECK((*each)["Offset"].is_number_unsigned());
  }
}

TEST_CASE("conform: names from outside are short and on one line in messages", "[tencent]") {
  const auto fault = conform_fault(json{{"a`\r\n" + std::string(1000, 'x'), 1}}.dump());
  CHECK(fault.message.size() < 200);
  CHECK_THAT(fault.message, Catch::Contains("`a???xx"));
}

TEST_CASE("conform: a form and JSON say the same of every action", "[tencent][property]") {
  const auto seed = GENERATE(range(0u, 20u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  for (const auto& action : tencent::all_actions())
    for (const auto* const rows : {&action.input, &action.output}) {
      CAPTURE(action.name);
      const auto example = testing::declared_example(*rows, random);
      const auto typed = tencent::conform(*rows, example, leaf_form::typed);
      REQUIRE(typed);
      CHECK(typed.value() == example);
      const auto flat = tencent::parse_form(testing::to_form(example));
      REQUIRE(flat);
      const auto nested = tencent::nest(flat.value());
      REQUIRE(nested);
      const auto from_form = tencent::conform(*rows, nested.value(), leaf_form::texts);
      REQUIRE(from_form);
      CHECK(from_form.value() == example);
    }
}
