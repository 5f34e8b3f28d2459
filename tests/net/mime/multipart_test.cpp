#include "net/mime/multipart.hpp"

#include <catch2/catch.hpp>

#include "net/mime/parameterised.hpp"
#include "net/mime/transfer_encoding.hpp"

using namespace warmfront::mime;

using bodies = std::vector<std::string_view>;

TEST_CASE("multipart: parts stand between boundaries, whose line ends are theirs", "[mime]") {
  CHECK(multipart_bodies("before\r\n--b\r\none\r\n--b \r\ntwo\r\n\r\n--b--\r\nafter", "b", 9) ==
        bodies{"one", "two\r\n"});
  CHECK(multipart_bodies("--b\nlong\n--bc\n--b\n--b--", "b", 9) == bodies{"long\n--bc", ""});
}

TEST_CASE("multipart: what is never closed ends with what there is, and most is kept", "[mime]") {
  CHECK(multipart_bodies("--b\r\none\r\n--b\r\ntwo\r\n", "b", 9) == bodies{"one", "two\r\n"});
  CHECK(multipart_bodies("--b\r\none\r\n--b\r\ntwo\r\n", "b", 1) == bodies{"one"});
  CHECK(multipart_bodies("no boundary", "b", 9).empty());
}

TEST_CASE("parameterised: a value and its parameters, quoted or not", "[mime]") {
  const parameterised kind{R"(Multipart/Mixed; charset = utf-8; Boundary="a;\"b")"};
  CHECK(kind.type() == "multipart/mixed");
  CHECK(kind.parameter("boundary") == "a;\"b");
  CHECK(kind.parameter("charset") == "utf-8");
  CHECK(kind.parameter("absent").empty());
}

TEST_CASE("transfer encoding: a tolerant reader keeps what is no escape", "[mime]") {
  CHECK(read_quoted_printable("a=3Db =ZZ=\r\n c") == "a=b =ZZ c");
  CHECK_FALSE(decode_quoted_printable("=ZZ"));
  CHECK(read_base64_body("QU!JD\r\nR") == "ABC");
  CHECK(read_base64_body("QUI=QUI=") == "AB");
  CHECK_FALSE(decode_base64_body("QU!J"));
}
