// Certificates made on the spot: none is kept in the repository, none can expire there.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

namespace warmfront::testing {

/// A directory that is gone with this object.
class temporary_directory {
public:
  temporary_directory() {
    std::string pattern = (std::filesystem::temp_directory_path() / "warmfront-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) {
      throw std::runtime_error{"no temporary directory"};
    }
    path_ = pattern;
  }
  ~temporary_directory() { std::filesystem::remove_all(path_); }
  temporary_directory(const temporary_directory&) = delete;
  temporary_directory& operator=(const temporary_directory&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }

private:
  std::filesystem::path path_;
};

/// A self-signed certificate and its key, in PEM files.
struct test_certificate {
  std::string certificate_file;
  std::string key_file;
};

inline void write_pem(const std::string& file, const auto& write) {
  std::FILE* out = std::fopen(file.c_str(), "we");
  if (out == nullptr || write(out) != 1) {
    throw std::runtime_error{"cannot write " + file};
  }
  std::fclose(out);
}

/// @param name the common name; `valid_for` seconds from now, negative: expired since then.
inline test_certificate make_certificate(const temporary_directory& directory,
                                         const std::string& name, long valid_for = 3600,
                                         const char* pass_phrase = nullptr) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key{EVP_EC_gen("P-256"), EVP_PKEY_free};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{X509_new(), X509_free};
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -7200);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), valid_for);
  X509_set_pubkey(certificate.get(), key.get());
  auto* subject = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), subject);
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  test_certificate files{directory.file(name + ".pem"), directory.file(name + ".key")};
  write_pem(files.certificate_file,
            [&](std::FILE* out) { return PEM_write_X509(out, certificate.get()); });
  write_pem(files.key_file, [&](std::FILE* out) {
    return PEM_write_PrivateKey(
        out, key.get(), pass_phrase == nullptr ? nullptr : EVP_aes_128_cbc(), nullptr, 0, nullptr,
        const_cast<char*>(pass_phrase)); // NOLINT: OpenSSL reads it only
  });
  return files;
}

} // namespace warmfront::testing
