#include "storage/etcd/client_tls.hpp"

#include <array>
#include <memory>

#include <fmt/core.h>
#include <openssl/err.h>

namespace warmfront::storage {

namespace {

std::string reason() {
  std::array<char, 256> text{};
  ::ERR_error_string_n(::ERR_get_error(), text.data(), text.size());
  ::ERR_clear_error();
  return text.data();
}

error unusable(const std::string& what, const std::string& file, const char* field) {
  return {errc::invalid_argument, fmt::format("use {} '{}' for etcd: {}", what, file, reason()),
          "name a readable PEM file", field};
}

} // namespace

result<void> prepare_client_tls(SSL_CTX* context, const etcd_options& options) {
  ::ERR_clear_error();
  ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // The library puts the system's authorities there before: anyone they sign could pose as etcd.
  ::SSL_CTX_set_cert_store(context, ::X509_STORE_new());
  if (::SSL_CTX_load_verify_file(context, options.ca_file.c_str()) != 1) {
    return unusable("authority", options.ca_file, "ca_file");
  }
  if (options.certificate_file.empty()) {
    return success();
  }
  if (::SSL_CTX_use_certificate_chain_file(context, options.certificate_file.c_str()) != 1) {
    return unusable("certificate", options.certificate_file, "certificate_file");
  }
  if (::SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      ::SSL_CTX_check_private_key(context) != 1) {
    return unusable("key", options.key_file, "key_file");
  }
  return success();
}

result<void> check_client_tls(const etcd_options& options) {
  const std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)> context{
      ::SSL_CTX_new(::TLS_client_method()), &::SSL_CTX_free};
  return prepare_client_tls(context.get(), options);
}

} // namespace warmfront::storage
