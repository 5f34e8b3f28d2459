#include "actors/core/envelope.hpp"

namespace warmfront {

std::string_view to_string(mail_class value) noexcept {
  return value == mail_class::triggered ? "triggered" : "batch";
}

} // namespace warmfront
