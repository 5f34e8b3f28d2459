#include "actors/core/random.hpp"

namespace warmfront {

std::uint64_t random_seed() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

} // namespace warmfront
