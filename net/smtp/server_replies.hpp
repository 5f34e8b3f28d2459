// The replies of the SMTP server as a table: what each means and what a client does about it.
#pragma once

#include <span>
#include <string_view>

namespace warmfront::smtp {

/// A reply by its code and enhanced status (RFC 5321 §4.2, RFC 3463); texts may differ.
struct server_reply {
  std::string_view code;   ///< `550`
  std::string_view status; ///< `5.7.1`; empty: replies of that kind have none
  std::string_view meaning;
  std::string_view remedy; ///< empty: nothing has to be done
};

/// All of them, by code and status. A test compares the table with the sources of the dialogue.
[[nodiscard]] std::span<const server_reply> server_replies() noexcept;

} // namespace warmfront::smtp
