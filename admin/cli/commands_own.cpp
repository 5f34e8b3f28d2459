// The commands that are more than one request to the API, or none.
#include "admin/cli/arguments.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr argument completion[] = {
    {.name = "shell",
     .about = "bash, zsh or fish",
     .where = place::own,
     .positional = true,
     .required = true},
};

constexpr argument apply[] = {
    {.name = "file",
     .about = "what the cluster is to be, as YAML: - for standard input",
     .where = place::own,
     .kind = shape::file,
     .required = true,
     .letter = 'f'},
    {.name = "dry_run",
     .about = "only show what would change; exits with 4 when something would",
     .where = place::own,
     .kind = shape::flag},
    {.name = "prune",
     .about = "delete what the file does not have, of the kinds that it has",
     .where = place::own,
     .kind = shape::flag},
};

constexpr argument doctor[] = {
    {.name = "config",
     .about = "the node's configuration; /etc/warmfront/node.toml by default",
     .where = place::own},
    {.name = "mx",
     .about = "also try to reach this domain's mail hosts on port 25",
     .where = place::own},
};
constexpr argument top[] = {
    {.name = "once", .about = "show it once", .where = place::own, .kind = shape::flag},
};

constexpr command all_own[] = {
    {.noun = "cluster",
     .verb = "verify",
     .about = "Judges the cluster by its overview, and exits with 1 when there is a problem."},
    {.noun = "doctor",
     .about = "Checks configuration, ports, disk, certificates, clock, DNS, identities and peers, "
              "and says what to do; exits with 1 when there is a problem.",
     .arguments = doctor},
    {.noun = "top",
     .about = "Shows live what the cluster does: rates, what waits, limits, nodes, bounces.",
     .arguments = top},
    {.noun = "apply",
     .about = "Makes plans, pools, IPs, identities, templates and webhooks what a file says.",
     .arguments = apply},
    {.noun = "export",
     .about = "Writes plans, pools, IPs, identities, templates and webhooks as a file for apply."},
    {.noun = "completion",
     .about = "Writes what lets a shell complete commands, options and names.",
     .arguments = completion},
    {.noun = "reference", .about = "Lists all commands; -o json has all there is to say of them."},
};

} // namespace

std::span<const command> own_commands() noexcept {
  return all_own;
}

} // namespace warmfront::admin::cli
