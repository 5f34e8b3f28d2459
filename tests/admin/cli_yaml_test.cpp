// YAML: what is written is read again, what could harm is refused.
#include <catch2/catch.hpp>

#include <array>
#include <string>

#include "actors/core/random.hpp"
#include "admin/cli/yaml_reader.hpp"
#include "admin/cli/yaml_text.hpp"

using namespace warmfront;
using admin::ordered_json;
using admin::cli::read_yaml;
using admin::cli::yaml_text;

namespace {

/// What is wrong with a text; empty: nothing.
std::string yaml_fault(const std::string& text, const admin::cli::yaml_limits& limits = {}) {
  const auto read = read_yaml(text, limits);
  return read ? std::string{} : read.error().what;
}

std::string random_text(seeded_random& random) {
  constexpr std::array<const char*, 26> pieces{
      "a",  "B",  " ",    "\n",       "\t",     ":",      "#",    "- ",     "'",
      "\"", "\\", "\r",   "{{name}}", "\u00e9", "<p>",    "|",    "\u2028", "\U0001f600",
      "%",  "no", "0123", "~",        "\n\n",   "\u0085", "\x7f", "  "};
  std::string text;
  for (auto count = random.next() % 12; count > 0; --count) {
    text += pieces[random.next() % pieces.size()];
  }
  return text;
}

ordered_json random_value(seeded_random& random, int depth) {
  switch (random.next() % (depth > 0 ? 7 : 5)) {
  case 0:
    return random.next() >> (random.next() % 64);
  case 1:
    return static_cast<double>(random.next() % 1000) / 8;
  case 2:
    return random.next() % 2 == 0;
  case 3:
    return nullptr;
  case 4:
    return random_text(random);
  case 5: {
    auto list = ordered_json::array();
    for (auto count = random.next() % 4; count > 0; --count) {
      list.push_back(random_value(random, depth - 1));
    }
    return list;
  }
  default: {
    auto object = ordered_json::object();
    for (auto count = random.next() % 4; count > 0; --count) {
      object[random_text(random)] = random_value(random, depth - 1);
    }
    return object;
  }
  }
}

} // namespace

TEST_CASE("yaml: what is written is read again as it was", "[cli][property]") {
  const auto seed = GENERATE(range(1, 400));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  const auto value = random_value(random, 4);
  const auto text = yaml_text(value);
  INFO(text);
  const auto read = read_yaml(text);
  INFO((read ? std::string{} : read.error().what));
  REQUIRE(read.has_value());
  CHECK(read.value() == value);
}

TEST_CASE("yaml: a text over several lines is a block that people can edit", "[cli]") {
  const ordered_json value{{"templates", {{{"name", "a"}, {"html", "<p>\n  Hello\n</p>\n"}}}}};
  CHECK(yaml_text(value) ==
        "templates:\n  - name: \"a\"\n    html: |\n      <p>\n        Hello\n      </p>\n");
}

TEST_CASE("yaml: plain words are what YAML 1.2 has them be", "[cli]") {
  const auto read = read_yaml("[a, no, true, null, ~, 12, -3, 1.5, 0123, 1_000, '7', 1e3,"
                              " 99999999999999999999, .5, 0x10]");
  REQUIRE(read.has_value());
  CHECK(read.value() == ordered_json::parse(R"(["a","no",true,null,null,12,-3,1.5,"0123","1_000",
        "7",1000.0,"99999999999999999999",".5","0x10"])"));
  CHECK(read_yaml("").value().is_null());
}

TEST_CASE("yaml: what grows, hides or contradicts itself is refused, with the line", "[cli]") {
  CHECK(yaml_fault("a: &x 1\nb: *x\n") == "line 1: anchors are not allowed");
  CHECK(yaml_fault("a: 1\nb: *x\n") == "line 2: aliases are not allowed");
  CHECK(yaml_fault("a: !!binary aGk=\n") == "line 1: tags are not allowed");
  CHECK(yaml_fault("a: 1\na: 2\n") == "line 2: \"a\" comes a second time");
  CHECK(yaml_fault("a: 1\n---\nb: 2\n") == "line 2: a second document begins");
  CHECK(yaml_fault("[a]: 1\n") == "line 1: a key has to be a text");
  CHECK(yaml_fault("a: [1\n") != "");
  CHECK(yaml_fault("a: \xff\n") != "");
  CHECK(yaml_fault(std::string(33, '[') + std::string(33, ']')) ==
        "line 1: more than 32 levels deep");
  CHECK(yaml_fault("[1,2,3]", {.values_max = 3}) == "line 1: more than 3 values");
  CHECK(yaml_fault("[1,2,3]", {.octets_max = 6}) == "The text has 7 octets, more than 6.");
  // A billion laughs: each line nine times the one before it.
  CHECK(yaml_fault("a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n") != "");
}
