#include "net/tls/certificate_expiry.hpp"

#include <ctime>
#include <memory>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

namespace warmfront::net {

result<wall_time> certificate_expiry(const std::string& file) {
  const auto fail = [&file] {
    ERR_clear_error();
    return error{errc::invalid_argument, "read until when the certificate `" + file + "` holds",
                 "the file must hold a PEM certificate that the node can read"};
  };
  const std::unique_ptr<BIO, decltype(&BIO_free)> from{BIO_new_file(file.c_str(), "r"), BIO_free};
  if (!from)
    return fail();
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{
      PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr), X509_free};
  std::tm end{};
  if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1)
    return fail();
  return wall_time{std::chrono::seconds{timegm(&end)}};
}

} // namespace warmfront::net
