// The search for messages: what it finds, and that it never looks at more than it may.
#include <catch2/catch.hpp>

#include "actors/delivery/spool_reader.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/actors/delivery/delivery_items.hpp"

using namespace warmfront;
using warmfront::testing::make_mail;

namespace {

storage::spooled_message kept(storage::memory_store& store, std::uint64_t number,
                              const std::string& to = "r@b.example",
                              const std::string& header_id = {}) {
  auto made = make_mail(number, {to})->mail->record;
  if (!header_id.empty())
    made.header_id = storage::header_id_of(header_id);
  storage::batch changes;
  storage::add_message(changes, made, "body");
  CHECK(commit_and_wait(store, std::move(changes), storage::priority::growth).has_value());
  return made;
}

std::vector<message_id> found_by(const storage::memory_store& store, const list_messages& filter) {
  std::vector<message_id> ids;
  const auto page = spool_reader{store}.list(filter).value();
  for (const auto& each : page.items)
    ids.push_back(each.message.id);
  return ids;
}

} // namespace

TEST_CASE("search: an id is found by how it begins", "[search]") {
  storage::memory_store store;
  const auto one = kept(store, 1);
  const auto other = kept(store, 70'000);
  list_messages filter;
  for (const std::size_t digits : {32u, 31u, 12u, 11u}) {
    filter.id_prefix = one.id.str().substr(0, digits);
    CHECK(found_by(store, filter) == std::vector{one.id});
  }
  filter.id_prefix = one.id.str().substr(0, 2);
  CHECK(found_by(store, filter) == std::vector{other.id, one.id});
  for (const auto* const none : {"xyz", "f", "00000000000000000000000000000000ff"}) {
    filter.id_prefix = none;
    CHECK(found_by(store, filter).empty());
  }
}

TEST_CASE("search: a Message-ID is found, the client's and ours", "[search]") {
  storage::memory_store store;
  const auto theirs = kept(store, 1, "r@b.example", "<order-7@shop.example>");
  const auto ours = kept(store, 2);
  list_messages filter;
  filter.header_id = "order-7@shop.example";
  CHECK(found_by(store, filter) == std::vector{theirs.id});
  for (const auto& text :
       {"<" + ours.id.str() + "@mta1.example.net>", ours.id.str() + ".3@mta1.example.net"}) {
    filter.header_id = text;
    CHECK(found_by(store, filter) == std::vector{ours.id});
  }
}

TEST_CASE("search: a time range is exact at both ends", "[search]") {
  storage::memory_store store;
  std::vector<storage::spooled_message> all;
  for (std::uint64_t i = 0; i < 5; ++i)
    all.push_back(kept(store, 10 * i));
  list_messages filter;
  filter.since = all[1].accepted_at;
  filter.until = all[3].accepted_at;
  CHECK(found_by(store, filter) == std::vector{all[2].id, all[1].id});
  filter.until = filter.since;
  CHECK(found_by(store, filter).empty());
}

TEST_CASE("search: an address is found however it is written", "[search]") {
  storage::memory_store store;
  const auto one = kept(store, 1, "Ada@B.example");
  kept(store, 2, "eve@b.example");
  list_messages filter;
  filter.to = "ada@b.EXAMPLE";
  CHECK(found_by(store, filter) == std::vector{one.id});
}

TEST_CASE("search: a page that has looked at enough says so, and goes on", "[search]") {
  storage::memory_store store;
  const auto wanted = kept(store, 0, "needle@b.example");
  for (std::uint64_t i = 1; i <= 12'000; ++i)
    kept(store, i);
  list_messages filter;
  filter.to = "needle@b.example";
  std::size_t pages = 0;
  std::vector<message_id> found;
  do {
    const auto page = spool_reader{store}.list(filter).value();
    CHECK(page.is_whole == !page.next.has_value());
    for (const auto& each : page.items)
      found.push_back(each.message.id);
    filter.after = page.next;
    ++pages;
  } while (filter.after && pages < 10);
  CHECK(pages == 3);
  CHECK(found == std::vector{wanted.id});
}
