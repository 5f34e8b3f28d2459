#include "admin/tencent/parameters.hpp"

#include <catch2/catch.hpp>

#include "admin/tencent/mail_content.hpp"

using namespace warmfront;
using namespace warmfront::admin;
using namespace warmfront::admin::tencent;

namespace {

template <class T>
std::string code_in(const checked<T>& outcome) {
  return outcome ? std::string{} : outcome.error().code;
}

std::string attachments_code(const json& list) {
  return code_in(read_attachments(json{{"Attachments", list}}));
}

json file(const std::string& name, const std::string& octets) {
  return {{"FileName", name}, {"Content", encode_base64(octets)}};
}

pool dedicated(const std::string& name, const std::string& account, bool has_address = true) {
  pool made;
  made.name = pool_name{name};
  made.kind = pool_kind::dedicated;
  made.account = account_name{account};
  if (has_address)
    made.addresses.emplace_back();
  return made;
}

} // namespace

TEST_CASE("parameters: a page is within offset and limit", "[tencent]") {
  const std::vector all{1, 2, 3, 4, 5};
  CHECK(in_range(all, {0, 2}) == std::vector{1, 2});
  CHECK(in_range(all, {3, 100}) == std::vector{4, 5});
  CHECK(in_range(all, {5, 1}).empty());
  CHECK(in_range(all, {9'007'199'254'740'991, 100}).empty());
}

TEST_CASE("parameters: more than a hundred rows are refused", "[tencent]") {
  CHECK(row_range_of(json{{"Offset", 7}, {"Limit", 100}}).value().offset == 7);
  CHECK(code_in(row_range_of(json{{"Limit", 101}})) == "FailedOperation.InvalidLimit");
  CHECK(row_range_of(json::object()).value().limit == 100);
}

TEST_CASE("parameters: characters are counted, not octets", "[tencent]") {
  CHECK(characters_in("") == 0);
  CHECK(characters_in("Grüße, 博士 😀") == 11);
}

TEST_CASE("parameters: template data is an object of plain values", "[tencent]") {
  const auto read = read_template_data(R"({"a":"x","b":7,"c":true,"d":1.5})", "Wrong");
  REQUIRE(read);
  CHECK(read.value() == template_data{{"a", "x"}, {"b", "7"}, {"c", "true"}, {"d", "1.5"}});
  CHECK(read_template_data("", "Wrong").value().empty());
  for (const auto* const text : {"[]", "{", "7", R"({"a":{}})", R"({"a":null})", R"({"a":[1]})"})
    CHECK(code_in(read_template_data(text, "Wrong")) == "Wrong");
  CHECK(to_json_text({{"a", "\"x\""}}) == R"({"a":"\"x\""})");
}

TEST_CASE("parameters: contents are UTF-8 in base64", "[tencent]") {
  const auto read = decode_content(json{{"Html", "PGI+w7w8L2I+"}, {"Text", ""}}, "Wrong");
  REQUIRE(read);
  CHECK(read.value().html == "<b>ü</b>");
  CHECK(read.value().text.empty());
  CHECK(code_in(decode_content(json{{"Html", "no base64"}}, "Wrong")) == "Wrong");
  CHECK(code_in(decode_content(json{{"Text", "/w=="}}, "Wrong")) == "Wrong");
}

TEST_CASE("parameters: base64 is that of RFC 4648", "[tencent]") {
  for (const auto& [plain, text] : std::map<std::string, std::string>{
           {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foobar", "Zm9vYmFy"}})
    CHECK(encode_base64(plain) == text);
}

TEST_CASE("parameters: the sender may have a name", "[tencent]") {
  const auto read = read_sender("Shop <Ada@News.Example>");
  REQUIRE(read);
  CHECK(read.value().mailbox == "Shop <Ada@News.Example>");
  CHECK(read.value().address.substr(0, 4) == "Ada@");
  CHECK(read.value().domain == domain_name{"news.example"});
  for (const auto* const text : {"", "Shop", "a@", "@b.example", "a@b.example\r\nBcc: c@d.example",
                                 "a@b.example, c@d.example"})
    CHECK(code_in(read_sender(text)) == "FailedOperation.IncorrectSender");
}

TEST_CASE("parameters: an account sends through a pool of its own, else the shared one",
          "[tencent][security]") {
  pool shared;
  shared.name = pool_name{"shared"};
  const std::vector all{shared, dedicated("c", "other"), dedicated("b", "acme"),
                        dedicated("a", "acme", false), dedicated("d", "acme")};
  CHECK(pool_of(all, account_name{"acme"})->name == pool_name{"b"});
  CHECK(pool_of(all, account_name{"nobody"})->name == pool_name{"shared"});
  CHECK(pool_of({dedicated("c", "other")}, account_name{"acme"}) == nullptr);
}

TEST_CASE("mail content: attachments come with name and octets", "[tencent]") {
  const auto read =
      read_attachments(json{{"Attachments", json::array({file("résumé.pdf", "%PDF\xff")})}});
  REQUIRE(read);
  REQUIRE(read.value().size() == 1);
  CHECK(read.value().front().name == "résumé.pdf");
  CHECK(read.value().front().content == "%PDF\xff");
  CHECK(read_attachments(json::object()).value().empty());
}

TEST_CASE("mail content: too many, too large and odd attachments are refused", "[tencent]") {
  auto many = json::array();
  for (int i = 0; i < 10; ++i)
    many.push_back(file("a.txt", "x"));
  CHECK(attachments_code(many).empty());
  many.push_back(file("a.txt", "x"));
  CHECK(attachments_code(many) == "FailedOperation.TooManyAttachments");
  const std::string half(attachment_octets_max / 2, 'x');
  CHECK(attachments_code({file("a", half), file("b", half)}).empty());
  CHECK(attachments_code({file("a", half), file("b", half + "x")}) ==
        "FailedOperation.AttachContentToolarge");
  for (const std::string name : {"", "../a", "a\\b", "a\r\nb"})
    CHECK(attachments_code(json::array({file(name, "x")})) == "FailedOperation.InvalidAttachName");
  CHECK(attachments_code(json::array({{{"FileName", "a"}, {"Content", "no base64"}}})) ==
        "InvalidParameterValue.AttachContentIsWrong");
  CHECK(attachments_code(json::array({{{"FileName", "a"}, {"FileURL", "http://x.test/"}}})) ==
        "FailedOperation.FileURLNotExist");
}

TEST_CASE("mail content: unsubscribe options are the numbers from 0 to 12", "[tencent]") {
  for (const auto* const text : {"", "0", "1", "12"})
    CHECK(check_unsubscribe(json{{"Unsubscribe", text}}));
  for (const auto* const text : {"13", "-1", "x", "1x", " 1"})
    CHECK(code_in(check_unsubscribe(json{{"Unsubscribe", text}})) == "InvalidParameterValue");
}
