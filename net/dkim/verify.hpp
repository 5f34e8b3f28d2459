// Checks the signatures of a mail (RFC 6376 §6). Asks nobody: it says which records it needs.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/clock.hpp"
#include "net/dkim/signature.hpp"
#include "net/dns/resolver.hpp"

namespace warmfront::dkim {

enum class verdict_kind : std::uint8_t {
  pass,
  fail,            ///< the mail is not what was signed, or the signature is too old
  permanent_error, ///< the signature or its key record is unsound, or there is no key
  temporary_error, ///< the DNS gave no answer
};
[[nodiscard]] std::string_view to_string(verdict_kind kind) noexcept;

/// What one signature proves.
struct verdict {
  verdict_kind kind = verdict_kind::permanent_error;
  std::string domain; ///< `d=`, as far as it could be read
  std::string selector;
  bool is_testing = false; ///< the key's record says so: as if there were no signature
  std::string why;         ///< for people; empty for `pass`
};

/// TXT records by name.
using key_answers = std::map<std::string, dns::record_answer, std::less<>>;

/// The first 8 signatures of one mail: more are not looked at, nor are mails with over 2 000
/// fields. Keeps a view of the mail.
class verification {
public:
  explicit verification(std::string_view content);

  /// Where TXT records are needed: each name once.
  [[nodiscard]] std::vector<std::string> questions() const;
  /// One verdict for each signature, in the order of the mail; none: it is not signed. A name
  /// without an answer is a temporary error.
  [[nodiscard]] std::vector<verdict> conclude(const key_answers& answers, wall_time now) const;

private:
  struct candidate {
    std::size_t place = 0; ///< of its field
    result<signature> read;
  };
  [[nodiscard]] verdict judge(const candidate& of, const key_answers& answers, wall_time now) const;
  [[nodiscard]] sha256_digest digest_of(const candidate& of) const;

  split_mail mail_;
  std::vector<candidate> candidates_;
};

} // namespace warmfront::dkim
