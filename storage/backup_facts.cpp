#include "storage/backup_facts.hpp"

#include "storage/formats/backup.pb.h"
#include "storage/record.hpp"

namespace warmfront::storage {

namespace {

constexpr std::uint32_t backup_schema = 1;

// FNV-1a: finds damage, not malice.
std::uint64_t check_of(formats::backup_record record) {
  record.clear_check();
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char octet : record.SerializeAsString())
    hash = (hash ^ static_cast<unsigned char>(octet)) * 0x100000001b3;
  return hash;
}

} // namespace

std::string encode(const backup_facts& value) {
  formats::backup_record record;
  record.set_schema(backup_schema);
  record.set_node(value.node);
  record.set_instance(value.instance);
  record.set_epoch(value.epoch);
  record.set_version(value.version);
  record.set_taken_at(stored_time(value.taken_at));
  record.set_messages(value.messages);
  record.set_control_revision(value.control_revision);
  record.set_commits(value.commits);
  record.set_data_schema(value.data_schema);
  record.set_in_cluster(value.in_cluster);
  record.set_number(value.number);
  record.set_check(check_of(record));
  return record.SerializeAsString();
}

result<backup_facts> decode_backup_facts(std::string_view octets) {
  WARMFRONT_TRY(record,
                parse_record<formats::backup_record>(octets, backup_schema, "what a backup is of"));
  if (record.check() != check_of(record))
    return error{errc::storage_corrupt, "read what a backup is of: its checksum is wrong", {}};
  backup_facts facts;
  facts.node = record.node();
  facts.instance = record.instance();
  facts.epoch = record.epoch();
  facts.version = record.version();
  facts.taken_at = read_time(record.taken_at());
  facts.messages = record.messages();
  facts.control_revision = record.control_revision();
  facts.commits = record.commits();
  facts.data_schema = record.data_schema();
  facts.in_cluster = record.in_cluster();
  facts.number = static_cast<std::uint16_t>(record.number());
  return facts;
}

} // namespace warmfront::storage
