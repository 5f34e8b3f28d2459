#include "net/tls/server_context.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

namespace warmfront::net {

namespace {

/// Why OpenSSL refused: its first reason, and the queue is empty again.
std::string reason() {
  const auto code = ERR_peek_error();
  const char* text = code == 0 ? nullptr : ERR_reason_error_string(code);
  std::string why = text == nullptr ? "unknown error" : text;
  ERR_clear_error();
  return why;
}

error failure(errc code, const char* kind, const std::string& file, const std::string& why,
              std::string remedy = {}) {
  return {code, std::string{"cannot load the TLS "} + kind + " from " + file + ": " + why,
          std::move(remedy)};
}

/// OpenSSL's own messages for a file that cannot be opened are cryptic: look first.
result<void> check_readable(const char* kind, const std::string& file) {
  std::FILE* handle = std::fopen(file.c_str(), "re");
  if (handle == nullptr) {
    const auto code = errno == ENOENT ? errc::not_found : errc::refused;
    return failure(code, kind, file, std::strerror(errno));
  }
  std::fclose(handle);
  return success();
}

/// Without this OpenSSL asks for the pass phrase of an encrypted key on the terminal.
int no_pass_phrase(char*, int, int, void*) {
  return -1;
}

void configure(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                   SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_default_passwd_cb(context, no_pass_phrase);
  // TLS 1.2 with forward secrecy and authenticated encryption only.
  SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM");
}

result<void> load_certificate(SSL_CTX* context, const std::string& file) {
  WARMFRONT_TRY(check_readable("certificate", file));
  if (SSL_CTX_use_certificate_chain_file(context, file.c_str()) != 1) {
    return failure(errc::invalid_argument, "certificate", file, reason(),
                   "the file must hold a PEM certificate, followed by its chain");
  }
  const X509* certificate = SSL_CTX_get0_certificate(context);
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) {
    return failure(errc::invalid_argument, "certificate", file, "it has expired",
                   "renew the certificate");
  }
  return success();
}

result<void> load_key(SSL_CTX* context, const std::string& file) {
  WARMFRONT_TRY(check_readable("key", file));
  if (SSL_CTX_use_PrivateKey_file(context, file.c_str(), SSL_FILETYPE_PEM) == 1) {
    return success();
  }
  const auto code = ERR_peek_error();
  if (ERR_GET_LIB(code) == ERR_LIB_X509) {
    ERR_clear_error();
    return failure(errc::invalid_argument, "key", file, "it does not belong to the certificate");
  }
  return failure(errc::invalid_argument, "key", file, reason(),
                 "the file must hold a PEM private key without a pass phrase");
}

} // namespace

result<std::shared_ptr<const tls_server_context>>
tls_server_context::load(const std::string& certificate_file, const std::string& key_file) {
  ERR_clear_error();
  SSL_CTX* native = SSL_CTX_new(TLS_server_method());
  if (native == nullptr) {
    return error{errc::unavailable, "cannot set up TLS: " + reason(), ""};
  }
  const std::shared_ptr<const tls_server_context> context{new tls_server_context{native}};
  configure(native);
  WARMFRONT_TRY(load_certificate(native, certificate_file));
  WARMFRONT_TRY(load_key(native, key_file));
  if (SSL_CTX_check_private_key(native) != 1) {
    ERR_clear_error();
    return failure(errc::invalid_argument, "key", key_file,
                   "it does not belong to the certificate");
  }
  return context;
}

tls_server_context::~tls_server_context() {
  SSL_CTX_free(context_);
}

} // namespace warmfront::net
