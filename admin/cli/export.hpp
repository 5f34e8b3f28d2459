// Lists of any size, page by page.
#pragma once

#include <functional>
#include <string>

#include "admin/cli/client.hpp"

namespace warmfront::admin::cli {

/// Asks for one page after the other, by the `next` of each, and hands on what they are as CSV.
/// Holds one page. `ask` sends a request. Ends with the first answer that is none of 200, or with
/// the last page.
[[nodiscard]] result<api_response>
export_all(const command& what, const api_request& first,
           const std::function<result<api_response>(const api_request&)>& ask,
           const std::function<void(const std::string&)>& write);

} // namespace warmfront::admin::cli
