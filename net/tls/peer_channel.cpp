#include "net/tls/peer_channel.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cassert>
#include <new>
#include <utility>

namespace warmfront::net {

peer_channel::peer_channel(std::shared_ptr<const peer_context> context, side which)
    : context_{std::move(context)}, ssl_{SSL_new(which == side::caller ? context_->caller()
                                                                       : context_->called())} {
  BIO* in = BIO_new(BIO_s_mem());
  BIO* out = BIO_new(BIO_s_mem());
  if (ssl_ == nullptr || in == nullptr || out == nullptr)
    throw std::bad_alloc{}; // as any other allocation
  SSL_set_bio(ssl_, in, out);
  if (which == side::caller)
    SSL_set_connect_state(ssl_);
  else
    SSL_set_accept_state(ssl_);
}

peer_channel::~peer_channel() {
  SSL_free(ssl_);
}

peer_channel::state peer_channel::shake_hands() {
  if (state_ != state::handshake)
    return state_;
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_);
  if (done == 1)
    state_ = state::open;
  else if (SSL_get_error(ssl_, done) != SSL_ERROR_WANT_READ)
    fail();
  ERR_clear_error();
  return state_;
}

void peer_channel::receive(std::string_view octets) {
  BIO_write(SSL_get_rbio(ssl_), octets.data(), static_cast<int>(octets.size()));
}

std::size_t peer_channel::read(std::span<char> plain) {
  assert(state_ != state::handshake);
  std::size_t total = 0;
  ERR_clear_error();
  // One call gives one record, at most 16 KiB.
  while (state_ == state::open && total < plain.size()) {
    std::size_t octets = 0;
    const int done = SSL_read_ex(ssl_, plain.data() + total, plain.size() - total, &octets);
    if (done == 1) {
      total += octets;
      continue;
    }
    const int why = SSL_get_error(ssl_, done);
    if (why == SSL_ERROR_ZERO_RETURN)
      state_ = state::half_closed;
    else if (why != SSL_ERROR_WANT_READ)
      fail();
    break;
  }
  ERR_clear_error();
  return total;
}

void peer_channel::write(std::string_view plain) {
  assert(state_ == state::open || state_ == state::half_closed);
  ERR_clear_error();
  while (!plain.empty()) {
    std::size_t written = 0;
    if (SSL_write_ex(ssl_, plain.data(), plain.size(), &written) != 1) {
      fail(); // a memory BIO is never full: this is no want-write
      break;
    }
    plain.remove_prefix(written);
  }
  ERR_clear_error();
}

void peer_channel::close() {
  if (state_ != state::open && state_ != state::half_closed)
    return;
  ERR_clear_error();
  SSL_shutdown(ssl_);
  ERR_clear_error();
}

std::string_view peer_channel::wire() const {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(SSL_get_wbio(ssl_), &data);
  return std::string_view{data, static_cast<std::size_t>(size)}.substr(sent_);
}

void peer_channel::sent(std::size_t octets) {
  sent_ += octets;
  if (wire().empty()) {
    BIO_reset(SSL_get_wbio(ssl_));
    sent_ = 0;
  }
}

void peer_channel::fail() {
  state_ = state::failed;
  const auto verdict = SSL_get_verify_result(ssl_);
  if (verdict != X509_V_OK) {
    reason_ = X509_verify_cert_error_string(verdict);
    return;
  }
  const auto* text = ERR_reason_error_string(ERR_peek_error());
  reason_ = text == nullptr ? "it broke the protocol" : text;
}

} // namespace warmfront::net
