#include "net/tls/certificate_authority.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <memory>

#include "actors/core/address.hpp"
#include "actors/core/ip.hpp"

namespace warmfront::net {

namespace {

template <auto Free>
struct released {
  template <class T>
  void operator()(T* value) const {
    Free(value);
  }
};
using key_pointer = std::unique_ptr<EVP_PKEY, released<EVP_PKEY_free>>;
using certificate_pointer = std::unique_ptr<X509, released<X509_free>>;
using stream_pointer = std::unique_ptr<BIO, released<BIO_free>>;

constexpr std::chrono::days authority_lifetime{3650};
/// Clocks differ: what is made on one machine must count on another at once.
constexpr std::chrono::hours backdated{1};

error failed(const char* what) {
  const auto code = ERR_peek_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  error why{errc::unavailable,
            std::string{"cannot "} + what + ": " + (reason == nullptr ? "unknown error" : reason),
            {}};
  ERR_clear_error();
  return why;
}

std::string text_of(BIO* stream) {
  char* data = nullptr;
  const auto octets = BIO_get_mem_data(stream, &data);
  return {data, static_cast<std::size_t>(octets)};
}

bool add_extension(X509* to, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
  const bool added = extension != nullptr && X509_add_ext(to, extension, -1) == 1;
  X509_EXTENSION_free(extension);
  return added;
}

bool set_serial(X509* certificate) {
  std::array<unsigned char, 16> octets{};
  if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1)
    return false;
  octets[0] &= 0x7f; // RFC 5280 §4.1.2.2: positive
  BIGNUM* const number = BN_bin2bn(octets.data(), static_cast<int>(octets.size()), nullptr);
  const bool set = BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nullptr;
  BN_free(number);
  return set;
}

certificate_pointer begin_certificate(EVP_PKEY* key, const std::string& name,
                                      std::chrono::seconds lifetime) {
  certificate_pointer made{X509_new()};
  const std::chrono::seconds before = backdated;
  X509_NAME* const subject = X509_get_subject_name(made.get());
  if (!made || X509_set_version(made.get(), X509_VERSION_3) != 1 || !set_serial(made.get()) ||
      X509_gmtime_adj(X509_getm_notBefore(made.get()), -before.count()) == nullptr ||
      X509_gmtime_adj(X509_getm_notAfter(made.get()), lifetime.count()) == nullptr ||
      X509_set_pubkey(made.get(), key) != 1 ||
      X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                 reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                 0) != 1)
    return nullptr;
  return made;
}

result<certified_key> to_pem(X509* certificate, EVP_PKEY* key) {
  const stream_pointer first{BIO_new(BIO_s_mem())};
  const stream_pointer second{BIO_new(BIO_s_mem())};
  if (PEM_write_bio_X509(first.get(), certificate) != 1 ||
      PEM_write_bio_PrivateKey(second.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    return failed("write a certificate");
  return certified_key{text_of(first.get()), text_of(second.get())};
}

stream_pointer reading(const std::string& text) {
  return stream_pointer{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
}

result<std::string> alternative_names(const std::string& name,
                                      const std::vector<std::string>& addresses) {
  std::string names = "DNS:" + name;
  for (const auto& each : addresses) {
    const auto ip = canonical_ip(each);
    if (!ip && !is_domain(each, false))
      return error{errc::invalid_argument, "`" + each + "` is neither an IP address nor a name",
                   "give an address that other nodes or etcd use, as in 192.0.2.1", "address"};
    names += (ip ? ",IP:" + *ip : ",DNS:" + each);
  }
  return names;
}

} // namespace

result<certified_key> make_authority() {
  const key_pointer key{EVP_EC_gen("P-256")};
  if (!key)
    return failed("make a key");
  const auto made = begin_certificate(key.get(), "Warmfront cluster authority", authority_lifetime);
  if (!made || X509_set_issuer_name(made.get(), X509_get_subject_name(made.get())) != 1 ||
      !add_extension(made.get(), made.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0") ||
      !add_extension(made.get(), made.get(), NID_key_usage, "critical,keyCertSign,cRLSign") ||
      !add_extension(made.get(), made.get(), NID_subject_key_identifier, "hash") ||
      X509_sign(made.get(), key.get(), EVP_sha256()) == 0)
    return failed("make an authority");
  return to_pem(made.get(), key.get());
}

result<certified_key> make_node(const certified_key& authority, const std::string& name,
                                const std::vector<std::string>& addresses,
                                std::chrono::days lifetime) {
  if (!is_domain(name, false) || name.find('.') != std::string::npos)
    return error{errc::invalid_argument, "`" + name + "` is not a node's name",
                 "use letters, digits and hyphens, as in node.name", "name"};
  WARMFRONT_TRY(names, alternative_names(name, addresses));
  const certificate_pointer issuer{
      PEM_read_bio_X509(reading(authority.certificate).get(), nullptr, nullptr, nullptr)};
  const key_pointer issuer_key{
      PEM_read_bio_PrivateKey(reading(authority.key).get(), nullptr, nullptr, nullptr)};
  if (!issuer || !issuer_key || X509_check_private_key(issuer.get(), issuer_key.get()) != 1) {
    ERR_clear_error();
    return error{errc::invalid_argument, "the authority's certificate and key cannot be used",
                 "make them with `warmfront pki init`"};
  }
  const key_pointer key{EVP_EC_gen("P-256")};
  if (!key)
    return failed("make a key");
  const auto made = begin_certificate(key.get(), name, lifetime);
  if (!made || X509_set_issuer_name(made.get(), X509_get_subject_name(issuer.get())) != 1 ||
      !add_extension(made.get(), issuer.get(), NID_basic_constraints, "critical,CA:FALSE") ||
      !add_extension(made.get(), issuer.get(), NID_key_usage, "critical,digitalSignature") ||
      !add_extension(made.get(), issuer.get(), NID_ext_key_usage, "serverAuth,clientAuth") ||
      !add_extension(made.get(), issuer.get(), NID_subject_alt_name, names) ||
      !add_extension(made.get(), issuer.get(), NID_authority_key_identifier, "keyid") ||
      X509_sign(made.get(), issuer_key.get(), EVP_sha256()) == 0)
    return failed("make a node's certificate");
  return to_pem(made.get(), key.get());
}

} // namespace warmfront::net
