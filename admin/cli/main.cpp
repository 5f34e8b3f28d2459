// `warmfront`: the command line, on top of the API.
#include <algorithm>
#include <iostream>
#include <memory>

#include <CLI/CLI.hpp>

#include "admin/cli/backup.hpp"
#include "admin/cli/migrate.hpp"
#include "admin/cli/own_commands.hpp"
#include "admin/cli/pki.hpp"
#include "admin/cli/program.hpp"
#include "admin/cli/run.hpp"

namespace {

using namespace warmfront::admin::cli;
using warmfront::errc;
using warmfront::error;
using warmfront::result;

/// What `warmfront pki` was told.
struct pki_options {
  std::string folder = "pki";
  std::string name;
  std::vector<std::string> addresses;
  bool force = false;
};

void add_pki(CLI::App& app, invocation& target) {
  const auto options = std::make_shared<pki_options>();
  auto* const pki = app.add_subcommand("pki", "The cluster's authority and its certificates.");
  pki->require_subcommand(1)->fallthrough();
  pki->add_option("--dir", options->folder, "the folder of the authority's files (pki)");
  pki->add_flag("--force", options->force, "replace files that exist");
  auto* const init = pki->add_subcommand("init", "Makes the cluster's certificate authority.");
  init->fallthrough()->callback([&target, options] {
    target.locally = [options] { return make_authority_files(options->folder, options->force); };
  });
  auto* const node = pki->add_subcommand("node", "Makes the certificate of a node.");
  node->add_option("NAME", options->name, "node.name of its node.toml")->required();
  node->add_option("--address", options->addresses, "an address or name it has; may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  node->fallthrough()->callback([&target, options] {
    target.locally = [options] {
      return make_node_files(options->folder, options->name, options->addresses, options->force);
    };
  });
}

void add_migrate(CLI::App& app, invocation& target) {
  const auto file = std::make_shared<std::string>();
  auto* const migrate = app.get_subcommand("cluster")->add_subcommand(
      "migrate", "Copies a stopped single node's control state into the etcd of its [cluster].");
  migrate->add_option("--config", *file, "the node's configuration, node.toml")->required();
  migrate->fallthrough()->callback(
      [&target, file] { target.locally = [file] { return migrate_control_state(*file); }; });
}

/// Commands about backups that need no node, since it is stopped or lost.
void add_backup(CLI::App& app, invocation& target) {
  auto* const backup = app.get_subcommand("backup");
  const auto options = std::make_shared<backup_choices>();
  const auto add = [&](const char* verb, const char* about,
                       result<std::string> (*run_it)(const backup_choices&)) {
    auto* const made = backup->add_subcommand(verb, about);
    made->add_option("--config", options->node_toml, "the node's configuration, node.toml")
        ->required();
    made->add_option("--directory", options->directory, "of the backups ([backup] directory)");
    made->fallthrough()->callback([&target, options, run_it] {
      target.locally = [options, run_it] { return run_it(*options); };
    });
    return made;
  };
  auto* const verify = add("verify", "Reads a backup and compares checksums.", verify_backups);
  verify->add_option("--backup", options->number, "its number (all of them)");
  verify->add_flag("--deep", options->deep, "open a copy of it, and check what it holds");
  verify->add_option("--scratch", options->scratch, "where that copy is made for a while (/tmp)");
  auto* const restore = add("restore", "Restores the data of a stopped node.", restore_data);
  restore->add_option("--backup", options->number, "its number (the latest)");
  restore->add_flag("--force", options->force, "move aside what the data directory holds");
  restore->add_flag("--peers-lost", options->peers_lost, "all other nodes lost their data, too");
  restore->add_option("--secrets-key", options->secrets_key, "a copy of the lost secrets.key");
  restore->add_flag("--without-secrets", options->without_secrets, "sealed secrets are lost");
  auto* const held =
      add("held", "Counts, releases or drops mail that a restore has held.", settle_held);
  for (auto* each : {restore, held}) {
    auto* const release = each->add_flag("--release", options->release, "send what waits");
    each->add_flag("--drop-spool", options->drop, "cancel what waits")->excludes(release);
  }
  auto* const prune = add("prune", "Removes old backups.", prune_old_backups);
  prune->add_option("--keep", options->keep, "so many of the latest stay ([backup] keep)")
      ->check(CLI::PositiveNumber);
}

/// For faults of the words themselves, which nobody has read yet.
bool wants_json(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "-ojson" || words[i] == "--output=json" || words[i] == "-o=json" ||
        ((words[i] == "-o" || words[i] == "--output") && i + 1 < words.size() &&
         words[i + 1] == "json")) {
      return true;
    }
  }
  return false;
}

void add_common_options(CLI::App& app, invocation& target) {
  app.require_subcommand(1);
  app.set_version_flag("--version", WARMFRONT_VERSION);
  app.add_option("--server", target.options.server,
                 "the node's admin address (WARMFRONT_SERVER; http://127.0.0.1:8080)");
  app.add_option("--key", target.options.key, "the key to act with (WARMFRONT_KEY)");
  app.add_option("-o,--output", target.format, "how to print answers: table, json or yaml")
      ->check(CLI::IsMember({"table", "json", "yaml"}))
      ->type_name("FORMAT");
  app.add_option_function<double>(
         "--watch", [&target](double seconds) { target.watch_seconds = seconds; },
         "show it again every 2 seconds, or every --watch=SECONDS")
      ->type_name("SECONDS");
  app.footer("Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 node unreachable;\n"
             "4 from apply --dry-run: something would change.\n"
             "The server and key may also stand in ~/.config/warmfront/config.toml.");
}

/// What CLI11 says; but a word that it does not know is the fault, not the one it then misses.
std::string fault_of(const CLI::App& app, const CLI::ParseError& fault) {
  const auto unknown = app.remaining(true);
  if (unknown.empty() || fault.get_exit_code() != static_cast<int>(CLI::ExitCodes::RequiredError)) {
    return fault.what();
  }
  return '"' + unknown.front() + "\" is not known here.";
}

std::string joined(const std::vector<std::string>& words) {
  std::string line = "warmfront";
  for (const auto& each : words) {
    line += ' ' + each;
  }
  return line;
}

} // namespace

int main(int count, char** given) {
  invocation asked;
  CLI::App app{"The command line of Warmfront, an email-sending cluster.", "warmfront"};
  add_common_options(app, asked);
  add_commands(app, asked);
  add_pki(app, asked);
  add_migrate(app, asked);
  add_backup(app, asked);
  add_examples(app);
  asked.reference = [&app] { return describe(app, WARMFRONT_VERSION); };
  auto words = with_watch_interval(count, given);
  if (!words.empty() && words.front() == "complete") {
    return complete(asked, {words.begin() + 1, words.end()});
  }
  asked.words = joined(words);
  const bool as_json = wants_json(words);
  // CLI11 reports by exceptions, and by codes over 100.
  try {
    std::reverse(words.begin(), words.end());
    app.parse(words);
  } catch (const CLI::ParseError& fault) {
    if (fault.get_exit_code() == 0) {
      return app.exit(fault); // Help was asked for.
    }
    std::cerr << render_error({errc::invalid_argument, fault_of(app, fault), "run it with --help"},
                              as_json);
    return wrong_usage;
  }
  return run(asked);
}
