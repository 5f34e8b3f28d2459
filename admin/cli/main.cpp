// `warmfront`: the command line, on top of the API.
#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <memory>

#include <CLI/CLI.hpp>

#include "admin/cli/client.hpp"
#include "admin/cli/command.hpp"
#include "admin/cli/export.hpp"
#include "admin/cli/migrate.hpp"
#include "admin/cli/pki.hpp"
#include "admin/cli/profile.hpp"
#include "admin/cli/render.hpp"

namespace {

using namespace warmfront::admin::cli;
using warmfront::errc;
using warmfront::error;
using warmfront::result;

enum exit_code { done = 0, failed = 1, wrong_usage = 2, unreachable = 3 };

/// What the command line said.
struct invocation {
  connection options;
  std::string format = "table";
  const command* what = nullptr;
  given_values given;
  std::function<result<std::string>()> locally; ///< set by commands that need no node
};

void add_argument(CLI::App& app, const argument& each, invocation& target) {
  const auto name = each.positional ? std::string{each.name} : option_of(each);
  const auto keep = [&target, key = std::string{each.name}](const std::string& value) {
    target.given[key].push_back(value);
  };
  if (each.kind == shape::flag) {
    app.add_flag_callback(
        name, [keep] { keep("true"); }, std::string{each.about});
    return;
  }
  CLI::Option* option = nullptr;
  if (each.kind == shape::texts || names_one_of_many(each)) {
    option = app.add_option_function<std::vector<std::string>>(
        name,
        [keep](const std::vector<std::string>& values) {
          std::for_each(values.begin(), values.end(), keep);
        },
        std::string{each.about});
    // Without this a list takes all words that follow.
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  } else {
    option = app.add_option_function<std::string>(name, keep, std::string{each.about});
  }
  option->type_name(each.kind == shape::number ? "NUMBER"
                    : is_file(each.kind)       ? "FILE"
                                               : "TEXT")
      ->required(each.required);
  if (each.kind == shape::number) {
    option->check(CLI::NonNegativeNumber);
  }
}

void add_commands(CLI::App& app, invocation& target) {
  std::map<std::string, CLI::App*> nouns;
  for (const auto& each : commands()) {
    const std::string noun{each.noun};
    CLI::App* place = nullptr;
    if (each.verb.empty()) {
      place = app.add_subcommand(noun, std::string{each.about});
    } else {
      auto*& parent = nouns[noun];
      if (parent == nullptr) {
        parent = app.add_subcommand(noun, "Commands about: " + noun);
        parent->require_subcommand(1)->fallthrough();
      }
      place = parent->add_subcommand(std::string{each.verb}, std::string{each.about});
    }
    place->fallthrough();
    place->callback([&target, &each] { target.what = &each; });
    for (const auto& one : each.arguments) {
      add_argument(*place, one, target);
    }
  }
}

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

std::string variable(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

result<std::string> read_all(const std::string& name) {
  if (name == "-") {
    return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
  }
  std::ifstream file{name, std::ios::binary};
  if (!file) {
    return error{errc::invalid_argument, "The file " + name + " cannot be read.",
                 "give a file, or - for standard input"};
  }
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

struct list_file {
  std::string name;
  std::string media_type;
};

bool is_ndjson(std::string_view file) {
  return file.ends_with(".ndjson") || file.ends_with(".jsonl");
}

/// Puts the contents of files in the place of their names. A list stays in its file.
result<void> read_files(const command& what, given_values& given, list_file& list) {
  for (const auto& each : what.arguments) {
    const auto found = given.find(each.name);
    if (found != given.end() &&
        (each.where == place::raw || each.where == place::list || is_file(each.kind))) {
      if (each.where == place::list && is_ndjson(found->second.front())) {
        list.media_type = "application/x-ndjson";
      }
      if (each.where == place::list && found->second.front() != "-") {
        list.name = found->second.front();
        continue;
      }
      WARMFRONT_TRY(content, read_all(found->second.front()));
      found->second.front() = std::move(content);
    }
  }
  return warmfront::success();
}

int complain(const error& failure) {
  std::cerr << render_error(failure);
  return failure.code == errc::unavailable ? unreachable : wrong_usage;
}

int run_locally(const invocation& asked) {
  const auto outcome = asked.locally();
  if (!outcome) {
    std::cerr << render_error(outcome.error());
    return outcome.error().code == errc::invalid_argument ? wrong_usage : failed;
  }
  std::cout << outcome.value() << std::flush;
  return done;
}

int run(invocation& asked) {
  if (asked.locally) {
    return run_locally(asked);
  }
  list_file list;
  if (const auto read = read_files(*asked.what, asked.given, list); !read) {
    return complain(read.error());
  }
  auto request = to_request(*asked.what, asked.given);
  if (!request) {
    return complain(request.error());
  }
  if (!list.media_type.empty()) {
    request.value().media_type = list.media_type;
  }
  if (!list.name.empty()) {
    request.value().body.clear();
    request.value().file = list.name;
  }
  const auto where = find_connection(asked.options, variable);
  if (!where) {
    return complain(where.error());
  }
  const auto ask = [&](const api_request& one) {
    return call(where.value().server, where.value().key, one);
  };
  const auto response =
      asked.what->exports_all
          ? export_all(*asked.what, request.value(), ask,
                       [](const std::string& rows) { std::cout << rows << std::flush; })
          : ask(request.value());
  if (!response) {
    return complain(response.error());
  }
  const auto& got = response.value();
  if (got.status < 200 || got.status > 299) {
    std::cerr << render_problem(got.status, got.body);
    return failed;
  }
  if (!got.age.empty()) {
    std::cerr << "note: the control store has not answered this node for " << got.age
              << " s: what is said of the cluster may be as old\n";
  }
  if (asked.what->exports_all) {
    return std::cout ? done : failed;
  }
  const auto answer = warmfront::admin::ordered_json::parse(got.body, nullptr, false);
  std::cout << render(*asked.what, answer, *parse_format(asked.format)) << std::flush;
  return std::cout ? done : failed;
}

} // namespace

int main(int count, char** words) {
  invocation asked;
  CLI::App app{"The command line of Warmfront, an email-sending cluster.", "warmfront"};
  app.require_subcommand(1);
  app.add_option("--server", asked.options.server,
                 "the node's admin address (WARMFRONT_SERVER; http://127.0.0.1:8080)");
  app.add_option("--key", asked.options.key, "the key to act with (WARMFRONT_KEY)");
  app.add_option("-o,--output", asked.format, "how to print answers")
      ->check(CLI::IsMember({"table", "json", "yaml"}));
  app.footer("Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 node unreachable.\n"
             "The server and key may also stand in ~/.config/warmfront/config.toml.");
  add_commands(app, asked);
  add_pki(app, asked);
  add_migrate(app, asked);
  // CLI11 reports by exceptions, and by codes over 100.
  try {
    app.parse(count, words);
  } catch (const CLI::ParseError& fault) {
    if (fault.get_exit_code() == 0) {
      return app.exit(fault); // Help was asked for.
    }
    std::cerr << render_error({errc::invalid_argument, fault.what(), "run it with --help"});
    return wrong_usage;
  }
  return run(asked);
}
