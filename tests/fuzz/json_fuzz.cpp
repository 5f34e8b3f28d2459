// Fuzzes JSON input: the bounded reader and the checks of bodies against their schemas.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "admin/api/json.hpp"
#include "admin/api/schemas.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::admin;
  const auto parsed = parse_json({reinterpret_cast<const char*>(data), size});
  if (const auto* value = std::get_if<json>(&parsed)) {
    for (const auto* const body : {&schemas::new_message, &schemas::new_pool, &schemas::new_plan,
                                   &schemas::new_forecast, &schemas::new_provisioning})
      static_cast<void>(check(*body, *value));
  }
  return 0;
}
