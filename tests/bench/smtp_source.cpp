// smtp_source: sends mails that can be told apart, over many sessions, and counts the replies.
//
// One thread, epoll. A session sends one command and waits for its reply, unless --pipelined.
// Lost connections are made again until the run is over. Prints the totals as one line of JSON;
// exits 3 when it gave up waiting.
#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstring>
#include <iostream>

#include "tests/bench/descriptor.hpp"
#include "tests/bench/source_session.hpp"

namespace warmfront::bench {
namespace {

constexpr std::uint64_t retry_after_ns = 20'000'000;
constexpr std::uint64_t greeting_timeout_ns = 10'000'000'000;
constexpr std::size_t reply_octets_max = 64 * 1024;

struct connection {
  explicit connection(source_run& run) : session(run) {}

  descriptor socket;
  source_session session;
  std::string input;
  std::uint64_t retry_at_ns = 0;
  std::uint64_t connected_at_ns = 0;
  bool watches_writing = false;
  bool over = false;
};

class source_client {
public:
  source_client(source_run& run, sockaddr_in to);
  /// Runs until every session is over.
  void work();

private:
  void connect(std::size_t index);
  void handle(std::size_t index, std::uint32_t events);
  void read(connection& client);
  void take_replies(connection& client);
  void write(std::size_t index, connection& client);
  void close(connection& client);
  void tend();
  [[nodiscard]] bool silent_too_long() const;

  source_run& run_;
  sockaddr_in to_;
  descriptor epoll_{epoll_create1(EPOLL_CLOEXEC)};
  std::vector<connection> connections_;
  std::size_t open_ = 0;       ///< not over
  std::size_t connecting_ = 0; ///< not greeted yet
  std::size_t waiting_ = 0;    ///< without a connection
};

source_client::source_client(source_run& run, sockaddr_in to) : run_(run), to_(to) {
  for (std::uint32_t i = 0; i < run_.options.sessions; ++i) {
    connections_.emplace_back(run_);
  }
  open_ = connections_.size();
}

void source_client::work() {
  std::array<epoll_event, 256> events{};
  std::uint64_t tended_ns = 0;
  while (open_ > 0) {
    // Waiting connections are looked after every millisecond, a settled run every 20.
    if (const auto now = monotonic_ns(); now - tended_ns > 500'000) {
      tended_ns = now;
      tend();
      if (silent_too_long()) {
        run_.gave_up = true;
        return;
      }
    }
    const int timeout = connecting_ + waiting_ > 0 ? 1 : 20;
    const int ready =
        epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), timeout);
    for (int i = 0; i < ready; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      handle(static_cast<std::size_t>(event.data.u64), event.events);
    }
  }
}

bool source_client::silent_too_long() const {
  return static_cast<double>(monotonic_ns() - run_.last_ns) / 1e9 >
         run_.options.silence_seconds_max;
}

/// Starts what waits, and ends what waits for nothing.
void source_client::tend() {
  const auto now = monotonic_ns();
  waiting_ = 0;
  for (std::size_t index = 0; index < connections_.size(); ++index) {
    auto& client = connections_[index];
    if (client.socket && !client.session.greeted() &&
        now > client.connected_at_ns + greeting_timeout_ns) {
      client.session.lost();
      --connecting_;
      close(client);
    }
    if (client.socket || client.over) {
      continue;
    }
    if (!run_.wants_more()) {
      client.over = true;
      --open_;
    } else if (now >= client.retry_at_ns && connecting_ < run_.options.connecting_max) {
      connect(index);
    } else {
      ++waiting_;
    }
  }
}

void source_client::connect(std::size_t index) {
  auto& client = connections_[index];
  client.session = source_session{run_};
  client.input.clear();
  client.watches_writing = false;
  client.connected_at_ns = monotonic_ns();
  client.socket = descriptor{socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  send_at_once(client.socket.get());
  ++run_.connections;
  if (::connect(client.socket.get(), reinterpret_cast<const sockaddr*>(&to_), sizeof to_) != 0 &&
      errno != EINPROGRESS) {
    run_.note("connect", std::strerror(errno));
    client.socket.reset();
    client.retry_at_ns = monotonic_ns() + retry_after_ns;
    ++waiting_;
    return;
  }
  ++connecting_;
  epoll_event event{.events = EPOLLIN, .data = {.u64 = index}};
  epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, client.socket.get(), &event);
}

void source_client::close(connection& client) {
  if (!client.socket) {
    return;
  }
  client.socket.reset();
  client.retry_at_ns = monotonic_ns() + retry_after_ns;
  ++waiting_;
}

void source_client::handle(std::size_t index, std::uint32_t events) {
  auto& client = connections_[index];
  if (!client.socket) {
    return;
  }
  const bool was_greeted = client.session.greeted();
  if ((events & (EPOLLIN | EPOLLERR | EPOLLHUP)) != 0) {
    read(client);
  }
  if (!client.session.finished()) {
    write(index, client);
  }
  if (client.session.finished()) {
    close(client);
  }
  if (!was_greeted && client.session.greeted()) {
    --connecting_;
  }
}

void source_client::read(connection& client) {
  std::array<char, 16 * 1024> octets{};
  const auto count = recv(client.socket.get(), octets.data(), octets.size(), 0);
  if (count < 0 && errno == EAGAIN) {
    return;
  }
  if (count <= 0) {
    client.session.lost();
    return;
  }
  client.input.append(octets.data(), static_cast<std::size_t>(count));
  take_replies(client);
  if (client.input.size() > reply_octets_max) {
    client.session.lost();
  }
}

void source_client::take_replies(connection& client) {
  std::size_t begin = 0; // of the reply
  std::size_t line = 0;  // of the line looked at
  auto& input = client.input;
  for (auto end = input.find('\n'); end != std::string::npos && !client.session.finished();
       end = input.find('\n', line)) {
    const bool continues = end - line > 3 && input[line + 3] == '-';
    if (!continues) {
      const auto text = std::string_view{input}.substr(line, end - line);
      client.session.reply(text.substr(0, text.find_last_not_of('\r') + 1));
      begin = end + 1;
    }
    line = end + 1;
  }
  input.erase(0, begin);
}

void source_client::write(std::size_t index, connection& client) {
  auto& output = client.session.output();
  auto& body = client.session.body();
  bool sent_something = false;
  while (!output.empty() || !body.empty()) {
    std::array<iovec, 2> parts{iovec{output.data(), output.size()},
                               iovec{const_cast<char*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = parts.size();
    const auto sent = sendmsg(client.socket.get(), &message, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno != EAGAIN) {
        client.session.lost();
        return;
      }
      break;
    }
    sent_something = true;
    const auto from_output = std::min(static_cast<std::size_t>(sent), output.size());
    output.erase(0, from_output);
    body.remove_prefix(static_cast<std::size_t>(sent) - from_output);
  }
  const bool unsent = !output.empty() || !body.empty();
  if (sent_something && !unsent) {
    client.session.output_sent();
  }
  if (unsent != client.watches_writing) {
    epoll_event event{.events = EPOLLIN, .data = {.u64 = index}};
    if (unsent) {
      event.events |= EPOLLOUT;
    }
    epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, client.socket.get(), &event);
    client.watches_writing = unsent;
  }
}

void add_options(CLI::App& app, source_options& options) {
  app.add_option("--to", options.to, "IPv4 address and port")->capture_default_str();
  app.add_option("--sessions", options.sessions)->capture_default_str();
  app.add_option("--count", options.mails_max, "mails to send at most");
  app.add_option("--seconds", options.seconds_max, "begin no mail after that");
  app.add_option("--silence", options.silence_seconds_max, "give up so long after the last 250");
  app.add_option("--per-connection", options.mails_per_connection, "mails; 0: no limit");
  app.add_option("--octets", options.octets, "of a whole mail, about")->capture_default_str();
  app.add_option("--recipients", options.recipients, "of each mail")->capture_default_str();
  app.add_option("--first", options.first_number, "number of the first recipient");
  app.add_option("--series", options.series)->capture_default_str();
  app.add_option("--connecting", options.connecting_max, "connections being made at once");
  app.add_flag("--pipelined", options.pipelined, "MAIL, RCPT and DATA in one write");
  app.add_option("--sender", options.sender)->capture_default_str();
  app.add_option("--domains", options.domains, "of recipients, in turn")->delimiter(',');
  app.add_option("--field", options.fields, "one more header field; repeatable")
      ->allow_extra_args(false);
  app.add_option("--auth", options.authentication, "USER:SECRET for AUTH PLAIN");
  app.add_option("--acknowledged", options.acknowledged_file, "file for the bitmap of numbers");
}

} // namespace
} // namespace warmfront::bench

int main(int argc, char** argv) {
  using namespace warmfront::bench;
  source_options options;
  CLI::App app{"Sends mails that can be told apart, and counts the replies."};
  add_options(app, options);
  CLI11_PARSE(app, argc, argv);
  const auto to = parse_address(options.to);
  if (!to || options.sessions == 0 || options.recipients == 0 || options.domains.empty()) {
    std::cerr << "smtp_source: --to ADDRESS:PORT, and at least one of everything\n";
    return 2;
  }
  source_run run{options};
  source_client client{run, *to};
  client.work();
  std::cout << run.report() << std::endl;
  if (!options.acknowledged_file.empty() && !run.acknowledged.write_to(options.acknowledged_file)) {
    std::cerr << "smtp_source: cannot write " << options.acknowledged_file << '\n';
    return 1;
  }
  return run.gave_up ? 3 : 0;
}
