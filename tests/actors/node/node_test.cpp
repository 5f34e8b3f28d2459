// A whole node in this process, on ports that the system picks.
#include "actors/node/node.hpp"

#include <fstream>
#include <iterator>

#include <caf/scoped_actor.hpp>
#include <catch2/catch.hpp>

#include "tests/actors/node/mail_sink.hpp"
#include "tests/net/asio/smtp_server_client.hpp"
#include "tests/storage/temporary_directory.hpp"

using namespace warmfront;
using Catch::Matchers::Contains;
using warmfront::testing::mail_sink;
using warmfront::testing::smtp_client;
using warmfront::testing::temporary_directory;

namespace {

config::config settings_for(const temporary_directory& directory, const std::string& next_hop) {
  config::config settings;
  settings.node.hostname = "mta.example";
  settings.node.data_dir = directory.path() / "data";
  settings.smtp.submission = {"127.0.0.1:0"};
  settings.smtp.relay_networks = {"127.0.0.1/32"};
  settings.delivery.routes = {{"*", next_hop}};
  settings.identity.require_verified = false;
  settings.storage.reserve = 0;
  settings.log.file = directory.path() / "log";
  return settings;
}

std::unique_ptr<node> started(const config::config& settings) {
  auto result = node::start(settings, [](const error& why) { FAIL_CHECK(why.what); });
  if (!result)
    FAIL(to_string(result.error()));
  return std::move(result).value();
}

void submit(const node& to, const std::string& subject) {
  smtp_client client{to.smtp_addresses().at(0)};
  CHECK_THAT(client.reply(), Contains("220 "));
  for (const auto* line :
       {"EHLO client.example", "MAIL FROM:<s@a.example>", "RCPT TO:<r@b.example>"}) {
    client.send(std::string{line} + "\r\n");
    CHECK_THAT(client.reply(), Contains("250"));
  }
  client.send("DATA\r\n");
  CHECK_THAT(client.reply(), Contains("354 "));
  client.send("Subject: " + subject + "\r\n\r\nbody\r\n.\r\n");
  CHECK_THAT(client.reply(), Contains("250 "));
}

template <class Answer, class Handle, class Question>
Answer ask(const node& where, const Handle& whom, Question question) {
  caf::scoped_actor self{where.services().system};
  std::optional<Answer> answered;
  self->request(whom, std::chrono::seconds{10}, std::move(question))
      .receive([&](Answer& got) { answered = std::move(got); }, [](const caf::error&) {});
  REQUIRE(answered);
  return std::move(*answered);
}

void give_address(const node& to) {
  const auto put = ask<answer<done>>(
      to, to.services().ip_pool,
      put_pool_address{pool_name{"shared"}, {ip_address{"127.0.0.1"}, node_name{"n1"}, 1, {}}});
  REQUIRE(put.value);
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream file{path};
  return {std::istreambuf_iterator<char>{file}, {}};
}

} // namespace

TEST_CASE("node: a mail that comes in over SMTP goes out to the next hop", "[node]") {
  const temporary_directory directory;
  mail_sink sink;
  {
    const auto subject = started(settings_for(directory, sink.address()));
    give_address(*subject);
    submit(*subject, "hello");
    const auto mails = sink.wait_for(1);
    CHECK(subject->is_turning(std::chrono::seconds{20}));
    REQUIRE(mails.size() == 1);
    CHECK_THAT(mails[0], Contains("Received: from client.example") && Contains("Subject: hello"));
  }
  CHECK_THAT(read_text(directory.path() / "log"),
             Contains("\"event\":\"delivered\"") && Contains("\"event\":\"stopped\""));
}

TEST_CASE("node: a held mail survives a restart", "[node]") {
  const temporary_directory directory;
  mail_sink sink;
  const auto settings = settings_for(directory, sink.address());
  const auto key = directory.path() / "data" / "admin.key";
  std::string first_key;
  {
    const auto first = started(settings);
    submit(*first, "held"); // the pool has no address yet
    first_key = read_text(key);
  }
  CHECK(sink.wait_for(0).empty());
  const auto second = started(settings);
  CHECK(read_text(key) == first_key);
  give_address(*second);
  REQUIRE(sink.wait_for(1).size() == 1);
}

TEST_CASE("node: the admin key is readable by its owner alone, and counts", "[node]") {
  const temporary_directory directory;
  const auto subject = started(settings_for(directory, "127.0.0.1:1"));
  const auto path = directory.path() / "data" / "admin.key";
  using std::filesystem::perms;
  CHECK(std::filesystem::status(path).permissions() == (perms::owner_read | perms::owner_write));
  auto secret = read_text(path);
  REQUIRE(secret.ends_with('\n'));
  secret.pop_back();
  const auto who = ask<answer<client_identity>>(*subject, subject->services().access,
                                                authenticate_key{"", secret});
  REQUIRE(who.value);
  CHECK(who.value.value().role == key_role::admin);
  for (const auto& entry : std::filesystem::directory_iterator{path.parent_path()})
    CHECK(entry.path().filename().string().find("admin.key.") == std::string::npos);
}

TEST_CASE("node: what a killed start left of a key file is no obstacle", "[node]") {
  const temporary_directory directory;
  std::filesystem::create_directories(directory.path() / "data");
  std::ofstream{directory.path() / "data" / "admin.key.new"} << "half";
  const auto subject = started(settings_for(directory, "127.0.0.1:1"));
  CHECK(read_text(directory.path() / "data" / "admin.key").size() > 20);
}

namespace {

/// A node that has been started once, and where its key may stand.
struct key_files {
  temporary_directory directory;
  config::config settings = settings_for(directory, "127.0.0.1:1");
  std::filesystem::path path = directory.path() / "data" / "admin.key";
  std::filesystem::path pending = directory.path() / "data" / "admin.key.pending";
  key_files() { static_cast<void>(started(settings)); }
};

} // namespace

TEST_CASE("node: a key that a killed start made gets its file at the next one", "[node]") {
  const key_files files;
  const auto secret = read_text(files.path);
  std::filesystem::rename(files.path, files.pending);
  static_cast<void>(started(files.settings));
  CHECK(read_text(files.path) == secret);
  CHECK_FALSE(std::filesystem::exists(files.pending));
}

TEST_CASE("node: a key that did not come to count gets no file", "[node]") {
  const key_files files;
  std::filesystem::remove(files.path);
  std::ofstream{files.pending} << "0123456789abcdef.of-another-life\n";
  static_cast<void>(started(files.settings));
  CHECK_FALSE(std::filesystem::exists(files.path));
  CHECK_FALSE(std::filesystem::exists(files.pending));
}

TEST_CASE("node: a second node on the same directory is refused", "[node]") {
  const temporary_directory directory;
  const auto settings = settings_for(directory, "127.0.0.1:1");
  const auto first = started(settings);
  const auto second = node::start(settings, [](const error&) {});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == errc::storage_locked);
  CHECK_THAT(second.error().what, Contains(settings.node.data_dir));
  CHECK_FALSE(second.error().remedy.empty());
}

TEST_CASE("node: addresses that cannot be used are refused, and nothing is left running",
          "[node]") {
  const temporary_directory directory;
  auto settings = settings_for(directory, "127.0.0.1:1");
  SECTION("not an address of this machine") {
    settings.smtp.submission = {"192.0.2.1:0"};
  }
  SECTION("no address at all") {
    settings.smtp.submission = {"nowhere"};
  }
  SECTION("a next hop without a port") {
    settings.delivery.routes = {{"*", "127.0.0.1"}};
  }
  SECTION("a log that cannot be written") {
    settings.log.file = "/proc/nowhere/log";
  }
  SECTION("a data directory that cannot be made") {
    settings.node.data_dir = "/proc/nowhere";
  }
  const auto refused = node::start(settings, [](const error&) {});
  REQUIRE_FALSE(refused);
  CHECK_FALSE(refused.error().what.empty());
  CHECK_FALSE(refused.error().remedy.empty());
  started(settings_for(directory, "127.0.0.1:1"));
}

TEST_CASE("node: a stopped node takes no mail and stops once", "[node]") {
  const temporary_directory directory;
  const auto subject = started(settings_for(directory, "127.0.0.1:1"));
  const auto address = subject->smtp_addresses().at(0);
  subject->stop();
  subject->stop();
  CHECK_FALSE(smtp_client{}.connect(address));
}
