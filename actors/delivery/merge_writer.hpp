// Writes the mails of a mail merge, one for each recipient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "net/mime/compose.hpp"
#include "net/mime/mail_template.hpp"
#include "storage/mail_merge.hpp"
#include "storage/spool.hpp"

namespace warmfront {

/// Pure, and deterministic: every attempt at a recipient sends the same octets but for the
/// boundaries between MIME parts.
class merge_writer {
public:
  /// @pre `of.is_merge`, `body` is what is spooled for it; `hostname` ends the Message-IDs.
  /// @returns `storage_corrupt` for a body that is none.
  [[nodiscard]] static result<merge_writer>
  make(const storage::spooled_message& of, std::string_view body, const std::string& hostname);

  /// The mail of recipient number `index`: only it is named in To, and its Message-ID is
  /// `ID.INDEX@hostname`. Every value that no mail may contain, and every one that is missing, is
  /// an error that says so: this recipient can get no mail.
  [[nodiscard]] result<std::string> write(std::uint32_t index, std::size_t octets_max) const;

private:
  storage::mail_merge merge_;
  mime::mail_template template_;
  mime::message_parts common_;
  std::string message_id_;
  std::string hostname_;
};

} // namespace warmfront
