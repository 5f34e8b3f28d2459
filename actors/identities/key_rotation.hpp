// When a key of a domain begins to sign and when it ends. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "actors/identities/identity_record.hpp"

namespace warmfront {

/// What a look at the DNS says of a key's record.
enum class key_sighting : std::uint8_t {
  seen,
  wrong,   ///< it is not there, or is another one
  unknown, ///< the DNS gave no answer: nothing follows from it
};
struct key_finding {
  key_sighting what = key_sighting::unknown;
  std::string why; ///< when it is wrong, or unknown
};

struct rotation_rules {
  /// A new key's record is seen for so long before mail is signed with it: not all name servers of
  /// a domain learn of a record at the same time.
  microseconds seen_for{std::chrono::hours{1}};
  /// So long the record of a key is wanted after its last signature: mail is under way.
  microseconds kept_for{std::chrono::hours{24 * 12}};
  /// A new key is begun when the one that signs is that old; 0: only by hand. A domain without keys
  /// gets one of each algorithm in any case.
  microseconds rotate_every{0};
};

/// What becomes of the keys of a domain.
struct rotated_keys {
  std::vector<stored_signing_key> keys; ///< those that are left
  std::vector<signing_algorithm> due;   ///< for which a new key is to be made
};

/// After a look. A pending key becomes active once its record was seen for `seen_for`, or at once
/// when `by_hand`; the one of its algorithm that signed until then is retiring: so there is never a
/// gap. A retiring key is retired after `kept_for`, its octets are deleted, and it is forgotten
/// when its record is gone, too. `findings`: by selector; who is not in it was not looked for.
[[nodiscard]] rotated_keys rotate(std::vector<stored_signing_key> keys,
                                  const std::map<std::string, key_finding>& findings, wall_time now,
                                  bool by_hand, const rotation_rules& rules);

/// With which keys mail is signed: of each algorithm the newest active one whose record is there.
/// When none is, a retiring one whose record is; when none of these is either, the active ones all
/// the same: a record may come back.
[[nodiscard]] std::vector<stored_signing_key>
signing_keys_of(const std::vector<stored_signing_key>& keys);

} // namespace warmfront
