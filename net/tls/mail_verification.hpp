// What a mail host's certificate has to prove: MTA-STS by authorities (RFC 8461 §4.2), DANE by TLSA
// records (RFC 7672 §3). OpenSSL does it; here is what it is told, and what its answer means.
#pragma once

#include <string>

#include "net/trust/hop_trust.hpp"

struct ssl_st;

namespace warmfront::net {

/// Tells a client's session what to check, before its handshake; also the name it asks for.
/// @returns the demand that holds: `dane` becomes `encrypted` when OpenSSL can use none of the
/// records.
trust::tls_demand demand_proof(ssl_st* session, const trust::hop_trust& trust);

/// What the certificate check came to, when the handshake has ended either way.
struct proof_result {
  trust::tls_result result = trust::tls_result::success;
  std::string why; ///< for people; empty on success
};
[[nodiscard]] proof_result result_of(const ssl_st* session, bool handshake_succeeded);

} // namespace warmfront::net
