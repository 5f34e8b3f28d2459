#include "net/mime/author_domains.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using domain_list = std::vector<std::string>;

TEST_CASE("author domains: whatever a reader may take for an address counts", "[mime]") {
  const std::vector<std::pair<std::string, domain_list>> cases{
      {"ada@A.example", {"a.example"}},
      {"Ada <ada@a.example>", {"a.example"}},
      {"\"ada@evil.example\" <ada@a.example>", {"a.example"}},
      {"Ada (ada@evil.example (twice@evil.example)) <ada@a.example>", {"a.example"}},
      {"ada@b.example <ada@a.example>", {"b.example", "a.example"}},
      {"ada@a.example, bob@b.example, eve@a.example", {"a.example", "b.example"}},
      {"Us: ada@a.example;", {"a.example"}},
      {"<@route.example:ada@a.example>", {"route.example", "a.example"}},
      {"Ada\r\n <ada@ \r\n\ta.example>", {"a.example"}},
      {"ada@(here) a.example", {"a.example"}},
      {"\"a\\\"b\" <\"x@y\"@a.example>", {"a.example"}},
      {"ada@bücher.example", {"xn--bcher-kva.example"}},
      {"ada@a.example.", {"a.example"}},
  };
  for (const auto& [value, expected] : cases) {
    INFO(value);
    const auto found = mime::author_domains(value);
    REQUIRE(found);
    CHECK(*found == expected);
  }
}

TEST_CASE("author domains: what tells nobody's domain is none", "[mime]") {
  std::string many;
  for (int i = 0; i < 40; ++i)
    many += "x@a" + std::to_string(i) + ".example, ";
  for (const auto& value : {std::string{}, std::string{"Ada"}, std::string{"undisclosed:;"},
                            std::string{"ada@"}, std::string{"\"ada@a.example"},
                            std::string{"(ada@a.example"}, std::string{"ada@[192.0.2.1]"},
                            std::string{"ada@a..example"}, std::string{"ada@a.example, bob@"},
                            std::string{"\"\\"}, std::string{"ada@a_b.example"}, many}) {
    INFO(value);
    CHECK_FALSE(mime::author_domains(value));
  }
}
