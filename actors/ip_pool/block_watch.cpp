#include "actors/ip_pool/block_watch.hpp"

namespace warmfront {

namespace {

constexpr std::size_t others_needed = 3;
constexpr std::chrono::hours remembered{24};

} // namespace

bool is_known_provider(const provider_name& provider) {
  // MX sets are host names or literals; the table's names are single words.
  return !provider.empty() && provider.str().find_first_of(".:") == std::string::npos;
}

bool block_watch::note(const ip_address& address, const provider_name& provider, wall_time now) {
  auto& known = reports_[address];
  if (known.by.empty() || now - known.first_at > remembered || now < known.first_at)
    known = {now, {}};
  known.by.insert(provider);
  if (!is_known_provider(provider) && known.by.size() < others_needed)
    return false;
  reports_.erase(address);
  return true;
}

} // namespace warmfront
