#include "actors/identities/identity_record.hpp"

#include "storage/formats/identities.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t identity_schema = 1;
constexpr std::string_view domains_prefix = "identities/domains/";
constexpr std::string_view senders_prefix = "identities/senders/";

} // namespace

std::string identity_key(const domain_name& domain) {
  return std::string{domains_prefix}.append(domain.str());
}

std::string sender_key(std::string_view address) {
  return std::string{senders_prefix}.append(address);
}

std::string_view domain_of_identity_key(std::string_view key) {
  return key.starts_with(domains_prefix) ? key.substr(domains_prefix.size()) : std::string_view{};
}

std::string_view address_of_sender_key(std::string_view key) {
  return key.starts_with(senders_prefix) ? key.substr(senders_prefix.size()) : std::string_view{};
}

std::string encode(const stored_identity& value) {
  formats::identity_record record;
  record.set_schema(identity_schema);
  record.set_account(value.account.str());
  record.set_created_at(storage::stored_time(value.created_at));
  record.set_senders(value.senders);
  for (const auto& [name, content] : value.tags) {
    auto& tag = *record.add_tags();
    tag.set_name(name);
    tag.set_value(content);
  }
  return record.SerializeAsString();
}

std::string encode(const stored_sender& value) {
  formats::sender_record record;
  record.set_schema(identity_schema);
  record.set_display_name(value.display_name);
  record.set_created_at(storage::stored_time(value.created_at));
  if (value.password.is_set()) {
    auto& password = *record.mutable_password();
    password.set_log2_cost(value.password.log2_cost);
    password.set_salt(value.password.salt);
    password.set_digest(value.password.digest);
  }
  return record.SerializeAsString();
}

result<stored_identity> decode_identity(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::identity_record>(octets, identity_schema,
                                                                        "a sender domain"));
  stored_identity value;
  value.account = account_name{record.account()};
  value.created_at = storage::read_time(record.created_at());
  value.senders = record.senders();
  for (const auto& tag : record.tags())
    value.tags.emplace(tag.name(), tag.value());
  return value;
}

result<stored_sender> decode_sender(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::sender_record>(octets, identity_schema,
                                                                      "a sender address"));
  stored_sender value;
  value.display_name = record.display_name();
  value.created_at = storage::read_time(record.created_at());
  if (record.has_password())
    value.password = {record.password().log2_cost(), record.password().salt(),
                      record.password().digest()};
  return value;
}

} // namespace warmfront
