// What large receivers and mail servers write when they refuse: the table behind `classify`.
#pragma once

#include <span>
#include <string_view>

#include "net/smtp/bounce_class.hpp"

namespace warmfront::smtp {

/// A refusal is of the class `is` when all that is set here fits. The first rule that fits counts.
struct bounce_rule {
  bounce_class is = bounce_class::other;
  /// Of the enhanced status (RFC 3463) without its class: `1.1`; `7.` stands for all that begin so;
  /// empty: any, also none.
  std::string_view status;
  std::string_view words; ///< part of the text, in lower case; empty: any text
};

[[nodiscard]] std::span<const bounce_rule> bounce_rules() noexcept;

} // namespace warmfront::smtp
