// Fuzzes calls of the compatible API from HTTP to checked parameters: request line, header fields
// and an empty line, then the body. What was accepted obeys the table, and so is accepted again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "admin/tencent/call.hpp"
#include "admin/tencent/conform.hpp"
#include "admin/tencent/envelope.hpp"

namespace {

std::string_view take_until(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return taken;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront::admin;
  std::string_view text{reinterpret_cast<const char*>(data), size};
  http_request http;
  auto line = take_until(text, '\n');
  http.method = take_until(line, ' ');
  http.target = line;
  for (line = take_until(text, '\n'); !line.empty(); line = take_until(text, '\n')) {
    const auto name = take_until(line, ':');
    http.headers.emplace_back(name, line);
  }
  http.body = text;
  const auto trace_id = tencent::trace_id_of(http);
  const auto request = tencent::parse_request(std::move(http));
  if (!request) {
    if (!json::accept(tencent::refuse(request.error(), {"r", trace_id}).body))
      __builtin_trap();
    return 0;
  }
  const auto called = tencent::action_of(request.value());
  if (!called)
    return 0;
  const auto parameters = tencent::parameters_of(request.value(), *called.value());
  if (!parameters)
    return 0;
  const auto again =
      tencent::conform(called.value()->input, parameters.value(), tencent::leaf_form::typed);
  if (!again || again.value() != parameters.value())
    __builtin_trap();
  return 0;
}
