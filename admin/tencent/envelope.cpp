#include "admin/tencent/envelope.hpp"

#include <algorithm>
#include <utility>

namespace warmfront::admin::tencent {

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
