// The public address of a node, served.
#pragma once

#include <memory>
#include <string>

#include "actors/core/error.hpp"
#include "actors/node/services.hpp"
#include "net/tls/server_context.hpp"

namespace warmfront::admin {

class public_service {
public:
  /// Serves at once, in clear text when `tls` is null. What `node` refers to outlives the service.
  /// @returns an error naming the address when it cannot be listened on.
  [[nodiscard]] static result<std::unique_ptr<public_service>>
  start(const node_services& node, const std::string& listen,
        std::shared_ptr<const net::tls_server_context> tls);
  /// Stops.
  ~public_service();
  public_service(const public_service&) = delete;
  public_service& operator=(const public_service&) = delete;

  /// Where it listens, with the port that was really given.
  [[nodiscard]] std::string address() const;
  void reload(std::shared_ptr<const net::tls_server_context> tls);
  /// Takes no new request; what has come in and waits is lost, and who waits for it is told.
  /// Idempotent. Before the I/O threads and the actor system stop.
  void stop();

private:
  struct implementation;
  explicit public_service(std::unique_ptr<implementation> state);
  std::unique_ptr<implementation> state_;
};

} // namespace warmfront::admin
