// What a mail says, as written by people, with `{{name}}` where recipients differ.
#pragma once

#include <string>

namespace warmfront {

/// Text or HTML may be empty, not both. UTF-8.
struct template_source {
  std::string subject; ///< on one line
  std::string html;
  std::string text;

  friend bool operator==(const template_source&, const template_source&) = default;
};

} // namespace warmfront
