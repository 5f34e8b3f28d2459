// Command lines of SMTP and their parameters (RFC 5321 §4.1, and the extensions named below).
#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "actors/core/envelope.hpp"
#include "net/smtp/reply.hpp"

namespace warmfront::smtp {

enum class verb : std::uint8_t {
  unknown,
  ehlo,
  helo,
  mail,
  rcpt,
  data,
  bdat,
  rset,
  noop,
  quit,
  vrfy,
  expn,
  help,
  auth,
  starttls,
};

/// A command line taken apart. Refers to the line it was made from.
struct command {
  verb name = verb::unknown;
  std::string_view argument; ///< without the blanks around it
};

/// Splits a line without its CRLF. Verbs are compared without regard to case; blanks at the end of
/// the line are tolerated (RFC 5321 §4.1.1).
[[nodiscard]] command parse_command(std::string_view line) noexcept;

/// Whether `a` and `b` are the same but for the case of ASCII letters.
[[nodiscard]] bool same_ignoring_case(std::string_view a, std::string_view b) noexcept;

/// Something parsed, or the reply that says what is wrong with it.
template <class T>
using parsed =
    BOOST_OUTCOME_V2_NAMESPACE::basic_result<T, reply,
                                             BOOST_OUTCOME_V2_NAMESPACE::policy::terminate>;

/// MAIL with its parameters: SIZE (RFC 1870), BODY (RFC 6152), SMTPUTF8 (RFC 6531), RET and ENVID
/// (RFC 3461), REQUIRETLS (RFC 8689), AUTH (RFC 4954 §5: checked and dropped, as no client is
/// trusted to vouch).
struct mail_command {
  std::string reverse_path; ///< empty: `<>`
  std::optional<std::uint64_t> size;
  body_encoding body = body_encoding::seven_bit;
  bool smtputf8 = false;
  return_content ret = return_content::unspecified;
  std::string envelope_id;
  bool require_tls = false; ///< REQUIRETLS (RFC 8689)
};

/// @param argument what follows `MAIL`.
[[nodiscard]] parsed<mail_command> parse_mail(std::string_view argument);

/// RCPT with NOTIFY and ORCPT (RFC 3461). `<Postmaster>` is given `hostname` (RFC 5321 §4.5.1).
/// @param argument what follows `RCPT`; `utf8`: MAIL said SMTPUTF8.
[[nodiscard]] parsed<envelope_recipient> parse_rcpt(std::string_view argument, bool utf8,
                                                    std::string_view hostname);

/// BDAT (RFC 3030).
struct bdat_command {
  std::uint64_t octets = 0;
  bool last = false;
};

/// @param argument what follows `BDAT`; nothing when the size cannot be known.
[[nodiscard]] std::optional<bdat_command> parse_bdat(std::string_view argument) noexcept;

} // namespace warmfront::smtp
