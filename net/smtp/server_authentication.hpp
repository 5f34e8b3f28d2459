// SASL exchanges of the server: PLAIN (RFC 4616) and LOGIN, as in RFC 4954.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "net/smtp/reply.hpp"

namespace warmfront::smtp {

/// The client is asked for more: `334 ` and this text.
struct sasl_challenge {
  std::string_view text;
};
/// The exchange is over; what the client showed.
struct sasl_credentials {
  std::string user;
  std::string secret;
};
using sasl_step = std::variant<sasl_challenge, sasl_credentials, reply>;

/// One exchange. A `reply` ends it without credentials.
class sasl_exchange {
public:
  /// @param argument what follows `AUTH`: mechanism and, perhaps, the initial response.
  [[nodiscard]] sasl_step begin(std::string_view argument);
  /// The client's answer to a challenge, without CRLF; `*` cancels.
  [[nodiscard]] sasl_step answer(std::string_view line);

private:
  enum class awaited : std::uint8_t { plain, login_user, login_secret };
  [[nodiscard]] sasl_step take(std::string&& decoded);

  awaited awaited_ = awaited::plain;
  std::string user_;
};

} // namespace warmfront::smtp
