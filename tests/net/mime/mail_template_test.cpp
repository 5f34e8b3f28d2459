#include "net/mime/mail_template.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using mime::mail_template;

namespace {

constexpr std::size_t octets_plenty = 1'000'000;
using name_list = std::vector<std::string>;

mail_template compiled_mail(const template_source& source) {
  auto made = mail_template::compile(source);
  if (!made)
    FAIL(to_string(made.error()));
  return std::move(made).value();
}

} // namespace

TEST_CASE("mail template: subject, HTML and text get the same values", "[template]") {
  const auto made = compiled_mail({"{{name}}: {{what}}", "<p>{{name}}</p>", "Dear {{name}}"});
  const auto mail = made.render({{"name", "A&B"}, {"what", "news"}}, octets_plenty).value();
  CHECK(mail.subject == "A&B: news");
  CHECK(mail.html == "<p>A&amp;B</p>");
  CHECK(mail.text == "Dear A&B");
}

TEST_CASE("mail template: its names are those of all its texts", "[template]") {
  const auto made =
      compiled_mail({"{{s}}", "{{h}}{{s}}{{#o}}{{/o}}{{#t}}{{/t}}", "{{t}}{{#p}}{{p}}{{/p}}"});
  CHECK(made.required() == name_list{"s", "h", "t"});
  CHECK(made.optional() == name_list{"o", "p"});
}

TEST_CASE("mail template: an empty text stays empty", "[template]") {
  const auto mail = compiled_mail({"S", "", "T"}).render({}, octets_plenty).value();
  CHECK(mail.html.empty());
  CHECK(mail.text == "T");
}

TEST_CASE("mail template: what is wrong is named", "[template]") {
  const auto field_of = [](const template_source& source) {
    const auto made = mail_template::compile(source);
    return made ? std::string{} : made.error().field;
  };
  CHECK(field_of({"a\nb", "", "x"}) == "subject");
  CHECK(field_of({"{{x", "", "x"}) == "subject");
  CHECK(field_of({"", "{{#x}}", ""}) == "html");
  CHECK(field_of({"", "", "{{x}"}) == "text");
  CHECK(field_of({"", "\xff", ""}) == "html");
  CHECK(field_of({"", "", std::string("a\0b", 3)}) == "text");
  CHECK(field_of({"x", "", ""}) == "html");
  CHECK(mail_template::compile({"", std::string(mime::template_octets_max + 1, 'x'), ""})
            .error()
            .code == errc::limit_exceeded);
}

TEST_CASE("mail template: bad values queue nothing and are named", "[template]") {
  const auto made = compiled_mail({"{{x}}", "", "t"});
  CHECK(made.render({}, octets_plenty).error().field == "variables.x");
  CHECK(made.render({{"x", "a\r\nBcc: b@example.org"}}, octets_plenty).error().field ==
        "variables.x");
  CHECK(made.render({{"x", std::string(100, 'x')}}, 99).error().code == errc::limit_exceeded);
}
