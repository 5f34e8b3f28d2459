// Parts of a mail as requests name them. Inside `admin/api` and `admin/tencent` only.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>

#include "actors/core/tracking.hpp"
#include "admin/api/route.hpp"
#include "net/mime/compose.hpp"

namespace warmfront::admin::handlers {

/// The further header fields of a checked body; none that only the API's own fields may set.
result<void> add_headers(mime::message_parts& parts, const json& body);

/// The decoded attachments of a checked body.
result<void> add_attachments(mime::message_parts& parts, const json& body);

/// What a checked body says about tracking; none: nothing. What it leaves out is not wanted.
std::optional<tracking> tracking_in(const json& body);

/// A submission over HTTP without its content: the envelope, with the recipients of these fields of
/// the body, each once, and who hands it in. `invalid_argument` for one that is no mailbox, as
/// `to[2]`, and for more than a thousand.
result<submission> begin_submission(const call& request, std::string from_address,
                                    std::initializer_list<const char*> fields);

} // namespace warmfront::admin::handlers
