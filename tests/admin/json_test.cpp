// JSON with bounds.
#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "admin/api/json.hpp"

using namespace warmfront;
using namespace warmfront::admin;

namespace {

std::string fault_of(std::string_view text) {
  const auto parsed = parse_json(text);
  const auto* fault = std::get_if<json_fault>(&parsed);
  return fault == nullptr ? "" : fault->detail;
}

} // namespace

TEST_CASE("json: reads what RFC 8259 allows and nothing else", "[api]") {
  CHECK(std::get<json>(parse_json(R"({"a":[1,-2,3.5,true,null,"x"]})")).dump() ==
        R"({"a":[1,-2,3.5,true,null,"x"]})");
  for (const auto* bad : {"", " ", "{", "[1,]", "{\"a\":1,}", "nul", "01", "'x'", "{} {}",
                          "\"\xff\"", "\"\x01\"", "// x\n{}", "NaN"}) {
    CAPTURE(bad);
    CHECK_FALSE(fault_of(bad).empty());
  }
}

TEST_CASE("json: a fault has a position", "[api]") {
  const auto parsed = parse_json(R"({"a":1 "b":2})");
  // Where reading stopped: behind the name that a comma should precede.
  CHECK(std::get<json_fault>(parsed).position == 10);
}

TEST_CASE("json: depth is bounded", "[api][security]") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(fault_of(nested(json_depth_max)).empty());
  CHECK_FALSE(fault_of(nested(json_depth_max + 1)).empty());
  CHECK_FALSE(fault_of(std::string(1'000'000, '[')).empty());
  CHECK_FALSE(fault_of(nested(1'000'000)).empty());
}

TEST_CASE("json: a repeated name is refused", "[api][security]") {
  CHECK(fault_of(R"({"from":"a","from":"b"})").find("repeated") != std::string::npos);
}

TEST_CASE("json: no text crashes the reader, and what it reads it writes", "[api][property]") {
  const auto seed = GENERATE(range(1, 300));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  constexpr std::string_view alphabet = "{}[]\",:0123eE.-+ truefalsn\\u\xc3\xa9\xff\x00";
  std::string text;
  for (auto i = random.next() % 40; i > 0; --i) {
    text += alphabet[random.next() % alphabet.size()];
  }
  const auto parsed = parse_json(text);
  if (const auto* value = std::get_if<json>(&parsed)) {
    CHECK(std::get<json>(parse_json(value->dump())) == *value);
  }
}
