// What comes back about a mail: bounces (RFC 3464 and what is written instead), complaints
// (RFC 5965), answers of machines (RFC 3834). Pure; everything read is from strangers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/ids.hpp"
#include "net/smtp/bounce_class.hpp"

namespace warmfront::reports {

enum class report_kind : std::uint8_t {
  unknown,    ///< none of these: somebody wrote, or it cannot be read
  bounce,     ///< delivery has failed for good
  delay,      ///< it is still being tried
  success,    ///< delivered, relayed or expanded
  complaint,  ///< somebody calls the mail unwanted
  auto_reply, ///< out of office, and other answers of machines
};
[[nodiscard]] std::string_view to_string(report_kind value) noexcept;

/// One recipient as a report speaks of it. Texts are one line, bounded and displayable.
struct reported_recipient {
  std::string address;          ///< where it was to be delivered at last
  std::string original_address; ///< as the sender had it (ORCPT); may be empty
  std::string action;           ///< RFC 3464 §2.3.3: `failed`, `delayed`, …
  std::string status;           ///< `5.1.1`; empty: none was given
  std::string diagnostic;       ///< what the receiver said
  std::string remote_host;      ///< who said it
  smtp::bounce_class why = smtp::bounce_class::other;

  friend bool operator==(const reported_recipient&, const reported_recipient&) = default;
};

/// What is in the returned mail and could be ours: each has to be checked before it is believed.
struct returned_marks {
  std::optional<message_id> message;    ///< of a Message-ID that we write
  std::optional<std::uint32_t> index;   ///< in it: of a mail merge
  std::vector<std::string> local_parts; ///< that look like those of `net/feedback`
  std::vector<std::string> link_tokens; ///< out of List-Unsubscribe
};

struct report {
  report_kind kind = report_kind::unknown;
  std::vector<reported_recipient> recipients; ///< of the kind alone: failed ones of a bounce
  returned_marks marks;
  std::string reporter;      ///< who made it: reporting MTA, or the User-Agent of a complaint
  std::string feedback_type; ///< of a complaint: `abuse`, `fraud`, …
  std::string source;        ///< of a complaint: the address the mail came from
  std::string remark;        ///< why it is `unknown`, in words for the log
};

/// The most of each that is read.
inline constexpr std::size_t reported_recipients_max = 100;
inline constexpr std::size_t marks_max = 20;
inline constexpr std::size_t report_text_octets_max = 500;

/// @param content header and body of the mail that came in, at most a few MiB.
[[nodiscard]] report read_report(std::string_view content);

} // namespace warmfront::reports
