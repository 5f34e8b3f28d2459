#include "net/asio/peer_tunnel.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

#include <deque>
#include <optional>
#include <utility>

#include "net/asio/endpoint_text.hpp"
#include "net/asio/peer_tunnel_session.hpp"
#include "net/asio/run_on.hpp"

namespace warmfront::net {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using error_code = boost::system::error_code;

constexpr std::chrono::milliseconds accept_pause{100};

struct host_and_port {
  std::string host;
  std::string port;
};

/// `n2.example:7400`, `192.0.2.1:7400` or `[2001:db8::1]:7400`.
std::optional<host_and_port> parse_target(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == text.size())
    return std::nullopt;
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return host_and_port{std::move(host), text.substr(colon + 1)};
}

/// Accepts callers, on one thread; tunnels are spread over all.
class listener : public std::enable_shared_from_this<listener> {
public:
  listener(io_threads& threads, std::shared_ptr<tunnel_hub> hub)
      : threads_{threads}, hub_{std::move(hub)}, context_{threads.next()}, acceptor_{context_},
        pause_{context_} {}

  result<void> open(const std::string& address) {
    const auto endpoint = parse_endpoint(address);
    if (!endpoint)
      return error{errc::invalid_argument, "cannot listen for peers on " + address,
                   "write it like 192.0.2.1:7400 or [2001:db8::1]:7400", "cluster.listen"};
    error_code ec;
    acceptor_.open(endpoint->protocol(), ec);
    if (!ec)
      acceptor_.set_option(tcp::acceptor::reuse_address{true}, ec);
    if (!ec)
      acceptor_.bind(*endpoint, ec);
    if (!ec)
      acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    if (ec)
      return error{errc::unavailable, "cannot listen for peers on " + address + ": " + ec.message(),
                   "see which process uses the address, or choose another", "cluster.listen"};
    address_ = to_text(acceptor_.local_endpoint(ec));
    return success();
  }
  void accept() {
    if (!acceptor_.is_open())
      return;
    auto next = std::make_shared<tunnel>(hub_, threads_.next(), peer_channel::side::called);
    acceptor_.async_accept(next->socket(), [self = shared_from_this(), next](const error_code& ec) {
      if (!self->acceptor_.is_open())
        return;
      if (!ec)
        self->take(next);
      if (!ec || ec == asio::error::connection_aborted)
        return self->accept();
      self->accept_later();
    });
  }
  void close() {
    error_code ignored;
    acceptor_.close(ignored);
    pause_.cancel();
  }
  [[nodiscard]] asio::io_context& context() { return context_; }
  [[nodiscard]] const std::string& address() const { return address_; }

private:
  /// Out of file descriptors or memory: handshakes end all the time.
  void accept_later() {
    pause_.expires_after(accept_pause);
    pause_.async_wait([self = shared_from_this()](const error_code& ec) {
      if (!ec)
        self->accept();
    });
  }
  void take(const std::shared_ptr<tunnel>& next) {
    std::shared_ptr<tunnel> oldest;
    {
      const std::lock_guard lock{hub_->mutex};
      if (hub_->stopped)
        return;
      auto& waiting = hub_->handshakes;
      if (!waiting.empty() && waiting.size() >= hub_->options.handshakes_max) {
        if (const auto known = hub_->tunnels.find(*waiting.begin()); known != hub_->tunnels.end())
          oldest = known->second;
        waiting.erase(waiting.begin());
      }
      next->id = hub_->next_id++;
      waiting.insert(next->id);
      hub_->tunnels.emplace(next->id, next);
    }
    if (oldest)
      oldest->end_soon();
    asio::post(next->context(), [next] { next->serve(); });
  }

  io_threads& threads_;
  std::shared_ptr<tunnel_hub> hub_;
  asio::io_context& context_;
  tcp::acceptor acceptor_;
  asio::steady_timer pause_;
  std::string address_;
};

class socket_tunnels final : public peer_tunnels {
public:
  socket_tunnels(io_threads& threads, std::shared_ptr<tunnel_hub> hub,
                 std::shared_ptr<listener> callers)
      : threads_{threads}, hub_{std::move(hub)}, callers_{std::move(callers)} {}
  ~socket_tunnels() override {
    std::map<tunnel_id, std::shared_ptr<tunnel>> all;
    {
      const std::lock_guard lock{hub_->mutex};
      hub_->stopped = true;
      all = hub_->tunnels;
    }
    run_on(callers_->context(), [this] { callers_->close(); });
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      auto& context = threads_.context(i);
      run_on(context, [&all, &context] {
        for (const auto& [id, each] : all)
          if (&each->context() == &context)
            each->end("this node is stopping");
      });
    }
  }
  socket_tunnels(const socket_tunnels&) = delete;
  socket_tunnels& operator=(const socket_tunnels&) = delete;

  void dial(std::string address, std::string expected,
            std::function<void(result<dialled_tunnel>)> done) override {
    auto& context = threads_.next();
    const auto to = parse_target(address);
    if (!to) {
      asio::post(context, [address = std::move(address), done = std::move(done)] {
        done(error{errc::invalid_argument, "`" + address + "` is no address of a node",
                   "write it like 192.0.2.1:7400"});
      });
      return;
    }
    auto made = std::make_shared<tunnel>(hub_, context, peer_channel::side::caller);
    {
      const std::lock_guard lock{hub_->mutex};
      made->id = hub_->next_id++;
      hub_->tunnels.emplace(made->id, made);
    }
    asio::post(context,
               [made, to = *to, expected = std::move(expected), done = std::move(done)]() mutable {
                 made->call(to.host, to.port, std::move(expected), std::move(done));
               });
  }
  void drop(tunnel_id which) override {
    std::shared_ptr<tunnel> found;
    {
      const std::lock_guard lock{hub_->mutex};
      if (const auto known = hub_->tunnels.find(which); known != hub_->tunnels.end())
        found = known->second;
    }
    if (found)
      found->end_soon();
  }
  void drop_all_of(const std::string& peer) override {
    std::deque<std::shared_ptr<tunnel>> found;
    {
      const std::lock_guard lock{hub_->mutex};
      for (const auto& [id, each] : hub_->tunnels)
        if (each->peer == peer)
          found.push_back(each);
    }
    for (const auto& each : found)
      each->end_soon();
  }
  void reload(std::shared_ptr<const peer_context> context) override {
    const std::lock_guard lock{hub_->mutex};
    hub_->context = std::move(context);
  }
  [[nodiscard]] std::string address() const override { return callers_->address(); }
  [[nodiscard]] peer_tunnel_counts counts() const override {
    const std::lock_guard lock{hub_->mutex};
    return hub_->counts;
  }

private:
  io_threads& threads_;
  std::shared_ptr<tunnel_hub> hub_;
  std::shared_ptr<listener> callers_;
};

} // namespace

result<std::unique_ptr<peer_tunnels>>
start_peer_tunnels(io_threads& threads, peer_tunnel_options options,
                   std::shared_ptr<const peer_context> context, peer_tunnel_handlers handlers) {
  auto hub = std::make_shared<tunnel_hub>();
  auto callers = std::make_shared<listener>(threads, hub);
  WARMFRONT_TRY(callers->open(options.listen));
  hub->options = std::move(options);
  hub->handlers = std::move(handlers);
  hub->context = std::move(context);
  asio::post(callers->context(), [callers] { callers->accept(); });
  return std::unique_ptr<peer_tunnels>{
      std::make_unique<socket_tunnels>(threads, std::move(hub), std::move(callers))};
}

} // namespace warmfront::net
