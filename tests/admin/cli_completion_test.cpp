// Completion: what may stand where the cursor is.
#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

#include "admin/cli/completion.hpp"
#include "tests/admin/cli_process.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using admin::ordered_json;
using words_list = std::vector<std::string>;

namespace {

const ordered_json& reference_of_program() {
  static const auto reference = ordered_json::parse(run_cli("reference -o json").output);
  return reference;
}

/// The words offered, without what is said of them. Pools are `news` and `shared`.
words_list offered(const words_list& words, std::string* asked = nullptr) {
  const auto names = [asked](const std::string& path, const words_list& connection) {
    if (asked != nullptr) {
      *asked = path + ' ' + connection.at(0) + ' ' + connection.at(1);
    }
    return path.starts_with("/v1/pools")
               ? ordered_json::parse(R"({"items":[{"name":"news"},{"name":"shared"}]})")
               : ordered_json();
  };
  const auto text = admin::cli::completions(reference_of_program(), words, names);
  words_list all;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    all.push_back(text.substr(at, text.find('\t', at) - at));
    at = end + 1;
  }
  return all;
}

bool offers(const words_list& words, const std::string& word) {
  const auto all = offered(words);
  return std::find(all.begin(), all.end(), word) != all.end();
}

} // namespace

TEST_CASE("completion: nouns, verbs, options", "[cli]") {
  CHECK(offers({""}, "pool"));
  CHECK(offers({""}, "doctor"));
  CHECK(offered({"prov"}) == words_list{"provision"});
  CHECK(offered({"pool", "add"}) == words_list{"add-ip"});
  CHECK(offered({"-o", "json", "pool", "add"}) == words_list{"add-ip"});
  CHECK(offers({"pool", "create", "x", "--"}, "--overflow"));
  CHECK(offers({"pool", "create", "x", "--"}, "--server"));
  CHECK(offered({"pool", "create", "x", "--kind", ""}).empty());
  CHECK(offered({"stats", ""}) == words_list{"series"});
  CHECK(offers({"stats", "--"}, "--by"));
  CHECK(offers({"stats", "series", "--"}, "--step"));
  CHECK(offered({"completion", ""}) == words_list{"bash", "zsh", "fish"});
}

TEST_CASE("completion: values and names", "[cli]") {
  CHECK(offered({"-o", ""}) == words_list{"table", "json", "yaml"});
  CHECK(offered({"--output=j"}) == words_list{"--output=json"});
  CHECK(offered({"completion", "z"}) == words_list{"zsh"});
  CHECK(offered({"pool", "show", ""}) == words_list{"news", "shared"});
  CHECK(offered({"pool", "show", "n"}) == words_list{"news"});
  CHECK(offered({"pool", "show", "news", ""}).empty());
  CHECK(offered({"send", "--pool", "sh"}) == words_list{"shared"});
  CHECK(offered({"send", "--pool=sh"}) == words_list{"--pool=shared"});
  CHECK(offered({"group", "show", ""}).empty());
  CHECK(offered({"queue", "retry", "--reason", "b"}) == words_list{"backoff"});
  CHECK(offered({"suppression", "list", "--reason", "m"}) == words_list{"manual"});
}

TEST_CASE("completion: asks the node that the words name", "[cli]") {
  std::string asked;
  CHECK(offered({"--server", "h:1", "pool", "show", "--key=k", ""}, &asked).size() == 2);
  CHECK(asked == "/v1/pools?limit=200 h:1 k");
}

TEST_CASE("completion: a node that is away says nothing, and soon", "[cli]") {
  const auto away = run_cli("complete pool show '' --server 127.0.0.1:1");
  CHECK(away.code == 0);
  const auto none = run_cli("complete --server 127.0.0.1:1 pool show ''");
  CHECK(none.code == 0);
  CHECK(none.output.empty());
  CHECK(none.errors.empty());
  fake_node node;
  CHECK(run_cli(node, "complete plan show ''").output == "standard\t\n");
}

TEST_CASE("completion: there are scripts for three shells", "[cli]") {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    check_has(run_cli(std::string{"completion "} + shell).output, "warmfront complete");
  }
  CHECK(run_cli("completion tcsh").code == 2);
}
