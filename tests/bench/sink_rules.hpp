// How the sink behaves: well by default, badly on request.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace warmfront::bench {

/// Ways of a next hop to misbehave, one at a time.
enum class sink_fault : std::uint8_t {
  none,
  mute,          ///< accepts the connection and never greets
  greet_421,     ///< greets with 421 and closes
  half_reply,    ///< sends `250-` to EHLO and nothing more
  endless_reply, ///< answers EHLO with continuation lines that never end
  early_replies, ///< answers MAIL, RCPT and DATA before they were sent
  cut_in_body,   ///< closes at the first line of the content
  cut_after_dot, ///< takes the mail and closes without an answer
};

/// Recipients that are refused.
struct sink_refusal {
  std::string pattern;         ///< of the shell (fnmatch), on the whole address
  std::string reply;           ///< `550 5.1.1 no such user`
  bool at_end_of_data = false; ///< at the dot instead of at RCPT
};

struct sink_rules {
  sink_fault fault = sink_fault::none;
  std::set<std::string> without; ///< extensions not offered, as in `PIPELINING`
  std::vector<sink_refusal> refusals;
  std::uint32_t refusals_first = 0;         ///< each recipient gets 450 that many times, then 250
  std::uint64_t mails_per_connection = 0;   ///< then 421; 0: no limit
  std::chrono::milliseconds reply_delay{0}; ///< before every reply
  std::chrono::milliseconds dot_delay{0};   ///< before the reply to the end of the data
  std::chrono::milliseconds octet_delay{0}; ///< between two octets of a reply
};

} // namespace warmfront::bench
