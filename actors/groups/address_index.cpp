#include "actors/groups/address_index.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>
#include <utility>

#include <openssl/evp.h>

namespace warmfront {

namespace {

constexpr address_digest free_slot{};
constexpr std::size_t slots_at_first = 1024;

/// Digests are spread evenly as they are.
std::size_t spread(const address_digest& digest) noexcept {
  std::uint64_t first = 0;
  std::memcpy(&first, digest.data(), sizeof first);
  return static_cast<std::size_t>(first);
}

} // namespace

address_digest digest_of_address(std::string_view address) {
  // Looking the algorithm up takes three times as long as the digest.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  std::array<std::uint8_t, 32> whole{};
  const int done =
      EVP_Digest(address.data(), address.size(), whole.data(), nullptr, sha256, nullptr);
  assert(done == 1);
  static_cast<void>(done);
  address_digest digest;
  std::copy_n(whole.begin(), digest.size(), digest.begin());
  return digest;
}

memory_address_index::memory_address_index(std::size_t addresses_max)
    : addresses_max_{addresses_max}, slots_(slots_at_first) {}

result<std::vector<bool>> memory_address_index::add(const std::vector<address_digest>& digests) {
  assert(digests.size() <= address_batch_max);
  std::vector<bool> fresh;
  fresh.reserve(digests.size());
  for (const auto& digest : digests) {
    fresh.push_back(insert(digest));
    if (size() > addresses_max_)
      return error{errc::limit_exceeded,
                   "a list may have at most " + std::to_string(addresses_max_) + " addresses",
                   "make several groups of it"};
  }
  return fresh;
}

bool memory_address_index::insert(const address_digest& digest) {
  if (digest == free_slot)
    return !std::exchange(has_zero_, true);
  auto* slot = &slot_of(digest);
  if (*slot != free_slot)
    return false;
  if ((used_ + 1) * 4 > slots_.size() * 3) {
    grow();
    slot = &slot_of(digest);
  }
  *slot = digest;
  ++used_;
  return true;
}

address_digest& memory_address_index::slot_of(const address_digest& digest) noexcept {
  const auto last = slots_.size() - 1;
  auto at = spread(digest) & last;
  while (slots_[at] != free_slot && slots_[at] != digest)
    at = (at + 1) & last;
  return slots_[at];
}

void memory_address_index::grow() {
  std::vector<address_digest> former(slots_.size() * 2);
  slots_.swap(former);
  for (const auto& digest : former)
    if (digest != free_slot)
      slot_of(digest) = digest;
}

} // namespace warmfront
