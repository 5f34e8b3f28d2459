#include "net/tls/peer_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "net/tls/key_fingerprint.hpp"

namespace warmfront::net {

namespace {

error failure(const char* kind, const std::string& file) {
  const auto code = ERR_peek_error();
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  error why{errc::invalid_argument,
            std::string{"cannot load the cluster's "} + kind + " from " + file + ": " +
                (text == nullptr ? "unknown error" : text),
            "make it with `warmfront pki init` and `warmfront pki node NAME`"};
  ERR_clear_error();
  return why;
}

/// OpenSSL does not tell why a file cannot be read.
result<void> check_peer_file(const char* kind, const std::string& file) {
  std::FILE* const opened = std::fopen(file.c_str(), "re");
  if (opened == nullptr) {
    const int why = errno;
    return error{why == ENOENT ? errc::not_found : errc::refused,
                 std::string{"cannot load the cluster's "} + kind + " from " + file + ": " +
                     std::strerror(why),
                 "make it with `warmfront pki init` and `warmfront pki node NAME`, readable for "
                 "the node"};
  }
  std::fclose(opened);
  return success();
}

/// What no peer would accept is better said at once, and here.
result<void> check_certified(SSL_CTX* context, const std::string& certificate_file,
                             const std::string& ca_file) {
  X509_STORE_CTX* const check = X509_STORE_CTX_new();
  X509* const certificate = SSL_CTX_get0_certificate(context);
  int verdict = X509_V_ERR_UNSPECIFIED;
  if (check != nullptr &&
      X509_STORE_CTX_init(check, SSL_CTX_get_cert_store(context), certificate, nullptr) == 1 &&
      X509_STORE_CTX_set_default(check, "ssl_client") == 1) {
    X509_verify_cert(check);
    verdict = X509_STORE_CTX_get_error(check);
  }
  X509_STORE_CTX_free(check);
  ERR_clear_error();
  if (verdict == X509_V_OK)
    return success();
  return error{errc::invalid_argument,
               "the certificate " + certificate_file + " does not count with the authority " +
                   ca_file + ": " + X509_verify_cert_error_string(verdict),
               "make a new one with `warmfront pki node NAME`"};
}

int no_peer_pass_phrase(char*, int, int, void*) {
  return -1;
}

result<void> configure(SSL_CTX* context, const std::string& certificate_file,
                       const std::string& key_file, const std::string& ca_file) {
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_default_passwd_cb(context, no_peer_pass_phrase);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_verify_depth(context, 1); // the authority signs nodes and nothing else
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 0); // every connection is checked anew
  WARMFRONT_TRY(check_peer_file("authority", ca_file));
  WARMFRONT_TRY(check_peer_file("certificate", certificate_file));
  WARMFRONT_TRY(check_peer_file("key", key_file));
  if (SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) != 1)
    return failure("authority", ca_file);
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1)
    return failure("certificate", certificate_file);
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context) != 1)
    return failure("key", key_file);
  return check_certified(context, certificate_file, ca_file);
}

std::optional<peer_identity> identity_of(X509* certificate) {
  if (certificate == nullptr)
    return std::nullopt;
  std::array<char, 256> name{};
  const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                             name.data(), static_cast<int>(name.size()));
  if (size <= 0 || static_cast<std::size_t>(size) >= name.size())
    return std::nullopt;
  peer_identity identity{std::string{name.data(), static_cast<std::size_t>(size)},
                         key_fingerprint(certificate)};
  // A NUL within the name, or a name that the authority did not certify as one.
  if (identity.name.find('\0') != std::string::npos || identity.key_fingerprint.empty() ||
      X509_check_host(certificate, identity.name.data(), identity.name.size(),
                      X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                      nullptr) != 1)
    return std::nullopt;
  return identity;
}

} // namespace

result<std::shared_ptr<const peer_context>> peer_context::load(const std::string& certificate_file,
                                                               const std::string& key_file,
                                                               const std::string& ca_file) {
  ERR_clear_error();
  const std::shared_ptr<peer_context> loaded{new peer_context};
  loaded->caller_ = SSL_CTX_new(TLS_client_method());
  loaded->called_ = SSL_CTX_new(TLS_server_method());
  if (loaded->caller_ == nullptr || loaded->called_ == nullptr)
    return error{errc::unavailable, "cannot set up TLS between nodes", {}};
  for (auto* const context : {loaded->caller_, loaded->called_}) {
    WARMFRONT_TRY(configure(context, certificate_file, key_file, ca_file));
  }
  auto self = identity_of(SSL_CTX_get0_certificate(loaded->caller_));
  if (!self)
    return error{errc::invalid_argument,
                 "the certificate " + certificate_file +
                     " names no node: its common name must be one of its DNS names",
                 "make it with `warmfront pki node NAME`"};
  loaded->self_ = std::move(*self);
  return std::shared_ptr<const peer_context>{loaded};
}

peer_context::~peer_context() {
  SSL_CTX_free(caller_);
  SSL_CTX_free(called_);
}

std::optional<peer_identity> identity_of_peer(const SSL* session) {
  X509* const certificate = SSL_get1_peer_certificate(session);
  auto identity = identity_of(certificate);
  X509_free(certificate);
  return identity;
}

} // namespace warmfront::net
