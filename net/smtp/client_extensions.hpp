// What a server offers, and the commands as they may be written to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/smtp/client_content.hpp"
#include "net/smtp/client_transmission.hpp"
#include "net/smtp/reply.hpp"

namespace warmfront::smtp {

/// The service extensions of an EHLO reply that matter to a client.
struct client_extensions {
  bool pipelining = false;           ///< RFC 2920
  bool eight_bit_mime = false;       ///< RFC 6152
  bool smtputf8 = false;             ///< RFC 6531
  bool dsn = false;                  ///< RFC 3461
  bool starttls = false;             ///< RFC 3207
  bool requiretls = false;           ///< RFC 8689
  bool size = false;                 ///< RFC 1870
  std::uint64_t size_octets_max = 0; ///< 0: the server names no limit

  friend bool operator==(const client_extensions&, const client_extensions&) = default;
};

/// Reads the text of a 250 reply to EHLO: the greeting line is skipped, unknown keywords too.
[[nodiscard]] client_extensions parse_extensions(std::string_view text);

/// What a host that does not offer REQUIRETLS is taken to have answered (RFC 8689 §4.2.1).
[[nodiscard]] reply requiretls_missing();

/// Why this server cannot be given the mail at all, before a single octet is sent: 552 5.3.4 (over
/// its SIZE), 554 5.6.3 (8-bit content without 8BITMIME, or binary), 554 5.6.7 (SMTPUTF8 needed),
/// 554 5.6.0 (a bare CR or LF, which must not leave), 553 5.1.7 (a reverse-path that would break
/// the command), 550 5.7.30 (REQUIRETLS is not passed on).
[[nodiscard]] std::optional<reply> refusal_of(const transmission& mail, const content_facts& facts,
                                              const client_extensions& offered);

/// Whether an address can be put between angle brackets without changing the command: no control
/// characters, and none of `<`, `>` and space outside a quoted string.
[[nodiscard]] bool is_sendable_address(std::string_view address) noexcept;

/// `MAIL FROM:<…>` with the parameters the server offers, with CRLF, appended to `out`.
void append_mail(std::string& out, const transmission& mail, const content_facts& facts,
                 const client_extensions& offered);
/// `RCPT TO:<…>` likewise.
void append_rcpt(std::string& out, const envelope_recipient& recipient,
                 const client_extensions& offered);

} // namespace warmfront::smtp
