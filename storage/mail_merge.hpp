// A mail merge: the body of a message whose recipients each get a mail of their own.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/core/template_source.hpp"

namespace warmfront::storage {

struct merge_attachment {
  std::string name;
  std::string type;
  std::string content; ///< octets, not encoded
  std::string content_id;
  friend bool operator==(const merge_attachment&, const merge_attachment&) = default;
};

/// What one recipient's mail has that others have not.
struct merge_row {
  std::string to;                                 ///< a mailbox for the header field
  std::vector<std::optional<std::string>> values; ///< as `names`; none: no value
  friend bool operator==(const merge_row&, const merge_row&) = default;
};

/// All that is needed to write the mails: nothing outside is referred to. Kept as the body of a
/// message with `is_merge`, a row for each recipient in the order of the envelope.
struct mail_merge {
  std::string from; ///< a mailbox for the header field
  std::vector<std::string> reply_to;
  template_source content;
  std::vector<std::pair<std::string, std::string>> headers; ///< further header fields
  std::vector<merge_attachment> attachments;
  std::map<std::string, std::string, std::less<>> defaults; ///< where a row has no value
  std::vector<std::string> names;
  std::vector<merge_row> rows;
  friend bool operator==(const mail_merge&, const mail_merge&) = default;
};

[[nodiscard]] std::string encode(const mail_merge& value);
/// Fails with `storage_corrupt`, or `storage_newer` for a schema this release does not know.
[[nodiscard]] result<mail_merge> decode_mail_merge(std::string_view octets);

} // namespace warmfront::storage
