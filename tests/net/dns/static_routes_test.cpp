#include "net/dns/static_routes.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using namespace warmfront::dns;

TEST_CASE("static routes: the most exact row wins", "[dns]") {
  const auto made = static_routes::make({{"*", "127.0.0.1:2526"},
                                         {"*.example.com", "relay.example:26"},
                                         {"*.deep.example.com", "[2001:db8::1]:27"},
                                         {"example.com", "192.0.2.1:25"},
                                         {"direct.example", "mx"}});
  REQUIRE(made);
  const static_routes& routes = made.value();
  CHECK(routes.find("other.example") == fixed_hop{"127.0.0.1", 2526, true});
  CHECK(routes.find("example.com") == fixed_hop{"192.0.2.1", 25, true});
  CHECK(routes.find("EXAMPLE.com.") == fixed_hop{"192.0.2.1", 25, true});
  CHECK(routes.find("a.example.com") == fixed_hop{"relay.example", 26, false});
  CHECK(routes.find("a.b.example.com") == fixed_hop{"relay.example", 26, false});
  CHECK(routes.find("x.deep.example.com") == fixed_hop{"2001:db8::1", 27, true});
  CHECK(routes.find("notexample.com") == fixed_hop{"127.0.0.1", 2526, true});
  CHECK_FALSE(routes.find("direct.example"));
  CHECK(routes.find("[192.0.2.9]") == fixed_hop{"127.0.0.1", 2526, true});
}

TEST_CASE("static routes: without a fitting row the MX decides", "[dns]") {
  CHECK_FALSE(static_routes{}.find("example.com"));
  CHECK(static_routes{}.empty());
  const auto made = static_routes::make({{"*.example.com", "127.0.0.1:25"}});
  CHECK_FALSE(made.value().find("example.com"));
  CHECK_FALSE(made.value().find("example"));
}

TEST_CASE("static routes: U-labels are as good as A-labels", "[dns]") {
  const auto made = static_routes::make({{"b\xc3\xbc"
                                          "cher.example",
                                          "127.0.0.1:25"}});
  REQUIRE(made);
  CHECK(made.value().find("xn--bcher-kva.example"));
  CHECK(made.value().find("B\xc3\x9c"
                          "CHER.example"));
}

TEST_CASE("static routes: a bad row is named", "[dns]") {
  struct row {
    static_route route;
    const char* field;
  };
  for (const row& one :
       {row{{"*", "127.0.0.1"}, "routes[0].to"}, row{{"*", "127.0.0.1:0"}, "routes[0].to"},
        row{{"*", "127.0.0.1:65536"}, "routes[0].to"}, row{{"*", ":25"}, "routes[0].to"},
        row{{"*", "2001:db8::1:25"}, "routes[0].to"},
        row{{"*", "[mail.example]:25"}, "routes[0].to"}, row{{"*", "a b:25"}, "routes[0].to"},
        row{{"*", ""}, "routes[0].to"}, row{{"", "127.0.0.1:25"}, "routes[0].domain"},
        row{{"a.*.example", "127.0.0.1:25"}, "routes[0].domain"},
        row{{"*.", "127.0.0.1:25"}, "routes[0].domain"}}) {
    CAPTURE(one.route.domain, one.route.to);
    const auto made = static_routes::make({one.route});
    REQUIRE(made.has_error());
    CHECK(made.error().code == errc::invalid_argument);
    CHECK(made.error().field == one.field);
  }
  const auto twice = static_routes::make({{"*", "127.0.0.1:25"}, {"*", "127.0.0.1:26"}});
  REQUIRE(twice.has_error());
  CHECK(twice.error().field == "routes[1].domain");
}
