#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "net/tls/server_context.hpp"
#include "tests/net/tls/test_certificate.hpp"

using namespace warmfront;
using namespace warmfront::net;
using namespace warmfront::testing;
using Catch::Matchers::Contains;

namespace {

error failure_of(const std::string& certificate, const std::string& key) {
  const auto loaded = tls_server_context::load(certificate, key);
  REQUIRE_FALSE(loaded);
  return loaded.error();
}

} // namespace

TEST_CASE("tls context: a certificate and its key are loaded", "[tls]") {
  const temporary_directory directory;
  const auto files = make_certificate(directory, "mta.test");
  const auto loaded = tls_server_context::load(files.certificate_file, files.key_file);
  REQUIRE(loaded);
  CHECK(loaded.value()->native() != nullptr);
}

TEST_CASE("tls context: errors name the file and what is wrong with it", "[tls]") {
  const temporary_directory directory;
  const auto one = make_certificate(directory, "one");
  const auto other = make_certificate(directory, "other");
  const auto expired = make_certificate(directory, "expired", -60);
  const auto locked = make_certificate(directory, "locked", 3600, "pass phrase");
  const auto missing = directory.file("missing.pem");
  const auto junk = directory.file("junk.pem");
  std::ofstream{junk} << "this is no certificate\n";

  CHECK(failure_of(missing, one.key_file).code == errc::not_found);
  CHECK_THAT(failure_of(missing, one.key_file).what, Contains(missing) && Contains("No such file"));
  CHECK_THAT(failure_of(one.certificate_file, missing).what,
             Contains("key") && Contains(missing) && Contains("No such file"));
  CHECK_THAT(failure_of(junk, one.key_file).what, Contains("certificate from " + junk));
  CHECK_THAT(failure_of(one.certificate_file, junk).what, Contains("key from " + junk));
  CHECK_THAT(failure_of(one.certificate_file, other.key_file).what,
             Contains(other.key_file) && Contains("does not belong to the certificate"));
  CHECK_THAT(failure_of(expired.certificate_file, expired.key_file).what, Contains("has expired"));
  CHECK_THAT(failure_of(locked.certificate_file, locked.key_file).what, Contains(locked.key_file));
  CHECK_FALSE(failure_of(locked.certificate_file, locked.key_file).remedy.empty());
  CHECK_THAT(failure_of(std::filesystem::temp_directory_path().string(), one.key_file).what,
             Contains("certificate"));
}
