// Parts of a mail as requests name them. Inside `admin/api` and `admin/tencent` only.
#pragma once

#include "admin/api/json.hpp"
#include "net/mime/compose.hpp"

namespace warmfront::admin::handlers {

/// The further header fields of a checked body; none that only the API's own fields may set.
result<void> add_headers(mime::message_parts& parts, const json& body);

/// The decoded attachments of a checked body.
result<void> add_attachments(mime::message_parts& parts, const json& body);

} // namespace warmfront::admin::handlers
