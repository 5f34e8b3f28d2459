// What clients are answered about backups.
#include <array>

#include "admin/api/render.hpp"
#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin {

namespace schemas {

namespace {

constexpr std::array<std::string_view, 4> backup_states{"none", "running", "made", "failed"};
constexpr field backup_fields[] = {
    number_of("number", "its number"),
    text_of("node", "whose data it holds; empty: it is damaged"),
    text_of("version", "of the release that made it"),
    time_of("taken_at", "it holds what was acknowledged before", true),
    number_of("messages", "that it holds"),
    number_of("octets", "of its files, also of those that it shares with other backups"),
    number_of("files", "how many"),
    number_of("control_revision", "of the node's own control store; 0: that is elsewhere"),
    number_of("commits", "to the node's database so far"),
};
constexpr field backup_progress_fields[] = {
    {.name = "state",
     .about = "none, running, made or failed",
     .rule = text_rule::choice,
     .required = true,
     .choices = backup_states},
    time_of("began_at", "of the one that runs, or the last one since the node started", true),
    number_of("octets", "that were copied, about"),
    text_of("error", "why it failed; empty: it did not"),
};

} // namespace

const schema backup{"backup", "A backup of a node's data.", backup_fields};
const schema backup_progress{"backup_progress", "How far a backup is.", backup_progress_fields};

} // namespace schemas

ordered_json to_json(const storage::stored_backup& value) {
  const auto& facts = value.facts;
  ordered_json target;
  target["number"] = value.number;
  target["node"] = facts.node;
  target["version"] = facts.version;
  target["taken_at"] =
      facts.node.empty() ? ordered_json{} : ordered_json(to_rfc3339(facts.taken_at));
  target["messages"] = facts.messages;
  target["octets"] = value.octets;
  target["files"] = value.files;
  target["control_revision"] = facts.control_revision;
  target["commits"] = facts.commits;
  return target;
}

ordered_json to_json(const backup_state& value) {
  ordered_json target;
  target["state"] = value.is_running ? "running"
                    : value.failure  ? "failed"
                    : value.began_at ? "made"
                                     : "none";
  target["began_at"] = value.began_at ? ordered_json(to_rfc3339(*value.began_at)) : ordered_json{};
  target["octets"] = value.octets;
  target["error"] = value.failure ? to_string(*value.failure) : std::string{};
  return target;
}

} // namespace warmfront::admin
