#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "net/html/attribute_value.hpp"
#include "net/html/link_finder.hpp"
#include "net/html/marked_html.hpp"
#include "net/mime/template_text.hpp"

using namespace warmfront;
using html::fill;
using html::mark;

namespace {

constexpr tracking both{true, true};
constexpr tracking clicks{false, true};
constexpr tracking opens{true, false};

std::string redirect(std::string_view target) {
  return "https://t.example/c?u=" + std::string{target};
}

std::string tracked(std::string_view source) {
  return fill(mark(source, clicks), redirect, "");
}

/// The targets that were asked for.
std::vector<std::string> targets(std::string_view source) {
  std::vector<std::string> found;
  const auto remember = [&found](std::string_view target) {
    found.emplace_back(target);
    return std::string{};
  };
  CHECK(fill(mark(source, both), remember, "") == source);
  return found;
}

using list = std::vector<std::string>;

} // namespace

TEST_CASE("marked html: a link is replaced, and every other octet stays", "[html]") {
  CHECK(tracked(
            "<P ALIGN=left>Go <A\n HREF = \"http://a.example/x\" class='b'>there</A>&nbsp;\r\n") ==
        "<P ALIGN=left>Go <A\n HREF = \"https://t.example/c?u=http://a.example/x\" "
        "class='b'>there</A>&nbsp;\r\n");
  CHECK(tracked("<map><area href='https://a.example/'></map>") ==
        "<map><area href='https://t.example/c?u=https://a.example/'></map>");
  CHECK(tracked("<a href=http://a.example/?b=1&c=2>x</a>") ==
        "<a href=\"https://t.example/c?u=http://a.example/?b=1&amp;c=2\">x</a>");
}

TEST_CASE("marked html: only links to web pages are", "[html]") {
  CHECK(targets("<a href='mailto:a@b.example'>m</a><a href='tel:+49'>t</a><a href='#top'>u</a>"
                "<a href='/relative'>r</a><a href='//host/'>h</a><a href='javascript:x()'>j</a>"
                "<a href='https:///x'>e</a><a>none</a><a href=''>empty</a><link href='http://l/'>"
                "<a href='ftp://f.example/'>f</a><a href='http://a.example/\nb'>n</a>")
            .empty());
  CHECK(targets("<a href=\" HTTP://A.example/ \">x</a>") == list{"HTTP://A.example/"});
  CHECK(targets("<a data-warmfront-track=\"off\" href='http://a.example/'>x</a>"
                "<a data-warmfront-track=on href='http://b.example/'>x</a>") ==
        list{"http://b.example/"});
  CHECK(targets("<a href='http://a.example/" + std::string(5000, 'x') + "'>x</a>").empty());
}

TEST_CASE("marked html: comments, scripts and styles have no links", "[html]") {
  CHECK(targets("<!-- <a href='http://a.example/'> --><style>a:after{content:\"<a "
                "href='http://b.example/'>\"}</style><script>'<a href=\"http://c.example/\">'"
                "</script><title><a href='http://d.example/'></title><textarea><a "
                "href='http://e.example/'></textarea><a href='http://f.example/'>x</a>") ==
        list{"http://f.example/"});
}

TEST_CASE("marked html: character references are read as in attributes", "[html]") {
  CHECK(targets("<a href='http://a.example/?b=1&amp;c=2&#38;d=3&#x26;e=&quot;'>x</a>") ==
        list{"http://a.example/?b=1&c=2&d=3&e=\""});
  CHECK(targets("<a href='http://a.example/?b=1&copy=2&d'>x</a>").empty()); // `&d` at the end
  CHECK(targets("<a href='http://a.example/?b=1&copy=2&d=&'>x</a>") ==
        list{"http://a.example/?b=1&copy=2&d=&"});
  CHECK(targets("<a href='http://a.example/?b=&eacute;'>x</a>").empty());
  CHECK(html::decode_attribute("&#x20ac;&#233;&#x1F600;") ==
        "\xe2\x82\xac\xc3\xa9\xf0\x9f\x98\x80");
  CHECK_FALSE(html::decode_attribute("&#10;"));
  CHECK_FALSE(html::decode_attribute("&#xd800;"));
  CHECK_FALSE(html::decode_attribute("&#99999999999;"));
  CHECK(html::decode_attribute(html::encode_attribute("a&b<c>d\"e'f")) == "a&b<c>d\"e'f");
}

TEST_CASE("marked html: the pixel is the last thing in the body", "[html]") {
  const auto shown = [](std::string_view source) {
    return fill(mark(source, opens), redirect, "https://t.example/o/x.gif");
  };
  constexpr std::string_view pixel =
      "<img src=\"https://t.example/o/x.gif\" width=\"1\" height=\"1\" alt=\"\" "
      "style=\"display:block;border:0\">";
  CHECK(shown("<html><body><p>a</p></body></html>") ==
        "<html><body><p>a</p>" + std::string{pixel} + "</body></html>");
  CHECK(shown("a") == "a" + std::string{pixel});
  CHECK(shown("<!-- </body> -->a</BODY >") ==
        "<!-- </body> -->a" + std::string{pixel} + "</BODY >");
  CHECK(shown("<a href='http://a.example/'>x</a>") ==
        "<a href='http://a.example/'>x</a>" + std::string{pixel});
}

TEST_CASE("marked html: tags of a template work inside and around links", "[html]") {
  const std::string source =
      "{{#a}}<a href=\"{{a}}\">x</a>{{/a}}{{^a}}<a href='http://no.example/'>y</a>{{/a}}"
      "<a href=\"http://b.example/?q={{q}}&amp;z=1\">z</a><a "
      "href=\"{{#s}}http://s.example/{{/s}}\">"
      "s</a><a {{attributes}} href={{u}}>u</a><a href={{ v }}>v</a>{{! <a "
      "href='http://comment.example/'> }}";
  const auto render = [&](const std::string& text, const std::string& a) {
    const auto compiled = mime::template_text::compile(text, mime::value_escaping::html, "html");
    REQUIRE(compiled);
    const auto rendered = compiled.value().render({{"a", a},
                                                   {"q", "\"1&2\""},
                                                   {"s", "1"},
                                                   {"attributes", ""},
                                                   {"u", "http://u.example/?a&b"},
                                                   {"v", "http://v.example/"}},
                                                  100'000);
    REQUIRE(rendered);
    return rendered.value();
  };
  for (const std::string a : {"http://a.example/?x=1&y=2", ""}) {
    list found;
    const auto filled = fill(
        render(mark(source, both), a),
        [&](std::string_view target) {
          found.emplace_back(target);
          return std::string{};
        },
        "");
    CHECK(filled == render(source, a));
    CHECK(found == list{a.empty() ? "http://no.example/" : a, "http://b.example/?q=\"1&2\"&z=1",
                        "http://s.example/", "http://u.example/?a&b"});
  }
}

TEST_CASE("marked html: a text that has marks itself gets none", "[html]") {
  const std::string source = "<a href='http://a.example/'>\x01</a>";
  CHECK(mark(source, both) == source);
  CHECK(mark("<a href='http://a.example/'>x</a>", {}) == "<a href='http://a.example/'>x</a>");
}

TEST_CASE("link finder: what would take too much memory or time has no links", "[html]") {
  std::string bomb = "<p>";
  for (int i = 0; i < 4000; ++i)
    bomb += "<font size=" + std::to_string(i) + ">";
  for (int i = 0; i < 4000; ++i)
    bomb += "<p>x";
  bomb += "<a href='http://a.example/'>x</a>";
  CHECK(html::find_links(bomb).links.empty());
  std::string deep;
  for (int i = 0; i < 9000; ++i)
    deep += "<div>";
  deep += "<a href='http://a.example/'>x</a>";
  CHECK(html::find_links(deep).links.size() == 1);
  CHECK(html::find_links(deep + deep).links.empty());
  CHECK(
      html::find_links(std::string(2u << 20, 'a') + "<a href='http://a.example/'>").links.empty());
}

TEST_CASE("marked html: any text comes out as it went in", "[html][property]") {
  const std::vector<std::string> pieces{"<a href=", "\"",         "'",      "http://a.example/",
                                        ">",        "</a>",       "<area ", "{{x}}",
                                        "{{#x}}",   "{{/x}}",     "<!--",   "-->",
                                        "&amp;",    "&",          "<body>", "</body>",
                                        "<script>", "<table>",    "</p>",   " ",
                                        "\n",       "{{",         "}}",     "href",
                                        "<svg>",    "<![CDATA[",  "]]>",    "\xc3\xa9",
                                        "\xff",     "<template>", "=",      "<b>"};
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string source;
    for (auto count = random.next() % 40; count > 0; --count)
      source += pieces[random.next() % pieces.size()];
    const auto nothing = [](std::string_view) { return std::string{}; };
    REQUIRE(fill(mark(source, both), nothing, "") == source);
    const auto filled = fill(mark(source, both), redirect, "https://t.example/o");
    REQUIRE(filled.find_first_of("\x01\x02\x03\x04") == std::string::npos);
  }
}
