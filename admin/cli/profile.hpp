// Where the CLI finds its node: options, environment, profile.
#pragma once

#include <functional>
#include <string>

#include "actors/core/error.hpp"

namespace warmfront::admin::cli {

struct connection {
  std::string server;
  std::string key;
};

/// Reads a variable of the environment; empty when it is not set.
using environment = std::function<std::string(const char*)>;

/// What was given by options comes first, then WARMFRONT_SERVER and WARMFRONT_KEY, then `server`
/// and `key` of `~/.config/warmfront/config.toml` (or below XDG_CONFIG_HOME), then
/// http://127.0.0.1:8080 without key.
[[nodiscard]] result<connection> find_connection(connection options, const environment& variable);

} // namespace warmfront::admin::cli
