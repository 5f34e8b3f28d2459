// The command line against a real service: what it sends, prints and exits with.
#include <catch2/catch.hpp>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include <sys/wait.h>

#include "admin/cli/command.hpp"
#include "admin/cli/profile.hpp"
#include "admin/cli/program.hpp"
#include "admin/cli/render.hpp"
#include "tests/admin/fake_node.hpp"
#include "tests/net/tls/test_certificate.hpp"

using namespace warmfront;
using namespace warmfront::testing;
namespace cli = warmfront::admin::cli;

namespace {

struct ended {
  int code = -1;
  std::string output; ///< both streams
};

/// Runs the CLI through the shell. `words` and `environment` are trusted text of this file.
ended run(const std::string& words, const std::string& environment = "") {
  // At its end cpprestsdk abandons its threads with what they hold: no leak of ours.
  const auto line =
      "ASAN_OPTIONS=detect_leaks=0 HOME=/nonexistent XDG_CONFIG_HOME= " + environment + ' ' +
      WARMFRONT_CLI + ' ' + words + " 2>&1";
  ended result;
  FILE* pipe = ::popen(line.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::array<char, 4096> chunk{};
  while (const auto got = std::fread(chunk.data(), 1, chunk.size(), pipe)) {
    result.output.append(chunk.data(), got);
  }
  result.code = WEXITSTATUS(::pclose(pipe));
  return result;
}

ended run(const fake_node& node, const std::string& words, const std::string& key = "admin") {
  return run("--server " + node.address() + " --key " + key + ".secret " + words);
}

bool has(const ended& result, std::string_view text) {
  INFO(result.output);
  INFO(text);
  const bool found = result.output.find(text) != std::string::npos;
  CHECK(found);
  return found;
}

} // namespace

TEST_CASE("cli: sends a message and says its id", "[cli]") {
  fake_node node;
  const auto sent = run(node, "send --from 'Ada <ada@example.net>' --to bob@example.org "
                              "--to carol@example.org --subject 'Hello there' --text Hi "
                              "--class batch -o json");
  CHECK(sent.code == 0);
  has(sent, "\"id\": \"");
  const std::lock_guard lock{node.world.guard};
  REQUIRE(node.world.submitted.size() == 1);
  CHECK(node.world.submitted.front().mail.recipients.size() == 2);
  CHECK(node.world.submitted.front().importance == mail_class::batch);
}

TEST_CASE("cli: sends raw JSON from standard input", "[cli]") {
  fake_node node;
  const auto sent = run(node, "send --json - <<'END'\n{\"from\":\"a@example.net\",\"to\":"
                              "[\"b@example.org\"],\"subject\":\"x\",\"text\":\"y\"}\nEND\n");
  INFO(sent.output);
  const std::lock_guard lock{node.world.guard};
  CHECK(node.world.submitted.size() == 1);
}

TEST_CASE("cli: message why says it in sentences, with the time of release", "[cli]") {
  fake_node node;
  const auto id = node.add_message("acme", recipient_state::held).str();
  const auto why = run(node, "message why " + id);
  CHECK(why.code == 0);
  has(why, "Message " + id + " is held.");
  has(why, "127.0.0.9 has sent 500 of 500 mails of day 1");
  has(why, "7 recipients go first; expected at 2026-01-02T00:00:00.000Z");
  has(run(node, "message why -o json " + id), "\"position\": 7");
  has(run(node, "-o yaml message why " + id), "    position: 7");
  has(run(node, "message show " + id), "bob@example.org");
  CHECK(run(node, "message cancel " + id).code == 0);
  has(run(node, "message list"), "bob@example.org held");
}

TEST_CASE("cli: pools, IPs, plans, warm-ups, queues and keys", "[cli]") {
  fake_node node;
  {
    const std::lock_guard lock{node.world.guard};
    node.world.ledgers.push_back(sample_ledger("127.0.0.2"));
  }
  const std::pair<const char*, const char*> rows[] = {
      {"cluster status", "n1"},
      {"pool create p --kind dedicated --account acme --ip 127.0.0.2 --plan standard", "127.0.0.2"},
      {"pool list", "p     dedicated  acme     hold      127.0.0.2"},
      {"pool add-ip p 2001:db8::1 --weight 3", "2001:db8::1"},
      {"pool show p", "standard"},
      {"ip list", "127.0.0.2    exhausted"},
      {"ip show 127.0.0.2", "exhausted"},
      {"ip quarantine 127.0.0.2 --reason listed", "listed"},
      {"ip release 127.0.0.2", "exhausted"},
      {"pool remove-ip p 127.0.0.2", ""},
      {"pool delete p", ""},
      {"plan create mine --days 10,20,30", "10, 20, 30"},
      {"plan list", "mine"},
      {"plan show mine", "10, 20, 30"},
      {"plan change mine --days 10,5 --allow-decrease --advance on_use --spread even "
       "--time-zone Europe/Berlin --provider gmail=1,2 --provider *=3 --threshold lower_spam=4.5",
       "Europe/Berlin"},
      {"plan delete mine", ""},
      {"pool create q --ip 127.0.0.9", ""},
      {"provision start q --add 127.0.0.3 --add 127.0.0.4 --remove 127.0.0.9 --plan standard "
       "--parallel 2 --gate-day 5 --on-failure rollback --waive helo",
       "127.0.0.4"},
      {"provision list", "0000000000000000  q     running"},
      {"provision show 0000000000000000", "127.0.0.9"},
      {"provision pause 0000000000000000", "paused"},
      {"provision resume 0000000000000000", "running"},
      {"provision rollback 0000000000000000", "rolling_back"},
      {"provision propose q --daily-volume 2000000 --plan standard --gate-day 3", "ready_at"},
      {"warmup forecast q --recipients 1000 --provider gmail=10 --start-at 2026-12-01T08:00:00Z",
       "2026-12-02T08:00:00.000Z"},
      {"warmup show", "127.0.0.2"},
      {"warmup show 127.0.0.2", "exhausted"},
      {"warmup pause 127.0.0.2", "paused"},
      {"warmup resume 127.0.0.2", "open"},
      {"warmup set-day 127.0.0.2 4", "day          4"},
      {"warmup set-plan 127.0.0.2 mine", "mine"},
      {"queue list", "shared"},
      {"key create acme --role sender", "k1.acme"},
      {"key list", "ID"},
      {"key revoke k1", ""},
  };
  for (const auto& [words, expected] : rows) {
    CAPTURE(words);
    const auto result = run(node, words);
    CHECK(result.code == 0);
    has(result, expected);
  }
}

TEST_CASE("cli: a refusal says what, why and what to try, and exits with 1", "[cli]") {
  fake_node node;
  const auto wrong = run(node, "send --from nobody --to b@example.org --subject x --text y");
  CHECK(wrong.code == 1);
  has(wrong, "error: from is not acceptable");
  has(wrong, "why: invalid_argument (HTTP 422), field from");
  has(wrong, "try: give a mailbox");
  CHECK(run(node, "pool show absent").code == 1);
  CHECK(run(node, "cluster status", "unknown").code == 1);
  CHECK(run(node, "key list", "sender").code == 1);
}

TEST_CASE("cli: wrong usage exits with 2, an unreachable node with 3", "[cli]") {
  for (const auto* words :
       {"", "nonsense", "pool", "pool nonsense", "pool show", "pool show a b",
        "-o xml cluster status", "plan create x --days 1,x", "warmup set-day a x",
        "--nonsense cluster status", "send --json /nonexistent"}) {
    CAPTURE(words);
    const auto result = run(words);
    CHECK(result.code == 2);
    has(result, "error: ");
  }
  const auto unreachable = run("--server http://127.0.0.1:1 cluster status");
  CHECK(unreachable.code == 3);
  has(unreachable, "try: check --server");
}

TEST_CASE("cli: talks TLS to a node whose certificate it trusts, and to no other", "[cli][tls]") {
  const temporary_directory files;
  const auto pair = make_certificate(files, "localhost");
  auto loaded = net::tls_server_context::load(pair.certificate_file, pair.key_file);
  REQUIRE(loaded.has_value());
  fake_node node{loaded.value()};
  const auto words =
      "--key admin.secret --server https://localhost:" + std::to_string(node.port()) +
      " cluster status";
  const auto trusted = run(words, "SSL_CERT_FILE=" + pair.certificate_file);
  INFO(trusted.output);
  CHECK(trusted.code == 0);
  CHECK(run(words, "SSL_CERT_FILE=/dev/null").code == 3);
}

TEST_CASE("cli: every command has its help", "[cli]") {
  cli::invocation asked;
  CLI::App app{"", "warmfront"};
  cli::add_commands(app, asked);
  for (const auto& each : cli::commands()) {
    const auto words = std::string{each.noun} + ' ' + std::string{each.verb};
    CAPTURE(words);
    const auto* command = app.get_subcommand(std::string{each.noun});
    if (!each.verb.empty()) {
      command = command->get_subcommand(std::string{each.verb});
    }
    const ended help{0, command->help()};
    has(help, each.about);
    for (const auto& argument : each.arguments) {
      has(help, argument.positional ? std::string{argument.name} : cli::option_of(argument));
    }
  }
  const auto printed = run("pool create --help");
  CHECK(printed.code == 0);
  has(printed, "warmfront pool create");
}

TEST_CASE("cli: options come before the environment, the environment before the profile", "[cli]") {
  const auto home = std::filesystem::temp_directory_path() / "warmfront-cli-test-profile";
  std::filesystem::create_directories(home / "warmfront");
  std::ofstream{home / "warmfront" / "config.toml"} << "server = \"p:1\"\nkey = \"pk\"\n";
  std::string server;
  const auto variable = [&](const char* name) -> std::string {
    const std::string wanted{name};
    return wanted == "XDG_CONFIG_HOME" ? home.string() : wanted == "WARMFRONT_SERVER" ? server : "";
  };
  CHECK(cli::find_connection({}, variable).value().server == "p:1");
  CHECK(cli::find_connection({}, variable).value().key == "pk");
  server = "e:1";
  CHECK(cli::find_connection({}, variable).value().server == "e:1");
  CHECK(cli::find_connection({"o:1", ""}, variable).value().server == "o:1");
  std::ofstream{home / "warmfront" / "config.toml"} << "server = 1\n";
  CHECK(cli::find_connection({}, variable).error().what.find("config.toml:1") != std::string::npos);
  std::ofstream{home / "warmfront" / "config.toml"} << "server = \n";
  CHECK_FALSE(cli::find_connection({}, variable).has_value());
  std::filesystem::remove_all(home);
  CHECK(cli::find_connection({}, [](const char*) { return std::string{}; }).value().server ==
        "http://127.0.0.1:8080");
}

TEST_CASE("cli: what others wrote cannot command the terminal", "[cli][security]") {
  const auto text =
      cli::render(cli::commands().front(), admin::ordered_json{{"reply", "\x1b]0;x\x07 \xc2\x9b"}},
                  cli::output_format::table);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\xc2\x9b") == std::string::npos);
}
