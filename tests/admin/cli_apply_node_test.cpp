// `warmfront apply` and `export` against a node.
#include <catch2/catch.hpp>

#include <fstream>
#include <string>

#include "tests/admin/cli_process.hpp"
#include "tests/net/tls/test_certificate.hpp"

using namespace warmfront;
using namespace warmfront::testing;

TEST_CASE("apply: shows, does, and does nothing a second time, at a node", "[cli]") {
  fake_node node;
  const temporary_directory folder;
  const auto file = folder.file("cluster.yaml");
  std::ofstream{file} << "plans:\n  - name: slow\n    days: [10, 20]\n"
                         "templates:\n  - name: hello\n    subject: Hi\n    text: |\n      Hello\n";
  const auto shown = run_cli(node, "apply -f " + file + " --dry-run");
  INFO(shown.errors);
  CHECK(shown.code == 4);
  check_has(shown.output, "+ plan slow\n");
  check_has(shown.output, "+ template default/hello\n");
  const auto applied = run_cli(node, "apply -f " + file);
  INFO(applied.errors);
  CHECK(applied.code == 0);
  check_has(applied.output, "created plan slow\ncreated template default/hello\n2 done.\n");
  const auto again = run_cli(node, "apply -f " + file + " --dry-run");
  CHECK(again.code == 0);
  check_has(again.output, "Nothing to change.");
  const auto exported = run_cli(node, "export > " + file + " && " WARMFRONT_CLI " apply -f " +
                                          file + " --dry-run --prune -o json");
  INFO(exported.errors);
  CHECK(exported.code == 0);
  CHECK(admin::json::parse(exported.output)["changes"].empty());
}

TEST_CASE("apply: stops at the first refusal and says what was done", "[cli]") {
  fake_node node;
  const temporary_directory folder;
  const auto file = folder.file("cluster.yaml");
  std::ofstream{file} << "plans:\n  - name: slow\n    days: [10, 20]\n"
                         "identities:\n  - domain: com\ntemplates:\n  - name: hello\n    text: x\n";
  const auto refused = run_cli(node, "apply -f " + file);
  CHECK(refused.code == 1);
  check_has(refused.output, "created plan slow\n");
  CHECK(refused.output.find("hello") == std::string::npos);
  check_has(refused.errors, "error: ");
  check_has(refused.errors, "note: 1 of 3 steps were done");
  CHECK(run_cli(node, "apply -f /nonexistent").code == 2);
  std::ofstream{file} << "plans: &x []\n";
  const auto wrong = run_cli(node, "apply -f " + file);
  CHECK(wrong.code == 2);
  check_has(wrong.errors, "line 1: anchors are not allowed");
}
