// Which domains belong together: by the public suffix list, as Debian has built it into libpsl.
#pragma once

#include <string>
#include <string_view>

namespace warmfront::dmarc {

/// The registered domain above a domain, or itself (RFC 7489 §3.2): `example.co.uk` for
/// `news.example.co.uk`. A public suffix stands for itself and for nothing below it. Lower case, no
/// dot at the end; empty for what is no domain.
[[nodiscard]] std::string organizational_domain(std::string_view domain);

/// Whether nobody can register the domain itself: `co.uk`.
[[nodiscard]] bool is_public_suffix(std::string_view domain);

} // namespace warmfront::dmarc
