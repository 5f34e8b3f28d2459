// Lists as CSV (RFC 4180).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/csv_splitter.hpp"
#include "actors/core/line_window.hpp"
#include "actors/groups/csv_header.hpp"
#include "actors/groups/list_row.hpp"

namespace warmfront {

/// Reads UTF-8, with or without a byte order mark. The first line that is not blank is the header
/// (`read_csv_header`); an empty field is an empty value. When quotes do not end within
/// `list_line_octets_max`, the line in which the record begins is rejected alone and reading goes
/// on with the next one, so that a stray quote costs a line; after a thousand of them, all that was
/// read of the record is rejected as one line.
class csv_reader final : public list_reader {
public:
  result<void> push(std::string_view octets, list_sink& to) override;
  /// `invalid_argument` when there was no header.
  result<void> end(list_sink& to) override;

private:
  // Whether a line was passed; otherwise more octets are needed.
  result<bool> read_header(bool has_ended);
  result<bool> read_record(bool has_ended, list_sink& to);
  result<void> read(bool has_ended, list_sink& to);

  result<void> take_record(std::string_view record, list_sink& to);
  result<void> take_unclosed(std::string_view octets, list_sink& to);
  result<std::string> read_fields(std::string_view record);
  result<void> reject(std::string_view octets, std::string_view reason, list_sink& to) const;

  line_window window_;
  std::optional<csv_header> header_;
  csv_splitter splitter_{','};
  std::size_t unclosed_ = 0;       ///< lines rejected for quotes that do not end
  std::vector<list_value> values_; ///< of the record under way, as is `unquoted_`
  std::string unquoted_;
};

} // namespace warmfront
