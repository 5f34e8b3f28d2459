// A DKIM-Signature field, read (RFC 6376 §3.5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "net/dkim/canonical.hpp"
#include "net/dkim/private_key.hpp"

namespace warmfront::dkim {

struct signature {
  algorithm what = algorithm::rsa_sha256;
  canonicalization fields = canonicalization::simple;
  canonicalization body = canonicalization::simple;
  std::string domain;                       ///< `d=`, in lower case
  std::string selector;                     ///< `s=`, in lower case
  std::string agent_domain;                 ///< of `i=`: `domain` or one below it
  std::vector<std::string> names;           ///< `h=`, in its order
  std::string octets;                       ///< `b=`, decoded
  std::string body_hash;                    ///< `bh=`, decoded
  std::optional<std::uint64_t> body_octets; ///< `l=`: how much of the body is signed
  std::optional<wall_time> made_at;         ///< `t=`
  std::optional<wall_time> expires_at;      ///< `x=`

  /// Where its key is published.
  [[nodiscard]] std::string key_name() const { return selector + "._domainkey." + domain; }
};

/// From the value of the field, folds and all. `invalid_argument` says what is wrong; also for
/// rsa-sha1, which proves nothing any more (RFC 8301 §3.1), and for over 256 names in `h=`.
[[nodiscard]] result<signature> parse_signature(std::string_view value);

/// The field with the value of `b=` left out, as it is hashed (§3.7).
[[nodiscard]] std::string without_signature(std::string_view line);

} // namespace warmfront::dkim
