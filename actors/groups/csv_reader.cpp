#include "actors/groups/csv_reader.hpp"

#include <utility>

#include "actors/core/displayable.hpp"
#include "actors/core/line_window.hpp"
#include "actors/groups/list_rules.hpp"
#include "net/dns/address_form.hpp"

namespace warmfront {

namespace {

/// Up to a whole line's limit is read again after each: more would make reading slow.
constexpr std::size_t unclosed_lines_max = 1'000;

error no_header(const std::string& what) {
  return {errc::invalid_argument, what,
          "let the first line name the columns, and one of them be `email`"};
}

} // namespace

result<void> csv_reader::push(std::string_view octets, list_sink& to) {
  window_.push(octets);
  return read(false, to);
}

result<void> csv_reader::end(list_sink& to) {
  WARMFRONT_TRY(read(true, to));
  return header_ ? success() : no_header("the list is empty");
}

result<void> csv_reader::read(bool has_ended, list_sink& to) {
  while (!window_.octets().empty()) {
    WARMFRONT_TRY(passed, header_ ? read_record(has_ended, to) : read_header(has_ended));
    if (!passed)
      break;
  }
  return success();
}

result<bool> csv_reader::read_header(bool has_ended) {
  const auto octets = window_.octets();
  const auto end = window_.line_end();
  if (!end && octets.size() > list_line_octets_max)
    return no_header("the first line is too long");
  if (!end && !has_ended)
    return false;
  const auto line = octets.substr(0, end.value_or(octets.size()));
  const auto text = window_.line() == 1 ? without_byte_order_mark(line) : line;
  if (!without_blanks(text).empty()) {
    WARMFRONT_TRY(header, read_csv_header(text, window_.line()));
    splitter_ = csv_splitter{header.delimiter};
    header_ = std::move(header);
  }
  window_.pass(line.size());
  return true;
}

result<bool> csv_reader::read_record(bool has_ended, list_sink& to) {
  const auto octets = window_.octets();
  const auto end = splitter_.scan(octets);
  const bool is_too_long = octets.size() > list_line_octets_max;
  if (!end && !is_too_long && !has_ended)
    return false;
  if (!end && splitter_.is_within_quotes()) {
    WARMFRONT_TRY(take_unclosed(octets, to));
  } else if (!end && is_too_long) {
    WARMFRONT_TRY(reject(octets, line_too_long(), to));
    window_.skip(octets.size());
  } else {
    if (!end)
      splitter_.finish(octets);
    const auto record = octets.substr(0, end.value_or(octets.size()));
    WARMFRONT_TRY(take_record(record, to));
    window_.pass(record.size());
  }
  splitter_.reset();
  return true;
}

result<void> csv_reader::take_record(std::string_view record, list_sink& to) {
  if (without_blanks(record).empty())
    return success();
  auto address = read_fields(record);
  if (!address)
    return reject(record, address.error().what, to);
  return to.take_row({window_.line(), address.value(), header_->names, values_});
}

/// Puts the values where the row finds them and returns the address.
result<std::string> csv_reader::read_fields(std::string_view record) {
  const auto refuse = [](std::string why) {
    return error{errc::invalid_argument, std::move(why), {}};
  };
  const auto& fields = splitter_.fields();
  if (splitter_.misquoted())
    return refuse("column " + std::to_string(*splitter_.misquoted()) +
                  ": there is text behind the closing quote");
  if (fields.size() != header_->columns())
    return refuse("the number of fields is " + std::to_string(fields.size()) +
                  ", that of the columns " + std::to_string(header_->columns()));
  unquoted_.clear();
  unquoted_.reserve(record.size());
  values_.clear();
  std::string_view address;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto text = csv_splitter::text_of(fields[i], record, unquoted_);
    if (i == header_->address_column) {
      address = text;
      continue;
    }
    WARMFRONT_TRY(check_list_value(header_->names[values_.size()], text));
    values_.emplace_back(text);
  }
  return dns::normalised_address(address);
}

result<void> csv_reader::take_unclosed(std::string_view octets, list_sink& to) {
  const auto reason =
      "column " + std::to_string(splitter_.fields().size() + 1) + ": its quotes are not closed";
  const auto line_end = window_.line_end();
  if (!line_end || unclosed_ == unclosed_lines_max) {
    WARMFRONT_TRY(reject(octets, reason, to));
    window_.skip(octets.size());
    return success();
  }
  ++unclosed_;
  WARMFRONT_TRY(reject(octets.substr(0, *line_end), reason, to));
  window_.pass(*line_end);
  return success();
}

result<void> csv_reader::reject(std::string_view octets, std::string_view reason,
                                list_sink& to) const {
  return to.take_rejection(rejection_of(window_.line(), octets, reason));
}

} // namespace warmfront
