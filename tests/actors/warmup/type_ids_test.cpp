// Type ids are append-only: a changed number here is a changed protocol.
#include <catch2/catch.hpp>

#include "actors/messages/type_ids.hpp"

using namespace warmfront;

namespace {

template <class T>
constexpr int offset = caf::type_id<T>::value - caf::id_block::warmfront_first_type_id;

} // namespace

TEST_CASE("type ids: stay what they were", "[golden]") {
  CHECK(offset<create_key> == 0);
  CHECK(offset<charge> == 5);
  CHECK(offset<take_permits> == 8);
  CHECK(offset<permits_taken> == 9);
  CHECK(offset<ledger_domains_changed> == 12);
  CHECK(offset<assignment_request> == 23);
  CHECK(offset<pools_changed> == 30);
  CHECK(offset<submit_mails> == 32);
  CHECK(offset<mails_spooled> == 34);
  CHECK(offset<done> == 43);
  CHECK(offset<delivery_counts> == 44);
  CHECK(offset<answer<created_key>> == 45);
  CHECK(offset<answer<done>> == 57);
  CHECK(offset<run_step> == 58);
  CHECK(offset<serve_exchange> == 59);
  CHECK(offset<connect_listeners> == 60);
  CHECK(offset<stop_warmup> == 61);
  CHECK(offset<ensure_first_key> == 62);
}
