// Declared state from YAML: whatever is read is written and read again as the same, and what is a
// state plans to nothing against itself.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "admin/cli/change_plan.hpp"
#include "admin/cli/declared_state.hpp"
#include "admin/cli/yaml_reader.hpp"
#include "admin/cli/yaml_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::admin::cli;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto document = read_yaml(text);
  if (!document)
    return 0;
  const auto again = read_yaml(yaml_text(document.value()));
  if (!again || again.value() != document.value())
    __builtin_trap();
  const auto state = read_state(document.value());
  if (!state)
    return 0;
  const auto plan = plan_changes(state.value(), state.value(), true);
  if (plan && !plan.value().steps.empty())
    __builtin_trap();
  return 0;
}
