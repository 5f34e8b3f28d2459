#include "actors/idempotency/request_claim.hpp"

#include <catch2/catch.hpp>

using namespace warmfront;

namespace {

const wall_time claimed_at{std::chrono::hours{500'000}};

request_claim stored_claim() {
  return {std::string(32, 'd'), message_id{claimed_at, 3, 7}, node_name{"n3"}, claimed_at};
}

claim_verdict after(const claim_circumstances& known, std::chrono::minutes later = {},
                    char digest = 'd') {
  return judge(stored_claim(), std::string(32, digest), known, claimed_at + later);
}

} // namespace

TEST_CASE("request claim: comes back as it was stored", "[idempotency][golden]") {
  CHECK(claim_key(account_name{"acme"}, "a-1") == "idempotency/acme/a-1/");
  const auto read = decode_claim(encode(stored_claim()));
  REQUIRE(read);
  CHECK(read.value() == stored_claim());
  CHECK(decode_claim("junk").error().code == errc::storage_corrupt);
}

TEST_CASE("request claim: where there is the mail the first answer holds", "[idempotency]") {
  claim_circumstances known;
  known.has_mail = true;
  CHECK(after(known) == claim_verdict::was_sent);
  CHECK(after(known, {}, 'x') == claim_verdict::differs);
  known.all_were_asked = false;
  CHECK(after(known) == claim_verdict::was_sent);
}

TEST_CASE("request claim: without a mail it is claimed again when nobody can be sending it",
          "[idempotency]") {
  claim_circumstances known;
  SECTION("at once at the node that made it") {
    known.is_own = true;
    CHECK(after(known) == claim_verdict::was_dropped);
    CHECK(after(known, {}, 'x') == claim_verdict::was_dropped);
    known.is_under_way = true;
    CHECK(after(known) == claim_verdict::is_under_way);
  }
  SECTION("elsewhere after a time") {
    CHECK(after(known, claim_settles_within - std::chrono::minutes{1}) ==
          claim_verdict::is_under_way);
    CHECK(after(known, claim_settles_within) == claim_verdict::was_dropped);
  }
  SECTION("never while somebody may have it who cannot be asked") {
    known.all_were_asked = false;
    CHECK(after(known, std::chrono::minutes{600}) == claim_verdict::is_in_doubt);
  }
}
