#include "net/asio/peer_tunnel.hpp"

#include <charconv>
#include <utility>

#include "net/asio/peer_tunnel_session.hpp"

namespace warmfront::net {

namespace {

constexpr std::chrono::milliseconds accept_pause{100};

std::pair<std::string, std::string> split_address(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos)
    return {text, {}};
  auto host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  return {std::move(host), text.substr(colon + 1)};
}

/// Accepts callers, on one thread; tunnels are spread over all.
class listener : public std::enable_shared_from_this<listener> {
public:
  listener(io_threads& threads, std::shared_ptr<tunnel_hub> hub)
      : threads_{threads}, hub_{std::move(hub)}, acceptor_{threads.context(0)}, pause_{
                                                                                    threads.context(
                                                                                        0)} {}

  result<void> open(const std::string& address) {
    const auto [host, port_text] = split_address(address);
    std::uint16_t port = 0;
    std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
    error_code ec;
    const tcp::endpoint endpoint{asio::ip::make_address(host, ec), port};
    if (!ec)
      acceptor_.open(endpoint.protocol(), ec);
    if (!ec)
      acceptor_.set_option(tcp::acceptor::reuse_address{true}, ec);
    if (!ec)
      acceptor_.bind(endpoint, ec);
    if (!ec)
      acceptor_.listen(asio::socket_base::max_listen_connections, ec);
    if (ec)
      return error{errc::unavailable, "cannot listen for peers on " + address + ": " + ec.message(),
                   "see which process uses the address, or choose another", "cluster.listen"};
    const auto bound = acceptor_.local_endpoint();
    const auto text = bound.address().to_string();
    address_ =
        (bound.address().is_v6() ? "[" + text + "]" : text) + ":" + std::to_string(bound.port());
    return success();
  }
  void accept() {
    std::shared_ptr<const peer_context> tls;
    {
      const std::lock_guard lock{hub_->mutex};
      if (hub_->stopped)
        return;
      tls = hub_->context;
    }
    auto next = std::make_shared<tunnel>(hub_, threads_.next(), std::move(tls), false);
    acceptor_.async_accept(next->socket(), [self = shared_from_this(), next](const error_code& ec) {
      if (ec == asio::error::operation_aborted)
        return;
      if (ec)
        return self->accept_later();
      self->take(next);
      self->accept();
    });
  }
  void close() {
    asio::post(acceptor_.get_executor(), [self = shared_from_this()] {
      error_code ignored;
      self->acceptor_.close(ignored);
      self->pause_.cancel();
    });
  }
  [[nodiscard]] const std::string& address() const { return address_; }

private:
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
      next->id = hub_->next_id++;
      auto& waiting = hub_->handshakes;
      std::erase_if(waiting, [](const auto& each) {
        const auto known = each.lock();
        return !known || known->established;
      });
      if (waiting.size() >= hub_->options.handshakes_max) {
        oldest = waiting.front().lock();
        waiting.pop_front();
      }
      if (hub_->counts.open >= hub_->options.tunnels_max)
        return;
      waiting.push_back(next);
      hub_->tunnels.emplace(next->id, next);
    }
    if (oldest)
      oldest->end_soon();
    asio::post(next->context(), [next] { next->serve(); });
  }

  io_threads& threads_;
  std::shared_ptr<tunnel_hub> hub_;
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
    callers_->close();
    for (const auto& [id, each] : all)
      each->end_soon();
  }

  void dial(std::string address, std::string expected,
            std::function<void(result<dialled_tunnel>)> done) override {
    std::shared_ptr<tunnel> made;
    {
      const std::lock_guard lock{hub_->mutex};
      made = std::make_shared<tunnel>(hub_, threads_.next(), hub_->context, true);
      made->id = hub_->next_id++;
      hub_->tunnels.emplace(made->id, made);
    }
    asio::post(made->context(), [made, to = split_address(address), expected = std::move(expected),
                                 done = std::move(done)]() mutable {
      made->call(to.first, to.second, std::move(expected), std::move(done));
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
        if (each->established && each->peer().name == peer)
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
  callers->accept();
  return std::unique_ptr<peer_tunnels>{
      std::make_unique<socket_tunnels>(threads, std::move(hub), std::move(callers))};
}

} // namespace warmfront::net
