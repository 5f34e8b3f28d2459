// Events as programs get them, one of each kind, and what their fields mean.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "actors/core/mail_event.hpp"

namespace warmfront::admin {

struct event_example {
  mail_event event;
  std::string_view meaning; ///< when such an event happens
};

/// One of each kind, in the order of the kinds.
[[nodiscard]] std::vector<event_example> event_examples();

struct event_field {
  std::string_view name; ///< within `data`
  std::string_view meaning;
};

/// The fields of `data` in the order in which they appear.
[[nodiscard]] std::span<const event_field> event_fields() noexcept;

} // namespace warmfront::admin
