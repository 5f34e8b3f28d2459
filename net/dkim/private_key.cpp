#include "net/dkim/private_key.hpp"

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <mutex>
#include <utility>
#include <vector>

#include "net/dkim/openssl_error.hpp"

namespace warmfront::dkim {

namespace {

constexpr unsigned rsa_bits = 2048;
constexpr int rsa_bits_min = 1024; // RFC 8301 §3.2
constexpr int rsa_bits_max = 4096;

struct free_key {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using owned_key = std::unique_ptr<EVP_PKEY, free_key>;
struct free_operation {
  void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using owned_bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

/// A key made ready for signing, which takes as long as a tenth of an Ed25519 signature.
struct operation {
  std::unique_ptr<EVP_PKEY_CTX, free_operation> rsa;
  std::unique_ptr<EVP_MD_CTX, free_operation> ed25519;
};

/// Never asks at a terminal.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

std::string content_of(BIO* bio) {
  char* data = nullptr;
  const auto size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

result<algorithm> algorithm_of(EVP_PKEY* key) {
  const auto refused = [](const std::string& why) {
    return error{errc::invalid_argument, "import a DKIM key: " + why,
                 "give an RSA key of 2048 bits or an Ed25519 key, in PEM without a passphrase"};
  };
  if (EVP_PKEY_get_base_id(key) == EVP_PKEY_ED25519)
    return algorithm::ed25519_sha256;
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
    return refused("it is neither RSA nor Ed25519");
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < rsa_bits_min || bits > rsa_bits_max)
    return refused("RSA of " + std::to_string(bits) + " bits");
  const std::unique_ptr<EVP_PKEY_CTX, free_operation> check{
      EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
  if (check == nullptr || EVP_PKEY_pairwise_check(check.get()) != 1)
    return refused("its private part does not belong to its public one");
  return algorithm::rsa_sha256;
}

} // namespace

std::string_view to_string(algorithm value) noexcept {
  return value == algorithm::rsa_sha256 ? "rsa-sha256" : "ed25519-sha256";
}

struct private_key::implementation {
  owned_key key;
  algorithm what = algorithm::rsa_sha256;
  std::mutex mutex;
  std::vector<operation> idle; ///< one for each thread that has signed at once with others

  result<operation> take();
  void give_back(operation&& done) {
    const std::lock_guard lock{mutex};
    idle.push_back(std::move(done));
  }
};

result<operation> private_key::implementation::take() {
  {
    const std::lock_guard lock{mutex};
    if (!idle.empty()) {
      auto taken = std::move(idle.back());
      idle.pop_back();
      return taken;
    }
  }
  operation made;
  if (what == algorithm::rsa_sha256) {
    made.rsa.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    if (made.rsa == nullptr || EVP_PKEY_sign_init(made.rsa.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(made.rsa.get(), RSA_PKCS1_PADDING) != 1 ||
        EVP_PKEY_CTX_set_signature_md(made.rsa.get(), EVP_sha256()) != 1)
      return openssl_error("prepare an RSA signature");
  } else {
    made.ed25519.reset(EVP_MD_CTX_new());
    if (made.ed25519 == nullptr || EVP_DigestSignInit_ex(made.ed25519.get(), nullptr, nullptr,
                                                         nullptr, nullptr, key.get(), nullptr) != 1)
      return openssl_error("prepare an Ed25519 signature");
  }
  return made;
}

private_key::private_key(std::unique_ptr<implementation> state) : state_{std::move(state)} {}
private_key::~private_key() = default;

result<std::shared_ptr<const private_key>> private_key::generate(algorithm what) {
  auto state = std::make_unique<implementation>();
  state->what = what;
  state->key.reset(what == algorithm::rsa_sha256 ? EVP_RSA_gen(rsa_bits)
                                                 : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  if (state->key == nullptr)
    return openssl_error("generate a key for " + std::string{to_string(what)});
  return std::shared_ptr<const private_key>{new private_key{std::move(state)}};
}

result<std::shared_ptr<const private_key>> private_key::from_pem(std::string_view pem) {
  const owned_bio bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
  auto state = std::make_unique<implementation>();
  if (bio != nullptr && !pem.empty())
    state->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  ERR_clear_error();
  if (state->key == nullptr)
    return error{errc::invalid_argument,
                 "import a DKIM key: this is no private key in PEM, or it has a passphrase",
                 "give what `openssl genrsa 2048` or `openssl genpkey -algorithm ed25519` prints"};
  auto what = algorithm_of(state->key.get());
  ERR_clear_error();
  WARMFRONT_TRY(found, std::move(what));
  state->what = found;
  return std::shared_ptr<const private_key>{new private_key{std::move(state)}};
}

algorithm private_key::what() const noexcept {
  return state_->what;
}

result<std::string> private_key::to_pem() const {
  // Wiped when it is freed: it holds the secret.
  const owned_bio bio{BIO_new(BIO_s_secmem()), BIO_free};
  if (bio == nullptr || PEM_write_bio_PKCS8PrivateKey(bio.get(), state_->key.get(), nullptr,
                                                      nullptr, 0, nullptr, nullptr) != 1)
    return openssl_error("write a private key");
  return content_of(bio.get());
}

std::string private_key::public_record() const {
  if (state_->what == algorithm::ed25519_sha256) {
    std::string raw(32, '\0'); // RFC 8463 §4: no ASN.1 around it
    std::size_t size = raw.size();
    if (EVP_PKEY_get_raw_public_key(state_->key.get(), reinterpret_cast<unsigned char*>(raw.data()),
                                    &size) != 1)
      return {};
    return "v=DKIM1; k=ed25519; p=" + to_base64(raw);
  }
  unsigned char* encoded = nullptr;
  const int size = i2d_PUBKEY(state_->key.get(), &encoded);
  if (size <= 0)
    return {};
  auto record = "v=DKIM1; k=rsa; p=" +
                to_base64({reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(size)});
  OPENSSL_free(encoded);
  return record;
}

result<std::string> private_key::sign(const sha256_digest& digest) const {
  WARMFRONT_TRY(with, state_->take());
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(state_->key.get())), '\0');
  auto* const out = reinterpret_cast<unsigned char*>(signature.data());
  std::size_t size = signature.size();
  const int code =
      with.rsa != nullptr
          ? EVP_PKEY_sign(with.rsa.get(), out, &size, digest.data(), digest.size())
          : EVP_DigestSign(with.ed25519.get(), out, &size, digest.data(), digest.size());
  if (code != 1) // what has failed is not used again
    return openssl_error("sign a mail");
  state_->give_back(std::move(with));
  signature.resize(size);
  return signature;
}

} // namespace warmfront::dkim
