// A TOML document as plain values with positions. The TOML library stays behind this header.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "cluster-config/config.hpp"

namespace warmfront::config {

/// A place in a file, from 1; 0 when there is none.
struct position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct raw_member;
struct raw_value;
using raw_list = std::vector<raw_value>;
using raw_table = std::vector<raw_member>;

/// A value of a kind that no key takes: floating point, dates and times.
struct raw_other {
  std::string kind; ///< `a floating-point number`
};

struct raw_value {
  position where;
  std::variant<raw_table, raw_list, std::string, std::int64_t, bool, raw_other> content;
};

struct raw_member {
  std::string name;
  position where; ///< of the name
  raw_value value;
};

/// The document, or the one fault that made it unreadable (then `faults` is not empty).
struct raw_document {
  raw_value root;
  std::vector<fault> faults;
};

/// Reads TOML 1.0. Bounded: 256 KiB of text, lines of 4 096 octets, shallow nesting.
[[nodiscard]] raw_document read_document(const std::string& text);

/// What a value is, for messages: `the integer 5`, `the text "x"`, `a list`.
[[nodiscard]] std::string describe(const raw_value& value);

/// The place of a key such as `smtp.submission[1]`; of the nearest enclosing one when it is absent.
[[nodiscard]] position locate(const raw_value& root, std::string_view key);

} // namespace warmfront::config
