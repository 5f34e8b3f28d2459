// What the load source is asked to send.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace warmfront::bench {

struct source_options {
  std::string to = "127.0.0.1:2525";
  std::uint32_t sessions = 1;
  std::uint64_t mails_max = 1'000'000'000; ///< stops after that many were begun
  double seconds_max = 600;                ///< and begins none after that
  double silence_seconds_max = 60;         ///< gives up that long after the last acknowledgement
  std::uint64_t mails_per_connection = 0;  ///< then QUIT and connect again; 0: no limit
  std::size_t octets = 4096;               ///< of a whole mail, about
  std::uint32_t recipients = 1;            ///< of each mail
  std::uint32_t first_number = 0;          ///< of the first recipient
  std::uint32_t series = 1;
  std::uint32_t connecting_max = 8; ///< connections not greeted yet; listeners have short backlogs
  bool pipelined = false;           ///< MAIL, RCPT and DATA in one write
  std::string sender = "load@source.test";
  std::vector<std::string> domains{"next.test"}; ///< of the recipients, in turn
  std::vector<std::string> fields;               ///< further header fields
  std::string authentication;                    ///< `USER:SECRET` for AUTH PLAIN; empty: none
  std::string acknowledged_file; ///< bitmap of the numbers acknowledged; empty: none
};

/// The initial response of AUTH PLAIN (RFC 4616) for `USER:SECRET`.
[[nodiscard]] std::string plain_response(const std::string& user_and_secret);

} // namespace warmfront::bench
