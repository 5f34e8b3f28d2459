// Processes of etcd: one member or several, on free ports, with their data in memory.
#pragma once

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "storage/etcd/etcd_control_store.hpp"
#include "tests/storage/spawned_process.hpp"
#include "tests/storage/temporary_directory.hpp"

extern char** environ; // NOLINT: POSIX

namespace warmfront::testing {

/// Lets real time go by, for processes whose clock is not ours.
inline void let_pass(milliseconds time) {
  std::promise<void>{}.get_future().wait_for(time);
}

/// A TCP port of the loopback that nobody uses just now.
inline std::uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(socket, raw, size) == 0 && ::getsockname(socket, raw, &size) == 0;
  ::close(socket);
  if (!bound) {
    throw std::runtime_error{"no free port"};
  }
  return ntohs(address.sin_port);
}

/// A process that dies with this one.
class program : public spawned_process {
public:
  explicit program(std::vector<std::string> words, const std::filesystem::path& log) {
    words.insert(words.begin(), {"setpriv", "--pdeathsig", "KILL", "--"});
    std::vector<char*> arguments;
    for (auto& word : words) {
      arguments.push_back(word.data());
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                       0600);
    ::posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (::posix_spawnp(&id_, "setpriv", &actions, nullptr, arguments.data(), environ) != 0) {
      id_ = -1;
    }
    ::posix_spawn_file_actions_destroy(&actions);
  }
};

/// Certificates of an authority, as files: NAME.pem and NAME-key.pem.
class authority {
public:
  explicit authority(std::filesystem::path in) : in_{std::move(in)} {
    std::filesystem::create_directories(in_);
    openssl({"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
             "-subj", "/CN=authority", "-days", "2", "-keyout", key("ca"), "-out",
             certificate("ca")});
  }
  /// For servers and clients at 127.0.0.1. (A server of etcd also is a client of itself.)
  void sign(const std::string& name) const {
    openssl({"req",
             "-x509",
             "-newkey",
             "ec",
             "-pkeyopt",
             "ec_paramgen_curve:P-256",
             "-nodes",
             "-subj",
             "/CN=" + name,
             "-days",
             "2",
             "-CA",
             certificate("ca"),
             "-CAkey",
             key("ca"),
             "-addext",
             "subjectAltName=IP:127.0.0.1,DNS:localhost",
             "-addext",
             "basicConstraints=critical,CA:FALSE",
             "-addext",
             "extendedKeyUsage=serverAuth,clientAuth",
             "-keyout",
             key(name),
             "-out",
             certificate(name)});
  }
  [[nodiscard]] std::string certificate(const std::string& of) const {
    return (in_ / (of + ".pem")).string();
  }
  [[nodiscard]] std::string key(const std::string& of) const {
    return (in_ / (of + "-key.pem")).string();
  }

private:
  void openssl(std::vector<std::string> words) const {
    words.insert(words.begin(), "openssl");
    if (program{std::move(words), in_ / "openssl.log"}.wait() != 0) {
      throw std::runtime_error{"openssl failed, see " + in_.string()};
    }
  }
  std::filesystem::path in_;
};

/// All members of an etcd. Killed when destroyed.
class etcd_cluster {
public:
  /// @param tls members show a certificate "server" of it, and want one of clients
  explicit etcd_cluster(std::size_t members, const authority* tls = nullptr)
      : tls_{tls}, scheme_{tls == nullptr ? "http://" : "https://"}, members_(members) {
    // A port that was free when asked for may be somebody's by now.
    for (int tries = 0; tries < 3; ++tries) {
      for (auto& member : members_) {
        member.client = scheme_ + "127.0.0.1:" + std::to_string(free_port());
        member.peer = "http://127.0.0.1:" + std::to_string(free_port());
      }
      spawn_all();
      if (become_ready()) {
        return;
      }
      kill_all();
      for (std::size_t number = 0; number < members; ++number) {
        std::filesystem::remove_all(data_of(number));
      }
    }
    throw std::runtime_error{"etcd does not start, see " + directory_.path().string()};
  }

  void start(std::size_t number) {
    members_[number].process = std::make_unique<program>(
        command(number), directory_.path() / ("log" + std::to_string(number)));
  }
  void start_all() {
    spawn_all();
    wait_until_ready();
  }
  void kill(std::size_t number) { members_[number].process.reset(); }
  void kill_all() {
    for (auto& member : members_) {
      member.process.reset();
    }
  }
  void send(std::size_t number, int signal) const { members_[number].process->send(signal); }

  [[nodiscard]] std::size_t size() const { return members_.size(); }
  [[nodiscard]] std::string endpoint(std::size_t number) const { return members_[number].client; }

  /// How a node of ours uses it.
  [[nodiscard]] storage::etcd_options options() const {
    storage::etcd_options options;
    for (const auto& member : members_) {
      options.endpoints.push_back(member.client);
    }
    if (tls_ != nullptr) {
      options.ca_file = tls_->certificate("ca");
      options.certificate_file = tls_->certificate("client");
      options.key_file = tls_->key("client");
    }
    return options;
  }

  /// Until every member that was started answers.
  void wait_until_ready() const {
    if (!become_ready()) {
      throw std::runtime_error{"etcd does not start, see " + directory_.path().string()};
    }
  }

private:
  struct member_process {
    std::string client;
    std::string peer;
    std::unique_ptr<program> process;
  };

  void spawn_all() {
    for (std::size_t number = 0; number < members_.size(); ++number) {
      start(number);
    }
  }

  /// Whether every member that was started answers within ten seconds.
  [[nodiscard]] bool become_ready() const {
    for (const auto& member : members_) {
      if (member.process == nullptr) {
        continue;
      }
      auto alone = options();
      alone.endpoints = {member.client};
      const auto store = storage::open_etcd_control_store(alone).value();
      for (int attempt = 0; !answers(*store); ++attempt) {
        if (attempt == 400) {
          return false;
        }
        let_pass(milliseconds{25});
      }
    }
    return true;
  }

  [[nodiscard]] std::filesystem::path data_of(std::size_t number) const {
    return directory_.path() / ("m" + std::to_string(number));
  }

  static bool answers(storage::control_store& store) {
    auto answer = std::make_shared<std::promise<bool>>();
    auto answered = answer->get_future();
    store.range("ready", [answer](const auto& found) { answer->set_value(found.has_value()); });
    return answered.get();
  }

  [[nodiscard]] std::vector<std::string> command(std::size_t number) const {
    const auto& self = members_[number];
    std::string cluster;
    for (std::size_t each = 0; each < members_.size(); ++each) {
      cluster += (each == 0 ? "m" : ",m") + std::to_string(each) + "=" + members_[each].peer;
    }
    const auto name = "m" + std::to_string(number);
    std::vector<std::string> words{"etcd",
                                   "--name",
                                   name,
                                   "--data-dir",
                                   data_of(number).string(),
                                   "--listen-client-urls",
                                   self.client,
                                   "--advertise-client-urls",
                                   self.client,
                                   "--listen-peer-urls",
                                   self.peer,
                                   "--initial-advertise-peer-urls",
                                   self.peer,
                                   "--initial-cluster",
                                   cluster,
                                   "--heartbeat-interval",
                                   "50",
                                   "--election-timeout",
                                   "500",
                                   "--log-level",
                                   "warn"};
    if (tls_ != nullptr) {
      words.insert(words.end(),
                   {"--cert-file", tls_->certificate("server"), "--key-file", tls_->key("server"),
                    "--trusted-ca-file", tls_->certificate("ca"), "--client-cert-auth"});
    }
    return words;
  }

  const authority* tls_;
  std::string scheme_;
  temporary_directory directory_;
  std::vector<member_process> members_;
};

} // namespace warmfront::testing
