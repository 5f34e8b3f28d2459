// What the command line says of itself: the reference, examples, and that it reaches all routes.
#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <set>

#include "admin/api/route.hpp"
#include "admin/cli/command.hpp"
#include "admin/cli/examples.hpp"
#include "tests/admin/cli_process.hpp"
#include "tests/net/tls/test_certificate.hpp"

using namespace warmfront;
using namespace warmfront::testing;
namespace cli = warmfront::admin::cli;

namespace {

admin::json read_reference() {
  const auto printed = run_cli("reference -o json");
  REQUIRE(printed.code == 0);
  return admin::json::parse(printed.output);
}

/// Routes that no command asks for, and why.
const std::set<std::string> routes_without_command{
    "show_health",    // for load balancers
    "show_readiness", // for load balancers
    "show_metrics",   // for Prometheus
    "show_openapi",   // for programs
    "create_session", // for browsers
    "delete_session", // for browsers
    // `queue retry` and its like have the same count, before they are confirmed, as a first answer
    "count_matches",
    "begin_queue_part", // nodes ask this of each other
};

} // namespace

TEST_CASE("cli reference: has every command with its arguments, options, example and route",
          "[cli]") {
  const auto reference = read_reference();
  CHECK_FALSE(reference["version"].get<std::string>().empty());
  for (const auto& what : cli::commands()) {
    CAPTURE(what.noun, what.verb);
    const auto& all = reference["commands"];
    const auto found = std::find_if(all.begin(), all.end(), [&](const admin::json& each) {
      return each["noun"] == what.noun && each["verb"] == what.verb;
    });
    REQUIRE(found != all.end());
    CHECK((*found)["about"] == what.about);
    CHECK((*found)["example"] == cli::example_of(what.noun, what.verb));
    CHECK((*found)["route"].get<std::string>().empty() == what.method.empty());
    for (const auto& argument : what.arguments) {
      CAPTURE(argument.name);
      const auto& list = (*found)[argument.positional ? "arguments" : "options"];
      const auto name = argument.positional ? std::string{argument.name} : cli::option_of(argument);
      const auto has_name = [&](const admin::json& each) { return each["name"] == name; };
      const auto described = std::find_if(list.begin(), list.end(), has_name);
      REQUIRE(described != list.end());
      CHECK((*described)["about"] == argument.about);
      CHECK((*described)["required"] == argument.required);
      CHECK((*described)["value"].get<std::string>().empty() == cli::is_flag(argument.kind));
    }
  }
}

TEST_CASE("cli reference: names what other parts of the program add", "[cli]") {
  const auto printed = run_cli("reference");
  CHECK(printed.code == 0);
  check_has(printed.output, "pki init");
  check_has(printed.output, "cluster migrate");
  check_has(printed.output, "pool add-ip <name> <address>");
  check_has(run_cli("pki node --help").output, "Example:\n  warmfront pki node n1 ");
  const auto reference = read_reference();
  for (const auto& each : reference["commands"]) {
    CAPTURE(each.dump());
    CHECK(each["example"].get<std::string>().starts_with("warmfront "));
  }
  const auto& options = reference["options"];
  CHECK(std::any_of(options.begin(), options.end(), [](const admin::json& each) {
    return each["name"] == "--output" && each["short"] == "-o";
  }));
}

TEST_CASE("cli reference: every route of the API is reached by a command, or for a reason not",
          "[cli]") {
  std::set<std::string> reached;
  const auto reference = read_reference();
  for (const auto& each : reference["commands"]) {
    reached.insert(each["route"].get<std::string>());
  }
  for (const auto& each : admin::routes()) {
    const std::string operation{each.operation};
    CAPTURE(operation);
    const auto route = std::string{each.method} + ' ' + std::string{each.pattern};
    CHECK((reached.contains(route) != routes_without_command.contains(operation)));
  }
}

TEST_CASE("cli reference: every example can be typed", "[cli]") {
  const temporary_directory folder;
  for (const auto* file : {"list.csv", "mail.html", "mail.txt", "password.txt", "cluster.yaml"}) {
    std::ofstream{folder.file(file)} << "address\n";
  }
  for (const auto& what : cli::commands()) {
    const auto example = cli::example_of(what.noun, what.verb);
    CAPTURE(example);
    REQUIRE(example.starts_with("warmfront "));
    if (what.method.empty()) {
      continue; // They are tested where they are done.
    }
    auto words = example.substr(std::string{"warmfront "}.size());
    // The first frame of what is watched already finds no node.
    words += " --server 127.0.0.1:1";
    const auto ended = run_cli(words, "PWD=/; cd " + folder.file(""));
    INFO(ended.errors);
    CHECK(ended.code == 3);
  }
}

TEST_CASE("cli: errors are three lines, or a problem document for programs", "[cli]") {
  fake_node node;
  const auto refused = run_cli(node, "pool show absent");
  CHECK(refused.code == 1);
  CHECK(refused.output.empty());
  CHECK(refused.errors == "error: There is no pool \"absent\".\nwhy: not_found (HTTP 404)\n"
                          "try: look at what there is with list\n");
  const auto document = admin::json::parse(run_cli(node, "pool show absent -o json").errors);
  CHECK(document["status"] == 404);
  CHECK(document["code"] == "not_found");
  check_has(run_cli("pool shew").errors, "error: \"shew\" is not known here.\n");
  check_has(run_cli("pool").errors, "error: A subcommand is required\n");
  for (const auto* words :
       {"pool shew", "plan create x --days 1,x", "send --json /nonexistent",
        "cluster status --server 127.0.0.1:1", "pool show", "key list --watch=0",
        "key revoke k1 --watch", "pool list --watch=nan", "top --watch=0", "top --watch=-5",
        "export --watch", "pki init --watch"}) {
    CAPTURE(words);
    const auto lines = run_cli(words);
    CHECK(lines.code != 0);
    CHECK(lines.output.empty());
    CHECK(lines.errors.starts_with("error: "));
    check_has(lines.errors, "\nwhy: ");
    check_has(lines.errors, "\ntry: ");
    CHECK(std::count(lines.errors.begin(), lines.errors.end(), '\n') == 3);
    const auto problem = admin::json::parse(run_cli(std::string{words} + " -o json").errors);
    CHECK_FALSE(problem["code"].get<std::string>().empty());
    CHECK_FALSE(problem["remedy"].get<std::string>().empty());
  }
}

TEST_CASE("cli: a mail has its files, headers and wishes", "[cli]") {
  fake_node node;
  const temporary_directory folder;
  std::ofstream{folder.file("report.pdf")} << "%PDF\n\n";
  const auto sent =
      run_cli(node, "send --from a@example.net --to b@example.org --subject x --stdin "
                    "--header X-Campaign=spring --no-opens --clicks --attachment '" +
                        folder.file("report.pdf") + ";type=application/pdf' <<'END'\nHello\nEND\n");
  INFO(sent.errors);
  CHECK(sent.code == 0);
  const std::lock_guard lock{node.world.guard};
  REQUIRE(node.world.submitted.size() == 1);
}

TEST_CASE("cli: what is watched is shown again and again", "[cli]") {
  fake_node node;
  // `head` ends it, as a reader of a pipe does.
  const auto watched = run_cli(node, "pool list --watch=0.1 | head -n 8");
  std::size_t shown = 0;
  for (auto at = watched.output.find("NAME"); at != std::string::npos;
       at = watched.output.find("NAME", at + 1)) {
    ++shown;
  }
  CHECK(shown >= 2);
}
