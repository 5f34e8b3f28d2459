#include "net/tls/key_fingerprint.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <memory>
#include <string_view>

namespace warmfront::net {

std::string key_fingerprint(const X509* certificate) {
  constexpr std::string_view digits{"0123456789abcdef"};
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int octets = 0;
  unsigned char* encoded = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &encoded);
  std::string text;
  if (size > 0 && EVP_Digest(encoded, static_cast<std::size_t>(size), digest.data(), &octets,
                             EVP_sha256(), nullptr) == 1)
    for (unsigned int i = 0; i < octets; ++i) {
      text += digits[digest[i] >> 4];
      text += digits[digest[i] & 0x0f];
    }
  OPENSSL_free(encoded);
  return text;
}

result<std::string> key_fingerprint(const std::string& certificate) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> stream{
      BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size())), BIO_free};
  const std::unique_ptr<X509, decltype(&X509_free)> read{
      PEM_read_bio_X509(stream.get(), nullptr, nullptr, nullptr), X509_free};
  auto text = read ? key_fingerprint(read.get()) : std::string{};
  ERR_clear_error();
  if (text.empty())
    return error{errc::invalid_argument, "this is no PEM certificate", {}};
  return text;
}

} // namespace warmfront::net
