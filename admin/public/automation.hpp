// Whether a program opened or clicked, and not a reader. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"
#include "actors/core/mail_event.hpp"
#include "admin/http/http_message.hpp"

namespace warmfront::admin {

/// Judges a request by itself: its method, what it says of its purpose and of its program, and how
/// soon after its mail was accepted it comes. The table of programs is in the source, with where
/// each is known from. A program that shows pictures on behalf of a reader counts as the reader.
[[nodiscard]] bool is_automated(event_kind what, const http_request& request,
                                const message_id& message, wall_time now);

/// Remembers for a few seconds who clicked on what: scanners try all links of a mail at once.
/// Thread-safe; holds a bounded number of recipients, of which it forgets all when it is full.
class click_memory {
public:
  /// Whether this is at least the third link that the recipient's mail was asked for in 5 s.
  [[nodiscard]] bool note(const recipient_id& who, std::string_view target, steady_time now);

private:
  struct clicks {
    steady_time since{};
    std::vector<std::size_t> targets; ///< hashes
  };
  std::mutex guard_;
  std::unordered_map<recipient_id, clicks> recent_;
};

} // namespace warmfront::admin
