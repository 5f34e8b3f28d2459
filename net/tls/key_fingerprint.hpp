// What a node is registered by: a digest of its public key.
#pragma once

#include <string>

#include "actors/core/error.hpp"

struct x509_st;

namespace warmfront::net {

/// SHA-256 of the SubjectPublicKeyInfo (RFC 5280 §4.1), lower-case hexadecimal: the same for every
/// certificate of a key. Empty when OpenSSL cannot encode the key.
[[nodiscard]] std::string key_fingerprint(const x509_st* certificate);

/// The same of a PEM certificate; `invalid_argument` when it is none.
[[nodiscard]] result<std::string> key_fingerprint(const std::string& certificate);

} // namespace warmfront::net
