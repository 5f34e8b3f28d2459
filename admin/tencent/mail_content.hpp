// What mails of SendEmail and BatchSendEmail may carry. Inside `admin/tencent` only. Pure.
#pragma once

#include <vector>

#include "admin/api/json.hpp"
#include "admin/tencent/gateway_error.hpp"
#include "net/mime/compose.hpp"

namespace warmfront::admin::tencent {

inline constexpr std::size_t attachments_max = 10;
/// Of all attachments together, decoded.
inline constexpr std::size_t attachment_octets_max = 4 * 1024 * 1024;

/// @returns `FailedOperation.TooManyAttachments`, `FailedOperation.AttachContentToolarge`,
/// `FailedOperation.InvalidAttachName`, `InvalidParameterValue.AttachContentIsWrong`,
/// `FailedOperation.FileURLNotExist` for attachments that are elsewhere.
[[nodiscard]] checked<std::vector<mime::attachment>> read_attachments(const json& parameters);

/// `Unsubscribe` is a number from 0 to 12.
[[nodiscard]] checked<void> check_unsubscribe(const json& parameters);

} // namespace warmfront::admin::tencent
