// The target of a request line (RFC 3986, RFC 9112 §3.2) taken apart. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace warmfront::admin {

struct request_target {
  std::vector<std::string> segments; ///< of the path, decoded; `/v1/pools` has two
  std::vector<std::pair<std::string, std::string>> query; ///< decoded, in order
};

/// Takes a target in origin or absolute form apart. None when it is malformed: a bad escape, an
/// escaped `/` or control character in the path. Dots have no meaning: `..` is a name like others.
[[nodiscard]] std::optional<request_target> parse_target(std::string_view target);

/// A path segment or query value with everything escaped that is not unreserved.
[[nodiscard]] std::string percent_encode(std::string_view text);

} // namespace warmfront::admin
