// What a mail that came in at port 25 says about mail that was sent. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/core/envelope.hpp"
#include "actors/messages/feedback.hpp"
#include "net/feedback/token.hpp"
#include "net/reports/report.hpp"

namespace warmfront {

/// Whether mail to an address is taken: it has a token of this cluster as its local part, or is
/// `postmaster`'s (RFC 5321 §4.5.1). The domain does not matter: the token says whose it is, also
/// when a return path has moved to another domain.
[[nodiscard]] bool is_inbound_address(const feedback::token_key& key, std::string_view address);

/// A mail, read.
struct inbound_mail {
  std::vector<feedback_item> items;
  reports::report_kind kind = reports::report_kind::unknown;
  bool is_for_postmaster = false;
  std::string subject; ///< inert
  std::string author;  ///< inert
  std::string remark;  ///< why there are no items; empty when there are
};

/// What is to be recorded of it. Of a bounce what its own recipient's token names, or, where that
/// stands for all recipients of a message, those that the report names; of a complaint what the
/// returned mail's own tokens name; anything that a person writes to an address for unsubscribing
/// is that.
[[nodiscard]] inbound_mail read_inbound(const feedback::token_key& key, const submission& mail,
                                        wall_time now);

} // namespace warmfront
