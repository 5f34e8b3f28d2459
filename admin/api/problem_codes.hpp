// The stable codes of problem documents, each with what it means and what to do about it.
#pragma once

#include <span>
#include <string_view>

namespace warmfront::admin {

/// A `code` of a problem document (RFC 9457). Append only: programs compare it.
struct problem_code {
  std::string_view code;
  std::string_view statuses; ///< the HTTP statuses that it comes with, separated by commas
  std::string_view meaning;
  std::string_view remedy;
};

/// All of them, in alphabetical order. A test compares the table with what the code answers.
[[nodiscard]] std::span<const problem_code> problem_codes() noexcept;

} // namespace warmfront::admin
