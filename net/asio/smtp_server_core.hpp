// What the sessions of one submission server share. Private to net/asio.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "net/asio/smtp_server.hpp"
#include "net/smtp/server_budget.hpp"
#include "net/smtp/server_clients.hpp"
#include "net/smtp/server_networks.hpp"

namespace warmfront::net {

using session_id = std::uint64_t;
class smtp_session;
class smtp_worker;

/// The answer of the node to something a session asked.
using session_answer = std::variant<submission_result, result<authenticated_client>>;

/// Answers on their way back to the I/O thread of their sessions. Outlives the server for as long
/// as the node holds a callback; holds neither sessions nor sockets.
class answer_queue {
public:
  struct answer {
    session_id session;
    session_answer what;
  };

  /// From any thread. Answers of one burst wake the I/O thread once.
  void push(session_id session, session_answer what);
  [[nodiscard]] std::vector<answer> take();
  void open(std::shared_ptr<smtp_worker> worker);
  /// From now on answers are dropped.
  void close();

private:
  std::mutex mutex_;
  std::weak_ptr<smtp_worker> worker_;
  std::vector<answer> answers_;
};

/// State of the whole server. Thread-safe; `smtp_session` and `smtp_worker` refer to it.
struct smtp_server_core {
  smtp_server_core(smtp_server_options given, smtp_server_handlers callbacks, const clock& source);

  [[nodiscard]] std::shared_ptr<const tls_server_context> tls() const;
  void set_tls(std::shared_ptr<const tls_server_context> context);
  /// Null when the client may connect, else the text of its 421.
  [[nodiscard]] const char* connect(const std::string& address);
  void disconnect(const std::string& address);
  void authentication_failed(const std::string& address);
  [[nodiscard]] bool banned(const std::string& address);
  /// Begins to drain; `drained` is called when no session is left.
  void drain(std::function<void()> drained);
  void notice_drained();

  const smtp_server_options options;
  const smtp_server_handlers handlers;
  const clock& time;
  smtp::server_rules rules;
  smtp::network_list relay_networks;
  smtp::octet_budget budget;
  std::atomic<bool> draining{false};

  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> connections_refused{0};
  std::atomic<std::uint64_t> connections_open{0};
  std::atomic<std::uint64_t> authentication_failures{0};
  std::atomic<std::uint64_t> messages_accepted{0};
  std::atomic<std::uint64_t> messages_refused{0};
  std::atomic<std::uint64_t> octets_received{0};

private:
  mutable std::mutex mutex_;
  smtp::client_register clients_;
  std::shared_ptr<const tls_server_context> tls_;
  std::function<void()> drained_;
};

/// The sessions of one I/O thread. All members but `answers` are for that thread only.
class smtp_worker : public std::enable_shared_from_this<smtp_worker> {
public:
  smtp_worker(std::shared_ptr<smtp_server_core> core, boost::asio::io_context& context);

  /// Takes over a connection that `core.connect` allowed.
  void adopt(boost::asio::ip::tcp::socket socket, smtp::server_peer peer);
  /// Queues a mail for `handlers.submit`, which gets all mails of this turn of the thread at once.
  void submit(session_id session, submission mail);
  void authenticate(session_id session, smtp::check_password shown);
  /// Gives the answers that have come in to their sessions.
  void deliver_answers();
  void drain();
  /// Ends all sessions at once. Idempotent.
  void close();
  void forget(session_id session);

  [[nodiscard]] smtp_server_core& core() noexcept { return *core_; }
  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] steady_time now() const { return core_->time.steady_now(); }
  /// Octets just received, for one session at a time: idle sessions need no buffer.
  [[nodiscard]] std::vector<char>& receive_buffer() noexcept { return receive_buffer_; }
  [[nodiscard]] std::string& text_buffer() noexcept { return text_buffer_; }

private:
  void flush_submissions();
  void schedule_tick();
  void tick();

  std::shared_ptr<smtp_server_core> core_;
  boost::asio::io_context& context_;
  boost::asio::steady_timer timer_;
  bool timer_armed_ = false;
  bool closed_ = false;
  std::shared_ptr<answer_queue> answers_ = std::make_shared<answer_queue>();
  std::unordered_map<session_id, std::shared_ptr<smtp_session>> sessions_;
  session_id next_session_ = 1;
  std::vector<pending_submission> submissions_;
  std::vector<char> receive_buffer_;
  std::string text_buffer_;
};

} // namespace warmfront::net
