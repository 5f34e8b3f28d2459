// The admin room as the node starts it: the HTTP server and the actors behind it.
#pragma once

#include <memory>
#include <string>

#include "actors/core/error.hpp"
#include "actors/node/services.hpp"
#include "net/tls/server_context.hpp"

namespace warmfront::admin {

class service {
public:
  struct options {
    std::string listen;                                   ///< `127.0.0.1:8080`; port 0: any
    std::shared_ptr<const net::tls_server_context> tls{}; ///< null: clear text
    std::string public_listen{};                          ///< of links; empty: nowhere
  };

  /// Serves at once. What `node` refers to outlives the service; the actor system too.
  /// @returns an error naming the address when it cannot be listened on.
  [[nodiscard]] static result<std::unique_ptr<service>> start(const node_services& node,
                                                              options wanted);
  /// Stops.
  ~service();
  service(const service&) = delete;
  service& operator=(const service&) = delete;

  /// Where it listens, with the port that was really given.
  [[nodiscard]] std::string address() const;
  /// The same of the public address; empty: it has none.
  [[nodiscard]] std::string public_address() const;
  /// Later connections use this certificate (null: the one before), and what is told of the node's
  /// certificates is that of the files which `changed` names.
  void reload(const config::config& changed, std::shared_ptr<const net::tls_server_context> tls);
  /// Takes no new request, answers those under way (at most about six seconds), ends the actors.
  /// Idempotent. To be called before the I/O threads and the actor system stop.
  void stop();

private:
  struct implementation;
  explicit service(std::unique_ptr<implementation> state);
  std::unique_ptr<implementation> state_;
};

} // namespace warmfront::admin
