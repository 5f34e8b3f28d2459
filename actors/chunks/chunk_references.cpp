#include "actors/chunks/chunk_references.hpp"

#include "actors/groups/group_record.hpp"
#include "actors/groups/list_manifest.hpp"
#include "actors/scheduler/task_record.hpp"
#include "actors/templates/template_record.hpp"

namespace warmfront {

namespace {

void add_list(chunk_references& to, const chunk_id& list) {
  if (to.chunks.insert(list).second)
    to.manifests.push_back(list);
}

} // namespace

result<void> add_template_references(chunk_references& to, const storage::control_snapshot& all) {
  for (const auto& record : all.records) {
    if (record.key == last_template_key())
      continue;
    WARMFRONT_TRY(found, decode_template(record.key, record.value));
    for (const auto& version : found.versions)
      to.chunks.insert(version.content);
  }
  return success();
}

result<void> add_group_references(chunk_references& to, const storage::control_snapshot& all) {
  for (const auto& record : all.records) {
    if (record.key == last_group_key())
      continue;
    WARMFRONT_TRY(found, decode_group(record.key, record.value));
    if (found.version > 0)
      add_list(to, found.list);
  }
  return success();
}

result<void> add_task_references(chunk_references& to, const storage::control_snapshot& all) {
  for (const auto& record : all.records) {
    const auto key = parse_task_key(record.key);
    if (!key)
      return error{errc::storage_newer, "a record of tasks has a key of a later release", {}};
    if (key->what == parsed_task_key::kind::task) {
      WARMFRONT_TRY(found, decode_task(key->name.of.task, record.value));
      if (found.attachments && !is_over(found.state))
        to.chunks.insert(*found.attachments);
    } else if (key->what == parsed_task_key::kind::occurrence) {
      WARMFRONT_TRY(found, decode_occurrence(key->name.of, record.value));
      if (found.state != occurrence_state::sending)
        continue;
      to.chunks.insert(found.content);
      add_list(to, found.list);
    }
  }
  return success();
}

result<void> add_manifest_references(chunk_references& to, std::string_view octets) {
  WARMFRONT_TRY(list, decode_manifest(octets));
  for (const auto& each : list.segments)
    to.chunks.insert(each.content);
  return success();
}

} // namespace warmfront
