#include "actors/groups/domain_tally.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;

namespace {

using domain_counts = std::vector<list_count>;

} // namespace

TEST_CASE("domain tally: the most common domains come first, equal ones by name", "[groups]") {
  domain_tally tally{{}};
  for (const auto* address : {"x@b.de", "x@c.de", "y@c.de", "\"a b\"@a.de", "x@[192.0.2.1]"})
    tally.add(address);
  list_manifest manifest;
  tally.put_into(manifest);
  CHECK(manifest.domains ==
        domain_counts{{"c.de", 2}, {"[192.0.2.1]", 1}, {"a.de", 1}, {"b.de", 1}});
  CHECK(manifest.recipients_elsewhere == 0);
}

TEST_CASE("domain tally: what is beyond the most common ones is one number", "[groups]") {
  domain_tally tally{{}};
  for (int i = 0; i < 250; ++i)
    for (int k = 0; k < 1 + i % 2; ++k)
      tally.add("x@d" + std::to_string(i) + ".de");
  list_manifest manifest;
  tally.put_into(manifest);
  CHECK(manifest.domains.size() == manifest_domains_max);
  CHECK(manifest.domains[124].recipients == 2);
  CHECK(manifest.domains[125].recipients == 1);
  CHECK(manifest.recipients_elsewhere == 50);
}

TEST_CASE("domain tally: it goes on from a manifest", "[groups]") {
  list_manifest base;
  base.domains = {{"a.de", 7}, {"b.de", 2}};
  base.recipients_elsewhere = 5;
  domain_tally tally{base};
  tally.add("x@b.de");
  tally.add("x@c.de");
  list_manifest manifest;
  tally.put_into(manifest);
  CHECK(manifest.domains == domain_counts{{"a.de", 7}, {"b.de", 3}, {"c.de", 1}});
  CHECK(manifest.recipients_elsewhere == 5);
}

TEST_CASE("domain tally: beyond its bound new domains are counted as one", "[groups]") {
  domain_tally tally{{}};
  tally.add("x@first.de");
  for (std::size_t i = 0; i < domain_tally::domains_max + 10; ++i)
    tally.add("x@d" + std::to_string(i) + ".de");
  tally.add("y@first.de");
  for (int i = 0; i < 10; ++i)
    tally.add("x@late.de");
  list_manifest manifest;
  tally.put_into(manifest);
  CHECK(manifest.domains.front() == list_count{"first.de", 2});
  CHECK(manifest.recipients_elsewhere == domain_tally::domains_max + 21 - manifest_domains_max);
}
