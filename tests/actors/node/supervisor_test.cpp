// What whoever supervises the process hears, on sockets of both kinds.
#include "actors/node/supervisor.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch.hpp>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "actors/core/random.hpp"
#include "tests/storage/temporary_directory.hpp"

using namespace warmfront;
using namespace std::chrono_literals;

namespace {

/// Plays systemd's end.
class notify_socket {
public:
  explicit notify_socket(std::string name) : name_{std::move(name)} {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name_.data(), name_.size());
    if (name_[0] == '@')
      address.sun_path[0] = '\0';
    REQUIRE(::bind(socket_, reinterpret_cast<const sockaddr*>(&address),
                   static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size())) == 0);
  }
  ~notify_socket() { ::close(socket_); }
  notify_socket(const notify_socket&) = delete;
  notify_socket& operator=(const notify_socket&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }
  /// What has been said and not been read; empty: nothing.
  [[nodiscard]] std::string heard() const {
    char text[4096];
    const auto octets = ::recv(socket_, text, sizeof text, MSG_DONTWAIT);
    return octets > 0 ? std::string{text, static_cast<std::size_t>(octets)} : std::string{};
  }

private:
  std::string name_;
  int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

/// Sets variables of the environment, and takes them away again.
class environment {
public:
  explicit environment(std::initializer_list<std::pair<const char*, std::string>> variables) {
    for (const auto& [name, value] : variables) {
      ::setenv(name, value.c_str(), 1);
      names_.push_back(name);
    }
  }
  ~environment() {
    for (const auto* each : names_)
      ::unsetenv(each);
  }
  environment(const environment&) = delete;
  environment& operator=(const environment&) = delete;

private:
  std::vector<const char*> names_;
};

} // namespace

TEST_CASE("supervisor: hears of every step, by path and by abstract name", "[node]") {
  const warmfront::testing::temporary_directory directory;
  const std::string names[] = {(directory.path() / "notify").string(),
                               "@warmfront-test-" + std::to_string(random_seed())};
  for (const auto& name : names) {
    CAPTURE(name);
    const notify_socket socket{name};
    const supervisor to{name, 60s};
    to.ready("Serving");
    CHECK(socket.heard() == "READY=1\nSTATUS=Serving\nWATCHDOG_USEC=60000000\n");
    to.reloading(steady_time{1'234'567us});
    CHECK(socket.heard() ==
          "RELOADING=1\nMONOTONIC_USEC=1234567\nSTATUS=Reading the configuration again\n");
    to.beat("two\nlines");
    CHECK(socket.heard() == "WATCHDOG=1\nSTATUS=two lines\n");
    to.stopping();
    CHECK_THAT(socket.heard(), Catch::Matchers::StartsWith("STOPPING=1\n"));
    to.starting_anew(steady_time{1us});
    CHECK_THAT(socket.heard(), Catch::Matchers::EndsWith("WATCHDOG_USEC=3600000000\n"));
  }
}

TEST_CASE("supervisor: nobody there, or nobody any more, is no fault", "[node]") {
  const warmfront::testing::temporary_directory directory;
  supervisor{""}.ready("x");
  supervisor{(directory.path() / "gone").string()}.ready("x");
  supervisor{std::string(300, '/')}.ready("x");
  supervisor{"relative"}.ready("x");
  CHECK_FALSE(supervisor{"", 60s}.beat_every());
}

TEST_CASE("supervisor: the watchdog of the environment counts for the process it names", "[node]") {
  const auto self = std::to_string(getpid());
  const auto beats = [](const std::string& within, const std::string& whose) {
    const environment given{
        {"NOTIFY_SOCKET", "/run/notify"}, {"WATCHDOG_USEC", within}, {"WATCHDOG_PID", whose}};
    return supervisor::from_environment().beat_every();
  };
  CHECK(beats("60000000", self) == 20s);
  CHECK(beats("60000000", "") == 20s);
  CHECK_FALSE(beats("60000000", "1"));
  CHECK_FALSE(beats("0", self));
  CHECK_FALSE(beats("", self));
  CHECK_FALSE(beats("6e7", self));
  CHECK_FALSE(beats("99999999999999999999", self));
  CHECK_FALSE(supervisor::from_environment().beat_every());
}
