// A DMARC record (RFC 7489 §6.3): what a domain asks receivers to do.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront::dmarc {

enum class policy : std::uint8_t { none, quarantine, reject };
[[nodiscard]] std::string_view to_string(policy value) noexcept;

/// How much alike domains must be (§3.1).
enum class alignment : std::uint8_t { relaxed, strict };

struct record {
  policy domain_policy = policy::none;     ///< `p=`
  policy subdomain_policy = policy::none;  ///< `sp=`; without it as `p=`
  alignment dkim = alignment::relaxed;     ///< `adkim=`
  alignment spf = alignment::relaxed;      ///< `aspf=`
  unsigned percent = 100;                  ///< `pct=`
  std::vector<std::string> aggregate_uris; ///< `rua=`
  std::vector<std::string> failure_uris;   ///< `ruf=`
};

/// Whether a TXT text is meant to be one: it begins with `v=DMARC1` (§6.6.3).
[[nodiscard]] bool is_record(std::string_view text);
/// `invalid_argument` says what is wrong. A bad `p=` or `sp=` beside `rua=` counts as `none`
/// (§6.6.3); other bad values count as if they were not there.
[[nodiscard]] result<record> parse_record(std::string_view text);

/// Whether two domains are aligned: the same, or of one organizational domain when relaxed.
[[nodiscard]] bool is_aligned(std::string_view author, std::string_view authenticated,
                              alignment how);

} // namespace warmfront::dmarc
