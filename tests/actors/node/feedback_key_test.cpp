#include "actors/node/feedback_key.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "storage/embedded_control_store.hpp"
#include "storage/formats/feedback.pb.h"
#include "storage/memory/memory_store.hpp"
#include "tests/support/manual_clock.hpp"

using namespace warmfront;
using namespace warmfront::testing;

namespace {

struct key_site {
  manual_clock time;
  storage::memory_store data;
  std::unique_ptr<storage::control_store> control =
      storage::open_embedded_control_store(data, time).value();

  auto find(const std::optional<seal_key>& sealing) {
    return find_feedback_key(*control, sealing, [] { return false; });
  }
  std::string stored() {
    std::promise<std::string> octets;
    control->range("feedback/token_key", [&](const result<storage::control_snapshot>& found) {
      octets.set_value(found.value().records.at(0).value);
    });
    return octets.get_future().get();
  }
};

std::string print_of(const feedback::token_key& key) {
  return key.authenticate("test", "print");
}

} // namespace

TEST_CASE("feedback key: it is made once, and the same for all who ask", "[feedback][node]") {
  key_site site;
  std::vector<std::string> prints(8);
  std::vector<std::thread> nodes;
  for (auto& print : prints)
    nodes.emplace_back([&site, &print] { print = print_of(*site.find({}).value()); });
  for (auto& each : nodes)
    each.join();
  for (const auto& print : prints)
    CHECK(print == prints[0]);
  key_site other;
  CHECK(print_of(*other.find({}).value()) != prints[0]);
}

TEST_CASE("feedback key: it is sealed where there is a secrets key", "[feedback][node]") {
  key_site site;
  const auto sealing = make_seal_key().value();
  const auto print = print_of(*site.find(sealing).value());
  CHECK(print_of(*site.find(sealing).value()) == print);
  formats::token_key_record record;
  REQUIRE(record.ParseFromString(site.stored()));
  CHECK(record.plain().empty());
  CHECK(record.sealed().size() == 12 + 32 + 16);
  CHECK(site.find({}).error().code == errc::refused);
  CHECK(site.find(make_seal_key().value()).error().code == errc::refused);
}

TEST_CASE("feedback key: one made before there was a secrets key goes on working",
          "[feedback][node]") {
  key_site site;
  const auto print = print_of(*site.find({}).value());
  CHECK(print_of(*site.find(make_seal_key().value()).value()) == print);
}

TEST_CASE("feedback key: a node that is stopped waits no longer", "[feedback][node]") {
  key_site site;
  CHECK(find_feedback_key(*site.control, {}, [] { return true; }).error().code == errc::stopping);
}
