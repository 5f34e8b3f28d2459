#include "net/smtp/server_authentication.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "net/smtp/base64.hpp"
#include "net/smtp/command.hpp"

namespace warmfront::smtp {

namespace {

/// authzid NUL authcid NUL password (RFC 4616 §2). Acting for somebody else is not supported.
sasl_step plain_credentials(std::string_view message) {
  const auto first = message.find('\0');
  const auto second = first == std::string_view::npos ? first : message.find('\0', first + 1);
  if (second == std::string_view::npos ||
      message.find('\0', second + 1) != std::string_view::npos) {
    return reply{501, "5.5.2", "expected authorization id, NUL, user, NUL, password"};
  }
  const auto authorization = message.substr(0, first);
  const auto user = message.substr(first + 1, second - first - 1);
  if (user.empty() || (!authorization.empty() && authorization != user)) {
    return reply{535, "5.7.8", "a user may only act for itself"};
  }
  return sasl_credentials{std::string{user}, std::string{message.substr(second + 1)}};
}

} // namespace

sasl_step sasl_exchange::begin(std::string_view argument) {
  const auto end = std::min(argument.find(' '), argument.size());
  const auto mechanism = argument.substr(0, end);
  const bool plain = same_ignoring_case(mechanism, "PLAIN");
  if (!plain && !same_ignoring_case(mechanism, "LOGIN")) {
    return reply{504, "5.5.4", "the mechanisms are PLAIN and LOGIN"};
  }
  awaited_ = plain ? awaited::plain : awaited::login_user;
  const auto initial = end < argument.size() ? argument.substr(end + 1) : std::string_view{};
  if (initial.empty()) {
    return sasl_challenge{plain ? "" : "VXNlcm5hbWU6"}; // "Username:"
  }
  if (initial == "=") { // an initial response of no octets (RFC 4954 §4)
    return take({});
  }
  return answer(initial);
}

sasl_step sasl_exchange::answer(std::string_view line) {
  if (line == "*") {
    return reply{501, "5.7.0", "authentication cancelled"};
  }
  auto decoded = decode_base64(line);
  if (!decoded) {
    return reply{501, "5.5.2", "not valid base64"};
  }
  return take(std::move(*decoded));
}

sasl_step sasl_exchange::take(std::string&& decoded) {
  switch (awaited_) {
  case awaited::plain:
    return plain_credentials(decoded);
  case awaited::login_user:
    user_ = std::move(decoded);
    awaited_ = awaited::login_secret;
    return sasl_challenge{"UGFzc3dvcmQ6"}; // "Password:"
  case awaited::login_secret:
    return sasl_credentials{std::exchange(user_, {}), std::move(decoded)};
  }
  return reply{501, "5.5.2", "no exchange is under way"};
}

} // namespace warmfront::smtp
