#include "admin/key_cache.hpp"

#include <array>

#include <openssl/sha.h>

namespace warmfront::admin {

namespace {

std::string digest(std::string_view secret) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> octets{};
  SHA256(reinterpret_cast<const unsigned char*>(secret.data()), secret.size(), octets.data());
  return {octets.begin(), octets.end()};
}

} // namespace

std::optional<client_identity> key_cache::find(std::string_view secret, steady_time now) const {
  const auto found = entries_.find(digest(secret));
  return found != entries_.end() && now < found->second.until ? std::optional{found->second.who}
                                                              : std::nullopt;
}

void key_cache::remember(std::string_view secret, client_identity who, steady_time asked_at) {
  // Entries of the last seconds only: starting afresh costs one question per key.
  if (entries_.size() >= entries_max) {
    entries_.clear();
  }
  entries_[digest(secret)] = {std::move(who), asked_at + lifetime};
}

void key_cache::forget(std::string_view key_id) {
  std::erase_if(entries_, [key_id](const auto& each) { return each.second.who.key_id == key_id; });
}

} // namespace warmfront::admin
