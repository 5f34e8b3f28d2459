// From a verified request to what the handler of its action gets. Pure.
#pragma once

#include "admin/api/json.hpp"
#include "admin/tencent/action_table.hpp"
#include "admin/tencent/gateway_error.hpp"
#include "admin/tencent/signed_request.hpp"

namespace warmfront::admin::tencent {

/// @returns `MissingParameter` without an action or a version, `NoSuchVersion`, `InvalidAction`.
/// Never null.
[[nodiscard]] checked<const action*> action_of(const signed_request& request);

/// The parameters, obeying `called.input`: nothing unknown, all that is required, every value of
/// its declared type. Texts are UTF-8 and otherwise free: control characters are possible.
/// @returns `InvalidRequest` for a multipart body, `InvalidParameter` for a body that is not JSON
/// or not a form, otherwise what `nest` and `conform` return.
[[nodiscard]] checked<json> parameters_of(const signed_request& request, const action& called);

} // namespace warmfront::admin::tencent
