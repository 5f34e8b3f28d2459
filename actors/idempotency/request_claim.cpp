#include "actors/idempotency/request_claim.hpp"

#include "storage/formats/idempotency.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t claim_schema = 1;

} // namespace

std::string claim_key(const account_name& account, std::string_view key) {
  return std::string{claims_prefix}.append(account.str()).append("/").append(key).append("/");
}

std::string encode(const request_claim& value) {
  formats::request_claim_record record;
  record.set_schema(claim_schema);
  record.set_digest(value.digest);
  record.set_message(std::string{value.id.octet_view()});
  record.set_node(value.node.str());
  record.set_claimed_at(storage::stored_time(value.claimed_at));
  return record.SerializeAsString();
}

result<request_claim> decode_claim(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::request_claim_record>(octets, claim_schema,
                                                                             "a named request"));
  if (record.message().size() != message_id::octets)
    return error{errc::storage_corrupt, "read a named request: its message has no id", {}};
  return request_claim{record.digest(), message_id::from_octets(record.message()),
                       node_name{record.node()}, storage::read_time(record.claimed_at())};
}

claim_verdict judge(const request_claim& stored, std::string_view digest,
                    const claim_circumstances& known, wall_time now) {
  if (known.has_mail)
    return stored.digest == digest ? claim_verdict::was_sent : claim_verdict::differs;
  if (known.is_under_way)
    return claim_verdict::is_under_way;
  if (!known.all_were_asked)
    return claim_verdict::is_in_doubt;
  if (!known.is_own && now - stored.claimed_at < claim_settles_within)
    return claim_verdict::is_under_way;
  return claim_verdict::was_dropped;
}

} // namespace warmfront
