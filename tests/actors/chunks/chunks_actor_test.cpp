#include "actors/chunks/chunks_actor.hpp"

#include <catch2/catch.hpp>

#include "storage/chunks.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/support/actor_fixture.hpp"

using namespace warmfront;

namespace {

struct chunks_fixture : warmfront::testing::actor_fixture {
  storage::memory_store store{storage::memory_store::acknowledgement::when_settled};
  chunks_shell chunks;

  chunks_fixture() {
    also_settle([this] { return store.settle(); });
    chunks = spawn(chunks_behavior, static_cast<storage::store*>(&store));
  }
  ~chunks_fixture() { kill(chunks); }
  result<stored_chunks> put(const std::vector<std::string>& all) {
    store_chunks question;
    for (const auto& each : all)
      question.chunks.push_back(std::make_shared<const std::string>(each));
    return ask<answer<stored_chunks>>(chunks, question).value;
  }
  result<chunk_octets> get(const chunk_id& id) {
    return ask<answer<chunk_octets>>(chunks, fetch_chunk{id}).value;
  }
};

} // namespace

TEST_CASE("chunks actor: octets are found again under their SHA-256", "[chunks]") {
  chunks_fixture of;
  const auto ids = of.put({"abc", "", "abc"}).value().ids;
  REQUIRE(ids.size() == 3);
  CHECK(ids[0].str() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(ids[0] == ids[2]);
  CHECK(*of.get(ids[0]).value() == "abc");
  CHECK(of.get(ids[1]).value()->empty());
  CHECK(of.store.scan(storage::family::segments, "", "", 10).value().size() == 4);
}

TEST_CASE("chunks actor: what is not there or not as it was is not handed out", "[chunks]") {
  chunks_fixture of;
  CHECK(of.get(storage::chunk_id_of("x")).error().code == errc::not_found);
  const auto id = of.put({"x"}).value().ids[0];
  storage::batch damage;
  damage.put(storage::family::segments, storage::chunk_key(id), "y");
  of.store.commit(std::move(damage), storage::priority::progress, [](const auto&) {});
  of.settle();
  CHECK(of.get(id).error().code == errc::storage_corrupt);
}

TEST_CASE("chunks actor: what does not fit is refused, and nothing of it stored", "[chunks]") {
  chunks_fixture of;
  CHECK(of.put({"x", std::string(storage::chunk_octets_max + 1, 'x')}).error().code ==
        errc::limit_exceeded);
  of.store.set_full(true);
  CHECK(of.put({"x"}).error().code == errc::storage_full);
  CHECK(of.store.scan(storage::family::segments, "", "", 10).value().empty());
}

TEST_CASE("chunks: keys are taken apart", "[chunks]") {
  const auto id = storage::chunk_id_of("x");
  CHECK(storage::parse_chunk_key(storage::chunk_key(id)) == id);
  CHECK(storage::chunk_key(id).starts_with(storage::all_chunks_prefix()));
  CHECK_FALSE(storage::parse_chunk_key("chunk/x"));
  CHECK_FALSE(storage::parse_chunk_key("other/" + std::string(32, 'x')));
}
