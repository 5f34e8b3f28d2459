// TLS between nodes: both sides show a certificate of the cluster's own authority.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "actors/core/error.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace warmfront::net {

/// Who is at the other end of a tunnel.
struct peer_identity {
  std::string name;            ///< the certificate's common name, which is one of its DNS names too
  std::string key_fingerprint; ///< SHA-256 of its public key, lower-case hexadecimal
};

/// An immutable pair of contexts, for calling and for being called: TLS 1.3, a certificate of the
/// authority demanded from both sides. To reload, load another one. Thread-safe.
class peer_context {
public:
  /// PEM files. `not_found`, `refused` or `invalid_argument`, naming the file.
  [[nodiscard]] static result<std::shared_ptr<const peer_context>>
  load(const std::string& certificate_file, const std::string& key_file,
       const std::string& ca_file);
  ~peer_context();
  peer_context(const peer_context&) = delete;
  peer_context& operator=(const peer_context&) = delete;

  [[nodiscard]] ssl_ctx_st* caller() const noexcept { return caller_; }
  [[nodiscard]] ssl_ctx_st* called() const noexcept { return called_; }
  /// Whom our own certificate names.
  [[nodiscard]] const peer_identity& self() const noexcept { return self_; }

private:
  peer_context() = default;
  ssl_ctx_st* caller_ = nullptr;
  ssl_ctx_st* called_ = nullptr;
  peer_identity self_;
};

/// Who shook hands; none when the certificate does not name a node properly. @pre the handshake
/// succeeded under a `peer_context`.
[[nodiscard]] std::optional<peer_identity> identity_of_peer(const ssl_st* session);

} // namespace warmfront::net
