#include "admin/cli/arguments.hpp"
#include "admin/cli/command.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr argument backup_page[] = {limit, after};

constexpr command all_about_backups[] = {
    {"backup", "create", "Lets the node make a backup; `backup progress` tells how far it is.",
     "POST", "/v1/backups"},
    {"backup", "progress", "Shows how far a backup is, or how the last one ended.", "GET",
     "/v1/backups/progress"},
    {"backup", "list", "Lists the node's backups.", "GET", "/v1/backups", backup_page, "",
     "number taken_at node messages octets version"},
};

} // namespace

std::span<const command> backup_commands() noexcept {
  return all_about_backups;
}

} // namespace warmfront::admin::cli
