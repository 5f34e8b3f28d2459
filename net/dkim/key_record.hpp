// The records in which keys are published (RFC 6376 §3.6.1, RFC 8463 §4).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "net/dkim/private_key.hpp"

namespace warmfront::dkim {

struct key_record {
  algorithm what = algorithm::rsa_sha256;
  std::string key;             ///< `p=`, decoded; empty: revoked
  bool accepts_sha256 = true;  ///< `h=` names it, or is not there
  bool is_for_mail = true;     ///< `s=` names `email` or `*`, or is not there
  bool is_testing = false;     ///< `t=y`: receivers treat such mail as unsigned
  bool is_same_domain = false; ///< `t=s`: `i=` must have the very domain of `d=`
};

/// `invalid_argument` says what is wrong. The octets of the key are not looked into.
[[nodiscard]] result<key_record> parse_key_record(std::string_view text);

/// What stands at a name where a key's record is expected.
enum class key_finding_kind : std::uint8_t {
  right,       ///< receivers will find this key
  missing,     ///< there is no TXT record
  another_key, ///< a sound record, but of another key
  revoked,     ///< `p=` is empty
  unusable,    ///< the key is right, but tags rule out that mail is trusted
  malformed,   ///< no key record, or several
};
[[nodiscard]] std::string_view to_string(key_finding_kind kind) noexcept;

struct key_finding {
  key_finding_kind kind = key_finding_kind::missing;
  std::string why; ///< a sentence for people: what is wrong, what to do; empty when it is right

  friend bool operator==(const key_finding&, const key_finding&) = default;
};

/// Compares all TXT texts of a name with `private_key::public_record()`. Tags that do no harm may
/// differ, as may white space.
[[nodiscard]] key_finding compare_key_record(const std::vector<std::string>& found,
                                             std::string_view expected);

} // namespace warmfront::dkim
