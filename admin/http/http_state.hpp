// What the sessions of one HTTP server share. Inside `admin/http` only.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "admin/http/http_server.hpp"

namespace warmfront::admin {

/// A connection as the server sees it. Both calls come from any thread.
class http_connection {
public:
  virtual ~http_connection() = default;
  /// Ends after the request under way, at once when there is none.
  virtual void close_when_idle() = 0;
  /// Ends now.
  virtual void abort() = 0;
};

/// Thread-safe.
class http_state {
public:
  http_state(const clock& when, http_limits bounds, http_handler serve)
      : time{when}, limits{bounds}, handler{std::move(serve)} {}

  const clock& time;
  const http_limits limits;
  const http_handler handler;
  std::atomic<bool> stopping{false};
  std::atomic<std::size_t> buffered_octets{0};

  /// Counts a connection in; false when a limit is reached or the server stops.
  [[nodiscard]] bool admit(const std::string& client);
  /// Keeps an admitted connection alive until `remove`.
  void add(std::shared_ptr<http_connection> connection);
  /// The end of a connection, whether or not it was added. Idempotent per connection is the
  /// caller's task.
  void remove(const http_connection* connection, const std::string& client);
  [[nodiscard]] std::size_t connections() const;
  /// Calls `visit` for each connection.
  void for_each(const std::function<void(http_connection&)>& visit) const;
  /// Waits until there are no connections; false after `patience`.
  bool wait_until_empty(std::chrono::milliseconds patience);

private:
  mutable std::mutex guard_;
  std::condition_variable removed_;
  std::size_t count_ = 0;
  std::unordered_map<std::string, std::size_t> per_client_;
  std::unordered_map<const http_connection*, std::shared_ptr<http_connection>> open_;
};

/// Gives the first answer it gets to `give`; the last copy that goes without one gives a 500.
[[nodiscard]] http_responder answer_once(std::function<void(http_response)> give);
/// What a client is told while the node holds as much as it may.
[[nodiscard]] http_response http_overloaded();

/// The octets of an answer, of a streamed one up to its body: status line, header fields, and the
/// body unless `head_only`.
[[nodiscard]] std::string serialize(const http_response& response, wall_time now, bool keep_alive,
                                    bool head_only);

} // namespace warmfront::admin
