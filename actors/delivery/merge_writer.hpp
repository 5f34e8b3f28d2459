// Writes the mails of a mail merge, one for each recipient.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "actors/delivery/mail_links.hpp"
#include "net/mime/compose.hpp"
#include "net/mime/mail_template.hpp"
#include "storage/mail_merge.hpp"
#include "storage/spool.hpp"

namespace warmfront {

/// How the mails of a mail merge are written.
struct merge_settings {
  std::string hostname; ///< ends their Message-IDs
  std::size_t octets_max = 20u << 20;
  std::shared_ptr<const outgoing_rules> outgoing = {}; ///< null: no links
};

/// The name of the value that every template may use: where the recipient can unsubscribe.
inline constexpr std::string_view unsubscribe_url_name = "unsubscribe_url";

/// Pure, and deterministic: every attempt at a recipient sends the same octets but for the
/// boundaries between MIME parts.
class merge_writer {
public:
  /// @pre `of.is_merge` and outlives the writer, `body` is what is spooled for it.
  /// @returns `storage_corrupt` for a body that is none.
  [[nodiscard]] static result<merge_writer>
  make(const storage::spooled_message& of, std::string_view body, const merge_settings& settings);

  /// The mail of recipient number `index`: only it is named in To, and its Message-ID is
  /// `ID.INDEX@hostname`. Every value that no mail may contain, and every one that is missing, is
  /// an error that says so: this recipient can get no mail.
  [[nodiscard]] result<std::string> write(std::uint32_t index) const;

private:
  storage::mail_merge merge_;
  mime::mail_template template_;
  mime::message_parts common_;
  std::string message_id_;
  std::string hostname_;
  std::size_t octets_max_ = 0;
  std::optional<mail_links> links_;
  bool is_marked_ = false; ///< the HTML of the template
};

} // namespace warmfront
