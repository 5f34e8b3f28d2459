// The domains that a field From names, however it is written.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmfront::mime {

/// More than any mail has.
inline constexpr std::size_t author_domains_max = 32;

/// Every domain in the field's value that a reader could take for an author's: what follows an `@`
/// outside of quotes and comments (RFC 5322 §3.4), also in a name or in a list. In lower case and
/// A-labels, each once. Nothing when there is none, when there are too many, when quotes or
/// comments do not end, or when something behind an `@` is no domain: then nobody can tell whose
/// mail it is.
[[nodiscard]] std::optional<std::vector<std::string>> author_domains(std::string_view value);

} // namespace warmfront::mime
