#include "admin/tencent/flat_parameters.hpp"

#include <catch2/catch.hpp>

#include "tests/admin/tencent/declared_example.hpp"

using namespace warmfront;
using namespace warmfront::admin;

namespace {

json nested(const std::string& form) {
  auto flat = tencent::parse_form(form);
  REQUIRE(flat);
  auto object = tencent::nest(flat.value());
  if (!object)
    FAIL(object.error().message);
  return object.value();
}

std::string nest_refusal(const std::string& form) {
  auto flat = tencent::parse_form(form);
  REQUIRE(flat);
  const auto object = tencent::nest(flat.value());
  if (object)
    return "";
  CHECK(object.error().code == "InvalidParameter");
  return object.error().message;
}

std::string form_refusal(const std::string& form) {
  const auto flat = tencent::parse_form(form);
  if (flat)
    return "";
  CHECK(flat.error().code == "InvalidParameter");
  return flat.error().message;
}

/// Names are not numbers; nothing is empty: a form cannot say that.
json random_tree(std::mt19937& random, int depth) {
  const auto kind = depth == 0 ? 0 : random() % 3;
  if (kind == 0)
    return testing::random_text(random);
  auto tree = kind == 1 ? json::array() : json::object();
  const auto size = 1 + random() % 12;
  for (std::size_t i = 0; i < size; ++i)
    if (kind == 1)
      tree.push_back(random_tree(random, depth - 1));
    else
      tree["n" + std::to_string(random() % 100)] = random_tree(random, depth - 1);
  return tree;
}

} // namespace

TEST_CASE("form: names and values are decoded, a plus is a blank", "[tencent]") {
  const auto flat = tencent::parse_form("A%2eB=a+b%20c%2B&C=&D&&E==");
  REQUIRE(flat);
  CHECK(flat.value() ==
        tencent::flat_parameters{{"A.B", "a b c+"}, {"C", ""}, {"D", ""}, {"E", "="}});
  CHECK(tencent::parse_form("").value().empty());
}

TEST_CASE("form: bad escapes, what is not UTF-8 and repeated names are refused", "[tencent]") {
  using Catch::Contains;
  for (const char* form : {"A=%", "A=%4", "A=%4g", "%zz=1"})
    CHECK_THAT(form_refusal(form), Contains("encoded"));
  for (const char* form : {"A=%ff", "A=%ed%a0%80", "%c0%80=1"})
    CHECK_THAT(form_refusal(form), Contains("UTF-8"));
  CHECK_THAT(form_refusal("A=1&B=2&A=1"), Contains("`A`") && Contains("twice"));
}

TEST_CASE("form: the number of parameters is limited", "[tencent]") {
  std::string form;
  for (std::size_t i = 0; i < tencent::flat_parameters_max; ++i)
    form += (i == 0 ? "E." : "&E.") + std::to_string(i) + "=x";
  CHECK(nested(form)["E"].size() == tencent::flat_parameters_max);
  CHECK_FALSE(form_refusal(form + "&F=").empty());
}

TEST_CASE("nest: dots make objects, numbers make arrays", "[tencent]") {
  CHECK(nested("Destination.0=a&Template.TemplateID=7&Datas.1.Email=c&Datas.0.Email=b") ==
        json::parse(R"({"Destination":["a"],"Template":{"TemplateID":"7"},
                        "Datas":[{"Email":"b"},{"Email":"c"}]})"));
  CHECK(nested("A.0.0=x&A.0.1=y&A.1.0=z") == json::parse(R"({"A":[["x","y"],["z"]]})"));
  CHECK(nested("") == json::object());
}

TEST_CASE("nest: the entries of an array are in the order of their numbers", "[tencent]") {
  std::string form;
  auto expected = json::array();
  for (int i = 11; i >= 0; --i)
    form += "E." + std::to_string(i) + "=v" + std::to_string(i) + '&';
  for (int i = 0; i < 12; ++i)
    expected.push_back("v" + std::to_string(i));
  CHECK(nested(form)["E"] == expected);
}

TEST_CASE("nest: an array with a gap is refused", "[tencent]") {
  using Catch::Contains;
  for (const char* form :
       {"A.1=x", "A.0=x&A.2=y", "A.0=x&A.65535=y", "A.0=x&A.18446744073709551615=y"})
    CHECK_THAT(nest_refusal(form), Contains("`A`"));
  CHECK_THAT(nest_refusal("A.0.B.3=x"), Contains("`A.0.B`"));
}

TEST_CASE("nest: only numbers as they are counted make an array", "[tencent]") {
  for (const char* form : {"A.00=x", "A.0=x&A.01=y", "A.+0=x", "A.-1=x", "A.0=x&A.B=y", "A.=x",
                           "A.0 =x", "A.99999999999999999999=x"}) {
    CAPTURE(form);
    CHECK(nested(form)["A"].is_object());
  }
  // A number for a parameter is a name that no action has.
  CHECK(nested("0=x") == json{{"0", "x"}});
}

TEST_CASE("nest: a parameter has a value or parts", "[tencent]") {
  using Catch::Contains;
  CHECK_THAT(nest_refusal("A=1&A.B=2"), Contains("`A`"));
  CHECK_THAT(nest_refusal("A.0.C=2&A.0=1"), Contains("`A.0`"));
  // Sorted, other names come between the two.
  CHECK_THAT(nest_refusal("A.B=2&A-=1&A=3"), Contains("`A`"));
  CHECK(nested("A-=1&A.B=2") == json::parse(R"({"A-":"1","A":{"B":"2"}})"));
}

TEST_CASE("nest: names have at most eight parts", "[tencent]") {
  CHECK(nest_refusal("A.b.c.d.e.f.g.h=1").empty());
  CHECK_THAT(nest_refusal("A.b.c.d.e.f.g.h.i=1"), Catch::Contains("parts"));
  CHECK_FALSE(nest_refusal(std::string(100'000, '.') + "=1").empty());
}

TEST_CASE("nest: what is flattened and put into a form comes back", "[tencent][property]") {
  const auto seed = GENERATE(range(0u, 200u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  json tree = json::object();
  for (int i = 0; i < 5; ++i)
    tree["N" + std::to_string(i)] = random_tree(random, 3);
  CHECK(nested(testing::to_form(tree)) == tree);
}

TEST_CASE("nest: random forms are nested or refused", "[tencent][property]") {
  const auto seed = GENERATE(range(0u, 300u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  const std::string pieces[] = {"A", "B", ".", ".", "0", "1", "2", "=", "&", "&", "%2e", "%", "+"};
  std::string form;
  for (int i = 0; i < 30; ++i)
    form += pieces[random() % std::size(pieces)];
  CAPTURE(form);
  const auto flat = tencent::parse_form(form);
  if (!flat)
    return;
  const auto object = tencent::nest(flat.value());
  if (!object)
    return;
  tencent::flat_parameters again;
  testing::flatten(object.value(), "", again);
  // A name that begins with a dot has an empty first part, which `flatten` cannot say.
  if (form.find('.') != 0 && form.find("&.") == std::string::npos &&
      form.find("&%2e") == std::string::npos && form.find("%2e") != 0)
    CHECK(again == flat.value());
}
