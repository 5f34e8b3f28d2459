#include "actors/replication/bond_book.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;

namespace {

const node_name a{"a"};
const node_name b{"b"};

void apply(bond_book& to, const storage::control_transaction& what, storage::revision at) {
  REQUIRE(what.then.size() == 1);
  REQUIRE(to.apply({{what.then[0].key, *what.then[0].value, at, at, 0}, false}));
}

} // namespace

TEST_CASE("bonds: the first is number 1 and must not exist yet", "[replication]") {
  bond_book book;
  CHECK(book.find(a, b).number == 0);
  const auto made = book.next(a, b);
  REQUIRE(made.when.size() == 1);
  CHECK(made.when[0].key == "bonds/a/b");
  CHECK(made.when[0].modified == 0);
  apply(book, made, 5);
  CHECK(book.find(a, b).number == 1);
  CHECK(book.find(b, a).number == 0);
}

TEST_CASE("bonds: ending and adopting compare one key, so that one of them happens",
          "[replication]") {
  bond_book book;
  apply(book, book.next(a, b), 5);
  const auto ended = book.next(a, b);
  const auto adopted = book.adopt(a, b, {"nodes/a", 9});
  CHECK(ended.when[0].modified == 5);
  REQUIRE(adopted.when.size() == 2);
  CHECK(adopted.when[0].key == ended.when[0].key);
  CHECK(adopted.when[0].modified == 5);
  CHECK(adopted.when[1].key == "nodes/a");
  CHECK(adopted.when[1].modified == 9);
  apply(book, adopted, 10);
  CHECK(book.find(a, b).number == 2);
  CHECK(book.find(a, b).is_adopted(1));
  CHECK_FALSE(book.find(a, b).is_adopted(2));
}

TEST_CASE("bonds: nothing is adopted where no bond was made", "[replication]") {
  CHECK(bond_book{}.adopt(a, b, {"nodes/a", 9}).then.empty());
}

TEST_CASE("bonds: keys and values that are none are refused and change nothing", "[replication]") {
  bond_book book;
  for (const auto* key : {"bonds/", "bonds/a", "bonds//b", "bonds/a/", "nodes/a/b"})
    CHECK_FALSE(book.apply({{key, encode(bond{1, {}}), 1, 1, 0}, false}));
  CHECK_FALSE(book.apply({{"bonds/a/b", "", 1, 1, 0}, false}));
  CHECK_FALSE(book.apply({{"bonds/a/b", "\xff\xff", 1, 1, 0}, false}));
  CHECK(book.find(a, b).number == 0);
}

TEST_CASE("bonds: a deleted key is no bond", "[replication]") {
  bond_book book;
  apply(book, book.next(a, b), 5);
  CHECK(book.apply({{"bonds/a/b", "", 5, 6, 0}, true}));
  CHECK(book.find(a, b).number == 0);
}
