#include "actors/groups/list_manifest.hpp"

#include <catch2/catch.hpp>

#include <functional>

#include "storage/chunks.hpp"

using namespace warmfront;

namespace {

list_manifest some_manifest() {
  list_manifest value;
  value.segments = {{storage::chunk_id_of("1"), 1'000, 80'000}, {storage::chunk_id_of("2"), 3, 90}};
  value.recipients = 1'003;
  value.variables = {{"z", 1'003}, {"a", 1}};
  value.domains = {{"example.com", 900}, {"example.net", 100}};
  value.recipients_elsewhere = 3;
  return value;
}

errc code_of_manifest(std::string_view octets) {
  const auto read = decode_manifest(octets);
  return read ? errc{} : read.error().code;
}

errc code_after(const std::function<void(list_manifest&)>& change) {
  auto value = some_manifest();
  change(value);
  return code_of_manifest(encode(value));
}

} // namespace

TEST_CASE("list manifest: what was encoded is read back, to the octet", "[groups]") {
  const auto value = some_manifest();
  CHECK(decode_manifest(encode(value)).value() == value);
  CHECK(decode_manifest(encode(list_manifest{})).value() == list_manifest{});
  CHECK(storage::chunk_id_of(encode(value)).str() ==
        "bfd4a52074ed0e4d740ab257da42d9a235b9f95ce424c01376bf962ca008ea17");
}

TEST_CASE("list manifest: numbers that do not add up are refused", "[groups]") {
  CHECK(code_after([](auto&) {}) == errc{});
  const std::vector<std::function<void(list_manifest&)>> changes{
      [](auto& value) { ++value.recipients; },
      [](auto& value) { value.segments.pop_back(); },
      [](auto& value) {
        value.segments = {{{}, 1'001, 1}, {{}, 2, 1}};
      },
      [](auto& value) {
        value.segments.push_back({{}, 0, 1});
      },
      [](auto& value) { value.segments[0].octets = 0; },
      [](auto& value) { value.segments[0].octets = (1u << 20) + 1; },
      [](auto& value) { value.variables[0].recipients = 1'004; },
      [](auto& value) { value.variables[0].recipients = 0; },
      [](auto& value) { value.variables[0].name = "a"; },
      [](auto& value) { value.domains[0].name.clear(); },
      [](auto& value) { value.domains[0].name = "example.net"; },
      [](auto& value) { ++value.domains[0].recipients; },
      [](auto& value) { value.domains[0].recipients = std::uint64_t(0) - 900; },
      [](auto& value) { ++value.recipients_elsewhere; },
      [](auto& value) {
        value.domains = {{"a.com", 1'003}, {"b.com", 1'003}};
        value.recipients_elsewhere = std::uint64_t(0) - 1'003;
      },
  };
  for (std::size_t i = 0; i < changes.size(); ++i) {
    CAPTURE(i);
    CHECK(code_after(changes[i]) == errc::storage_corrupt);
  }
}

TEST_CASE("list manifest: octets that are none are refused", "[groups]") {
  CHECK(code_of_manifest("") == errc::storage_corrupt);
  CHECK(code_of_manifest("\x08\x01\x12\x01") == errc::storage_corrupt);
  CHECK(code_of_manifest(std::string_view{"\x08\x01\x12\x00", 4}) == errc::storage_corrupt);
  CHECK(code_of_manifest("\x08\x02") == errc::storage_newer);
  // A field of a later release, which by itself is no fault.
  const auto with_field = encode(some_manifest()) + "\x7a\x80\x80\x80";
  CHECK(code_of_manifest(with_field + '\x01' + std::string(1u << 21, 'x')) == errc{});
  CHECK(code_of_manifest(with_field + '\x08' + std::string(1u << 24, 'x')) ==
        errc::storage_corrupt);
}

TEST_CASE("list manifest: numbers of entries are bounded, and all of them fit", "[groups]") {
  list_manifest value;
  value.segments.assign(manifest_segments_max, {storage::chunk_id_of("1"), 1'000, 1u << 20});
  value.recipients = manifest_segments_max * 1'000;
  for (std::size_t i = 0; i < manifest_variables_max; ++i)
    value.variables.push_back({std::string(60, 'v') + std::to_string(1'000 + i), value.recipients});
  for (std::size_t i = 0; i < manifest_domains_max; ++i)
    value.domains.push_back({std::string(250, 'd') + std::to_string(100 + i), 1});
  value.recipients_elsewhere = value.recipients - manifest_domains_max;
  CHECK(code_of_manifest(encode(value)) == errc{});
  auto more = value;
  more.variables.push_back({"more", 1});
  CHECK(code_of_manifest(encode(more)) == errc::storage_corrupt);
  more = value;
  more.domains.push_back({"more", 1});
  --more.recipients_elsewhere;
  CHECK(code_of_manifest(encode(more)) == errc::storage_corrupt);
  more = value;
  more.segments.push_back(value.segments.front());
  more.recipients += 1'000;
  more.recipients_elsewhere += 1'000;
  CHECK(code_of_manifest(encode(more)) == errc::storage_corrupt);
}
