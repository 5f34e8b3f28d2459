#include "actors/groups/csv_header.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;

namespace {

using header_names = std::vector<std::string>;

error header_refusal(std::string_view line) {
  const auto header = read_csv_header(line, 1);
  if (header)
    FAIL("the header was taken: " << line);
  CHECK_FALSE(header.error().remedy.empty());
  return header.error();
}

} // namespace

TEST_CASE("csv header: the columns beside the address are variables", "[groups]") {
  const auto header = read_csv_header("first_name,email,城市,order.no", 1).value();
  CHECK(header.delimiter == ',');
  CHECK(header.address_column == 1);
  CHECK(header.names == header_names{"first_name", "城市", "order.no"});
  CHECK(header.columns() == 4);
}

TEST_CASE("csv header: the address column has several names, in any case", "[groups]") {
  for (const auto* name : {"email", "EMAIL", "E-Mail", "Address", "email_address", " email ",
                           "\"email\"", "\" Email\""})
    CHECK(read_csv_header(std::string{"a,"} + name, 1).value().address_column == 1);
}

TEST_CASE("csv header: `email` is the address where another column may be a postal one",
          "[groups]") {
  const auto header = read_csv_header("address,email,e-mail", 1).value();
  CHECK(header.address_column == 1);
  CHECK(header.names == header_names{"address", "e-mail"});
  CHECK(read_csv_header("address,e-mail", 1).value().address_column == 1);
}

TEST_CASE("csv header: the delimiter is the one that sets the address apart", "[groups]") {
  CHECK(read_csv_header("email;first,name", 1).value().delimiter == ';');
  CHECK(read_csv_header("a,b,c\temail", 1).value().delimiter == '\t');
  CHECK(read_csv_header("a;b;c,email", 1).value().delimiter == ',');
  CHECK(read_csv_header("\"a,b,c\";email", 1).value().delimiter == ';');
  CHECK(read_csv_header("\"a\",email,c;email;d;e", 1).value().delimiter == ',');
  CHECK(read_csv_header("email", 1).value().delimiter == ',');
}

TEST_CASE("csv header: wrong names are refused with line and column", "[groups]") {
  using Catch::Contains;
  CHECK_THAT(header_refusal("email,first name").what,
             Contains("line 1, column 2") && Contains("\"first name\""));
  CHECK_THAT(header_refusal("email,,b").what, Contains("column 2") && Contains("no name"));
  CHECK_THAT(header_refusal("email,a,b,a").what, Contains("column 4") && Contains("before"));
  CHECK_THAT(header_refusal("a,Email,b,EMAIL").what, Contains("column 4") && Contains("second"));
  CHECK_THAT(header_refusal("name,mail").what, Contains("no column is for addresses"));
  CHECK_THAT(header_refusal("email,\"a\"b").what, Contains("column 2") && Contains("quotes"));
  CHECK_THAT(header_refusal("email,\"a").what, Contains("column 2") && Contains("quotes"));
  CHECK_THAT(header_refusal("email,a\x1b").what, Contains("a?"));
  CHECK_THAT(header_refusal(std::string_view{"\xff\xfe"
                                             "e\0m\0",
                                             6})
                 .remedy,
             Contains("UTF-8"));
  CHECK(read_csv_header("email," + std::string(65, 'x'), 1).has_error());
}

TEST_CASE("csv header: there are 100 columns at the most", "[groups]") {
  std::string line = "email";
  for (int i = 0; i < 99; ++i)
    line += ",c" + std::to_string(i);
  CHECK(read_csv_header(line, 1).value().columns() == 100);
  CHECK(header_refusal(line + ",more").code == errc::limit_exceeded);
}
