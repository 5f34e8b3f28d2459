// Certificates and keys for servers of ours (OpenSSL 3, TLS 1.2 or later).
#pragma once

#include <memory>
#include <string>

#include "actors/core/error.hpp"

struct ssl_ctx_st;

namespace warmfront::net {

/// A loaded certificate chain and key. Immutable, shared by sessions; replaced as a whole on
/// reload.
class tls_server_context {
public:
  /// Loads PEM files. Errors name the file and what is wrong with it (unreadable, no certificate,
  /// key does not match, expired).
  [[nodiscard]] static result<std::shared_ptr<const tls_server_context>>
  load(const std::string& certificate_file, const std::string& key_file);

  ~tls_server_context();
  tls_server_context(const tls_server_context&) = delete;
  tls_server_context& operator=(const tls_server_context&) = delete;

  /// For `net/asio` and `admin/http`, which wrap it for Asio. Owned by this object.
  [[nodiscard]] ssl_ctx_st* native() const noexcept { return context_; }

private:
  explicit tls_server_context(ssl_ctx_st* context) noexcept : context_{context} {}
  ssl_ctx_st* context_;
};

} // namespace warmfront::net
