#include "net/tls/server_channel.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cassert>
#include <new>
#include <utility>

namespace warmfront::net {

namespace {

constexpr std::size_t record_octets_max = 16384;

} // namespace

tls_server_channel::tls_server_channel(std::shared_ptr<const tls_server_context> context)
    : context_{std::move(context)}, ssl_{SSL_new(context_->native())} {
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  if (ssl_ == nullptr || in == nullptr || out == nullptr) {
    throw std::bad_alloc{}; // as any other allocation
  }
  SSL_set_bio(ssl_, in, out);
  SSL_set_accept_state(ssl_);
}

tls_server_channel::~tls_server_channel() {
  SSL_free(ssl_);
}

tls_server_channel::state tls_server_channel::receive(std::string_view octets, std::string& text,
                                                      std::string& wire) {
  ERR_clear_error();
  BIO_write(SSL_get_rbio(ssl_), octets.data(), static_cast<int>(octets.size()));
  if (state_ == state::handshake) {
    const int done = SSL_do_handshake(ssl_);
    if (done == 1) {
      state_ = state::open;
    } else if (SSL_get_error(ssl_, done) != SSL_ERROR_WANT_READ) {
      state_ = state::failed;
    }
  }
  if (state_ == state::open) {
    decrypt(text);
  }
  drain_wire(wire);
  ERR_clear_error();
  return state_;
}

void tls_server_channel::decrypt(std::string& text) {
  while (true) {
    const auto before = text.size();
    text.resize(before + record_octets_max);
    std::size_t read = 0;
    const int done = SSL_read_ex(ssl_, text.data() + before, record_octets_max, &read);
    text.resize(before + read);
    if (done == 1) {
      continue;
    }
    const int why = SSL_get_error(ssl_, done);
    if (why == SSL_ERROR_ZERO_RETURN) {
      state_ = state::closed;
    } else if (why != SSL_ERROR_WANT_READ) {
      state_ = state::failed;
    }
    return;
  }
}

void tls_server_channel::send(std::string_view text, std::string& wire) {
  assert(state_ == state::open);
  ERR_clear_error();
  while (!text.empty()) {
    std::size_t written = 0;
    if (SSL_write_ex(ssl_, text.data(), text.size(), &written) != 1) {
      state_ = state::failed; // a memory BIO is never full: this is no want-write
      break;
    }
    text.remove_prefix(written);
  }
  drain_wire(wire);
}

void tls_server_channel::close(std::string& wire) {
  if (state_ == state::open || state_ == state::closed) {
    ERR_clear_error();
    SSL_shutdown(ssl_);
    drain_wire(wire);
    state_ = state::closed;
  }
}

std::string tls_server_channel::version() const {
  return SSL_is_init_finished(ssl_) == 1 ? SSL_get_version(ssl_) : "";
}

void tls_server_channel::drain_wire(std::string& wire) {
  char* data = nullptr;
  BIO* out = SSL_get_wbio(ssl_);
  const auto size = BIO_get_mem_data(out, &data);
  if (size > 0) {
    wire.append(data, static_cast<std::size_t>(size));
    BIO_reset(out);
  }
}

} // namespace warmfront::net
