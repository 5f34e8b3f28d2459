// smtp_sink: a next hop that takes mail, counts it exactly, and misbehaves on request.
//
// One thread, epoll. Prints `{"listening":"ADDRESS:PORT"}` first; then answers the commands on its
// standard input (sink_control.hpp) and ends with it, so that it never outlives who started it.
#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <CLI/CLI.hpp>
#include <csignal>
#include <iostream>
#include <map>
#include <memory>
#include <unordered_map>

#include "tests/bench/descriptor.hpp"
#include "tests/bench/latency.hpp"
#include "tests/bench/sink_control.hpp"
#include "tests/bench/sink_session.hpp"

namespace warmfront::bench {
namespace {

struct connection {
  connection(descriptor from, const sink_rules& rules, sink_tally& tally, std::string source)
      : socket(std::move(from)), session(rules, tally, std::move(source)) {}

  descriptor socket;
  sink_session session;
  std::uint64_t due_ns = 0; ///< when a timer wakes it; 0: none runs
  bool watches_writing = false;
};

class sink_server {
public:
  sink_server(sink_rules rules, sink_tally& tally) : rules_(std::move(rules)), tally_(tally) {}

  /// @returns the address listened on, or nothing.
  std::optional<sockaddr_in> listen(sockaddr_in address);
  /// Runs until standard input ends.
  void run();

private:
  static constexpr std::uint64_t listener_key = 0;
  static constexpr std::uint64_t control_key = 1;

  void accept_all();
  void read_control();
  void read(connection& client);
  void write(connection& client);
  void settle(std::uint64_t key);
  void watch(std::uint64_t key, connection& client, bool writing);
  void start_timer(std::uint64_t key, connection& client);
  void run_timers();
  [[nodiscard]] int milliseconds_to_wait() const;

  sink_rules rules_;
  sink_tally& tally_;
  descriptor listener_;
  descriptor epoll_{epoll_create1(EPOLL_CLOEXEC)};
  std::unordered_map<std::uint64_t, std::unique_ptr<connection>> connections_;
  std::multimap<std::uint64_t, std::uint64_t> timers_; ///< due time to key
  std::uint64_t next_key_ = 2;
  std::string commands_;
  bool running_ = true;
  std::array<char, 256 * 1024> buffer_{};
};

std::optional<sockaddr_in> sink_server::listen(sockaddr_in address) {
  listener_ = descriptor{socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  const int on = 1;
  setsockopt(listener_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  if (bind(listener_.get(), generic, length) != 0 || ::listen(listener_.get(), 4096) != 0 ||
      getsockname(listener_.get(), generic, &length) != 0) {
    return std::nullopt;
  }
  epoll_event event{.events = EPOLLIN, .data = {.u64 = listener_key}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, listener_.get(), &event);
  event.data.u64 = control_key;
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, STDIN_FILENO, &event);
  return address;
}

void sink_server::run() {
  std::array<epoll_event, 256> events{};
  while (running_) {
    const int ready = epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()),
                                 milliseconds_to_wait());
    for (int i = 0; i < ready; ++i) {
      const auto key = events[static_cast<std::size_t>(i)].data.u64;
      if (key == listener_key) {
        accept_all();
      } else if (key == control_key) {
        read_control();
      } else if (const auto found = connections_.find(key); found != connections_.end()) {
        read(*found->second);
        settle(key);
      }
    }
    run_timers();
  }
}

void sink_server::accept_all() {
  sockaddr_in peer{};
  socklen_t length = sizeof peer;
  for (;;) {
    descriptor socket{accept4(listener_.get(), reinterpret_cast<sockaddr*>(&peer), &length,
                              SOCK_NONBLOCK | SOCK_CLOEXEC)};
    if (!socket) {
      return;
    }
    send_at_once(socket.get());
    const auto key = next_key_++;
    epoll_event event{.events = EPOLLIN, .data = {.u64 = key}};
    epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, socket.get(), &event);
    tally_.connection_opened();
    connections_[key] =
        std::make_unique<connection>(std::move(socket), rules_, tally_, to_string(peer, false));
    settle(key);
  }
}

void sink_server::read_control() {
  std::array<char, 4096> octets{};
  const auto count = ::read(STDIN_FILENO, octets.data(), octets.size());
  if (count <= 0) {
    running_ = false;
    return;
  }
  commands_.append(octets.data(), static_cast<std::size_t>(count));
  for (auto end = commands_.find('\n'); end != std::string::npos; end = commands_.find('\n')) {
    std::cout << control(rules_, tally_, commands_.substr(0, end)) << std::endl;
    commands_.erase(0, end + 1);
  }
}

void sink_server::read(connection& client) {
  const auto count = recv(client.socket.get(), buffer_.data(), buffer_.size(), 0);
  if (count == 0 || (count < 0 && errno != EAGAIN)) {
    client.socket.reset();
  } else if (count > 0) {
    // Clients that leave Nagle's algorithm on would otherwise wait for the delayed acknowledgement.
    const int on = 1;
    setsockopt(client.socket.get(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
    client.session.receive({buffer_.data(), static_cast<std::size_t>(count)});
    tally_.flush();
  }
}

void sink_server::write(connection& client) {
  auto& output = client.session.output();
  while (client.socket && !output.empty()) {
    const auto wanted = rules_.octet_delay.count() > 0 ? 1 : output.size();
    const auto sent = send(client.socket.get(), output.data(), wanted, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN) {
        client.socket.reset();
      }
      return;
    }
    output.erase(0, static_cast<std::size_t>(sent));
    if (output.empty() || rules_.octet_delay.count() > 0) {
      client.session.output_sent();
      return;
    }
  }
}

/// After anything happened to a connection: sends, arms its timer, or forgets it.
void sink_server::settle(std::uint64_t key) {
  auto& client = *connections_.at(key);
  const bool drips = rules_.octet_delay.count() > 0;
  if (!drips || client.due_ns == 0) {
    write(client);
  }
  const bool unsent = !client.session.output().empty();
  const bool over = client.session.finished() && !unsent && !client.session.pause();
  if (!client.socket || over) {
    tally_.connection_closed();
    connections_.erase(key);
    return;
  }
  if (client.due_ns == 0 && (client.session.pause() || (unsent && drips))) {
    start_timer(key, client);
  }
  watch(key, client, unsent && !drips);
}

void sink_server::watch(std::uint64_t key, connection& client, bool writing) {
  if (client.watches_writing != writing) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = key}};
    if (writing) {
      event.events |= EPOLLOUT;
    }
    epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, client.socket.get(), &event);
    client.watches_writing = writing;
  }
}

void sink_server::start_timer(std::uint64_t key, connection& client) {
  const auto delay = client.session.pause().value_or(rules_.octet_delay);
  client.due_ns =
      monotonic_ns() + static_cast<std::uint64_t>(std::chrono::nanoseconds{delay}.count());
  timers_.emplace(client.due_ns, key);
}

void sink_server::run_timers() {
  while (!timers_.empty() && timers_.begin()->first <= monotonic_ns()) {
    const auto key = timers_.begin()->second;
    timers_.erase(timers_.begin());
    const auto found = connections_.find(key);
    if (found == connections_.end()) {
      continue;
    }
    found->second->due_ns = 0;
    if (found->second->session.pause()) {
      found->second->session.resume();
    }
    settle(key);
  }
}

int sink_server::milliseconds_to_wait() const {
  if (timers_.empty()) {
    return -1;
  }
  const auto now = monotonic_ns();
  const auto due = timers_.begin()->first;
  return due <= now ? 0 : static_cast<int>((due - now) / 1'000'000) + 1;
}

int serve(const std::string& listen, const sink_rules& rules, sink_tally& tally) {
  const auto wanted = parse_address(listen);
  if (!wanted) {
    std::cerr << "smtp_sink: " << listen << " is not ADDRESS:PORT\n";
    return 2;
  }
  auto server = std::make_unique<sink_server>(rules, tally);
  const auto bound = server->listen(*wanted);
  if (!bound) {
    std::cerr << "smtp_sink: cannot listen on " << listen << '\n';
    return 1;
  }
  std::cout << R"({"listening":")" << to_string(*bound, true) << "\"}" << std::endl;
  server->run();
  return 0;
}

} // namespace
} // namespace warmfront::bench

int main(int argc, char** argv) {
  using namespace warmfront::bench;
  std::signal(SIGPIPE, SIG_IGN);
  std::string listen = "127.0.0.1:0";
  std::string log;
  std::string folder;
  std::vector<std::string> rule_texts;
  CLI::App app{"Takes mail as a next hop and counts it."};
  app.add_option("--listen", listen, "IPv4 address and port; port 0 picks one")
      ->capture_default_str();
  app.add_option("--log", log, "file for one line per recipient");
  app.add_option("--keep", folder, "folder for the contents of all mails");
  app.add_option("--rule", rule_texts, "a rule of misbehaviour, as in 'dot_delay 50'; repeatable")
      ->allow_extra_args(false);
  CLI11_PARSE(app, argc, argv);

  sink_rules rules;
  for (const auto& text : rule_texts) {
    if (!set_rule(rules, text)) {
      std::cerr << "smtp_sink: unknown rule: " << text << '\n';
      return 2;
    }
  }
  sink_tally tally;
  if (!log.empty() && !tally.log_to(log)) {
    std::cerr << "smtp_sink: cannot write " << log << '\n';
    return 1;
  }
  if (!folder.empty()) {
    tally.keep_in(folder);
  }
  return serve(listen, rules, tally);
}
