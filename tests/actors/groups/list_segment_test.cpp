#include "actors/groups/list_segment.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <random>

#include "storage/chunks.hpp"
#include "storage/formats/groups.pb.h"

using namespace warmfront;

namespace {

list_segment random_segment(std::mt19937& random) {
  list_segment value;
  const auto names = random() % 6;
  for (std::size_t i = 0; i < names; ++i)
    value.names.push_back(std::string(1 + random() % 3, static_cast<char>('a' + i)));
  const auto recipients = random() % 20;
  for (std::size_t i = 0; i < recipients; ++i) {
    list_recipient each{"x" + std::to_string(i) + "@a.com", {}};
    for (std::size_t k = 0; k < names; ++k)
      each.values.push_back(random() % 3 == 0
                                ? std::nullopt
                                : std::optional{std::string(random() % 4, char(random()))});
    value.recipients.push_back(std::move(each));
  }
  return value;
}

std::vector<std::map<std::string, std::string>> values_by_name(const list_segment& value) {
  std::vector<std::map<std::string, std::string>> all;
  for (const auto& recipient : value.recipients) {
    auto& values = all.emplace_back();
    for (std::size_t i = 0; i < recipient.values.size(); ++i)
      if (recipient.values[i])
        values.emplace(value.names[i], *recipient.values[i]);
  }
  return all;
}

errc code_of_segment(std::string_view octets) {
  const auto read = decode_segment(octets);
  return read ? errc{} : read.error().code;
}

/// One recipient with this many names, values and absent indexes.
formats::list_segment_record segment_record(std::vector<std::string> names, int values,
                                            std::vector<std::uint32_t> absent) {
  formats::list_segment_record record;
  record.set_schema(1);
  for (auto& name : names)
    record.add_names(std::move(name));
  auto& recipient = *record.add_recipients();
  recipient.set_address("x@a.com");
  for (int i = 0; i < values; ++i)
    recipient.add_values("v");
  for (const auto index : absent)
    recipient.add_absent(index);
  return record;
}

} // namespace

TEST_CASE("list segment: what was encoded is read back", "[groups][property]") {
  const auto seed = GENERATE(range(0u, 200u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  const auto value = random_segment(random);
  const auto octets = encode(value);
  const auto read = decode_segment(octets).value();
  REQUIRE(read.recipients.size() == value.recipients.size());
  for (std::size_t i = 0; i < value.recipients.size(); ++i) {
    CHECK(read.recipients[i].address == value.recipients[i].address);
    CHECK(read.recipients[i].values.size() == read.names.size());
  }
  CHECK(values_by_name(read) == values_by_name(value));
  CHECK(encode(read) == octets);
}

TEST_CASE("list segment: neither the order of names nor unused ones change the octets",
          "[groups]") {
  const list_segment one{{"a", "b"}, {{"x@a.com", {"1", "2"}}, {"y@a.com", {"3", {}}}}};
  const list_segment other{{"b", "none", "a"},
                           {{"x@a.com", {"2", {}, "1"}}, {"y@a.com", {{}, {}, "3"}}}};
  CHECK(encode(one) == encode(other));
  CHECK(encode(one) == encode({{"a", "b"}, {{"x@a.com", {"1", "2"}}, {"y@a.com", {"3"}}}}));
  CHECK(encode(one) != encode({{"a", "b"}, {{"x@a.com", {"1", "2"}}, {"y@a.com", {"3", ""}}}}));
  CHECK(decode_segment(encode(other)).value().names == one.names);
}

TEST_CASE("list segment: octets and their name stay the same from release to release", "[groups]") {
  const auto octets = encode({{"b", "a"}, {{"x@a.com", {"1", ""}}, {"y@a.com", {"2", {}}}}});
  CHECK(octets == std::string_view{"\x08\x01\x12\x01"
                                   "a\x12\x01"
                                   "b"
                                   "\x1a\x0e\x0a\x07x@a.com\x12\x00\x12\x01"
                                   "1"
                                   "\x1a\x0f\x0a\x07y@a.com\x12\x01"
                                   "2\x1a\x01\x00",
                                   41});
  CHECK(storage::chunk_id_of(octets).str() ==
        "52f2d9ffd8993251b58e97952588b3395f5b1d59631b62adc4a15d84717e831a");
}

TEST_CASE("list segment: a recipient never adds more than was said", "[groups]") {
  list_segment value;
  std::size_t octets = 2; // of the schema
  for (std::size_t i = 0; i < list_names_max; ++i) {
    value.names.push_back(std::string(60, 'n') + std::to_string(100 + i));
    octets += 2 + value.names.back().size();
  }
  CHECK(octets <= segment_octets_max - segment_room);
  for (const std::size_t size : {0, 1, 127, 128, 16'000}) {
    value.recipients.push_back({"x@a.com", {}});
    value.recipients.push_back({"x@a.com", {std::string(size, 'v')}});
    value.recipients.push_back({"x@a.com", {list_names_max, std::string(size / 99, 'v')}});
  }
  value.recipients.push_back({std::string(320, 'x'), {}});
  for (const auto& recipient : value.recipients)
    octets += encoded_octets_max(recipient);
  CHECK(encode(value).size() <= octets);
  // Of one without values little is said beyond what it takes.
  const auto before = encode(value).size();
  value.recipients.push_back({"x@a.com", {}});
  const auto added = encode(value).size() - before;
  CHECK(added <= encoded_octets_max(value.recipients.back()));
  CHECK(added + 16 >= encoded_octets_max(value.recipients.back()));
}

TEST_CASE("list segment: records that make no sense are refused", "[groups]") {
  CHECK(code_of_segment(segment_record({"a", "b"}, 1, {1}).SerializeAsString()) == errc{});
  CHECK(code_of_segment("") == errc::storage_corrupt);
  CHECK(code_of_segment("\x1a\xff") == errc::storage_corrupt);
  CHECK(code_of_segment("\x08\x02") == errc::storage_newer);
  for (const auto& record :
       {segment_record({"b", "a"}, 2, {}), segment_record({"a", "a"}, 2, {}),
        segment_record({"a"}, 2, {}), segment_record({"a", "b"}, 1, {}),
        segment_record({"a", "b"}, 1, {2}), segment_record({"a", "b"}, 0, {1, 0}),
        segment_record({"a", "b"}, 0, {0, 0}), segment_record({"a"}, 0, {0, 1})})
    CHECK(code_of_segment(record.SerializeAsString()) == errc::storage_corrupt);
  auto nobody = segment_record({}, 0, {});
  nobody.mutable_recipients(0)->clear_address();
  CHECK(code_of_segment(nobody.SerializeAsString()) == errc::storage_corrupt);
}

TEST_CASE("list segment: numbers and octets are bounded", "[groups]") {
  auto full = segment_record({}, 0, {});
  for (std::size_t i = 1; i < segment_recipients_max; ++i)
    *full.add_recipients() = full.recipients(0);
  CHECK(code_of_segment(full.SerializeAsString()) == errc{});
  *full.add_recipients() = full.recipients(0);
  CHECK(code_of_segment(full.SerializeAsString()) == errc::storage_corrupt);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < list_names_max; ++i)
    names.push_back(std::to_string(100 + i));
  CHECK(code_of_segment(segment_record(names, 99, {}).SerializeAsString()) == errc{});
  names.emplace_back("more");
  CHECK(code_of_segment(segment_record(names, 100, {}).SerializeAsString()) ==
        errc::storage_corrupt);
  auto large = segment_record({"a"}, 1, {});
  large.mutable_recipients(0)->set_values(0, std::string(segment_octets_max, 'x'));
  CHECK(code_of_segment(large.SerializeAsString()) == errc::storage_corrupt);
}

TEST_CASE("list segment: damaged octets are refused or read, nothing else", "[groups][property]") {
  const auto seed = GENERATE(range(0u, 300u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  auto octets = encode(random_segment(random));
  for (std::size_t i = 0; i < 1 + random() % 3; ++i)
    octets[random() % octets.size()] = static_cast<char>(random());
  const auto read = decode_segment(octets);
  if (read)
    CHECK(decode_segment(encode(read.value())).has_value());
}
