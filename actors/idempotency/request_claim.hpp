// What is known of a request that a client named, and what follows when it comes again. Pure.
#pragma once

#include <string>
#include <string_view>

#include "actors/core/clock.hpp"
#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"

namespace warmfront {

inline constexpr std::string_view claims_prefix = "idempotency/";
/// A claim is forgotten after this time, or up to ten minutes later.
inline constexpr std::chrono::hours claim_lives{24};
/// So long another node may take until it has answered a request: wall clocks that differ by 90 s
/// included.
inline constexpr std::chrono::minutes claim_settles_within{5};

/// A claim is made before its mail is handed in: whether there is the mail says whether it was
/// accepted.
struct request_claim {
  std::string digest; ///< of what was asked for
  message_id id;      ///< the mail has, if it was accepted
  node_name node;     ///< that handed it in
  wall_time claimed_at{};

  friend bool operator==(const request_claim&, const request_claim&) = default;
};

/// Ends so that few others begin with it.
[[nodiscard]] std::string claim_key(const account_name& account, std::string_view key);
[[nodiscard]] std::string encode(const request_claim& value);
/// `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<request_claim> decode_claim(std::string_view octets);

/// What a node found out about a claim.
struct claim_circumstances {
  bool is_own = false;        ///< this node made it
  bool is_under_way = false;  ///< at this node
  bool has_mail = false;      ///< some node has the mail
  bool all_were_asked = true; ///< every node that may have it has answered
};

enum class claim_verdict {
  was_sent,     ///< the first answer holds
  differs,      ///< the key belongs to another request
  is_under_way, ///< too early to say
  is_in_doubt,  ///< a node that may have the mail cannot be asked
  was_dropped,  ///< there is no mail of it: it may be claimed again
};
/// Of the same key, asked for with `digest`. A mail is sent twice only if its first acceptance took
/// longer than `claim_settles_within` at another node.
[[nodiscard]] claim_verdict judge(const request_claim& stored, std::string_view digest,
                                  const claim_circumstances& known, wall_time now);

} // namespace warmfront
