// One outgoing connection: a socket (perhaps with TLS), a reply parser and a client dialogue.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/asio/mail_transport_lane.hpp"
#include "net/smtp/client_dialogue.hpp"
#include "net/smtp/reply_parser.hpp"

namespace warmfront::net {

/// Lives on its lane's thread only. Alive while the lane knows it or a handler is pending.
class mail_connection : public std::enable_shared_from_this<mail_connection> {
public:
  mail_connection(mail_lane& lane, connection_id id, connection_plan plan);

  /// Tries the hops in order.
  void start();
  void transmit(std::vector<transmission> transmissions);
  void close();
  void abandon(std::chrono::milliseconds grace);
  /// Whether a time-out has passed at tick `now`.
  [[nodiscard]] bool is_late(std::uint64_t now) const noexcept {
    return (deadline_ != 0 && now >= deadline_) || (grace_ != 0 && now >= grace_);
  }
  /// Acts on it.
  void on_late(std::uint64_t now);
  /// Closes the socket without an event; nothing of this object refers to the lane afterwards.
  void drop();

private:
  using tcp = boost::asio::ip::tcp;
  using failure = boost::system::error_code;

  /// What belongs to one attempt. Handlers hold it, so that it outlives a move to the next hop.
  struct link {
    explicit link(boost::asio::io_context& context) : socket{context} {}
    tcp::socket socket;
    std::optional<boost::asio::ssl::stream<tcp::socket&>> tls;
    std::array<char, 4096> input;
    trust::tls_demand demand = trust::tls_demand::opportunistic; ///< that TLS was begun with
    std::vector<char> plain_text; ///< what a TLS write under way refers to
    bool writing = false;         ///< waits for the socket to take more
    bool write_failed = false;    ///< the read side tells what happened
  };
  /// TLS is needed, or offered and not yet tried in vain.
  [[nodiscard]] bool wants_tls() const noexcept {
    return tls_allowed_ || trust::needs_tls(demand());
  }
  enum class stage : std::uint8_t { connecting, handshaking, talking, over };

  void next_hop(smtp::reply why);
  void connect();
  [[nodiscard]] std::string prepare_socket(const tcp::endpoint& target);
  void on_connect(const failure& ec);
  void shake_hands();
  void on_handshake(const failure& ec);
  void handshake_failed(std::string why);
  [[nodiscard]] smtp::session_terms terms() const;
  [[nodiscard]] trust::tls_demand demand() const noexcept;
  void count(trust::tls_result result);
  [[nodiscard]] connection_opened opened_event();

  void read();
  void on_read(const failure& ec, std::size_t octets);
  void feed(std::string_view input);
  void lost(std::string_view why);

  /// Carries out actions, writes what is queued, sets the time-out.
  void settle(bool progress);
  void perform();
  void perform(smtp::session_ended& ended);
  void write();
  void write_clear();
  void write_tls();
  void write_again();
  void give_up_sending();
  void tell_time();
  [[nodiscard]] static steady_time now();
  void wait_writable();
  void set_deadline(bool progress);
  [[nodiscard]] std::chrono::seconds time_allowed(smtp::client_wait wait) const noexcept;
  void finish(decltype(transport_event::what) last);
  [[nodiscard]] const struct next_hop& hop() const noexcept { return plan_.hops[hop_index_]; }
  [[nodiscard]] std::string hop_text() const;

  mail_lane& lane_;
  connection_id id_;
  connection_plan plan_;
  std::size_t hop_index_ = 0;
  bool tls_allowed_ = true; ///< on this hop; false after a failed handshake
  std::vector<trust::tls_session> counted_;
  stage stage_ = stage::connecting;
  std::shared_ptr<link> link_;
  smtp::client_dialogue dialogue_;
  smtp::reply_parser parser_;
  smtp::client_actions actions_;
  smtp::client_wait waiting_for_ = smtp::client_wait::nothing;
  std::uint64_t deadline_ = 0; ///< ticks; 0: none
  std::uint64_t grace_ = 0;    ///< ticks; 0: none
};

} // namespace warmfront::net
