#include "actors/groups/csv_header.hpp"

#include <algorithm>
#include <iterator>
#include <optional>
#include <tuple>
#include <utility>

#include "actors/core/address.hpp"
#include "actors/core/csv_splitter.hpp"
#include "actors/core/displayable.hpp"
#include "actors/groups/list_row.hpp"
#include "actors/groups/list_rules.hpp"
#include "net/mime/template_tags.hpp"

namespace warmfront {

namespace {

/// The first that is there is the address; the others are variables, as a postal address is.
constexpr std::string_view address_names[] = {"email", "e-mail", "email_address", "address"};

bool is_address_name(std::string_view name, std::string_view wanted) noexcept {
  return std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(), [](char c, char low) {
    return (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) == low;
  });
}

error wrong_header(std::uint64_t line, std::optional<std::size_t> column, const std::string& what,
                   std::string remedy) {
  auto where = "line " + std::to_string(line);
  if (column)
    where += ", column " + std::to_string(*column + 1);
  return {errc::invalid_argument, where + ": " + displayable(what), std::move(remedy)};
}

/// The columns as one delimiter has them.
struct split_header {
  char delimiter = ',';
  std::vector<std::string> names;
  std::optional<std::size_t> broken_column; ///< its quotes are wrong
  std::vector<std::size_t> address_columns; ///< of the same name; one is right
};

std::vector<std::size_t> address_columns_of(const std::vector<std::string>& names) {
  std::vector<std::size_t> found;
  for (const auto wanted : address_names) {
    for (std::size_t i = 0; i < names.size(); ++i)
      if (is_address_name(names[i], wanted))
        found.push_back(i);
    if (!found.empty())
      break;
  }
  return found;
}

split_header split_at(char delimiter, std::string_view line) {
  csv_splitter splitter{delimiter};
  static_cast<void>(splitter.scan(line));
  const bool is_open = splitter.is_within_quotes();
  splitter.finish(line);
  split_header header{delimiter, {}, {}, {}};
  if (splitter.misquoted() || is_open)
    header.broken_column = splitter.misquoted().value_or(splitter.fields().size()) - 1;
  std::string room;
  room.reserve(line.size());
  for (const auto& field : splitter.fields())
    header.names.emplace_back(without_blanks(csv_splitter::text_of(field, line, room)));
  header.address_columns = address_columns_of(header.names);
  return header;
}

split_header best_split(std::string_view line) {
  std::optional<split_header> best;
  const auto merit = [](const split_header& header) {
    return std::tuple{!header.address_columns.empty(), !header.broken_column.has_value(),
                      header.names.size()};
  };
  for (const char delimiter : {',', ';', '\t'})
    if (auto split = split_at(delimiter, line); !best || merit(split) > merit(*best))
      best = std::move(split);
  return std::move(*best);
}

result<void> check_names(const split_header& header, std::uint64_t line) {
  for (std::size_t i = 0; i < header.names.size(); ++i) {
    const auto& name = header.names[i];
    if (i != header.address_columns.front() && !mime::is_template_name(name))
      return wrong_header(line, i, '"' + name.substr(0, 60) + "\" is no name for a variable",
                          "name the column with up to 64 letters, digits and signs without blanks "
                          "or braces, as first_name");
    if (std::find(header.names.begin(), header.names.begin() + std::ptrdiff_t(i), name) !=
        header.names.begin() + std::ptrdiff_t(i))
      return wrong_header(line, i, "there is a column \"" + name + "\" before",
                          "give each column a name of its own");
  }
  return success();
}

result<void> check_header(const split_header& header, std::uint64_t line) {
  if (header.broken_column)
    return wrong_header(line, header.broken_column, "its quotes are not closed properly",
                        "close them before the next column");
  if (header.address_columns.empty())
    return wrong_header(line, {}, "no column is for addresses",
                        "let the first line name the columns, and one of them be `email`");
  if (header.address_columns.size() > 1)
    return wrong_header(line, header.address_columns[1], "a second column is for addresses",
                        "give each column a name of its own");
  if (header.names.size() > list_columns_max)
    return error{errc::limit_exceeded,
                 "line " + std::to_string(line) + ": there are more than " +
                     std::to_string(list_columns_max) + " columns",
                 "leave out those that no template needs"};
  return check_names(header, line);
}

} // namespace

result<csv_header> read_csv_header(std::string_view line, std::uint64_t number) {
  if (!is_utf8(line))
    return wrong_header(number, {}, "the text is not UTF-8", "save the list as CSV in UTF-8");
  auto split = best_split(line);
  WARMFRONT_TRY(check_header(split, number));
  const auto address = split.address_columns.front();
  split.names.erase(split.names.begin() + std::ptrdiff_t(address));
  return csv_header{split.delimiter, address, std::move(split.names)};
}

} // namespace warmfront
