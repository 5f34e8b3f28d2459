// Schemas of JSON objects as tables: one source for checking input and for the documentation.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "admin/api/json.hpp"
#include "admin/api/problem.hpp"

namespace warmfront::admin {

enum class value_kind : std::uint8_t {
  text,
  number,  ///< a whole number, not negative
  decimal, ///< a number, not negative, with at most three digits after the point
  truth,
  texts,         ///< an array of texts
  numbers,       ///< an array of whole numbers
  maybe_numbers, ///< the same, some of them null; only in responses
  text_map,      ///< an object of texts
  number_map,    ///< an object of whole numbers
  numbers_map,   ///< an object of arrays of whole numbers
  object,        ///< an object of the nested schema
  objects,       ///< an array of them
};

/// What a text may hold. All but `free` refuse control characters and the line ends of Unicode.
enum class text_rule : std::uint8_t {
  free,      ///< any text without NUL, over several lines
  line,      ///< one line
  mailbox,   ///< `ada@example.net` or `Ada <ada@example.net>`
  name,      ///< 1 to 64 letters, digits, `.`, `_`, `-`, the first a letter or digit
  title,     ///< 1 to 100 characters, no `/`, no blanks at the ends
  ip,        ///< an IPv4 or IPv6 address
  subject,   ///< an IP address or a domain
  overflow,  ///< `hold`, `reject` or `pool:NAME`
  base64,    ///< RFC 4648 §4 with padding
  date_time, ///< RFC 3339
  date,      ///< a day, as in `2026-11-24`
  message,   ///< a message id: 32 hexadecimal digits
  choice,    ///< one of `choices`
};

struct schema;

struct field {
  std::string_view name;
  std::string_view about;
  value_kind kind = value_kind::text;
  text_rule rule = text_rule::line;
  bool required = false;
  bool nullable = false;
  std::uint64_t least = 0; ///< of a number
  /// Of a number; octets of a text; entries of an array or object.
  std::uint64_t most = std::numeric_limits<std::uint32_t>::max();
  std::span<const std::string_view> choices{};
  const schema* nested = nullptr;
};

struct schema {
  std::string_view name; ///< in the documentation: `pool_address`
  std::string_view about;
  std::span<const field> fields;
};

/// The first thing in `value` that the schema does not allow, named by its path: an unknown,
/// or missing field, a wrong type, a value outside its bounds. None: all is well.
[[nodiscard]] std::optional<problem> check(const schema& rules, const json& value);

/// Whether one text obeys a rule; otherwise what was expected, as the end of a sentence.
[[nodiscard]] std::optional<std::string> expectation(const field& rules, std::string_view text);

/// The JSON Schema (2020-12) of the table, as OpenAPI 3.1 wants it.
[[nodiscard]] ordered_json to_json_schema(const schema& rules);
[[nodiscard]] ordered_json to_json_schema(const field& rules);

} // namespace warmfront::admin
