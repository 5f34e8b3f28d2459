// A running node: adapters and actors, started in order and stopped in reverse.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "actors/core/error.hpp"
#include "actors/node/services.hpp"
#include "cluster-config/config.hpp"

namespace warmfront {

class node {
public:
  /// Opens the data directory, starts the actors and the SMTP listeners. @returns the first thing
  /// that failed, with a way out; nothing is left running then. `failed` is called at most once,
  /// from any thread, when the node cannot go on (a disk that fails); `conflict` says that a new
  /// start will do. `must_stop` is asked now and then while a start waits for the control store:
  /// true ends it with `stopping`.
  [[nodiscard]] static result<std::unique_ptr<node>> start(
      config::config settings, std::function<void(const error&)> failed,
      std::function<bool()> must_stop = [] { return false; });
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// What the admin room needs.
  [[nodiscard]] const node_services& services() const;
  /// The submission addresses, with the ports that were picked.
  [[nodiscard]] std::vector<std::string> smtp_addresses() const;
  /// Where what comes back is received; none without `[smtp] inbound`.
  [[nodiscard]] std::vector<std::string> inbound_addresses() const;
  /// Certificates and the log level, anew from a changed configuration.
  [[nodiscard]] result<void> reload(const config::config& changed);
  /// Whether the I/O threads and the actors' scheduler take up work within so long: what a watchdog
  /// wants to know. False says that the process hangs, and a new start would help. Not that the
  /// disk or the control store answer: those are waited for, and `readiness` tells of them.
  [[nodiscard]] bool is_turning(std::chrono::milliseconds within) const;
  /// Takes no new mail, ends what is under way, makes everything durable: within ten seconds.
  void stop();

private:
  struct parts;
  explicit node(std::unique_ptr<parts> all);
  std::unique_ptr<parts> parts_;
};

} // namespace warmfront
