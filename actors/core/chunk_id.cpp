#include "actors/core/chunk_id.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace warmfront {

chunk_id chunk_id::from_octets(std::string_view digest) noexcept {
  assert(digest.size() == octets);
  chunk_id id;
  std::copy_n(digest.begin(), octets, id.octets_.begin());
  return id;
}

std::string chunk_id::str() const {
  return fmt::format("{:02x}", fmt::join(octets_, ""));
}

} // namespace warmfront
