#include "admin/http/http_server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fmt/core.h>
#include <openssl/ssl.h>

#include "admin/http/http_session.hpp"
#include "admin/http/http_state.hpp"

namespace warmfront::admin {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

/// After a failed accept, as when descriptors have run out: trying again at once would spin.
constexpr std::chrono::milliseconds accept_pause{100};

std::shared_ptr<asio::ssl::context>
wrap(const std::shared_ptr<const net::tls_server_context>& tls) {
  if (!tls) {
    return nullptr;
  }
  SSL_CTX_up_ref(tls->native()); // The wrapper gives one reference back.
  return std::make_shared<asio::ssl::context>(tls->native());
}

/// `HOST:PORT` or `[HOST]:PORT` with a numeric host.
result<tcp::endpoint> parse_endpoint(const std::string& text) {
  const error bad{errc::invalid_argument,
                  fmt::format("listen for HTTP on \"{}\": not an address with a port", text),
                  "write it as in \"127.0.0.1:8080\" or \"[::1]:8080\"", "http.admin"};
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) {
    return bad;
  }
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  if (host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host == "localhost") {
    host = "127.0.0.1";
  }
  error_code failure;
  const auto address = asio::ip::make_address(host, failure);
  if (failure || digits.empty() || digits.size() > 5 ||
      digits.find_first_not_of("0123456789") != std::string::npos || std::stoul(digits) > 65535) {
    return bad;
  }
  return tcp::endpoint{address, static_cast<std::uint16_t>(std::stoul(digits))};
}

/// An IPv4 client of a dual-stack socket counts as the IPv4 client it is.
std::string client_text(const asio::ip::address& address) {
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
  }
  return address.to_string();
}

} // namespace

struct http_server::implementation : std::enable_shared_from_this<implementation> {
  implementation(net::io_threads& threads, const clock& time, http_limits limits,
                 http_handler handler)
      : io{threads}, acceptor{threads.context(0)}, retry{threads.context(0)},
        shared{std::make_shared<http_state>(time, limits, std::move(handler))} {}

  result<void> listen(const std::string& where) {
    WARMFRONT_TRY(endpoint, parse_endpoint(where));
    error_code failure;
    acceptor.open(endpoint.protocol(), failure);
    if (!failure) {
      acceptor.set_option(tcp::acceptor::reuse_address{true}, failure);
    }
    if (!failure) {
      acceptor.bind(endpoint, failure);
    }
    if (!failure) {
      acceptor.listen(asio::socket_base::max_listen_connections, failure);
    }
    const auto bound = failure ? tcp::endpoint{} : acceptor.local_endpoint(failure);
    if (failure) {
      return error{errc::unavailable,
                   fmt::format("listen for HTTP on {}: {}", where, failure.message()),
                   "free the address or choose another one", "http.admin"};
    }
    const auto host = bound.address().to_string();
    address = bound.address().is_v6() ? fmt::format("[{}]:{}", host, bound.port())
                                      : fmt::format("{}:{}", host, bound.port());
    return success();
  }

  void accept() {
    acceptor.async_accept(io.next(),
                          [self = shared_from_this()](error_code failure, tcp::socket socket) {
                            self->accepted(failure, std::move(socket));
                          });
  }

  void accepted(error_code failure, tcp::socket socket) {
    if (shared->stopping) {
      return;
    }
    if (failure) {
      retry.expires_after(accept_pause);
      retry.async_wait([self = shared_from_this()](error_code stopped) {
        if (!stopped && !self->shared->stopping) {
          self->accept();
        }
      });
      return;
    }
    welcome(std::move(socket));
    accept();
  }

  void welcome(tcp::socket socket) {
    error_code failure;
    const auto peer = socket.remote_endpoint(failure);
    if (failure) {
      return;
    }
    auto client = client_text(peer.address());
    std::shared_ptr<asio::ssl::context> context;
    {
      const std::lock_guard lock{tls_guard};
      context = tls;
    }
    if (shared->admit(client)) {
      return start_session(std::move(socket), std::move(client), std::move(context), shared);
    }
    if (!context) {
      // The socket's buffer is empty: this neither blocks nor, in practice, falls short.
      auto refusal =
          http_problem(503, "too_many_connections", "The node has as many connections as it may.");
      refusal.headers.emplace_back("Retry-After", "1");
      const auto octets = serialize(refusal, shared->time.wall_now(), false, false);
      socket.non_blocking(true, failure);
      socket.send(asio::buffer(octets), 0, failure);
    }
  }

  net::io_threads& io;
  tcp::acceptor acceptor;
  asio::steady_timer retry;
  std::shared_ptr<http_state> shared;
  std::mutex tls_guard;
  std::shared_ptr<asio::ssl::context> tls;
  std::string address;
};

result<std::unique_ptr<http_server>>
http_server::start(net::io_threads& io, const clock& time, const std::string& address,
                   std::shared_ptr<const net::tls_server_context> tls, http_limits limits,
                   http_handler handler) {
  auto state = std::make_shared<implementation>(io, time, limits, std::move(handler));
  state->tls = wrap(tls);
  WARMFRONT_TRY(state->listen(address));
  asio::post(state->acceptor.get_executor(), [state] { state->accept(); });
  return std::unique_ptr<http_server>{new http_server{std::move(state)}};
}

http_server::http_server(std::shared_ptr<implementation> state) : state_{std::move(state)} {}

http_server::~http_server() {
  stop();
}

std::string http_server::address() const {
  return state_->address;
}

std::size_t http_server::connections() const {
  return state_->shared->connections();
}

void http_server::reload(std::shared_ptr<const net::tls_server_context> tls) {
  const std::lock_guard lock{state_->tls_guard};
  if (state_->tls && tls) {
    state_->tls = wrap(tls);
  }
}

void http_server::stop(std::chrono::milliseconds patience) {
  if (state_->shared->stopping.exchange(true)) {
    return;
  }
  asio::post(state_->acceptor.get_executor(), [state = state_] {
    error_code ignored;
    state->acceptor.close(ignored);
    state->retry.cancel();
  });
  state_->shared->for_each([](http_connection& one) { one.close_when_idle(); });
  if (!state_->shared->wait_until_empty(patience)) {
    state_->shared->for_each([](http_connection& one) { one.abort(); });
    state_->shared->wait_until_empty(patience);
  }
}

} // namespace warmfront::admin
