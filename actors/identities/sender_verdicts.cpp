#include "actors/identities/sender_verdicts.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

namespace warmfront {

sender_verdicts::digest sender_verdicts::digest_of(std::string_view password) const {
  digest made{};
  unsigned int octets = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(password.data()), password.size(), made.data(),
       &octets);
  return made;
}

bool sender_verdicts::knows(const std::string& address, std::string_view password,
                            const password_hash& now_stored, steady_time now) const {
  const auto found = entries_.find(address);
  if (found == entries_.end() || now >= found->second.until || found->second.matched != now_stored)
    return false;
  const auto shown = digest_of(password);
  return CRYPTO_memcmp(shown.data(), found->second.shown.data(), shown.size()) == 0;
}

void sender_verdicts::remember(const std::string& address, std::string_view password,
                               password_hash matched, steady_time now) {
  // Entries of the last minute only: starting afresh costs one hash per address.
  if (entries_.size() >= entries_max)
    entries_.clear();
  entries_[address] = {digest_of(password), std::move(matched), now + lifetime};
}

} // namespace warmfront
