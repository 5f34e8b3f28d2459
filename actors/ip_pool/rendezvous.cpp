#include "actors/ip_pool/rendezvous.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace warmfront {

namespace {

// The order is a promise across restarts and releases (a retry after an upgrade keeps its IP), so
// the hash is written out here instead of taken from the library: FNV-1a, then the finalizer of
// SplitMix64, because FNV's high bits alone are too even for short texts.
std::uint64_t fnv1a(std::uint64_t hash, std::string_view text) {
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    hash = (hash ^ octet) * 0x100000001b3u;
  }
  return hash;
}

std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/// Uniform in (0, 1): neither end, where the score would not be finite.
double unit(std::uint64_t bits) {
  constexpr double scale = 1.0 / 9007199254740992.0; // 2^-53
  return (static_cast<double>(bits >> 11) + 0.5) * scale;
}

} // namespace

std::vector<ip_address> ranked_sources(const std::vector<pool_address>& addresses,
                                       std::string_view recipient, const ip_address& previous) {
  constexpr std::uint64_t offset_basis = 0xcbf29ce484222325u;
  struct scored {
    bool is_previous;
    bool drains;
    double score;
    const pool_address* of;
  };
  std::vector<scored> order;
  order.reserve(addresses.size());
  const auto of_recipient = fnv1a(offset_basis, recipient);
  for (const auto& address : addresses) {
    if (address.weight == 0)
      continue;
    const auto u = unit(mixed(fnv1a(of_recipient * 31 + 1, address.address.str())));
    order.push_back({address.address == previous, address.state == address_state::draining,
                     -static_cast<double>(address.weight) / std::log(u), &address});
  }
  std::ranges::sort(order, [](const scored& a, const scored& b) {
    if (a.is_previous != b.is_previous)
      return a.is_previous;
    if (a.drains != b.drains)
      return b.drains;
    if (a.score != b.score)
      return a.score > b.score;
    return a.of->address < b.of->address;
  });
  std::vector<ip_address> ranked;
  ranked.reserve(order.size());
  for (const auto& each : order)
    ranked.push_back(each.of->address);
  return ranked;
}

} // namespace warmfront
