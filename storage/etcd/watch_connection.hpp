// Keeps one watch connected. Needs cpprestsdk.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include <pplx/threadpool.h>

#include "storage/control_watch.hpp"
#include "storage/etcd/gateway.hpp"
#include "storage/etcd/watch_stream.hpp"

namespace warmfront::storage {

/// Thread-safe. Alive as long as it is connected or waits to be.
class watch_connection : public std::enable_shared_from_this<watch_connection> {
public:
  watch_connection(std::shared_ptr<gateway> over, std::shared_ptr<control_watch> watch,
                   watch_stream stream);

  void start();
  /// Ends the watch, as `control_watch::end` does, and the connection.
  void stop();

private:
  class reading;
  void connect();
  void take(std::size_t connection, std::string_view octets);
  void ended(std::size_t connection);
  void disconnect();

  const std::shared_ptr<gateway> gateway_;
  const std::shared_ptr<control_watch> watch_;
  std::mutex mutex_; ///< never held during a call of the watch
  watch_stream stream_;
  boost::asio::steady_timer pause_;
  milliseconds next_pause_;
  pplx::cancellation_token_source source_; ///< of the connection
  std::size_t connection_ = 0;             ///< grows with each
  std::size_t endpoint_ = 0;
  bool stopped_ = false;
};

} // namespace warmfront::storage
