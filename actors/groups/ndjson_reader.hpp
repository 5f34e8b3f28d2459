// Lists as one JSON object a line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/line_window.hpp"
#include "actors/groups/list_row.hpp"
#include "actors/groups/ndjson_row.hpp"

namespace warmfront {

/// Reads lines of `ndjson_row` in UTF-8. The variables of the list are those of its rows, in their
/// order of appearance, `list_names_max` at most: a row that has more is rejected.
class ndjson_reader final : public list_reader {
public:
  result<void> push(std::string_view octets, list_sink& to) override;
  result<void> end(list_sink& to) override;

private:
  result<void> read(bool has_ended, list_sink& to);
  result<void> take_line(std::string_view line, list_sink& to);
  result<std::string> read_line(std::string_view line);
  result<void> find_places();
  void align_values();

  line_window window_;
  std::vector<std::string> names_;
  ndjson_row row_;                  ///< under way, as is all below
  std::vector<std::size_t> places_; ///< of the row's variables among the names
  std::vector<list_value> values_;
};

} // namespace warmfront
