// Fuzzes JSON input: the bounded reader and the check of a message against its schema.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "admin/api/json.hpp"
#include "admin/api/schemas.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::admin;
  const auto parsed = parse_json({reinterpret_cast<const char*>(data), size});
  if (const auto* value = std::get_if<json>(&parsed)) {
    static_cast<void>(check(schemas::new_message, *value));
    static_cast<void>(check(schemas::new_pool, *value));
  }
  return 0;
}
