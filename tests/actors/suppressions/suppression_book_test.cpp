#include "actors/suppressions/suppression_book.hpp"

#include <map>
#include <set>

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;

namespace {

const account_name acme{"acme"};
const account_name other{"other"};
const wall_time start{seconds{1'767'225'600}};

/// A book, and the store that it is told of.
struct book_of_suppressions {
  suppression_book book;
  std::map<std::string, storage::revision> keys;
  storage::revision revision = 0;
  wall_time now = start;

  /// Whether the store would take it.
  bool commit(const storage::control_transaction& made) {
    for (const auto& each : made.when)
      if ((keys.contains(each.key) ? keys[each.key] : 0) != each.modified)
        return false;
    REQUIRE(made.then.size() <= 100);
    ++revision;
    for (const auto& each : made.then) {
      keys.erase(each.key);
      if (each.value)
        keys[each.key] = revision;
      REQUIRE(book.apply(
          {{each.key, each.value.value_or(""), revision, revision}, !each.value.has_value()}));
    }
    return true;
  }
  result<bool> put(const put_suppressions& command, bool keeps_others = false) {
    WARMFRONT_TRY(draft, book.draft(command, now));
    draft.keeps_others = keeps_others;
    WARMFRONT_TRY(made, book.build(draft, draft.items, now));
    return commit(made);
  }
  result<bool> put(const std::string& address,
                   suppression_reason reason = suppression_reason::manual,
                   const account_name& account = acme) {
    return put(put_suppressions{account, reason, {address}, {}, {}});
  }
  result<bool> remove(const std::string& address) {
    WARMFRONT_TRY(found, book.present(remove_suppressions{acme, {address}}));
    return commit(book.build(acme, found));
  }
  const suppression_report& at(const std::string& address) {
    const auto* found = book.find(acme, address);
    REQUIRE(found != nullptr);
    return *found;
  }
};

} // namespace

TEST_CASE("suppression book: an address has one entry, whatever its case", "[suppressions]") {
  book_of_suppressions of;
  REQUIRE(of.put("Ada@A.Example").value());
  REQUIRE(of.put("ada@bücher.example").value());
  REQUIRE(of.put("ADA@a.example").value());
  CHECK(of.book.list({}, of.now).total == 2);
  CHECK(of.at("ada@a.example").number == 1);
  CHECK(of.at("ada@xn--bcher-kva.example").number == 2);
  CHECK(of.put("Ada <ada@a.example>").error().field == "address");
  CHECK(of.put("nobody").error().field == "address");
}

TEST_CASE("suppression book: accounts do not see each other", "[suppressions]") {
  book_of_suppressions of;
  REQUIRE(of.put("ada@a.example", suppression_reason::manual, other).value());
  CHECK(of.book.find(acme, "ada@a.example") == nullptr);
  list_suppressions filter;
  filter.account = acme;
  CHECK(of.book.list(filter, of.now).total == 0);
  CHECK(of.remove("ada@a.example").error().code == errc::not_found);
}

TEST_CASE("suppression book: a change keeps number and since, unless the entry was over",
          "[suppressions]") {
  book_of_suppressions of;
  REQUIRE(of.put({acme, suppression_reason::manual, {"ada@a.example"}, start + seconds{10}, "x"})
              .value());
  of.now = start + seconds{5};
  REQUIRE(of.put({acme, suppression_reason::complaint, {"ada@a.example"}, start + seconds{10}, "y"})
              .value());
  CHECK(of.at("ada@a.example").since == start);
  CHECK(of.at("ada@a.example").reason == suppression_reason::complaint);
  of.now = start + seconds{10};
  REQUIRE(of.put("ada@a.example").value());
  CHECK(of.at("ada@a.example").since == of.now);
  CHECK(of.at("ada@a.example").number == 1);
  CHECK_FALSE(of.at("ada@a.example").until);
}

TEST_CASE("suppression book: a receiver's word changes no entry that counts", "[suppressions]") {
  book_of_suppressions of;
  const put_suppressions bounced{
      acme, suppression_reason::hard_bounce, {"ada@a.example"}, {}, "550"};
  REQUIRE(of.put({acme, suppression_reason::manual, {"ada@a.example"}, start + seconds{10}, ""})
              .value());
  REQUIRE(of.put(bounced, true).value());
  CHECK(of.at("ada@a.example").reason == suppression_reason::manual);
  of.now = start + seconds{10};
  REQUIRE(of.put(bounced, true).value());
  CHECK(of.at("ada@a.example").reason == suppression_reason::hard_bounce);
  CHECK(of.at("ada@a.example").text == "550");
}

TEST_CASE("suppression book: numbers are never given out twice, also in a race", "[suppressions]") {
  book_of_suppressions of;
  const auto draft =
      of.book
          .draft({acme, suppression_reason::manual, {"a@a.example", "b@a.example"}, {}, {}}, start)
          .value();
  const auto rival =
      of.book.draft({other, suppression_reason::manual, {"c@a.example"}, {}, {}}, start).value();
  const auto late = of.book.build(rival, rival.items, start).value();
  REQUIRE(of.commit(of.book.build(draft, draft.items, start).value()));
  CHECK_FALSE(of.commit(late)); // built from the view before
  REQUIRE(of.commit(of.book.build(rival, rival.items, start).value()));
  CHECK(of.book.find(other, "c@a.example")->number == 3);
  REQUIRE(of.remove("b@a.example").value());
  REQUIRE(of.put("b@a.example").value());
  CHECK(of.at("b@a.example").number == 4);
}

TEST_CASE("suppression book: the same again changes nothing", "[suppressions]") {
  book_of_suppressions of;
  REQUIRE(of.put("ada@a.example").value());
  const auto draft =
      of.book
          .draft({acme, suppression_reason::manual, {"ada@a.example"}, {}, {}}, start + seconds{1})
          .value();
  CHECK(of.book.build(draft, draft.items, start + seconds{1}).value().then.empty());
}

TEST_CASE("suppression book: a time that is over and too many are refused", "[suppressions]") {
  book_of_suppressions of;
  CHECK(of.put({acme, suppression_reason::manual, {"ada@a.example"}, start, ""}).error().field ==
        "until");
  std::vector<std::string> many(suppressions_at_once_max + 1, "ada@a.example");
  CHECK(of.put({acme, suppression_reason::manual, many, {}, ""}).error().field == "addresses");
  // As the store has them: a hundred thousand.
  for (std::size_t i = 0; i < suppression_book::entries_max; ++i) {
    const suppression_report entry{
        acme, std::to_string(i) + "@a.example", suppression_reason::manual, i + 1, start, {}, ""};
    REQUIRE(of.book.apply({{suppression_key(acme, entry.address), encode(entry), 1, 1}, false}));
  }
  CHECK(of.put("new@a.example").error().code == errc::limit_exceeded);
  CHECK(of.book.draft({acme, suppression_reason::manual, {"7@a.example"}, {}, {}}, start));
  CHECK(of.book.draft({other, suppression_reason::manual, {"new@a.example"}, {}, {}}, start));
}

TEST_CASE("suppression book: lists by what was asked for, page by page", "[suppressions]") {
  book_of_suppressions of;
  REQUIRE(
      of.put({acme, suppression_reason::manual, {"a@a.example", "c@b.example"}, {}, ""}).value());
  of.now = start + seconds{10};
  REQUIRE(of.put({acme, suppression_reason::hard_bounce, {"b@a.example"}, start + seconds{20}, ""})
              .value());
  const auto addresses = [&](const list_suppressions& filter) {
    std::string all;
    for (const auto& each : of.book.list(filter, of.now).items)
      all += each.address.substr(0, 1);
    return all;
  };
  list_suppressions filter;
  CHECK(addresses(filter) == "abc");
  filter.reason = suppression_reason::hard_bounce;
  CHECK(addresses(filter) == "b");
  filter = {};
  filter.containing = "A.EX";
  CHECK(addresses(filter) == "ab");
  filter = {};
  filter.address = "C@b.example";
  CHECK(addresses(filter) == "c");
  filter.address = "no address";
  CHECK(addresses(filter).empty());
  filter = {};
  filter.since_from = start + seconds{1};
  CHECK(addresses(filter) == "b");
  filter = {};
  filter.since_before = start + seconds{1};
  CHECK(addresses(filter) == "ac");
  filter = {};
  filter.is_active = false;
  CHECK(addresses(filter).empty());
  of.now = start + seconds{20};
  CHECK(addresses(filter) == "b");
  filter = {};
  filter.limit = 2;
  CHECK_FALSE(of.book.list(filter, of.now).is_last);
  CHECK(of.book.list(filter, of.now).total == 3);
  filter.after = "acme/b@a.example";
  CHECK(addresses(filter) == "c");
  CHECK(of.book.list(filter, of.now).is_last);
  filter = {};
  filter.offset = 1;
  CHECK(addresses(filter) == "bc");
}

TEST_CASE("suppression book: behaves like a map", "[suppressions][property]") {
  const auto seed = GENERATE(1u, 2u, 3u, 4u, 5u);
  CAPTURE(seed);
  seeded_random random{seed};
  book_of_suppressions of;
  std::map<std::string, wall_time> model; // until when
  for (int step = 0; step < 500; ++step) {
    of.now += seconds{1};
    const auto address = std::string(1, static_cast<char>('a' + random.next() % 8)) + "@a.example";
    const auto until = of.now + seconds{1 + random.next() % 20};
    switch (random.next() % 3) {
    case 0:
      REQUIRE(of.put({acme, suppression_reason::manual, {address}, until, ""}).value());
      model[address] = until;
      break;
    case 1:
      CHECK(of.remove(address).has_value() == (model.erase(address) == 1));
      break;
    default:
      REQUIRE(of.put({acme, suppression_reason::hard_bounce, {address}, until, ""}, true).value());
      if (!model.contains(address) || model[address] <= of.now)
        model[address] = until;
    }
    for (const auto& [known, over] : model)
      CHECK(of.at(known).counts_at(of.now) == (of.now < over));
    CHECK(of.book.list({}, of.now).total == model.size());
    std::set<std::uint64_t> numbers;
    for (const auto& each : of.book.list({}, of.now).items)
      CHECK(numbers.insert(each.number).second);
  }
}

TEST_CASE("suppression records: keep their octets", "[suppressions][golden]") {
  const suppression_report entry{acme,  "a/b@a.example", suppression_reason::hard_bounce, 7, start,
                                 start, "550 5.1.1 no"};
  const auto key = suppression_key(acme, entry.address);
  CHECK(key == "suppressions/acme/a/b@a.example");
  CHECK(decode_suppression(key, encode(entry)).value() == entry);
  CHECK(encode(suppression_report{
            acme, "a@b", suppression_reason::unsubscribe, 1, wall_time{seconds{1}}, {}, "t"}) ==
        std::string{"\x08\x01\x10\x04\x18\x01\x20\xc0\x84\x3d\x32\x01t"});
  CHECK(decode_suppression(key, "\x08\x02\x10\x01").error().code == errc::storage_newer);
  CHECK(decode_suppression(key, std::string{"\x08\x01"}).error().code == errc::storage_corrupt);
}

TEST_CASE("suppression book: what cannot be read suppresses all the same", "[suppressions]") {
  suppression_book book;
  CHECK_FALSE(book.apply({{suppression_key(acme, "ada@a.example"), "nonsense", 1, 1}, false}));
  REQUIRE(book.find(acme, "ada@a.example") != nullptr);
  CHECK(book.find(acme, "ada@a.example")->counts_at(start));
  CHECK(book.all().size() == 1);
}
