#include "actors/suppressions/suppression_commands.hpp"

#include <set>

#include <catch2/catch.hpp>

#include "actors/suppressions/suppression_lister.hpp"
#include "storage/memory/memory_store.hpp"

using namespace warmfront;

namespace {

const account_name acme{"acme"};
const account_name other{"other"};
const wall_time start{seconds{1'767'225'600}};

/// A table, changed as the writer does it.
struct table_of_suppressions {
  storage::memory_store disk;
  storage::suppression_facts facts;
  wall_time now = start;

  table_of_suppressions() { facts.origin = 5; }
  template <class Work>
  auto change(Work work) {
    suppression_edit edit{disk, facts};
    auto made = work(edit);
    REQUIRE(storage::commit_and_wait(disk, edit.changes(), storage::priority::progress));
    storage::apply_suppression_facts(facts, edit.changed());
    return made;
  }
  result<suppression_tally> put(const put_suppressions& command, bool keeps_others = false) {
    WARMFRONT_TRY(draft, draft_suppressions(command, now));
    draft.keeps_others = keeps_others;
    return change([&](auto& edit) { return put_entries(edit, draft, 0, now); });
  }
  result<suppression_tally> put(const std::string& address,
                                suppression_reason reason = suppression_reason::manual,
                                const account_name& account = acme) {
    return put(put_suppressions{account, reason, {address}, {}, {}});
  }
  result<std::size_t> remove(const std::string& address) {
    return change([&](auto& edit) {
      return remove_entries(edit, remove_suppressions{acme, {address}}, now);
    });
  }
  suppression_report at(const std::string& address) {
    const auto found = storage::find_suppression(disk, acme, address).value();
    REQUIRE(found);
    REQUIRE_FALSE(found->is_removed);
    return report_of(*found);
  }
  suppression_page list(const list_suppressions& filter = {}) {
    return suppression_lister{disk, facts, 20'000}.list(filter, now).value();
  }
  std::size_t index_size() {
    const auto prefix = storage::suppression_index_prefix(facts.origin);
    return disk.scan(storage::family::suppressions, prefix, storage::prefix_end(prefix), 100'000)
        .value()
        .size();
  }
};

} // namespace

TEST_CASE("suppressions: an address has one entry, whatever its case", "[suppressions]") {
  table_of_suppressions of;
  REQUIRE(of.put("Ada@A.Example"));
  REQUIRE(of.put("ada@bücher.example"));
  REQUIRE(of.put("ADA@a.example"));
  CHECK(of.list().total == 2);
  CHECK(of.at("ada@a.example").number == 1);
  CHECK(of.at("ada@xn--bcher-kva.example").number == 2);
  CHECK(of.put("Ada <ada@a.example>").error().field == "address");
  CHECK(of.put("nobody").error().field == "address");
}

TEST_CASE("suppressions: accounts do not see each other", "[suppressions]") {
  table_of_suppressions of;
  REQUIRE(of.put("ada@a.example", suppression_reason::manual, other));
  CHECK_FALSE(storage::find_suppression(of.disk, acme, "ada@a.example").value());
  list_suppressions filter;
  filter.account = acme;
  CHECK(of.list(filter).total == 0);
  CHECK(of.list(filter).items.empty());
  CHECK(of.remove("ada@a.example").error().code == errc::not_found);
}

TEST_CASE("suppressions: a change keeps number and since, unless the entry was over",
          "[suppressions]") {
  table_of_suppressions of;
  REQUIRE(of.put({acme, suppression_reason::manual, {"ada@a.example"}, start + seconds{10}, "x"}));
  of.now = start + seconds{5};
  REQUIRE(
      of.put({acme, suppression_reason::complaint, {"ada@a.example"}, start + seconds{10}, "y"}));
  CHECK(of.at("ada@a.example").since == start);
  CHECK(of.at("ada@a.example").reason == suppression_reason::complaint);
  of.now = start + seconds{10};
  REQUIRE(of.put("ada@a.example"));
  CHECK(of.at("ada@a.example").since == of.now);
  CHECK(of.at("ada@a.example").number == 1);
  CHECK_FALSE(of.at("ada@a.example").until);
  CHECK(of.index_size() == 1);
}

TEST_CASE("suppressions: a receiver's word changes no entry that counts", "[suppressions]") {
  table_of_suppressions of;
  const put_suppressions bounced{
      acme, suppression_reason::hard_bounce, {"ada@a.example"}, {}, "550"};
  REQUIRE(of.put({acme, suppression_reason::manual, {"ada@a.example"}, start + seconds{10}, ""}));
  REQUIRE(of.put(bounced, true));
  CHECK(of.at("ada@a.example").reason == suppression_reason::manual);
  of.now = start + seconds{10};
  REQUIRE(of.put(bounced, true));
  CHECK(of.at("ada@a.example").reason == suppression_reason::hard_bounce);
  CHECK(of.at("ada@a.example").text == "550");
}

TEST_CASE("suppressions: the same again changes nothing, and a number is given out once",
          "[suppressions]") {
  table_of_suppressions of;
  CHECK(of.put("ada@a.example").value().added == 1);
  of.now = start + seconds{1};
  const auto again = of.put("ada@a.example").value();
  CHECK((again.added == 0 && again.changed == 0));
  CHECK(of.facts.vector.at(5) == 1);
  REQUIRE(of.remove("ada@a.example").value() == 1);
  REQUIRE(of.put("ada@a.example").value().added == 1);
  CHECK(of.at("ada@a.example").number == 3);
  CHECK(of.index_size() == 1);
}

TEST_CASE("suppressions: a time that is over and too many are refused", "[suppressions]") {
  table_of_suppressions of;
  CHECK(of.put({acme, suppression_reason::manual, {"ada@a.example"}, start, ""}).error().field ==
        "until");
  const std::vector<std::string> many(suppressions_at_once_max + 1, "ada@a.example");
  CHECK(of.put({acme, suppression_reason::manual, many, {}, ""}).error().field == "addresses");
  CHECK(of.change([&](auto& edit) {
            return remove_entries(edit, remove_suppressions{acme, many}, start);
          })
            .error()
            .field == "addresses");
}

TEST_CASE("suppressions: counts are those of the entries, by reason", "[suppressions]") {
  table_of_suppressions of;
  REQUIRE(of.put("a@a.example"));
  REQUIRE(of.put("b@a.example", suppression_reason::complaint));
  REQUIRE(of.put("c@a.example", suppression_reason::complaint, other));
  REQUIRE(of.put("a@a.example", suppression_reason::complaint));
  REQUIRE(of.remove("b@a.example"));
  list_suppressions filter;
  CHECK(of.list(filter).total == 2);
  filter.reason = suppression_reason::complaint;
  CHECK(of.list(filter).total == 2);
  filter.account = acme;
  CHECK(of.list(filter).total == 1);
  filter.reason = suppression_reason::manual;
  CHECK(of.list(filter).total == 0);
}

TEST_CASE("suppressions: pages hold all that match, once, in order", "[suppressions]") {
  table_of_suppressions of;
  std::set<std::string> all;
  for (const auto& account : {acme, other})
    for (int i = 0; i < 70; ++i) {
      REQUIRE(of.put(std::to_string(i) + "@a.example",
                     i % 2 == 0 ? suppression_reason::manual : suppression_reason::hard_bounce,
                     account));
      all.insert(account.str() + '/' + std::to_string(i) + "@a.example");
    }
  std::vector<std::string> seen;
  list_suppressions filter;
  filter.limit = 9;
  suppression_page page;
  do {
    page = of.list(filter);
    CHECK(page.total == 140);
    for (const auto& each : page.items)
      seen.push_back(each.account.str() + '/' + each.address);
    filter.after = page.next;
    REQUIRE(seen.size() <= all.size());
  } while (!page.is_last);
  CHECK(seen == std::vector<std::string>(all.begin(), all.end()));

  filter = {};
  filter.account = acme;
  filter.reason = suppression_reason::manual;
  filter.offset = 30;
  filter.limit = 10;
  page = of.list(filter);
  CHECK(page.total == 35);
  CHECK(page.items.size() == 5);
  CHECK(page.is_last);
  filter.containing = "6";
  filter.offset = 0;
  page = of.list(filter);
  CHECK(page.total == 11); // 6 16 26 36 46 56 60 62 … 68
  filter.limit = 0;
  CHECK(of.list(filter).total == 11);
  CHECK_FALSE(of.list(filter).is_last);
}

TEST_CASE("suppressions: filters by time and by what counts", "[suppressions]") {
  table_of_suppressions of;
  REQUIRE(of.put({acme, suppression_reason::manual, {"a@a.example"}, start + seconds{10}, ""}));
  of.now = start + seconds{5};
  REQUIRE(of.put("b@a.example"));
  of.now = start + seconds{20};
  list_suppressions filter;
  filter.is_active = false;
  REQUIRE(of.list(filter).items.size() == 1);
  CHECK(of.list(filter).items[0].address == "a@a.example");
  filter.is_active = true;
  CHECK(of.list(filter).items[0].address == "b@a.example");
  filter = {};
  filter.since_from = start + seconds{5};
  CHECK(of.list(filter).items[0].address == "b@a.example");
  filter = {};
  filter.since_before = start + seconds{5};
  CHECK(of.list(filter).total == 1);
  filter = {};
  filter.address = "B@a.example";
  CHECK(of.list(filter).items[0].address == "b@a.example");
  filter.address = "no address";
  CHECK(of.list(filter).items.empty());
}

TEST_CASE("suppressions: one answer looks at a bounded number, and says where to go on",
          "[suppressions]") {
  table_of_suppressions of;
  constexpr int entries = 45'000;
  for (int i = 0; i < entries; i += 15'000) {
    put_suppressions command{acme, suppression_reason::manual, {}, {}, {}};
    for (int k = i; k < i + 15'000; ++k)
      command.addresses.push_back(std::to_string(k) + (k == 44'999 ? "@z.example" : "@a.example"));
    REQUIRE(of.put(command));
  }
  list_suppressions filter;
  filter.containing = "@z.example";
  std::size_t found = 0;
  int answers = 0;
  suppression_page page;
  do {
    page = of.list(filter);
    found += page.items.size();
    filter.after = page.next;
    REQUIRE(++answers <= 3);
  } while (!page.is_last);
  CHECK(found == 1);
  CHECK(answers == 3);
}
