#include "net/dkim/key_record.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;
using namespace warmfront::dkim;

namespace {

// RFC 8463 appendix A.2.
const std::string brisbane = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";
const std::string brisbane_p = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

} // namespace

TEST_CASE("key record: tags have defaults, unknown ones are ignored", "[dkim]") {
  const auto record = parse_key_record("p=AAAA;x=y").value();
  CHECK(record.what == algorithm::rsa_sha256);
  CHECK(record.key == std::string(3, '\0'));
  CHECK((record.accepts_sha256 && record.is_for_mail));
  CHECK_FALSE((record.is_testing || record.is_same_domain));
  const auto strict =
      parse_key_record("v=DKIM1;h=sha1 : sha256;s=email;t=y : s;n=a note;p=AA AA ;");
  CHECK((strict.value().is_testing && strict.value().is_same_domain));
  CHECK((strict.value().accepts_sha256 && strict.value().is_for_mail));
  CHECK(parse_key_record("v=DKIM1; p=").value().key.empty());
  CHECK_FALSE(parse_key_record("h=sha1;p=AAAA").value().accepts_sha256);
  CHECK_FALSE(parse_key_record("s=tls;p=AAAA").value().is_for_mail);
}

TEST_CASE("key record: what is none is refused with a reason", "[dkim]") {
  for (const char* bad :
       {"", "v=spf1 -all", "k=rsa", "v=DKIM2; p=AAAA", "p=AAAA; v=DKIM1", "v=DKIM1; p=A*AA",
        "v=DKIM1; k=dsa; p=AAAA", "v=DKIM1; p=AAAA; p=AAAA", "v=DKIM1; k=ed25519; p=AAAA", "p=A",
        "p=AAAA=", "v=DKIM1 p=AAAA", "=x; p=AAAA"}) {
    CAPTURE(bad);
    const auto record = parse_key_record(bad);
    REQUIRE_FALSE(record);
    CHECK_FALSE(record.error().what.empty());
  }
  CHECK_FALSE(parse_key_record("p=" + std::string(20'000, 'A')));
}

TEST_CASE("key record: what is found is compared with what is expected", "[dkim]") {
  using enum key_finding_kind;
  const auto kind_of = [](const std::vector<std::string>& found) {
    const auto finding = compare_key_record(found, brisbane);
    CHECK((finding.kind == right) == finding.why.empty());
    return finding.kind;
  };
  CHECK(kind_of({brisbane}) == right);
  CHECK(kind_of({"k=ed25519;n=hello; p= 11qYAYKxCrfVS/7TyWQHO g7hcvPapiMlrwIaaPcHURo"}) == right);
  CHECK(kind_of({"v=DKIM1; k=ed25519; t=s; p=" + brisbane_p}) == right);
  CHECK(kind_of({}) == missing);
  CHECK(kind_of({"v=DKIM1; k=ed25519; p="}) == revoked);
  CHECK(kind_of({"v=DKIM1; k=ed25519; p=21qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="}) ==
        another_key);
  CHECK(kind_of({"v=DKIM1; p=" + brisbane_p}) == another_key); // as if it were RSA
  CHECK(kind_of({"v=DKIM1; k=ed25519; t=y; p=" + brisbane_p}) == unusable);
  CHECK(kind_of({"v=DKIM1; k=ed25519; h=sha1; p=" + brisbane_p}) == unusable);
  CHECK(kind_of({"v=DKIM1; k=ed25519; s=tls; p=" + brisbane_p}) == unusable);
  CHECK(kind_of({"v=spf1 -all"}) == malformed);
  CHECK(kind_of({brisbane, brisbane}) == malformed);
  const auto rsa = private_key::generate(algorithm::rsa_sha256).value()->public_record();
  CHECK(compare_key_record({rsa}, rsa).kind == right);
  const auto cut = compare_key_record({rsa.substr(0, rsa.size() - 156)}, rsa);
  CHECK(cut.kind == another_key);
  CHECK(cut.why.find("cut short") != std::string::npos);
}
