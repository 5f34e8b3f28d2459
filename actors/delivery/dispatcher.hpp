// Which connection carries which recipient: queues per receiving site and source IP.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/delivery/item.hpp"
#include "net/asio/mail_transport.hpp"
#include "net/trust/hop_trust.hpp"

namespace warmfront {

/// One way to the hosts of a domain, or why there is none.
struct site_way {
  /// Names the set of MX hosts and what they have to prove: domains with the same one share.
  std::string site;
  std::vector<net::next_hop> hops; ///< empty: `refusal` says why
  smtp::reply refusal;             ///< 5xx: for good; 4xx: for now
};
/// Where the mail of a destination domain goes, or why it cannot go there.
struct site_route : site_way {
  provider_name provider = {};                  ///< whose limits hold
  std::optional<site_way> strict = {};          ///< of mail with REQUIRETLS, when it is another one
  std::optional<site_way> ignoring = {};        ///< of mail with `TLS-Required: No`, likewise
  std::vector<trust::tls_session> refused = {}; ///< hosts left out for what they cannot prove
};

struct dispatcher_config {
  std::string helo;
  std::size_t connections_per_site = 20;    ///< at once, per site and source IP
  std::size_t transmissions_queued = 4;     ///< per connection before another one is opened
  std::size_t transmissions_queued_max = 8; ///< per connection when no more may be opened
  std::size_t recipients_per_transmission = 100;
  seconds route_lifetime{300}; ///< a route is asked for again after this
  seconds refusal_lifetime{30};
  milliseconds site_backoff_first{5'000}; ///< after no hop answered; doubled up to …
  milliseconds site_backoff_last{600'000};
  net::transport_timeouts timeouts;
  /// Each recipient of batch mail gets a transaction, as those of tracked mail do.
  bool links_in_batches = false;
};

/// What became of one recipient's attempt.
struct attempt {
  delivery_item item;
  smtp::reply verdict; ///< code 0: the connection was lost
  std::string remote_host;
  bool on_the_wire = false; ///< MAIL was sent: the permits are spent
  bool in_doubt = false;
  bool dsn_passed_on = false;
  std::string tls = {}; ///< of the connection: version, cipher, proof; empty: none
};

struct resolve_route {
  std::string domain;
};
struct open_connection {
  net::connection_id id = 0;
  net::connection_plan plan;
};
struct transmit_mail {
  net::connection_id id = 0;
  std::vector<outgoing_order> orders;
};
using dispatch_action = std::variant<resolve_route, open_connection, transmit_mail>;

/// How a site stands, for `why` and reports.
struct site_status {
  std::string site;
  std::size_t connections = 0;
  std::size_t waiting = 0;
  std::optional<steady_time> backoff_until;
  smtp::reply last_failure;
};

/// Decides; the shell executes the actions in order and feeds the transport's events back.
/// Not thread-safe; no I/O.
class dispatcher {
public:
  explicit dispatcher(dispatcher_config config) : config_{std::move(config)} {}

  /// Of recipients without permits, those whose provider is known, with it. The others come back in
  /// `take_routed` when they are routed, or in `take_attempts` or `take_returned`.
  [[nodiscard]] std::vector<delivery_item> route(std::vector<delivery_item> items, steady_time now);
  [[nodiscard]] std::vector<delivery_item> take_routed() { return std::exchange(routed_, {}); }
  /// Recipients with a source and permits. Each comes back once, in `take_attempts` or
  /// `take_returned`.
  void add(std::vector<delivery_item> items, steady_time now, wall_time wall_now);
  void resolved(const std::string& domain, site_route route, steady_time now, wall_time wall_now);
  void on_event(net::transport_event event, steady_time now, wall_time wall_now);
  /// Hands nothing to the transport until it is resumed; what waits goes on waiting.
  void pause() noexcept { paused_ = true; }
  void resume(steady_time now, wall_time wall_now);
  /// Begins nothing from now on: what waits is returned.
  void stop();

  [[nodiscard]] std::vector<dispatch_action> take_actions() { return std::exchange(actions_, {}); }
  [[nodiscard]] std::vector<attempt> take_attempts() { return std::exchange(attempts_, {}); }
  /// Items that ended before their turn, by their permits or by hand, or that `stop` gave back.
  [[nodiscard]] std::vector<delivery_item> take_returned() { return std::exchange(returned_, {}); }

  /// Sessions to be counted for reports on TLS.
  [[nodiscard]] std::vector<trust::tls_session> take_sessions() {
    return std::exchange(sessions_, {});
  }

  /// The site of a domain, all source IPs together; none while it is not known.
  [[nodiscard]] std::optional<site_status> find_status(const std::string& domain) const;
  [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }
  /// Sites known, per source IP.
  [[nodiscard]] std::size_t sites() const noexcept { return links_.size(); }
  /// Recipients handed in and not yet come back.
  [[nodiscard]] std::size_t in_flight() const noexcept { return in_flight_; }
  /// The connections that exist, to abandon them at the end.
  [[nodiscard]] std::vector<net::connection_id> connection_ids() const;

private:
  struct link;
  struct connection {
    link* owner = nullptr;
    bool useful = false; // a transaction ran on it
    net::next_hop hop;
    std::string tls;
    std::map<net::transmission_id, std::vector<delivery_item>> outstanding;
  };
  // One site as seen from one source IP.
  struct link {
    std::string site;
    ip_address source;
    std::vector<net::next_hop> hops;
    std::deque<delivery_item> waiting;
    std::map<net::connection_id, connection*> connections;
    bool touched = false; // listed in touched_
    std::uint32_t failures = 0;
    std::optional<steady_time> backoff_until;
    std::optional<steady_time> crowded_until; // it has as many connections as the receiver takes
    smtp::reply last_failure;
  };
  struct domain_state {
    std::optional<site_route> route;
    steady_time expires{};
    bool resolving = false;
    std::deque<delivery_item> waiting;
    std::deque<delivery_item> unrouted; ///< without permits
  };

  domain_state& resolving_domain(const std::string& name);
  void place_on(delivery_item item, const site_route& route, steady_time now);
  void place(delivery_item item, const site_way& where, steady_time now);
  void count(std::vector<trust::tls_session> sessions);
  void feed(link& which, steady_time now, wall_time wall_now);
  std::optional<net::connection_id> choose(link& which, steady_time now);
  void transmit(link& which, net::connection_id id, steady_time now, wall_time wall_now);
  outgoing_order make_order(const std::vector<delivery_item>& items, steady_time now,
                            wall_time wall_now);
  [[nodiscard]] bool has_own_mail(const storage::spooled_message& message) const;
  void fail(delivery_item item, const smtp::reply& verdict, const std::string& host);
  void give_back(delivery_item item);
  void finished(connection& from, net::transmission_finished& what);
  void returned(connection& from, net::transmission_id id);
  void end(net::connection_id id, const smtp::reply& reason, const std::string& host, bool failed,
           steady_time now);
  void link_failed(link& which, const smtp::reply& reply, const std::string& host, steady_time now);
  void feed_touched(steady_time now, wall_time wall_now);
  void forget_old_routes(steady_time now);
  void forget_idle_links();

  dispatcher_config config_;
  std::unordered_map<std::string, domain_state> domains_;
  std::map<std::pair<std::string, ip_address>, std::unique_ptr<link>> links_;
  std::unordered_map<net::connection_id, std::unique_ptr<connection>> connections_;
  std::vector<dispatch_action> actions_;
  std::vector<attempt> attempts_;
  std::vector<delivery_item> returned_;
  std::vector<delivery_item> routed_;
  std::vector<trust::tls_session> sessions_;
  std::vector<link*> touched_;
  std::vector<std::pair<std::string, ip_address>> idle_;
  std::size_t routes_swept_at_ = 1000;
  net::connection_id next_connection_ = 1;
  net::transmission_id next_transmission_ = 1;
  std::size_t in_flight_ = 0;
  bool stopped_ = false;
  bool paused_ = false;
};

} // namespace warmfront
