// Lists of suppressions from clients: CSV (RFC 4180) or NDJSON, in pieces. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/csv_splitter.hpp"
#include "actors/core/line_window.hpp"
#include "actors/suppressions/suppression_commands.hpp"

namespace warmfront {

/// Reads UTF-8, with or without a byte order mark. CSV begins with a line that names columns:
/// `address` or `email`, and of `reason`, `until` and `text` those that are there; others are left
/// out. Each line of NDJSON is an object with members of these names; a member `account` or
/// another one is left out. A time is RFC 3339. A line that is wrong is rejected, and the rest
/// read; an entry that is over is rejected, too. Holds a line, and what was taken since the last
/// `take`.
class suppression_list_reader {
public:
  struct defaults {
    suppression_reason reason = suppression_reason::manual;
    std::optional<wall_time> until = {};
    bool is_csv = true;
    wall_time now{}; ///< when it is read
  };
  static constexpr std::size_t rejected_lines_max = 100; ///< kept with their reasons

  explicit suppression_list_reader(defaults with) : defaults_{with} {}

  /// `invalid_argument` for a header without addresses: the list is no list.
  result<void> push(std::string_view octets);
  /// No more octets come.
  result<void> end();
  /// The entries that were read since the call before.
  [[nodiscard]] std::vector<suppression_draft::item> take();
  /// Lines so far: all, rejected, and what was wrong with the first.
  [[nodiscard]] const suppression_import_report& report() const noexcept { return report_; }

private:
  enum column : std::size_t {
    address_column,
    reason_column,
    until_column,
    text_column,
    column_count
  };
  using fields = std::array<std::optional<std::string>, column_count>;

  result<void> read(bool has_ended);
  bool read_line(bool has_ended);
  bool read_record(bool has_ended);
  result<bool> read_header(bool has_ended);
  [[nodiscard]] result<void> take_header(std::string_view line);
  void take_record(std::string_view record);
  void take_object(std::string_view line);
  void take_fields(const fields& given);
  [[nodiscard]] result<suppression_draft::item> item_of(const fields& given) const;
  void reject(std::string_view why);

  const defaults defaults_;
  line_window window_;
  csv_splitter splitter_{','};
  bool has_header_ = false;
  std::size_t columns_ = 0;
  std::array<std::optional<std::size_t>, column_count> places_;
  std::size_t unclosed_ = 0; ///< lines rejected for quotes that do not end
  std::vector<suppression_draft::item> items_;
  suppression_import_report report_;
};

} // namespace warmfront
