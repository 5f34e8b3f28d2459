#include "net/tls/client_context.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

namespace warmfront::net {

result<std::shared_ptr<const tls_client_context>>
tls_client_context::load(const std::string& ca_file) {
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) {
    return error{errc::unavailable, "set up TLS for outgoing mail: out of memory", {}};
  }
  std::shared_ptr<const tls_client_context> made{new tls_client_context{context}};
  SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // Weak keys of a peer are better than the clear text that would follow a refusal.
  SSL_CTX_set_security_level(context, 1);
  SSL_CTX_dane_enable(context);
  const int loaded = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context)
                                     : SSL_CTX_load_verify_file(context, ca_file.c_str());
  ERR_clear_error();
  if (loaded != 1) {
    return error{errc::invalid_argument,
                 "the authorities for outgoing mail cannot be read from " + ca_file,
                 "name a file with PEM certificates", "delivery.ca_file"};
  }
  return made;
}

tls_client_context::~tls_client_context() {
  SSL_CTX_free(context_);
}

} // namespace warmfront::net
