// One tunnel between two nodes, and what all tunnels of a node share. Private to net/asio.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "net/asio/peer_tunnel.hpp"
#include "net/tls/peer_channel.hpp"

namespace warmfront::net {

class tunnel;

/// What tunnels share with whoever owns them; outlives both.
struct tunnel_hub {
  peer_tunnel_options options;
  peer_tunnel_handlers handlers;
  std::mutex mutex; ///< guards all below
  bool stopped = false;
  std::shared_ptr<const peer_context> context;
  std::map<tunnel_id, std::shared_ptr<tunnel>> tunnels;
  std::set<tunnel_id> handshakes; ///< unfinished ones of callers; the smallest is the oldest
  tunnel_id next_id = 1;
  peer_tunnel_counts counts;
};

/// One connection, on one I/O thread from its first octet to its last.
///
/// Each direction reads only when all it has read is written: a side that does not take stops the
/// side that gives. Buffers are on the stack; only what could not be written is kept.
class tunnel : public std::enable_shared_from_this<tunnel> {
public:
  using dial_callback = std::function<void(result<dialled_tunnel>)>;

  tunnel(std::shared_ptr<tunnel_hub> hub, boost::asio::io_context& context,
         peer_channel::side which);

  [[nodiscard]] boost::asio::ip::tcp::socket& socket() { return outside_; }
  [[nodiscard]] boost::asio::io_context& context() { return context_; }

  /// On its own thread, as all that has no other word.
  void call(const std::string& host, const std::string& port, std::string expected,
            dial_callback done);
  /// For a socket that was accepted.
  void serve();
  void end(const std::string& why);
  /// Any thread.
  void end_soon();

  tunnel_id id = 0;
  std::string peer; ///< guarded by the hub's mutex; empty before the handshake

private:
  using tcp = boost::asio::ip::tcp;
  using failure = boost::system::error_code;
  enum class stage : std::uint8_t {
    connecting,
    handshake,
    welcome, ///< the caller waits to be let in
    open,
    over,
  };

  template <class Socket>
  void await(Socket& socket, boost::asio::socket_base::wait_type what, void (tunnel::*then)());
  void limit(std::chrono::milliseconds within, const char* otherwise);

  void connect_next(const std::string& why);
  void shake_hands();
  void go_on_shaking();
  void introduce();
  [[nodiscard]] bool enter(const peer_identity& who);
  void join(const peer_identity& who);
  void go_on_waiting();
  void hand_over();
  bool open(int descriptor);

  /// Reads the wire into the channel. @returns whether something came; else it waits, or is over.
  bool receive(void (tunnel::*then)());
  void pull_outside();
  void give(std::string_view plain);
  bool give_rest();
  void on_goodbye();
  void watch_outside();
  void pull_inside();
  void on_inside_end();
  void watch_inside();
  /// Sends what the channel has for the wire. @returns whether nothing is left.
  bool flush();
  void on_writable();
  void end_if_done();

  std::shared_ptr<tunnel_hub> hub_;
  boost::asio::io_context& context_;
  const peer_channel::side side_;
  tcp::socket outside_;
  boost::asio::local::stream_protocol::socket inside_;
  boost::asio::steady_timer timer_;
  tcp::resolver resolver_;
  tcp::resolver::results_type endpoints_;
  tcp::resolver::results_type::iterator next_endpoint_;
  std::string expected_;
  dial_callback done_;
  std::unique_ptr<peer_channel> channel_;
  stage stage_ = stage::connecting;
  bool counted_ = false;        ///< among the open ones; guarded by the hub's mutex
  bool waits_writable_ = false; ///< for the network to take more
  bool inside_paused_ = false;  ///< not read, until the network takes more
  bool inside_ended_ = false;   ///< the node has said all; so have we
  bool outside_ended_ = false;  ///< the peer has said all, and the node knows
  bool discards_ = false;       ///< the node hears nothing any more
  std::vector<char> rest_;      ///< what the node has not taken yet
};

} // namespace warmfront::net
