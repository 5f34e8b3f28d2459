// What a client shows to etcd, and whom it believes.
#pragma once

#include <string>

#include <openssl/ssl.h>

#include "storage/etcd/etcd_control_store.hpp"

namespace warmfront::storage {

/// TLS 1.2 or later; only the authority of `ca_file` is believed; the certificate is shown.
/// @returns `invalid_argument`, naming the file and the field of the options.
[[nodiscard]] result<void> prepare_client_tls(SSL_CTX* context, const etcd_options& options);

/// Whether that would work now.
[[nodiscard]] result<void> check_client_tls(const etcd_options& options);

} // namespace warmfront::storage
