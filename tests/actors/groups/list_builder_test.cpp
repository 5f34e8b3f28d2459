#include "actors/groups/list_builder.hpp"

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <set>

#include "actors/groups/csv_reader.hpp"
#include "actors/groups/ndjson_reader.hpp"
#include "storage/chunks.hpp"

using namespace warmfront;

namespace {

using listed_values = std::map<std::string, std::string>;
using listed_recipients = std::vector<std::pair<std::string, listed_values>>;

/// An index that is never asked about too many, and fails when it is told to.
class checked_index final : public address_index {
public:
  bool fails = false;

  result<std::vector<bool>> add(const std::vector<address_digest>& digests) override {
    CHECK(digests.size() <= address_batch_max);
    if (fails)
      return error{errc::storage_failed, "the index is gone", {}};
    return known_.add(digests);
  }

private:
  memory_address_index known_{1'000'000};
};

/// A group as it grows: what was stored, and its last manifest.
struct grown_group {
  checked_index index;
  list_manifest manifest;
  std::map<chunk_id, std::string> chunks;
  list_report report; ///< of the last list

  template <class Reader>
  void append(std::string_view text) {
    list_builder builder{index, manifest};
    Reader reader;
    while (!text.empty()) {
      REQUIRE(reader.push(text.substr(0, 10'000), builder));
      text.remove_prefix(std::min<std::size_t>(text.size(), 10'000));
      keep(builder);
    }
    REQUIRE(reader.end(builder));
    REQUIRE(builder.finish());
    keep(builder);
    manifest = builder.manifest();
    report = builder.report();
    CHECK(report.lines == report.accepted + report.repeated + report.rejected);
    CHECK(decode_manifest(encode(manifest)).value() == manifest);
  }

  void keep(list_builder& builder) {
    for (auto& each : builder.take_segments()) {
      CHECK(storage::chunk_id_of(each.octets) == each.content);
      chunks.emplace(each.content, std::move(each.octets));
    }
  }

  [[nodiscard]] listed_recipients recipients() const {
    listed_recipients all;
    for (const auto& listed : manifest.segments) {
      const auto& octets = chunks.at(listed.content);
      CHECK(octets.size() == listed.octets);
      const auto segment = decode_segment(octets).value();
      CHECK(segment.recipients.size() == listed.recipients);
      for (const auto& recipient : segment.recipients) {
        auto& [address, values] = all.emplace_back();
        address = recipient.address;
        for (std::size_t i = 0; i < segment.names.size(); ++i)
          if (recipient.values[i])
            values.emplace(segment.names[i], *recipient.values[i]);
      }
    }
    return all;
  }
};

std::string numbered_csv(std::size_t begin, std::size_t end) {
  std::string text = "email,n\n";
  for (auto i = begin; i < end; ++i)
    text += 'x' + std::to_string(i) + "@a.com," + std::to_string(i) + '\n';
  return text;
}

} // namespace

TEST_CASE("list builder: recipients stay in their order, in segments of a thousand", "[groups]") {
  grown_group group;
  group.append<csv_reader>(numbered_csv(0, 2'500));
  REQUIRE(group.manifest.segments.size() == 3);
  CHECK(group.manifest.segments[0].recipients == 1'000);
  CHECK(group.manifest.segments[2].recipients == 500);
  CHECK(group.manifest.recipients == 2'500);
  const auto all = group.recipients();
  REQUIRE(all.size() == 2'500);
  for (std::size_t i = 0; i < all.size(); ++i)
    CHECK(all[i].first == 'x' + std::to_string(i) + "@a.com");
}

TEST_CASE("list builder: a repeat is dropped; the domain's case does not matter, that of the local "
          "part does",
          "[groups]") {
  grown_group group;
  group.append<csv_reader>("email,a\nx@a.com,1\nx@A.COM,2\nX@a.com,3\nx@bücher.de,4\n"
                           "x@xn--bcher-kva.de,5\nx@a.com,\"bad\n\"\n");
  CHECK(group.recipients() == listed_recipients{{"x@a.com", {{"a", "1"}}},
                                                {"X@a.com", {{"a", "3"}}},
                                                {"x@xn--bcher-kva.de", {{"a", "4"}}}});
  CHECK(group.report.lines == 6);
  CHECK(group.report.accepted == 3);
  CHECK(group.report.repeated == 2);
  CHECK(group.report.repeated_lines == std::vector<std::uint64_t>{3, 6});
  CHECK(group.report.rejected == 1);
  CHECK(group.report.rejections.front().line == 7);
}

TEST_CASE("list builder: variables are counted in order of appearance, empty values too",
          "[groups]") {
  grown_group group;
  group.append<ndjson_reader>("{\"email\": \"1@a.com\", \"z\": \"\"}\n"
                              "{\"email\": \"1@a.com\", \"repeated\": 1}\n"
                              "{\"email\": \"2@a.com\", \"a\": 1, \"z\": 1}\n"
                              "{\"email\": \"3@a.com\", \"a\": null}\n");
  CHECK(group.manifest.variables == std::vector<list_count>{{"z", 2}, {"a", 1}});
  group.append<csv_reader>("email,m,a\n4@a.com,,\n");
  CHECK(group.manifest.variables == std::vector<list_count>{{"z", 2}, {"a", 2}, {"m", 1}});
  CHECK(group.manifest.domains == std::vector<list_count>{{"a.com", 4}});
}

TEST_CASE("list builder: the same list gives the same octets", "[groups]") {
  grown_group one;
  grown_group other;
  one.append<csv_reader>("email,a,b\n1@a.com,1,2\n2@a.com,3,\n");
  other.append<ndjson_reader>("{\"b\": \"2\", \"a\": 1, \"email\": \"1@a.com\"}\n"
                              "{\"email\": \"2@A.com\", \"b\": \"\", \"a\": \"3\"}\n");
  CHECK(one.manifest.segments == other.manifest.segments);
  grown_group again;
  again.append<csv_reader>("email,a,b\n1@a.com,1,2\n2@a.com,3,\n");
  CHECK(encode(again.manifest) == encode(one.manifest));
}

TEST_CASE("list builder: a continued group keeps its segments and takes no repeats", "[groups]") {
  grown_group group;
  group.append<csv_reader>(numbered_csv(0, 1'500));
  const auto before = group.manifest;
  group.append<csv_reader>(numbered_csv(1'000, 2'000));
  CHECK(group.report.accepted == 500);
  CHECK(group.report.repeated == 500);
  REQUIRE(group.manifest.segments.size() == 3);
  CHECK(
      std::equal(before.segments.begin(), before.segments.end(), group.manifest.segments.begin()));
  const auto continued = group.manifest;
  group.append<csv_reader>(numbered_csv(0, 2'000));
  CHECK(group.manifest == continued);
}

TEST_CASE("list builder: lists in a row give what a set gives", "[groups][property]") {
  const auto seed = GENERATE(range(0u, 12u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  grown_group group;
  std::set<std::string> seen;
  listed_recipients expected;
  std::map<std::string, std::uint64_t> variables;
  for (int list = 0; list < 3; ++list) {
    std::string text;
    std::uint64_t repeated = 0;
    const auto lines = random() % 3'000;
    for (std::size_t i = 0; i < lines; ++i) {
      const auto address = std::to_string(random() % 4'000) + "@a.com";
      listed_values values;
      for (const auto* name : {"a", "b", "c"})
        if (random() % 2 == 0)
          values[name] = std::string(random() % 3, 'v');
      text += "{\"email\": \"" + address + '"';
      for (const auto& [name, value] : values)
        text += ", \"" + name + "\": \"" + value + '"';
      text += "}\n";
      if (!seen.insert(address).second) {
        ++repeated;
        continue;
      }
      for (const auto& [name, value] : values)
        ++variables[name];
      expected.emplace_back(address, values);
    }
    group.append<ndjson_reader>(text);
    CHECK(group.report.repeated == repeated);
    CHECK(group.report.repeated_lines.size() == std::min<std::size_t>(repeated, report_lines_max));
    CHECK(group.report.lines == lines);
  }
  CHECK(group.recipients() == expected);
  for (const auto& variable : group.manifest.variables)
    CHECK(variables.at(variable.name) == variable.recipients);
  CHECK(group.manifest.variables.size() == variables.size());
}

TEST_CASE("list builder: large rows make smaller segments", "[groups]") {
  grown_group group;
  std::string text = "email,a,b,c,d\n";
  const std::string value(16'000, 'v');
  for (int i = 0; i < 100; ++i)
    text += std::to_string(i) + "@a.com," + value + ',' + value + ',' + value + ',' + value + '\n';
  group.append<csv_reader>(text);
  CHECK(group.manifest.recipients == 100);
  CHECK(group.manifest.segments.size() == 7);
  for (const auto& segment : group.manifest.segments)
    CHECK(segment.octets <= segment_octets_max);
}

TEST_CASE("list builder: of rejections and repeats a thousand are kept, all are counted",
          "[groups]") {
  grown_group group;
  std::string text = "email\nx@a.com\n";
  for (int i = 0; i < 1'500; ++i)
    text += "x@a.com\nbad\n";
  group.append<csv_reader>(text);
  CHECK(group.report.rejected == 1'500);
  CHECK(group.report.rejections.size() == report_lines_max);
  CHECK(group.report.repeated == 1'500);
  CHECK(group.report.repeated_lines.size() == report_lines_max);
  CHECK(group.report.repeated_lines.back() == 2 * report_lines_max + 1);
}

TEST_CASE("list builder: a failing index ends the list", "[groups]") {
  checked_index index;
  index.fails = true;
  list_builder builder{index};
  csv_reader reader;
  REQUIRE(reader.push(numbered_csv(0, 999), builder));
  const auto outcome = reader.push("x@a.com,1\n", builder);
  REQUIRE(outcome.has_error());
  CHECK(outcome.error().code == errc::storage_failed);
}

TEST_CASE("list builder: a group has 100 000 segments and 1 000 variables at the most",
          "[groups]") {
  checked_index index;
  list_manifest base;
  base.segments.assign(manifest_segments_max - 1, {{}, 1, 1});
  base.recipients = base.recipients_elsewhere = manifest_segments_max - 1;
  for (std::size_t i = 1; i < manifest_variables_max; ++i)
    base.variables.push_back({"v" + std::to_string(i), 1});
  const auto outcome_of = [&](const std::string& text) {
    list_builder builder{index, base};
    csv_reader reader;
    REQUIRE(reader.push(text, builder));
    return builder.finish();
  };
  CHECK(outcome_of("email,v1,more\n1@a.com,1,1\n"));
  const auto variables = outcome_of("email,more,most\n2@a.com,1,1\n");
  REQUIRE(variables.has_error());
  CHECK(variables.error().code == errc::limit_exceeded);
  const auto segments = outcome_of(numbered_csv(0, 1'001));
  REQUIRE(segments.has_error());
  CHECK(segments.error().code == errc::limit_exceeded);
}
