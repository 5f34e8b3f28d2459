#include "actors/messages/identities.hpp"

namespace warmfront {

std::string_view to_string(signing_algorithm value) noexcept {
  switch (value) {
  case signing_algorithm::rsa_sha256:
    return "rsa-sha256";
  case signing_algorithm::ed25519_sha256:
    return "ed25519-sha256";
  }
  return "unknown";
}

std::optional<signing_algorithm> parse_signing_algorithm(std::string_view text) noexcept {
  for (const auto value : {signing_algorithm::rsa_sha256, signing_algorithm::ed25519_sha256})
    if (text == to_string(value))
      return value;
  return std::nullopt;
}

std::string_view to_string(signing_key_state state) noexcept {
  switch (state) {
  case signing_key_state::pending:
    return "pending";
  case signing_key_state::active:
    return "active";
  case signing_key_state::retiring:
    return "retiring";
  case signing_key_state::retired:
    return "retired";
  }
  return "unknown";
}

} // namespace warmfront
