// Octets that come in pieces.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "actors/core/error.hpp"

namespace warmfront {

/// Octets that come when they are asked for, a piece at a time, so that nobody holds all of them.
class octet_source {
public:
  using receiver = std::function<void(result<std::string>)>;

  virtual ~octet_source() = default;
  /// Calls back once, on any thread, with the next piece; at the end, and from then on, with an
  /// empty one. `unavailable`: they broke off. @pre the call before was answered.
  virtual void next(receiver then) = 0;
};

/// What is in memory already. Answers from inside the call.
class octets_in_memory final : public octet_source {
public:
  explicit octets_in_memory(std::string octets) : octets_{std::move(octets)} {}
  void next(receiver then) override {
    constexpr std::size_t piece_octets = 1u << 20;
    auto piece = octets_.substr(given_, piece_octets);
    given_ += piece.size();
    then(std::move(piece));
  }

private:
  std::string octets_;
  std::size_t given_ = 0;
};

} // namespace warmfront
