#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <vector>

#include "tests/net/asio/smtp_server_fixture.hpp"

using namespace warmfront;
using namespace warmfront::testing;
using Catch::Matchers::StartsWith;

TEST_CASE("smtp shell: out of file descriptors, it serves who is there and recovers by itself",
          "[smtp_shell]") {
  smtp_server_fixture fixture;
  fixture.start();
  smtp_client before{fixture.address()};
  greet(before, true);
  smtp_client waiting;

  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlimit tight{64, limit.rlim_max};
  setrlimit(RLIMIT_NOFILE, &tight);
  std::vector<int> taken;
  for (int fd = ::open("/dev/null", O_RDONLY); fd >= 0; fd = ::open("/dev/null", O_RDONLY)) {
    taken.push_back(fd);
  }
  REQUIRE_FALSE(taken.empty());
  REQUIRE(waiting.connect(fixture.address())); // the system takes it, the server cannot
  CHECK_THAT(send_mail(before, "x\r\n"), StartsWith("250 2.0.0 queued"));
  CHECK(fixture.server->counts().connections == 1);
  for (const int fd : taken) {
    ::close(fd);
  }
  setrlimit(RLIMIT_NOFILE, &limit);
  CHECK_THAT(waiting.reply(), StartsWith("220"));
}
