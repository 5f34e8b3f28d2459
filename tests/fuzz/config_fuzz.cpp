// Whatever a file contains, reading it ends with a configuration or with faults.
#include <cstddef>
#include <cstdint>
#include <string>

#include "cluster-config/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text{reinterpret_cast<const char*>(data), size};
  for (const auto& fault : warmfront::config::parse(text, "node.toml").faults)
    if (warmfront::config::to_string(fault).empty())
      __builtin_trap();
  return 0;
}
