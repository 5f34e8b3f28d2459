// `warmfront doctor`: judgements on facts, probes of this machine, and whole runs on broken
// set-ups.
#include <catch2/catch.hpp>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "admin/cli/doctor_probes.hpp"
#include "admin/cli/finding.hpp"
#include "tests/admin/cli_process.hpp"
#include "tests/net/tls/test_certificate.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using namespace warmfront::admin::cli;
using namespace std::chrono_literals;

namespace {

/// A port that something listens on, for as long as this lives.
class taken_port {
public:
  taken_port() : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0);
    REQUIRE(::listen(socket_, 1) == 0);
    socklen_t size = sizeof at;
    ::getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
    text_ = "127.0.0.1:" + std::to_string(ntohs(at.sin_port));
  }
  ~taken_port() { ::close(socket_); }
  taken_port(const taken_port&) = delete;
  taken_port& operator=(const taken_port&) = delete;
  [[nodiscard]] const std::string& text() const { return text_; }

private:
  int socket_;
  std::string text_;
};

constexpr wall_time noon{std::chrono::hours{24 * 20'000}};

/// What a whole run says of one check: `state: found`.
std::string said_of(const admin::json& report, const std::string& check) {
  for (const auto& each : report["checks"]) {
    if (each["check"] == check) {
      return each["state"].get<std::string>() + ": " + each["found"].get<std::string>();
    }
  }
  return "not looked at";
}

} // namespace

TEST_CASE("doctor: a port is judged by whether the node runs", "[cli]") {
  const auto judged = [](int failure, node_presence node) {
    return judge_port({"http.admin", "127.0.0.1:8080", failure}, node).state;
  };
  CHECK(judged(0, node_presence::absent) == health::ok);
  CHECK(judged(0, node_presence::unclear) == health::ok);
  CHECK(judged(0, node_presence::runs) == health::warning);
  CHECK(judged(EADDRINUSE, node_presence::runs) == health::ok);
  CHECK(judged(EADDRINUSE, node_presence::unclear) == health::warning);
  CHECK(judged(EADDRINUSE, node_presence::absent) == health::problem);
  CHECK(judged(EACCES, node_presence::absent) == health::problem);
  CHECK(judged(EADDRNOTAVAIL, node_presence::absent) == health::problem);
}

TEST_CASE("doctor: a certificate is judged by its days", "[cli]") {
  const auto judged = [](wall_time from, wall_time until) {
    return judge_certificate({"tls", "a.pem", "", from, until}, noon).state;
  };
  CHECK(judged(noon - 24h, noon + 24h * 22) == health::ok);
  CHECK(judged(noon - 24h, noon + 24h * 20) == health::warning);
  CHECK(judged(noon - 24h, noon) == health::problem);
  CHECK(judged(noon + 1h, noon + 24h * 90) == health::problem);
}

TEST_CASE("doctor: disk, clock, limits and secrets", "[cli]") {
  folder_facts folder{"/d", true, true, true, 0700, "ext4", 5000, "", "warmfront", ""};
  CHECK(judge_folder(folder, 1000).front().state == health::ok);
  folder.free_octets = 1500;
  CHECK(judge_folder(folder, 1000).front().state == health::warning);
  folder.free_octets = 1000;
  CHECK(judge_folder(folder, 1000).front().state == health::problem);
  folder.foreign_file = "/d/rocks/LOG";
  const auto foreign = judge_folder(folder, 100).front();
  CHECK(foreign.state == health::problem);
  CHECK(foreign.remedy == "chown -R warmfront /d");
  folder.foreign_file.clear();
  folder.mode = 0755;
  folder.file_system = "nfs";
  folder.is_writable = false;
  CHECK(judge_folder(folder, 100).size() == 4);
  CHECK(judge_folder({.path = "/d", .parent_problem = "no"}, 1).front().state == health::problem);
  CHECK(judge_folder({.path = "/d"}, 1).front().state == health::ok);

  CHECK(judge_clock({true, {{"a", 900ms}, {"b", -3s}, {"c", 11s}}}).at(0).state == health::ok);
  CHECK(judge_clock({true, {{"a", 900ms}, {"b", -3s}, {"c", 11s}}}).at(1).state == health::ok);
  CHECK(judge_clock({true, {{"a", 900ms}, {"b", -3s}, {"c", 11s}}}).at(2).state == health::warning);
  CHECK(judge_clock({true, {{"a", 900ms}, {"b", -3s}, {"c", 11s}}}).at(3).state == health::problem);
  CHECK(judge_clock({false, {}}).front().state == health::warning);

  CHECK(judge_open_files(65'536, 65'536).state == health::ok);
  CHECK(judge_open_files(1024, 65'536).state == health::warning);
  CHECK(judge_open_files(256, 65'536).state == health::problem);
}

TEST_CASE("doctor: a secret file is the node's alone, or its group's where somebody named it",
          "[cli]") {
  CHECK(judge_secret_file({"secrets key", "/k", true, false, 0600}).state == health::ok);
  CHECK(judge_secret_file({"secrets key", "/k", true, false, 0640}).state == health::problem);
  CHECK(judge_secret_file({"secrets key", "/k", true, true, 0600}).state == health::ok);
  CHECK(judge_secret_file({"secrets key", "/k", true, true, 0640}).state == health::ok);
  CHECK(judge_secret_file({"secrets key", "/k", true, true, 0660}).state == health::problem);
  const auto open = judge_secret_file({"secrets key", "/k", true, true, 0644});
  CHECK(open.state == health::problem);
  CHECK(open.remedy == "chmod g-w,o= /k");
  const auto hidden = judge_secret_file({"secrets key", "/k", false, false, 0, "not allowed"});
  CHECK(hidden.state == health::warning);
  const auto roots = judge_secret_file({"secrets key", "/k", true, true, 0600, "", "warmfront"});
  CHECK(roots.state == health::problem);
  CHECK(roots.remedy == "chown warmfront /k");
  CHECK(judge_secret_file({"secrets key", "/k", false, true, 0}).state == health::problem);
  CHECK(judge_secret_file({"secrets key", "/k", false, false, 0}).state == health::ok);
}

TEST_CASE("doctor: the DNS, mail hosts, identities and nodes", "[cli]") {
  using dns::answer_kind;
  const dns::record_answer some{answer_kind::found, {"192.0.2.1"}, ""};
  const dns::record_answer none{answer_kind::no_data, {}, ""};
  const dns::record_answer silence{answer_kind::failed, {}, "SERVFAIL"};
  CHECK(judge_hostname("a.test", some, none).state == health::ok);
  CHECK(judge_hostname("a.test", none, none).state == health::problem);
  CHECK(judge_hostname("a.test", none, silence).state == health::warning);
  CHECK(judge_resolver("127.0.0.1", silence).state == health::problem);
  CHECK(judge_resolver("127.0.0.1", none).state == health::ok);
  CHECK(judge_address("192.0.2.1", {{"reverse_dns", check_verdict::failed, "no name"},
                                    {"helo", check_verdict::unknown, "?"},
                                    {"binding", check_verdict::passed, "yes"}})
            .front()
            .state == health::problem);
  CHECK(judge_mail_hosts("a.test", "", {{"mx1", "refused"}, {"mx2", ""}}).state == health::ok);
  CHECK(judge_mail_hosts("a.test", "", {{"mx1", "refused"}}).state == health::problem);
  CHECK(judge_mail_hosts("a.test", "no such domain", {}).state == health::problem);

  const auto identities = judge_identities(admin::ordered_json::parse(
      R"([{"domain":"a.test","verified":true,"wrong_since":null},{"domain":"b.test",
        "verified":false},{"domain":"c.test","verified":true,
        "wrong_since":"2026-11-01T00:00:00Z"}])"));
  CHECK(identities.at(0).state == health::ok);
  CHECK(identities.at(1).state == health::problem);
  CHECK(identities.at(2).state == health::warning);
  const auto cluster = judge_cluster(admin::ordered_json::parse(
      R"({"control_silent_seconds":7,"nodes":[
        {"name":"n1","state":"active","alive":true,"ready":true},
        {"name":"n2","state":"active","alive":false},
        {"name":"n3","state":"removed","alive":false}]})"));
  REQUIRE(cluster.size() == 3);
  CHECK(cluster.at(0).state == health::ok);
  CHECK(cluster.at(1).state == health::problem);
  CHECK(cluster.at(2).check == "control store");
  CHECK(judge_cluster(nullptr).front().state == health::warning);
}

TEST_CASE("cluster verify: judges what the overview says", "[cli]") {
  const auto found = judge_overview(admin::ordered_json::parse(
      R"({"nodes":{"total":3,"up":2},"actions":[
        {"id":"node_gone:n2","severity":"problem","title":"t","why":"w","command":"c"},
        {"id":"disk_low:n1","severity":"warning","title":"t","why":"w","command":"c"},
        {"id":"node_draining:n3","severity":"hint","title":"t","why":"w","command":"c"}]})"));
  REQUIRE(found.size() == 4);
  CHECK(found.at(0).found == "2 of 3 are up");
  CHECK(found.at(0).state == health::problem);
  CHECK(found.at(1).state == health::problem);
  CHECK(found.at(2).state == health::warning);
  CHECK(found.at(3).state == health::ok);
  CHECK(judge_overview(nullptr).front().state == health::problem);
  fake_node node;
  const auto shown = run_cli(node, "cluster verify");
  check_has(shown.output, "1 of 1 are up");
  CHECK(shown.code == (shown.output.find("problem ") == std::string::npos ? 0 : 1));
  CHECK(run_cli("cluster verify --server 127.0.0.1:1").code == 3);
}

TEST_CASE("doctor: looks at real ports, folders, certificates and files", "[cli]") {
  const taken_port taken;
  CHECK(probe_port("a", taken.text()).bind_error == EADDRINUSE);
  CHECK(probe_port("a", "192.0.2.1:9").bind_error == EADDRNOTAVAIL);
  CHECK(probe_port("a", "somewhere:25").is_name);

  const temporary_directory folder;
  const auto facts = probe_folder(folder.file("."));
  CHECK((facts.exists && facts.is_folder && facts.is_writable && facts.free_octets > 0));
  CHECK_FALSE(probe_folder(folder.file("absent/deeper")).exists);

  const auto good = make_certificate(folder, "mta.test", 3600);
  const auto fine = probe_certificate("tls", {good.certificate_file, good.key_file});
  CHECK(fine.failure.empty());
  CHECK(fine.not_after > fine.not_before);
  const temporary_directory elsewhere;
  const auto other = make_certificate(elsewhere, "other.test", 3600);
  check_has(probe_certificate("tls", {good.certificate_file, other.key_file}).failure,
            "does not belong to it");
  check_has(probe_certificate("tls", {good.key_file, good.key_file}).failure, "no certificate");
  CHECK_FALSE(probe_certificate("tls", {"/nonexistent", good.key_file}).failure.empty());

  std::ofstream{folder.file("secret")} << "x";
  std::filesystem::permissions(folder.file("secret"), std::filesystem::perms{0644});
  CHECK(probe_secret_file("k", folder.file("secret"), true).mode == 0644);
  CHECK(probe_secret_file("k", folder.file("absent"), false).failure.empty());
  // Below what is no folder: not that it is not there, but that nobody can say.
  CHECK_FALSE(probe_secret_file("k", folder.file("secret/below"), false).failure.empty());
}

TEST_CASE("doctor: what root can read the node may not", "[cli]") {
  const temporary_directory folder;
  const node_user somebody{::geteuid() + 4321, {::getegid() + 4321}, "somebody"};
  std::ofstream{folder.file("secret")} << "x";
  std::filesystem::permissions(folder.file("secret"), std::filesystem::perms{0640});
  CHECK(probe_secret_file("k", folder.file("secret"), true, somebody).unreadable_for == "somebody");
  const node_user member{somebody.id, {::getegid()}, "member"};
  CHECK(probe_secret_file("k", folder.file("secret"), true, member).unreadable_for.empty());

  const auto good = make_certificate(folder, "mta.test", 3600);
  std::filesystem::permissions(good.certificate_file, std::filesystem::perms{0644});
  std::filesystem::permissions(good.key_file, std::filesystem::perms{0600});
  check_has(probe_certificate("tls", {good.certificate_file, good.key_file}, somebody).failure,
            "cannot be read: not by somebody");

  std::filesystem::create_directory(folder.file("rocks"));
  std::ofstream{folder.file("rocks/LOG")} << "x";
  CHECK(probe_folder(folder.file("")).foreign_file.empty());
  CHECK_FALSE(probe_node_user(folder.file("")).has_value());
  if (::chown(folder.file("").c_str(), somebody.id, somebody.groups.front()) == 0) {
    CHECK(probe_node_user(folder.file("")).value().id == somebody.id);
    CHECK_FALSE(probe_folder(folder.file("")).foreign_file.empty());
    CHECK(::chown(folder.file("").c_str(), ::geteuid(), ::getegid()) == 0);
  }
}

TEST_CASE("doctor: an admin port that gives no answer may be the node's", "[cli]") {
  const temporary_directory folder;
  const taken_port admin;
  const taken_port submission;
  std::filesystem::create_directory(folder.file("data"));
  std::ofstream{folder.file("node.toml")}
      << "[node]\nname = \"n1\"\nhostname = \"mta.example.net\"\ndata_dir = \""
      << folder.file("data") << "\"\n[smtp]\nsubmission = [\"" << submission.text()
      << "\"]\n[http]\nadmin = \"" << admin.text() << "\"\n[dns]\nservers = [\"127.0.0.1@1\"]\n";
  const auto run = run_cli("doctor --config " + folder.file("node.toml") + " -o json");
  INFO(run.output);
  const auto report = admin::json::parse(run.output);
  check_has(said_of(report, "port http.admin"), "warning: ");
  check_has(said_of(report, "port smtp.submission[0]"), "warning: ");
  // Who answers elsewhere says nothing about the ports of this machine.
  fake_node other;
  const auto asked = run_cli("doctor --config " + folder.file("node.toml") + " --server " +
                             other.address() + " --key admin.secret -o json");
  CHECK(said_of(admin::json::parse(asked.output), "node").starts_with("ok: "));
  check_has(said_of(admin::json::parse(asked.output), "port smtp.submission[0]"), "warning: ");
}

TEST_CASE("doctor: tells what is broken, and exits with 1", "[cli]") {
  const temporary_directory folder;
  const taken_port taken;
  const auto expired = make_certificate(folder, "mta.test", -60);
  std::filesystem::create_directory(folder.file("data"));
  std::filesystem::permissions(folder.file("data"), std::filesystem::perms{0755});
  std::ofstream{folder.file("secrets.key")} << "x";
  std::filesystem::permissions(folder.file("secrets.key"), std::filesystem::perms{0644});
  std::ofstream{folder.file("node.toml")}
      // A name that no resolver knows without asking, as it would one under .test.
      << "[node]\nname = \"n1\"\nhostname = \"mta.example.net\"\ndata_dir = \""
      << folder.file("data") << "\"\n[smtp]\nsubmission = [\"" << taken.text()
      << "\", \"192.0.2.1:2587\"]\n[http]\n"
      << "admin = \"127.0.0.1:1\"\n[tls]\ncertificate = \"" << expired.certificate_file
      << "\"\nkey = \"" << expired.key_file << "\"\n[secrets]\nkey_file = \""
      << folder.file("secrets.key") << "\"\n[dns]\nservers = [\"127.0.0.1@1\"]\n";
  const auto run = run_cli("doctor --config " + folder.file("node.toml") + " -o json");
  INFO(run.output);
  CHECK(run.code == 1);
  const auto report = admin::json::parse(run.output);
  check_has(said_of(report, "port smtp.submission[0]"), "problem: " + taken.text() + " is taken");
  check_has(said_of(report, "port smtp.submission[1]"), "is no address of this machine");
  check_has(said_of(report, "certificate tls"), "expired on");
  check_has(said_of(report, "data folder"), "can be entered by others (mode 755)");
  check_has(said_of(report, "secrets key"), "is open to others (mode 644)");
  check_has(said_of(report, "node"), "warning: it does not answer");
  check_has(said_of(report, "resolver"), "problem: ");
  CHECK(report["problems"].get<int>() >= 5);
  const auto text = run_cli("doctor --config " + folder.file("node.toml"));
  CHECK(text.code == 1);
  check_has(text.output, "try: chmod g-w,o=");
}

TEST_CASE("doctor: names every fault of a configuration, and one that is not there", "[cli]") {
  const temporary_directory folder;
  std::ofstream{folder.file("node.toml")} << "[node]\ncolour = \"red\"\nname = 3\n";
  const auto faulty = run_cli("doctor --config " + folder.file("node.toml"));
  CHECK(faulty.code == 1);
  check_has(faulty.output, "node.toml:2");
  check_has(faulty.output, "node.toml:3");
  const auto missing = run_cli("doctor --config " + folder.file("absent.toml"));
  CHECK(missing.code == 1);
  check_has(missing.output, "problem  configuration");
}
