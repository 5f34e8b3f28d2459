// Canonical forms of a mail (RFC 6376 §3.4): what is hashed instead of what was written.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/dkim/hasher.hpp"

namespace warmfront::dkim {

enum class canonicalization : std::uint8_t { simple, relaxed };

/// A field as it stands in a mail.
struct mail_field {
  std::string_view name; ///< as written, without blanks before the colon
  std::string_view line; ///< all of it, with folds and the CRLF at its end, if there is one

  [[nodiscard]] std::string_view value() const noexcept; ///< after the colon
};

/// A mail as views: fields in order, and the body behind the first empty line.
struct split_mail {
  std::vector<mail_field> fields;
  std::string_view body;
};
/// Lines without a colon are left out, as is what continues them. @param into is emptied first and
/// keeps its memory.
void split(std::string_view content, split_mail& into);
/// The same, with the fields behind those that are there: what is put before a mail and the mail
/// are read as one without being copied together.
void append_mail(std::string_view content, split_mail& into);

/// Appends a field in its form: without the CRLF at its end (RFC 6376 §3.7 for the last one).
void append_field(const mail_field& field, canonicalization how, std::string& to);

/// Adds the body in its form: at most `octets_max` octets of it (`l=`).
/// @returns how many octets that form has.
std::uint64_t add_body(std::string_view body, canonicalization how, hasher& to,
                       std::optional<std::uint64_t> octets_max = {});

/// ASCII case ignored.
[[nodiscard]] bool is_same_text(std::string_view a, std::string_view b) noexcept;

} // namespace warmfront::dkim
