// Commands that work on a node's files while it is stopped: only as the node's user.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "admin/cli/data_owner.hpp"
#include "tests/admin/cli_process.hpp"
#include "tests/net/tls/test_certificate.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using namespace warmfront::admin::cli;

namespace {

constexpr unsigned other_user = 54'321;

} // namespace

TEST_CASE("data owner: who the folder belongs to may work on it", "[cli]") {
  const temporary_directory folder;
  CHECK(check_user(folder.file(""), "backup restore").has_value());
  CHECK(check_user(folder.file("absent"), "backup restore").has_value());
  if (::chown(folder.file("").c_str(), other_user, other_user) != 0) {
    return; // only root can give files away
  }
  const auto refused = check_user(folder.file(""), "backup restore");
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == errc::refused);
  check_has(refused.error().what, "belongs to #54321");
  check_has(refused.error().remedy, "runuser -u #54321 -- warmfront backup restore");
}

TEST_CASE("data owner: root migrates no node that runs as another user", "[cli]") {
  const temporary_directory folder;
  const auto certificate = make_certificate(folder, "n1", 3600);
  std::ofstream{folder.file("node.toml")}
      << "[node]\nname = \"n1\"\nhostname = \"mta.example.net\"\ndata_dir = \""
      << folder.file("data") << "\"\n[cluster]\netcd = [\"https://127.0.0.1:1\"]\n"
      << "listen = \"127.0.0.1:7400\"\nca = \"" << certificate.certificate_file
      << "\"\ncertificate = \"" << certificate.certificate_file << "\"\nkey = \""
      << certificate.key_file << "\"\n";
  std::filesystem::create_directories(folder.file("data/rocks"));
  if (::chown(folder.file("data").c_str(), other_user, other_user) != 0) {
    return;
  }
  const auto refused = run_cli("cluster migrate --config " + folder.file("node.toml"));
  CHECK(refused.code == 1);
  check_has(refused.errors, "runuser -u #54321 -- warmfront cluster migrate");
  CHECK(std::filesystem::is_empty(folder.file("data/rocks")));
}
