// A watch over many connections: what has been seen, and where the next connection goes on. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/control_store.hpp"
#include "storage/etcd/etcd_codec.hpp"

namespace warmfront::storage {

/// What some octets have brought. The events come first, then the error.
struct watch_step {
  /// Not seen before, in order, those of one revision together.
  std::vector<control_event> events;
  /// `not_found`: the wanted revision is compacted away; `limit_exceeded`: a line without end;
  /// another: this connection is of no use any more.
  std::optional<error> failure;
};

/// Not thread-safe.
class watch_stream {
public:
  /// @param from the first revision that is wanted
  watch_stream(etcd_codec codec, revision from);

  /// A new connection: what was left of a line is dropped. @returns its request
  [[nodiscard]] std::string connect();

  /// Takes octets of the answer, of any length.
  [[nodiscard]] watch_step take(std::string_view octets);

  /// Whether etcd has answered on this connection.
  [[nodiscard]] bool answered() const noexcept { return answered_; }
  /// The first revision that has not been seen yet.
  [[nodiscard]] revision next() const noexcept { return next_; }

private:
  result<void> take_line(const std::string& line, std::vector<control_event>& events);

  etcd_codec codec_;
  revision next_;
  std::string line_;
  bool answered_ = false;
};

} // namespace warmfront::storage
