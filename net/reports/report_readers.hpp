// The readers behind `read_report`: each knows one family of forms. Private to this folder.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/reports/mail_parts.hpp"
#include "net/reports/report.hpp"

namespace warmfront::reports {

/// A mail taken apart.
struct incoming_mail {
  std::string_view content;
  std::string_view header;
  std::vector<mail_part> parts;

  /// The first part of one of the types; null when there is none.
  [[nodiscard]] const mail_part* find(std::string_view type, std::string_view or_type = {}) const;
  /// The text that people are to read: the first plain text, else what is left of HTML.
  [[nodiscard]] std::string readable_text() const;
};

/// Inert text of a stranger on one line.
[[nodiscard]] std::string one_line(std::string_view text);
/// `rfc822; <a@b.example>` without type and brackets; empty when there is no address in it.
[[nodiscard]] std::string typed_address(std::string_view value);
/// The first enhanced status code of a text, with the class wanted (`245`: any of these).
[[nodiscard]] std::string find_status(std::string_view text, std::string_view classes);
/// The first reply code (400 to 599) that stands alone; 0: none.
[[nodiscard]] std::uint16_t find_code(std::string_view text);
/// Fills in `status` and `why` from what the receiver said.
void judge(reported_recipient& what);

/// RFC 3464; none when there is no part of that type, or no recipient in it.
[[nodiscard]] bool read_delivery_status(const incoming_mail& mail, report& into);
/// RFC 5965.
[[nodiscard]] bool read_complaint(const incoming_mail& mail, report& into);
/// What servers write as text for people: qmail, Exim, Sendmail, Postfix, Exchange, Gmail, Yahoo
/// and their like.
[[nodiscard]] bool read_plain_bounce(const incoming_mail& mail, report& into);
/// Whether a machine answered on behalf of a person: vacation, out of office, tickets.
[[nodiscard]] bool is_vacation(const incoming_mail& mail);
/// RFC 3834 §5: sent by a machine, whatever it says.
[[nodiscard]] bool is_automatic(const incoming_mail& mail);
/// Whether its author is a mail system.
[[nodiscard]] bool is_from_mail_system(const incoming_mail& mail);
[[nodiscard]] returned_marks find_marks(const incoming_mail& mail);

} // namespace warmfront::reports
