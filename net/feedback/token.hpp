// What mail carries so that what comes back can be told apart from what strangers make up:
// return paths of single recipients (VERP) and links. Authenticated by HMAC-SHA-256 (RFC 2104).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "actors/core/error.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/mail_event.hpp"

namespace warmfront::feedback {

/// 32 secret octets, the same on all nodes of a cluster. Each use has a key of its own derived
/// from it. Copies share nothing and are wiped. Thread-safe.
class token_key {
public:
  static constexpr std::size_t octets = 32;
  /// `invalid_argument` unless there are 32.
  [[nodiscard]] static result<token_key> make(std::string_view secret);

  token_key(const token_key&) = default;
  token_key(token_key&& other) noexcept : token_key{std::as_const(other)} {}
  token_key& operator=(const token_key&) = default;
  ~token_key();

  /// HMAC-SHA-256 of `content` under the key of `use`: 32 octets.
  [[nodiscard]] std::string authenticate(std::string_view use, std::string_view content) const;

private:
  explicit token_key(std::string_view secret) : secret_{secret} {}
  std::string secret_;
};

/// The index of a token that stands for all recipients of a message in one transaction.
inline constexpr std::uint32_t any_recipient = 0xffffffff;

/// What an address of ours is for. The letters are in addresses.
enum class address_use : char {
  bounce = 'b',     ///< the return path
  unsubscribe = 'u' ///< mailto of List-Unsubscribe
};

/// A local part (RFC 5321 §4.5.3.1.1: at most 64 octets) of lower-case letters and digits, for
/// mail about one recipient. Case does not matter when it comes back: some relays change it.
[[nodiscard]] std::string make_local_part(const token_key& key, address_use use,
                                          const recipient_id& of);
struct local_part {
  address_use use = address_use::bounce;
  recipient_id of;
};
/// None unless it was made with this key.
[[nodiscard]] std::optional<local_part> parse_local_part(const token_key& key,
                                                         std::string_view text);

/// Where to a provider sends complaints (feedback loop) about an account's mail: `f` and the
/// account's name are in it, so names over 47 octets have none: empty.
[[nodiscard]] std::string make_complaint_local_part(const token_key& key,
                                                    const account_name& account);
[[nodiscard]] std::optional<account_name> parse_complaint_local_part(const token_key& key,
                                                                     std::string_view text);

/// Whom a mail's links are about: sealed into them, so that any node can act on one.
/// URL-safe characters only. The recipient's address cannot be read out of it. The same subject has
/// the same token, about 40 octets and what the texts need, by a third longer.
[[nodiscard]] std::string make_link_token(const token_key& key, const mail_subject& about);
[[nodiscard]] std::optional<mail_subject> parse_link_token(const token_key& key,
                                                           std::string_view text);
/// Binds a target to a link: the redirect goes nowhere else.
[[nodiscard]] std::string sign_target(const token_key& key, std::string_view token,
                                      std::string_view target);
[[nodiscard]] bool is_signed_target(const token_key& key, std::string_view token,
                                    std::string_view target, std::string_view signature);

} // namespace warmfront::feedback
