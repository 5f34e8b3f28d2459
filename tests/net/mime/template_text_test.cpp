#include "net/mime/template_text.hpp"

#include <catch2/catch.hpp>

#include <random>

#include "net/mime/template_tags.hpp"

using namespace warmfront;
using mime::template_text;
using mime::value_escaping;

namespace {

constexpr std::size_t text_octets_plenty = 1'000'000;
using text_names = std::vector<std::string>;

template_text compiled_text(const std::string& source, value_escaping how = value_escaping::none) {
  auto made = template_text::compile(source, how, "text");
  if (!made)
    FAIL(to_string(made.error()));
  return std::move(made).value();
}

std::string rendered_text(const std::string& source, const mime::template_values& values,
                          value_escaping how = value_escaping::none) {
  auto text = compiled_text(source, how).render(values, text_octets_plenty);
  if (!text)
    FAIL(to_string(text.error()));
  return std::move(text).value();
}

std::string refusal(const std::string& source, value_escaping how = value_escaping::none) {
  const auto made = template_text::compile(source, how, "text");
  if (made)
    return "";
  CHECK(made.error().code == errc::invalid_argument);
  CHECK(made.error().field == "text");
  CHECK_FALSE(made.error().remedy.empty());
  return made.error().what;
}

} // namespace

TEST_CASE("template text: a name is replaced wherever it stands", "[template]") {
  CHECK(rendered_text("Dear {{name}}, {{ name }}!", {{"name", "Ada"}}) == "Dear Ada, Ada!");
  CHECK(rendered_text("{{a}}{{b}}", {{"a", "1"}, {"b", "{{a}}"}}) == "1{{a}}");
  CHECK(rendered_text("{{user.name}} {{姓名}} {{order-no_1}}",
                      {{"user.name", "x"}, {"姓名", "博士"}, {"order-no_1", "7"}}) == "x 博士 7");
}

TEST_CASE("template text: what is around the names stays as it is", "[template]") {
  for (const std::string text :
       {"", "no names", " \t\r\n mixed\nline\rends \r\n", "} }} { {} { {x}} $%&", "ü\xc2\xa0博"})
    CHECK(rendered_text(text, {}) == text);
}

TEST_CASE("template text: values are escaped in HTML and only there", "[template]") {
  const mime::template_values values{{"x", "<b>\"A\" & 'B'</b>"}};
  CHECK(rendered_text("{{x}}", values, value_escaping::html) ==
        "&lt;b&gt;&quot;A&quot; &amp; &apos;B&apos;&lt;/b&gt;");
  CHECK(rendered_text("{{x}} {{{x}}} {{&x}}", values) ==
        values.at("x") + " " + values.at("x") + " " + values.at("x"));
}

TEST_CASE("template text: a section is there when its value is not empty", "[template]") {
  const std::string source = "Hello{{#name}} {{name}}{{/name}}{{^name}} you{{/name}}.";
  CHECK(rendered_text(source, {{"name", "Ada"}}) == "Hello Ada.");
  CHECK(rendered_text(source, {{"name", ""}}) == "Hello you.");
  CHECK(rendered_text(source, {}) == "Hello you.");
  CHECK(rendered_text("a\n{{#x}}\nb\n{{/x}}\nc\n", {{"x", "1"}}) == "a\nb\nc\n");
}

TEST_CASE("template text: required names are listed once, in order; those of sections apart",
          "[template]") {
  const auto text = compiled_text(
      "{{b}} {{a}} {{b}} {{! {c} }} {{#d}}{{d}} {{e}}{{/d}} {{^f}}{{f}}{{/f}} {{#a}}{{/a}}");
  CHECK(text.required() == text_names{"b", "a", "e", "f"});
  CHECK(text.optional() == text_names{"d"});
}

TEST_CASE("template text: a missing value is an error that names it, an empty one is not",
          "[template]") {
  const auto text = compiled_text("{{first}} {{last}}");
  const auto missing = text.render({{"first", "Ada"}}, text_octets_plenty);
  REQUIRE_FALSE(missing);
  CHECK(missing.error().field == "variables.last");
  CHECK(text.render({{"first", "Ada"}, {"last", ""}}, text_octets_plenty).value() == "Ada ");
}

TEST_CASE("template text: what does not fit is refused, to the octet", "[template]") {
  const auto text = compiled_text("{{x}}{{x}}!");
  CHECK(text.render({{"x", "abc"}}, 7).value() == "abcabc!");
  const auto longer = text.render({{"x", "abc"}}, 6);
  REQUIRE_FALSE(longer);
  CHECK(longer.error().code == errc::limit_exceeded);
}

TEST_CASE("template text: a wrong tag is refused with its line and column", "[template]") {
  using Catch::Contains;
  CHECK_THAT(refusal("Hello\nyou {{name"),
             Contains("line 2, column 5") && Contains("does not end"));
  CHECK_THAT(refusal("博士 {{}}"), Contains("line 1, column 4"));
  CHECK_THAT(refusal("{{a b}}"), Contains("\"a b\""));
  CHECK_THAT(refusal("{{.}}"), Contains("is not a name"));
  CHECK_THAT(refusal("{{{a}} }"), Contains("does not end"));
  CHECK_THAT(refusal("{{> other}}"), Contains("another one"));
  CHECK_THAT(refusal("{{=<% %>=}}"), Contains("braces"));
  CHECK_THAT(refusal("a\n\n  {{#x}} {{/y}}"), Contains("line 3, column 10") && Contains("\"y\""));
  CHECK_THAT(refusal("{{/x}}"), Contains("ends no open section"));
  CHECK_THAT(refusal("\n{{#x}}"), Contains("line 2, column 1") && Contains("not closed"));
  CHECK_THAT(refusal("{{" + std::string(65, 'x') + "}}"), Contains("is not a name"));
  CHECK_THAT(refusal("<p>{{{x}}}", value_escaping::html), Contains("column 4"));
  CHECK_THAT(refusal("<p>{{& x}}", value_escaping::html), Contains("always escaped"));
  std::string deep;
  for (int i = 0; i < 17; ++i)
    deep += "{{#x}}";
  CHECK_THAT(refusal(deep), Contains("16"));
}

TEST_CASE("template text: values with line ends, control characters or bad names are refused",
          "[template]") {
  for (const std::string& value :
       {std::string("a\r\nBcc: x"), std::string("a\nb"), std::string("\0", 1),
        std::string("\xe2\x80\xa8"), std::string("\xc2\x85"), std::string("\x1b"),
        std::string("\xff")}) {
    const auto checked = mime::check_template_values({{"name", value}});
    REQUIRE_FALSE(checked);
    CHECK(checked.error().field == "variables.name");
  }
  CHECK_FALSE(mime::check_template_values({{"a b", "x"}}));
  CHECK_FALSE(mime::check_template_values({{"a", std::string(16 * 1024 + 1, 'x')}}));
  CHECK(mime::check_template_values({{"a", std::string(16 * 1024, 'x')}, {"b", ""}}));
}

TEST_CASE("template text: random texts compile or are refused, and what compiles renders",
          "[template][property]") {
  const auto seed = GENERATE(range(0u, 300u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  const std::vector<std::string> pieces{
      "{{", "}}",   "{{{", "}}}", "{{a}}", "{{#a}}", "{{/a}}", "{{^b}}", "{{/b}}", "a",     "b",
      " ",  "\r\n", "#",   "/",   "!",     "=",      "博",     "&",      ".",      "{{&b}}"};
  std::string source;
  for (int i = 0; i < 12; ++i)
    source += pieces[random() % pieces.size()];
  CAPTURE(source);
  const auto made = template_text::compile(source, value_escaping::none, "text");
  if (!made)
    return;
  mime::template_values values;
  for (const auto& name : made.value().required())
    values[name] = "V";
  const auto text = made.value().render(values, text_octets_plenty);
  REQUIRE(text);
  CHECK(text.value().find("{{#") == std::string::npos);
}
