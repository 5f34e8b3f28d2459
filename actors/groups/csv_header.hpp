// The first line of a CSV list: what its columns are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront {

struct csv_header {
  char delimiter = ',';
  std::size_t address_column = 0; ///< from 0
  std::vector<std::string> names; ///< of the other columns, in their order

  [[nodiscard]] std::size_t columns() const noexcept { return names.size() + 1; }
};

/// Reads a header line without its line end; `number` is the line's. The delimiter is the one of
/// `,`, `;` and TAB that leaves a column for addresses: `email` in any case, or else `e-mail`,
/// `email_address` or `address`. @returns `invalid_argument` or `limit_exceeded` with the line and
/// the column (from 1) for a header that is wrong.
[[nodiscard]] result<csv_header> read_csv_header(std::string_view line, std::uint64_t number);

} // namespace warmfront
