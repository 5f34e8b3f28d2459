// How a client reads the first digit of a reply (RFC 5321 §4.2.1), and fills in verdicts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/smtp/reply.hpp"

namespace warmfront::smtp {

[[nodiscard]] inline bool completed(const reply& answer) noexcept {
  return answer.code / 100 == 2;
}
[[nodiscard]] inline bool intermediate(const reply& answer) noexcept {
  return answer.code / 100 == 3;
}
[[nodiscard]] inline bool negative(const reply& answer) noexcept {
  return answer.transient() || answer.permanent();
}

/// The verdict on recipients nobody answered for.
[[nodiscard]] inline reply no_reply(std::string_view why) {
  return {0, {}, std::string{why}};
}

/// Gives `answer` to every recipient that has no verdict yet.
inline void fill_open(std::vector<reply>& verdicts, const reply& answer) {
  for (reply& verdict : verdicts) {
    if (verdict.code == 0) {
      verdict = answer;
    }
  }
}

} // namespace warmfront::smtp
