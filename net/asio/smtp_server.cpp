#include "net/asio/smtp_server.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <utility>

#include "net/asio/endpoint_text.hpp"
#include "net/asio/run_on.hpp"
#include "net/asio/smtp_server_core.hpp"

namespace warmfront::net {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// Out of file descriptors or memory: sessions end all the time, so trying again soon is enough.
constexpr std::chrono::milliseconds accept_pause{100};

/// IPv4 clients of an IPv6 socket count as what they are.
boost::asio::ip::address unmapped(const boost::asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, address.to_v6());
  }
  return address;
}

/// One listening address: accepts and spreads sessions over the workers. Lives on one I/O thread.
class listener : public std::enable_shared_from_this<listener> {
public:
  listener(std::shared_ptr<smtp_server_core> core, boost::asio::io_context& context,
           std::vector<std::shared_ptr<smtp_worker>> workers, bool implicit_tls)
      : core_{std::move(core)}, context_{context}, acceptor_{context}, pause_{context},
        workers_{std::move(workers)}, implicit_tls_{implicit_tls} {}

  [[nodiscard]] boost::asio::io_context& context() noexcept { return context_; }
  [[nodiscard]] std::string address() const {
    error_code ignored;
    return to_text(acceptor_.local_endpoint(ignored));
  }

  [[nodiscard]] result<void> listen(const std::string& address) {
    const auto endpoint = parse_endpoint(address);
    if (!endpoint) {
      return error{errc::invalid_argument, "cannot listen on \"" + address + "\": not an address",
                   "write it like 127.0.0.1:2587 or [::1]:2587"};
    }
    error_code failure;
    acceptor_.open(endpoint->protocol(), failure);
    if (!failure) {
      acceptor_.set_option(tcp::acceptor::reuse_address{true}, failure);
    }
    if (!failure) {
      acceptor_.bind(*endpoint, failure);
    }
    if (!failure) {
      acceptor_.listen(boost::asio::socket_base::max_listen_connections, failure);
    }
    if (failure) {
      return error{errc::unavailable, "cannot listen on " + address + ": " + failure.message(),
                   "choose an address of this machine and a port nobody uses"};
    }
    return success();
  }

  void accept() {
    const auto& worker = workers_[turn_++ % workers_.size()];
    acceptor_.async_accept(worker->context(), [self = shared_from_this(), worker](
                                                  const error_code& failure, tcp::socket socket) {
      self->on_accept(failure, std::move(socket), worker);
    });
  }

  void close() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }

private:
  void on_accept(const error_code& failure, tcp::socket socket,
                 const std::shared_ptr<smtp_worker>& worker) {
    if (!acceptor_.is_open()) {
      return;
    }
    if (!failure) {
      greet(std::move(socket), worker);
    }
    if (!failure || failure == boost::asio::error::connection_aborted) {
      accept();
      return;
    }
    pause_.expires_after(accept_pause);
    pause_.async_wait([self = shared_from_this()](const error_code& stopped) {
      if (!stopped && self->acceptor_.is_open()) {
        self->accept();
      }
    });
  }

  void greet(tcp::socket socket, const std::shared_ptr<smtp_worker>& worker) {
    error_code failure;
    const auto endpoint = socket.remote_endpoint(failure);
    if (failure) {
      return; // gone already
    }
    const auto client = unmapped(endpoint.address());
    smtp::server_peer peer;
    peer.address = client.to_string();
    peer.loopback = client.is_loopback();
    peer.relay = core_->relay_networks.contains(peer.address);
    peer.implicit_tls = implicit_tls_;
    if (const auto* refusal = core_->connect(peer.address)) {
      refuse(std::move(socket), refusal);
      return;
    }
    boost::asio::post(worker->context(),
                      [worker, peer = std::move(peer), moved = std::move(socket)]() mutable {
                        worker->adopt(std::move(moved), std::move(peer));
                      });
  }

  void refuse(tcp::socket socket, const char* why) {
    error_code ignored;
    if (!implicit_tls_) {
      const auto line = "421 4.3.2 " + core_->options.hostname + " " + why + "\r\n";
      socket.non_blocking(true, ignored);
      socket.write_some(boost::asio::buffer(line), ignored);
      socket.shutdown(tcp::socket::shutdown_send, ignored);
    }
  }

  std::shared_ptr<smtp_server_core> core_;
  boost::asio::io_context& context_;
  tcp::acceptor acceptor_;
  boost::asio::steady_timer pause_;
  std::vector<std::shared_ptr<smtp_worker>> workers_;
  const bool implicit_tls_;
  std::size_t turn_ = 0;
};

class socket_smtp_server final : public smtp_server {
public:
  socket_smtp_server(io_threads& threads, std::shared_ptr<smtp_server_core> core)
      : core_{std::move(core)} {
    for (std::size_t i = 0; i < threads.size(); ++i) {
      workers_.push_back(std::make_shared<smtp_worker>(core_, threads.context(i)));
    }
  }

  ~socket_smtp_server() override {
    for (const auto& one : listeners_) {
      run_on(one->context(), [one] { one->close(); });
    }
    for (const auto& one : workers_) {
      run_on(one->context(), [one] { one->close(); });
    }
  }
  socket_smtp_server(const socket_smtp_server&) = delete;
  socket_smtp_server& operator=(const socket_smtp_server&) = delete;

  [[nodiscard]] result<void> listen(io_threads& threads) {
    for (const auto& options : core_->options.listeners) {
      if (options.implicit_tls && !core_->tls()) {
        return error{errc::invalid_argument,
                     "cannot listen for TLS on " + options.address + ": there is no certificate",
                     "name a certificate and a key in [tls]"};
      }
      auto one = std::make_shared<listener>(core_, threads.context(listeners_.size()), workers_,
                                            options.implicit_tls);
      WARMFRONT_TRY(one->listen(options.address));
      addresses_.push_back(one->address());
      listeners_.push_back(std::move(one));
    }
    for (const auto& one : listeners_) {
      boost::asio::post(one->context(), [one] { one->accept(); });
    }
    return success();
  }

  [[nodiscard]] std::vector<std::string> addresses() const override { return addresses_; }

  [[nodiscard]] smtp_server_counts counts() const override {
    return {core_->connections,       core_->connections_refused,
            core_->connections_open,  core_->authentication_failures,
            core_->messages_accepted, core_->messages_refused,
            core_->octets_received};
  }

  void drain(std::function<void()> drained) override {
    for (const auto& one : listeners_) {
      boost::asio::post(one->context(), [one] { one->close(); });
    }
    core_->drain(std::move(drained));
    for (const auto& one : workers_) {
      boost::asio::post(one->context(), [one] { one->drain(); });
    }
  }

  void reload(std::shared_ptr<const tls_server_context> tls) override {
    core_->set_tls(std::move(tls));
  }

private:
  std::shared_ptr<smtp_server_core> core_;
  std::vector<std::shared_ptr<smtp_worker>> workers_;
  std::vector<std::shared_ptr<listener>> listeners_;
  std::vector<std::string> addresses_;
};

} // namespace

result<std::unique_ptr<smtp_server>>
start_smtp_server(io_threads& threads, smtp_server_options options,
                  std::shared_ptr<const tls_server_context> tls, smtp_server_handlers handlers,
                  const clock& time) {
  auto core = std::make_shared<smtp_server_core>(std::move(options), std::move(handlers), time);
  WARMFRONT_TRY(networks, smtp::network_list::parse(core->options.relay_networks));
  core->relay_networks = std::move(networks);
  core->set_tls(std::move(tls));
  auto server = std::make_unique<socket_smtp_server>(threads, std::move(core));
  WARMFRONT_TRY(server->listen(threads));
  return std::unique_ptr<smtp_server>{std::move(server)};
}

} // namespace warmfront::net
