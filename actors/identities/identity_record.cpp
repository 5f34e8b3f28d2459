#include "actors/identities/identity_record.hpp"

#include "storage/formats/identities.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t identity_schema = 1;
constexpr std::string_view domains_prefix = "identities/domains/";
constexpr std::string_view senders_prefix = "identities/senders/";
constexpr std::string_view keys_prefix = "identities/keys/";
constexpr std::string_view checks_prefix = "identities/checks/";

std::int64_t stored_moment(const std::optional<wall_time>& at) {
  return at ? storage::stored_time(*at) : 0;
}
std::optional<wall_time> read_moment(std::int64_t stored) {
  return stored == 0 ? std::nullopt : std::optional{storage::read_time(stored)};
}

void write(const dns_record_wanted& value, formats::found_record& record) {
  record.set_purpose(value.purpose);
  record.set_type(value.type);
  record.set_name(value.name.str());
  record.set_expected(value.expected);
  record.set_found(value.found);
  record.set_is_right(value.is_right);
  record.set_is_required(value.is_required);
  record.set_why(value.why);
}

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

std::string signing_key_key(const domain_name& domain, std::string_view selector) {
  return std::string{keys_prefix}.append(domain.str()).append("/").append(selector);
}

std::string check_key(const domain_name& domain) {
  return std::string{checks_prefix}.append(domain.str());
}

std::string_view domain_of_check_key(std::string_view key) {
  return key.starts_with(checks_prefix) ? key.substr(checks_prefix.size()) : std::string_view{};
}

std::optional<signing_key_name> parse_signing_key_key(std::string_view key) {
  if (!key.starts_with(keys_prefix))
    return std::nullopt;
  key.remove_prefix(keys_prefix.size());
  const auto slash = key.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 == key.size())
    return std::nullopt;
  return signing_key_name{domain_name{std::string{key.substr(0, slash)}},
                          std::string{key.substr(slash + 1)}};
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
  record.set_return_path(value.return_path.str());
  record.set_tracking_host(value.tracking_host.str());
  record.set_last_selector(value.last_selector);
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

std::string encode(const stored_signing_key& value) {
  formats::signing_key_record record;
  record.set_schema(identity_schema);
  record.set_algorithm(static_cast<std::uint32_t>(value.algorithm));
  record.set_state(static_cast<std::uint32_t>(value.state));
  record.set_created_at(storage::stored_time(value.created_at));
  record.set_changed_at(storage::stored_time(value.changed_at));
  record.set_sealed(value.sealed);
  record.set_published(value.published);
  record.set_seen_since(stored_moment(value.seen_since));
  record.set_missing_since(stored_moment(value.missing_since));
  record.set_why(value.why);
  return record.SerializeAsString();
}

std::string encode(const stored_check& value) {
  formats::identity_check_record record;
  record.set_schema(identity_schema);
  record.set_checked_at(storage::stored_time(value.checked_at));
  record.set_verified(value.verified);
  record.set_wrong_since(stored_moment(value.wrong_since));
  for (const auto& each : value.records)
    write(each, *record.add_records());
  for (const auto& each : value.passing_sources)
    record.add_passing_sources(each.str());
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
  value.return_path = domain_name{record.return_path()};
  value.tracking_host = domain_name{record.tracking_host()};
  value.last_selector = record.last_selector();
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

result<stored_signing_key> decode_signing_key(std::string_view selector, std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::signing_key_record>(octets, identity_schema,
                                                                           "a signing key"));
  if (record.algorithm() < 1 || record.algorithm() > 2 || record.state() < 1 || record.state() > 4)
    return error{errc::storage_newer, "read a signing key: of a later release",
                 "run the release that wrote it, or a later one"};
  stored_signing_key value;
  value.selector = selector;
  value.algorithm = static_cast<signing_algorithm>(record.algorithm());
  value.state = static_cast<signing_key_state>(record.state());
  value.created_at = storage::read_time(record.created_at());
  value.changed_at = storage::read_time(record.changed_at());
  value.sealed = record.sealed();
  value.published = record.published();
  value.seen_since = read_moment(record.seen_since());
  value.missing_since = read_moment(record.missing_since());
  value.why = record.why();
  return value;
}

result<stored_check> decode_check(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::identity_check_record>(
                            octets, identity_schema, "a look at the DNS"));
  stored_check value;
  value.checked_at = storage::read_time(record.checked_at());
  value.verified = record.verified();
  value.wrong_since = read_moment(record.wrong_since());
  for (const auto& each : record.records())
    value.records.push_back({each.purpose(), each.type(), domain_name{each.name()}, each.expected(),
                             each.found(), each.is_right(), each.is_required(), each.why()});
  for (const auto& each : record.passing_sources())
    value.passing_sources.emplace_back(each);
  return value;
}

} // namespace warmfront
