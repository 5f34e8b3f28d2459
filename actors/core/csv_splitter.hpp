// One record of CSV and its fields (RFC 4180 §2).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmfront {

/// Finds the end of a record and its fields, though the record comes in pieces. A quote that does
/// not begin a field is text, as spreadsheets have it.
class csv_splitter {
public:
  /// A stretch of the record, without the quotes around it.
  struct field {
    std::size_t begin = 0;
    std::size_t octets = 0;
    bool has_doubled_quotes = false;
  };

  explicit csv_splitter(char delimiter) : delimiter_{delimiter} {}

  /// Goes on where it stopped. `text` begins with the record, and may have grown since.
  /// @returns the octets of the record when its line end is there.
  std::optional<std::size_t> scan(std::string_view text);
  /// The text ends and with it the record.
  void finish(std::string_view text);
  /// A new record begins.
  void reset();

  [[nodiscard]] const std::vector<field>& fields() const noexcept { return fields_; }
  /// Whether the quotes of the field under way are open.
  [[nodiscard]] bool is_within_quotes() const noexcept { return state_ == state::quoted; }
  /// The field (from 1) that goes on after its closing quote, which none may.
  [[nodiscard]] std::optional<std::size_t> misquoted() const noexcept { return misquoted_; }

  /// What a field says. Text that had to be changed is put into `room`, which has to have room for
  /// the record's octets, so that earlier texts stay where they are.
  [[nodiscard]] static std::string_view text_of(const field& which, std::string_view record,
                                                std::string& room);

private:
  enum class state : std::uint8_t { field_begin, plain, quoted, after_quote };

  void begin_field(std::string_view text);
  void scan_plain(std::string_view text);
  void scan_quoted(std::string_view text);
  void scan_after_quote(std::string_view text);
  [[nodiscard]] bool ends_field(char c) const noexcept {
    return c == delimiter_ || c == '\n' || c == '\r';
  }
  void close_field(std::size_t end);

  char delimiter_;
  state state_ = state::field_begin;
  std::size_t at_ = 0; ///< of the next octet to look at
  field open_;
  bool has_ended_ = false;
  std::vector<field> fields_;
  std::optional<std::size_t> misquoted_;
};

} // namespace warmfront
