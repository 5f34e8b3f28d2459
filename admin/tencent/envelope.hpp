// Answers as the SDKs want them: HTTP 200 whatever happened, the outcome in the body. Pure.
#pragma once

#include <string>

#include "actors/core/random.hpp"
#include "admin/api/json.hpp"
#include "admin/http/http_message.hpp"
#include "admin/tencent/gateway_error.hpp"

namespace warmfront::admin::tencent {

struct answer_ids {
  std::string request_id; ///< a UUID
  std::string trace_id;   ///< of the client; may be empty
};

/// A random UUID (RFC 9562 §5.4).
[[nodiscard]] std::string make_request_id(random_source& random);

/// The client's `X-TC-TraceId`, for the answer: empty unless it is 1 to 128 printable characters
/// of ASCII.
[[nodiscard]] std::string trace_id_of(const http_request& request);

/// `{"Response":{...,"RequestId":"..."}}`. @pre `fields` is an object.
[[nodiscard]] http_response answer(ordered_json fields, const answer_ids& ids);

/// `{"Response":{"Error":{"Code":"...","Message":"..."},"RequestId":"..."}}`.
[[nodiscard]] http_response refuse(const gateway_error& why, const answer_ids& ids);

} // namespace warmfront::admin::tencent
