// Octets to requests: what is read, and what is refused.
#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "admin/http/request_reader.hpp"

using namespace warmfront;
using admin::request_limits;
using admin::request_reader;
using stage = request_reader::stage;

namespace {

/// The status of the refusal; 0 when the request is complete, -1 when more is wanted.
int status_of(std::string octets, request_limits limits = {}) {
  request_reader reader{limits};
  octets.erase(0, reader.consume(octets));
  if (reader.at() == stage::refused) {
    return static_cast<int>(reader.refusal().status);
  }
  return reader.at() == stage::complete ? 0 : -1;
}

std::string with_fields(const std::string& fields) {
  return "GET /healthz HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::string chunked(const std::string& chunks) {
  return "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

struct attack {
  const char* what;
  std::string octets;
  int status;
};

} // namespace

TEST_CASE("http: reads a request with its fields and body", "[http]") {
  request_reader reader{{}};
  const std::string octets = "POST /v1/x?y=1 HTTP/1.1\r\nHost: a:1\r\nX-One:  b \r\n"
                             "Content-Length: 3\r\n\r\nabcGET /next";
  CHECK(reader.consume(octets) == octets.size() - 9);
  REQUIRE(reader.at() == stage::complete);
  CHECK(reader.keeps_alive());
  const auto request = reader.take();
  CHECK(request.method == "POST");
  CHECK(request.target == "/v1/x?y=1");
  CHECK(request.body == "abc");
  REQUIRE(request.header("x-one") != nullptr);
  CHECK(*request.header("x-one") == "b");
}

TEST_CASE("http: a chunked body loses its framing", "[http]") {
  request_reader reader{{}};
  const auto octets = chunked("3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n");
  CHECK(reader.consume(octets) == octets.size());
  REQUIRE(reader.at() == stage::complete);
  CHECK(reader.take().body == "abc0123456789");
}

TEST_CASE("http: what could be read in two ways is refused", "[http][security]") {
  using namespace std::string_literals;
  const attack attacks[] = {
      {"no host", "GET / HTTP/1.1\r\n\r\n", 400},
      {"two hosts", with_fields("Host: b\r\n"), 400},
      {"an empty host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400},
      {"a host with a user", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400},
      {"length and coding", with_fields("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
       400},
      {"two lengths", with_fields("Content-Length: 3\r\nContent-Length: 3\r\n"), 400},
      {"a list of lengths", with_fields("Content-Length: 3, 3\r\n"), 400},
      {"a negative length", with_fields("Content-Length: -1\r\n"), 400},
      {"a length with a sign", with_fields("Content-Length: +1\r\n"), 400},
      {"a hexadecimal length", with_fields("Content-Length: 0x10\r\n"), 400},
      {"an endless length", with_fields("Content-Length: 99999999999999999999999\r\n"), 400},
      {"a huge length", with_fields("Content-Length: 99999999999999\r\n"), 413},
      {"an unknown coding", with_fields("Transfer-Encoding: gzip\r\n"), 501},
      {"a hidden coding", with_fields("Transfer-Encoding: x, chunked\r\n"), 501},
      {"a coding twice",
       with_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
      {"a coding in HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"a negative chunk", chunked("-1\r\n"), 400},
      {"a huge chunk", chunked("FFFFFFFFFFFFFFF\r\nx"), 413},
      {"a chunk that overflows", chunked("FFFFFFFFFFFFFFFFFF\r\nx"), 400},
      {"a chunk size that is none", chunked("x\r\n"), 400},
      {"an endless chunk line", chunked("1;" + std::string(20'000, 'x')), 400},
      {"chunk data without end", chunked("1\r\nabc\r\n"), 400},
      {"a NUL in a field", with_fields("X: a\0b\r\n"s), 400},
      {"a bare CR in a field", with_fields("X: a\rb\r\n"), 400},
      {"a bare LF in a field", with_fields("X: a\nY: b\r\n"), 400},
      {"bare LFs everywhere", "GET / HTTP/1.1\nHost: a\n\n", 400},
      {"a folded field", with_fields("X: a\r\n b\r\n"), 400},
      {"a blank before the colon", with_fields("X : a\r\n"), 400},
      {"a field without a name", with_fields(": a\r\n"), 400},
      {"a field without a colon", with_fields("abc\r\n"), 400},
      {"a megabyte of header", with_fields("X: " + std::string(1'000'000, 'x') + "\r\n"), 431},
      {"a thousand fields", with_fields([] {
         std::string fields;
         for (int i = 0; i < 1000; ++i) {
           fields += "a:b\r\n";
         }
         return fields;
       }()),
       431},
      {"no line end at all", std::string(50'000, 'G'), 431},
      {"three words are four", "GET / x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/0.9", "GET /\r\n\r\n", 400},
      {"TLS on the clear port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"s, 400},
      {"an unknown expectation", with_fields("Expect: miracles\r\n"), 417},
  };
  for (const auto& each : attacks) {
    INFO(each.what);
    CHECK(status_of(each.octets) == each.status);
  }
}

TEST_CASE("http: a body over the limit is refused before it is read", "[http]") {
  request_limits limits;
  limits.body_octets_max = 10;
  CHECK(status_of(with_fields("Content-Length: 11\r\n"), limits) == 413);
  CHECK(status_of(with_fields("Content-Length: 10\r\n") + "0123456789", limits) == 0);
  CHECK(status_of(chunked("6\r\nabcdef\r\n5\r\nabcde\r\n0\r\n\r\n"), limits) == 413);
}

TEST_CASE("http: reads the same however the octets arrive", "[http][property]") {
  const auto seed = GENERATE(range(1, 40));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  const auto octets = chunked("3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n") + with_fields("X: y\r\n");
  request_reader reader{{}};
  std::string pending;
  std::size_t offered = 0;
  std::vector<std::string> seen;
  while (offered < octets.size() || reader.at() == stage::complete) {
    if (reader.at() == stage::complete) {
      const auto request = reader.take();
      seen.push_back(request.method + request.body);
      reader.reset();
    } else {
      const auto piece = std::min<std::size_t>(1 + random.next() % 9, octets.size() - offered);
      pending += octets.substr(offered, piece);
      offered += piece;
    }
    pending.erase(0, reader.consume(pending));
  }
  CHECK(seen == std::vector<std::string>{"POSTabcdefg", "GET"});
}

TEST_CASE("http: no octets crash the reader or make it hold more than its limits",
          "[http][property]") {
  const auto seed = GENERATE(range(1, 200));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  auto octets = chunked("3\r\nabc\r\n0\r\n\r\n") + with_fields("Content-Length: 2\r\n") + "xy";
  for (int i = 0; i < 4; ++i) {
    octets[random.next() % octets.size()] = static_cast<char>(random.next());
  }
  request_limits limits;
  limits.body_octets_max = 64;
  request_reader reader{limits};
  std::string pending = octets;
  for (int turns = 0; turns < 10 && reader.at() != stage::refused; ++turns) {
    pending.erase(0, reader.consume(pending));
    CHECK(reader.body_octets() <= limits.body_octets_max);
    if (reader.at() == stage::complete) {
      static_cast<void>(reader.take());
      reader.reset();
    }
  }
}
