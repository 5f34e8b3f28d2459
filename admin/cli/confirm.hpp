// Commands that are counted before they are done. Pure: asking people is left to the caller.
#pragma once

#include <functional>
#include <string>

#include "admin/cli/client.hpp"

namespace warmfront::admin::cli {

/// What a count says, as a question's first sentence: `retry touches 12 recipients of 10 messages,
/// the oldest from …`. Displayable.
[[nodiscard]] std::string count_in_words(const ordered_json& counted);

/// Sends `first`, whose answer is a count, then the same with what that says is to be confirmed,
/// when `agrees` to the count. Counts of nothing are the end. @returns the last answer.
[[nodiscard]] result<api_response>
confirm_and_do(const api_request& first,
               const std::function<result<api_response>(const api_request&)>& ask,
               const std::function<bool(const std::string&)>& agrees);

} // namespace warmfront::admin::cli
