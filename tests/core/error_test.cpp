#include "actors/core/error.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace warmfront;

namespace {

result<int> half(int value) {
  if (value % 2 != 0)
    return error{errc::invalid_argument, "halving an odd number", "give an even one", "value"};
  return value / 2;
}

result<int> quarter(int value) {
  WARMFRONT_TRY(halved, half(value));
  return half(halved);
}

} // namespace

TEST_CASE("error: codes have pinned numbers and distinct names", "[core]") {
  CHECK(static_cast<int>(errc::invalid_argument) == 1);
  CHECK(static_cast<int>(errc::storage_full) == 7);
  CHECK(static_cast<int>(errc::stopping) == 15);
  std::set<std::string_view> names;
  for (int code = 1; code <= 15; ++code) {
    const auto name = to_string(static_cast<errc>(code));
    CHECK(name != "unknown");
    names.insert(name);
  }
  CHECK(names.size() == 15);
  CHECK(to_string(static_cast<errc>(200)) == "unknown");
}

TEST_CASE("error: a failure passes through, a value is unwrapped", "[core]") {
  CHECK(quarter(8).value() == 2);
  const auto failed = quarter(6);
  REQUIRE_FALSE(failed);
  CHECK(failed.error() == half(3).error());
  CHECK(success().has_value());
}

TEST_CASE("error: a sentence has the remedy when there is one", "[core]") {
  CHECK(to_string(half(3).error()) == "halving an odd number; give an even one");
  CHECK(to_string(error{errc::not_found, "no pool x", "", ""}) == "no pool x");
}
