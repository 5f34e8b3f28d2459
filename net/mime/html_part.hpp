// The HTML of a finished mail, found in its MIME structure (RFC 2045, 2046) and replaced there.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace warmfront::mime {

/// The new text of an HTML part, given the old one: octets in the part's charset, without transfer
/// encoding. Line ends are CRLF or LF.
using html_rewriter = std::function<std::string(std::string_view html)>;

/// The mail with the first HTML part that is no attachment rewritten; all other octets stay. None
/// when there is no such part, or it must not be changed: in what is signed or encrypted
/// (RFC 1847), in a charset that is not a superset of ASCII, in a mail with DKIM-Signature, deeper
/// than eight multiparts, or wrongly encoded. Lines that would be too long become quoted-printable.
/// Thread-safe; linear in the mail's size.
[[nodiscard]] std::optional<std::string> rewrite_html(std::string_view content,
                                                      const html_rewriter& rewrite);

} // namespace warmfront::mime
