#include "admin/tencent/envelope.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

namespace warmfront::admin::tencent {

std::string make_request_id(random_source& random) {
  const auto high = (random.next() & ~0xf000ULL) | 0x4000ULL;      // version 4
  const auto low = (random.next() & ~(3ULL << 62)) | (2ULL << 62); // its variant
  return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", high >> 32, high >> 16 & 0xffff,
                     high & 0xffff, low >> 48, low & 0xffffffffffffULL);
}

std::string trace_id_of(const http_request& request) {
  constexpr std::size_t octets_max = 128;
  const auto* const given = request.header("x-tc-traceid");
  const bool is_harmless =
      given != nullptr && given->size() <= octets_max &&
      std::all_of(given->begin(), given->end(), [](char c) { return c >= ' ' && c <= '~'; });
  return is_harmless ? *given : std::string{};
}

http_response answer(ordered_json fields, const answer_ids& ids) {
  fields["RequestId"] = ids.request_id;
  // The Python SDK sees errors only when the type has no charset.
  http_response response{200, "application/json", {}, {}};
  response.body = dump(ordered_json{{"Response", std::move(fields)}});
  if (!ids.trace_id.empty())
    response.headers.emplace_back("X-TC-TraceId", ids.trace_id);
  return response;
}

http_response refuse(const gateway_error& why, const answer_ids& ids) {
  return answer({{"Error", {{"Code", why.code}, {"Message", why.message}}}}, ids);
}

} // namespace warmfront::admin::tencent
