#include "tests/net/asio/dns_resolver_server.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <tuple>
#include <utility>

namespace warmfront::testing {

namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

std::pair<int, std::uint16_t> bind_udp() {
  const int socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  static_cast<void>(::bind(socket, any, length));
  ::getsockname(socket, any, &length);
  return {socket, ntohs(address.sin_port)};
}

constexpr const char* configuration = R"(server:
  server-count: 1
  ip-address: 127.0.0.1@PORT
  do-ip6: no
  username: ""
  chroot: ""
  zonesdir: "DIR"
  database: ""
  pidfile: ""
  logfile: "DIR/nsd.log"
  xfrdfile: "DIR/xfrd.state"
  zonelistfile: "DIR/zone.list"
  xfrdir: "DIR"
  rrl-ratelimit: 0
remote-control:
  control-enable: no
ZONES
zone:
  name: "broken.example"
  zonefile: "no-such-file"
)";

std::string with(std::string text, std::string_view word, const std::string& value) {
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at)) {
    text.replace(at, word.size(), value);
    at += value.size();
  }
  return text;
}

} // namespace

std::string name_server::prepare(const served_zone& zone) {
  const std::string file = directory_ + "/" + zone.origin;
  std::ofstream{file} << "$ORIGIN " << zone.origin << ".\n$TTL 300\n"
                      << "@ SOA ns root 1 3600 600 86400 300\n@ NS ns\n"
                      << "ns A 127.0.0.1\n"
                      << zone.text;
  if (zone.is_signed) {
    sign(zone, file);
  }
  return "zone:\n  name: \"" + zone.origin + "\"\n  zonefile: \"" + zone.origin + "\"\n";
}

void name_server::sign(const served_zone& zone, const std::string& file) {
  const std::string commands =
      "cd " + directory_ + " && key=$(ldns-keygen -r /dev/urandom -a ECDSAP256SHA256 -k " +
      zone.origin + ") && ldns-signzone -f " + file + ".signed " + file + " $key && mv " + file +
      ".signed " + file + " && mv $key.ds " + file + ".ds";
  if (std::system(commands.c_str()) != 0) {
    throw std::runtime_error("the zone " + zone.origin + " was not signed");
  }
  std::string anchor;
  std::getline(std::ifstream{file + ".ds"}, anchor);
  anchors_.push_back(anchor);
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  std::string changed = text.str();
  for (const auto& [from, to] : zone.spoiled) {
    if (changed.find(from) == std::string::npos) {
      throw std::runtime_error("nothing to spoil in the zone " + zone.origin + ": " + from);
    }
    changed = with(std::move(changed), from, to);
  }
  std::ofstream{file} << changed;
}

name_server::name_server(const std::vector<served_zone>& zones) {
  std::string pattern = (std::filesystem::temp_directory_path() / "nsd-XXXXXX").string();
  directory_ = ::mkdtemp(pattern.data());
  std::string configured;
  for (const served_zone& zone : zones) {
    configured += prepare(zone);
  }
  for (int attempt = 0; attempt < 5; ++attempt) { // another process may take the free port
    const auto [socket, port] = bind_udp();
    ::close(socket);
    port_ = port;
    std::string text = with(configuration, "DIR", directory_);
    text = with(std::move(text), "PORT", std::to_string(port_));
    std::ofstream{directory_ + "/nsd.conf"} << with(std::move(text), "ZONES", configured);
    start();
    for (int round = 0; round < 100 && ::waitpid(process_, nullptr, WNOHANG) == 0; ++round) {
      if (answers()) {
        return;
      }
    }
    stop();
  }
  throw std::runtime_error("nsd did not start; see " + directory_);
}

void name_server::start() {
  const std::string file = directory_ + "/nsd.conf";
  std::array<const char*, 5> words{"/usr/sbin/nsd", "-d", "-c", file.c_str(), nullptr};
  posix_spawn_file_actions_t quiet;
  posix_spawn_file_actions_init(&quiet);
  for (const int output : {1, 2}) {
    posix_spawn_file_actions_addopen(&quiet, output, "/dev/null", O_WRONLY, 0);
  }
  static_cast<void>(::posix_spawn(&process_, words[0], &quiet, nullptr,
                                  const_cast<char* const*>(words.data()), environ));
  posix_spawn_file_actions_destroy(&quiet);
}

bool name_server::answers() const {
  // A query for the SOA of broken.example; any answer will do.
  constexpr std::string_view query{"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x06"
                                   "broken\x07"
                                   "example\0\0\x06\0\x01",
                                   32};
  const auto [socket, port] = bind_udp();
  const sockaddr_in target = loopback(port_);
  ::sendto(socket, query.data(), query.size(), 0, reinterpret_cast<const sockaddr*>(&target),
           sizeof target);
  pollfd one{socket, POLLIN, 0};
  const bool answered = ::poll(&one, 1, 100) > 0;
  ::close(socket);
  return answered;
}

void name_server::stop() {
  if (process_ > 0) {
    ::kill(process_, SIGTERM);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }
}

name_server::~name_server() {
  stop();
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

std::string name_server::address() const {
  return "127.0.0.1@" + std::to_string(port_);
}

silent_name_server::silent_name_server() {
  std::tie(socket_, port_) = bind_udp();
}
silent_name_server::~silent_name_server() {
  ::close(socket_);
}
std::string silent_name_server::address() const {
  return "127.0.0.1@" + std::to_string(port_);
}

} // namespace warmfront::testing
