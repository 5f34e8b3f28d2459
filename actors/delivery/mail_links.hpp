// The links of one message's mails: each names its recipient, and can be made by nobody else.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "actors/delivery/outgoing_rules.hpp"

namespace warmfront {

/// Pure: the same recipient gets the same links at every attempt. Refers to `of`.
class mail_links {
public:
  /// @pre `rules.tokens` is there.
  mail_links(std::shared_ptr<const outgoing_rules> rules, const storage::spooled_message& of,
             const mail_author& author);

  /// Sealed into the links of recipient number `index`.
  [[nodiscard]] std::string token(std::uint32_t index) const;
  [[nodiscard]] std::string unsubscribe_url(std::string_view token) const;
  /// The links and the pixel of marked HTML, as far as the message wants them.
  [[nodiscard]] std::string fill(std::string_view marked, std::string_view token) const;

private:
  std::shared_ptr<const outgoing_rules> rules_;
  const storage::spooled_message* message_;
  domain_name sender_domain_;
  std::string base_;
};

} // namespace warmfront
