// What outgoing mail connections share of TLS: versions, and the authorities that are believed.
#pragma once

#include <memory>
#include <string>

#include "actors/core/error.hpp"

struct ssl_ctx_st;

namespace warmfront::net {

/// Immutable, shared by connections. TLS 1.2 or later; by itself it verifies nothing (RFC 7435):
/// see `mail_verification`.
class tls_client_context {
public:
  /// `ca_file`: PEM certificates of authorities; empty: those of the system. Errors name the file.
  [[nodiscard]] static result<std::shared_ptr<const tls_client_context>>
  load(const std::string& ca_file);

  ~tls_client_context();
  tls_client_context(const tls_client_context&) = delete;
  tls_client_context& operator=(const tls_client_context&) = delete;

  /// For `net/asio`, which wraps it for Asio. Owned by this object.
  [[nodiscard]] ssl_ctx_st* native() const noexcept { return context_; }

private:
  explicit tls_client_context(ssl_ctx_st* context) noexcept : context_{context} {}
  ssl_ctx_st* context_;
};

} // namespace warmfront::net
