#include "actors/templates/template_book.hpp"

#include <catch2/catch.hpp>

#include "storage/chunks.hpp"

using namespace warmfront;

namespace {

const account_name acme{"acme"};

/// A book, and the store that it is told of.
struct book_of_templates {
  template_book book;
  storage::revision revision = 0;
  bool reviewed = false;

  result<std::size_t> put(const std::string& name, const std::string& text,
                          bool must_be_new = false, const account_name& account = acme) {
    template_draft draft;
    draft.content = storage::chunk_id_of(text);
    WARMFRONT_TRY(made, book.build(put_template{account, template_name{name}, {}, must_be_new},
                                   draft, reviewed, wall_time{seconds{revision + 1}}));
    return apply(made);
  }
  template <class Command>
  result<std::size_t> run(const Command& command) {
    WARMFRONT_TRY(made, book.build(command));
    return apply(made);
  }
  std::size_t apply(const storage::control_transaction& made) {
    ++revision;
    for (const auto& each : made.then)
      REQUIRE(book.apply(
          {{each.key, each.value.value_or(""), revision, revision}, !each.value.has_value()}));
    return made.then.size();
  }
  const template_report& at(const std::string& name, const account_name& account = acme) {
    const auto* found = book.find(account, template_name{name});
    REQUIRE(found != nullptr);
    return *found;
  }
};

} // namespace

TEST_CASE("template book: new texts make a version, the same ones none", "[templates]") {
  book_of_templates of;
  REQUIRE(of.put("a", "1"));
  CHECK(of.at("a").current().number == 1);
  CHECK(of.put("a", "1").value() == 0);
  REQUIRE(of.put("a", "2"));
  CHECK(of.at("a").current().number == 2);
  CHECK(of.at("a").versions.front().content == storage::chunk_id_of("1"));
  REQUIRE(of.put("a", "1"));
  CHECK(of.at("a").current().number == 3);
}

TEST_CASE("template book: numbers of templates are never given out twice", "[templates]") {
  book_of_templates of;
  REQUIRE(of.put("a", "1"));
  REQUIRE(of.put("b", "1"));
  CHECK(of.at("b").id == 2);
  REQUIRE(of.run(delete_template{acme, template_name{"b"}}));
  REQUIRE(of.put("c", "1", false, account_name{"other"}));
  CHECK(of.at("c", account_name{"other"}).id == 3);
}

TEST_CASE("template book: two that are made at once compare the number", "[templates]") {
  book_of_templates of;
  REQUIRE(of.put("a", "1"));
  const auto made = of.book.build(put_template{acme, template_name{"b"}, {}, false}, {}, false, {});
  REQUIRE(made.value().when.size() == 2);
  CHECK(made.value().when[0].modified == 0);
  CHECK(made.value().when[1].key == last_template_key());
  CHECK(made.value().when[1].modified == 1);
}

TEST_CASE("template book: a name is unique in its account only", "[templates]") {
  book_of_templates of;
  REQUIRE(of.put("a", "1", true));
  CHECK(of.put("a", "2", true).error().code == errc::already_exists);
  REQUIRE(of.put("a", "2", true, account_name{"other"}));
  CHECK(of.book.list({acme, {}}).value().size() == 1);
  CHECK(of.book.list({}).value().size() == 2);
  CHECK(of.book.list({{}, template_name{"b"}}).error().code == errc::not_found);
}

TEST_CASE("template book: the last fifty versions are kept", "[templates]") {
  book_of_templates of;
  for (int i = 0; i < 60; ++i)
    REQUIRE(of.put("a", std::to_string(i)));
  CHECK(of.at("a").versions.size() == 50);
  CHECK(of.at("a").versions.front().number == 11);
  CHECK(of.book.choose({acme, template_name{"a"}, 10, false}).error().code == errc::not_found);
  CHECK(of.book.choose({acme, template_name{"a"}, 11, false}).value().second->number == 11);
}

TEST_CASE("template book: where templates are reviewed, only what was approved is sent",
          "[templates]") {
  book_of_templates of;
  of.reviewed = true;
  REQUIRE(of.put("a", "1"));
  const use_template sending{acme, template_name{"a"}, std::nullopt};
  const use_template looking{acme, template_name{"a"}, std::nullopt, false};
  CHECK(of.book.choose(sending).error().code == errc::refused);
  CHECK(of.book.choose(looking));
  REQUIRE(of.run(review_template{acme, template_name{"a"}, template_state::approved, "x"}));
  CHECK(of.at("a").reason.empty());
  CHECK(of.book.choose(sending));
  REQUIRE(of.put("a", "2"));
  CHECK(of.book.choose(sending).error().code == errc::refused);
  REQUIRE(of.run(review_template{acme, template_name{"a"}, template_state::rejected, "tone"}));
  CHECK_THAT(of.book.choose(sending).error().what, Catch::Contains("tone"));
  CHECK(
      of.run(review_template{acme, template_name{"a"}, template_state::rejected, "tone"}).value() ==
      0);
}

TEST_CASE("template book: what is no title names no template", "[templates]") {
  book_of_templates of;
  std::string longest;
  for (int i = 0; i < 100; ++i)
    longest += "博";
  CHECK(of.put(longest, "1"));
  for (const auto& name : {std::string{}, std::string{" a"}, std::string{"a "}, std::string{"a/b"},
                           std::string{"a\nb"}, std::string{"a\tb"}, longest + "x"})
    CHECK(of.put(name, "1").error().field == "name");
}

TEST_CASE("template book: what does not exist cannot be changed", "[templates]") {
  book_of_templates of;
  CHECK(of.run(delete_template{acme, template_name{"a"}}).error().code == errc::not_found);
  CHECK(of.run(review_template{acme, template_name{"a"}, template_state::approved, {}})
            .error()
            .code == errc::not_found);
  CHECK(of.book.choose({acme, template_name{"a"}, {}}).error().code == errc::not_found);
}

TEST_CASE("template record: what is written is read", "[templates]") {
  template_report value{acme,
                        template_name{"a b"},
                        7,
                        template_state::rejected,
                        "why",
                        wall_time{seconds{5}},
                        {{3, storage::chunk_id_of("x"), 9, wall_time{seconds{6}}, {"a"}, {"b"}}}};
  CHECK(decode_template(template_key(value.account, value.name), encode(value)).value() == value);
  CHECK(decode_template("templates/acme/a", "nonsense").error().code == errc::storage_corrupt);
  value.versions.clear();
  CHECK(decode_template("templates/acme/a", encode(value)).error().code == errc::storage_corrupt);
  const template_source source{"s", "h", "t"};
  CHECK(decode_template_source(encode(source)).value() == source);
}
