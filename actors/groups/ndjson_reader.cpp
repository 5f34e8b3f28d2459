#include "actors/groups/ndjson_reader.hpp"

#include <algorithm>

#include "actors/core/displayable.hpp"
#include "actors/core/line_window.hpp"
#include "actors/groups/list_rules.hpp"
#include "net/dns/address_form.hpp"
#include "net/mime/template_tags.hpp"

namespace warmfront {

namespace {

error no_row(std::string why) {
  return {errc::invalid_argument, std::move(why), {}};
}

/// Rows mostly have the same variables in the same order, so each is looked for behind the last.
std::size_t place_of(std::string_view name, const std::vector<std::string>& names,
                     std::size_t likely) {
  if (likely < names.size() && names[likely] == name)
    return likely;
  return std::size_t(std::find(names.begin(), names.end(), name) - names.begin());
}

} // namespace

result<void> ndjson_reader::push(std::string_view octets, list_sink& to) {
  window_.push(octets);
  return read(false, to);
}

result<void> ndjson_reader::end(list_sink& to) {
  return read(true, to);
}

result<void> ndjson_reader::read(bool has_ended, list_sink& to) {
  for (auto octets = window_.octets(); !octets.empty(); octets = window_.octets()) {
    const auto end = window_.line_end();
    if (!end && octets.size() > list_line_octets_max) {
      WARMFRONT_TRY(to.take_rejection(rejection_of(window_.line(), octets, line_too_long())));
      window_.skip(octets.size());
      continue;
    }
    if (!end && !has_ended)
      break;
    const auto line = octets.substr(0, end.value_or(octets.size()));
    WARMFRONT_TRY(take_line(line, to));
    window_.pass(line.size());
  }
  return success();
}

result<void> ndjson_reader::take_line(std::string_view line, list_sink& to) {
  if (window_.line() == 1)
    line = without_byte_order_mark(line);
  if (without_blanks(line).empty())
    return success();
  const auto address = read_line(line);
  if (!address)
    return to.take_rejection(rejection_of(window_.line(), line, address.error().what));
  return to.take_row({window_.line(), address.value(), names_, values_});
}

/// Puts the values where the row finds them and returns the address. Only a line without faults
/// brings new names.
result<std::string> ndjson_reader::read_line(std::string_view line) {
  WARMFRONT_TRY(read_ndjson_row(line, row_));
  if (!row_.email)
    return no_row("the object has no \"email\"");
  WARMFRONT_TRY(address, dns::normalised_address(*row_.email));
  WARMFRONT_TRY(find_places());
  align_values();
  return address;
}

result<void> ndjson_reader::find_places() {
  places_.clear();
  auto names = names_.size();
  for (const auto& [name, value] : row_.variables) {
    auto place = place_of(name, names_, places_.empty() ? 0 : places_.back() + 1);
    if (place == names_.size()) {
      if (!mime::is_template_name(name))
        return no_row('"' + name.substr(0, 60) + "\" is no name for a variable");
      place = names++;
    }
    WARMFRONT_TRY(check_list_value(name, value));
    places_.push_back(place);
  }
  if (names > list_names_max)
    return no_row("the list would have more than " + std::to_string(list_names_max) + " variables");
  return success();
}

void ndjson_reader::align_values() {
  values_.assign(names_.size(), std::nullopt);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    if (places_[i] == names_.size()) {
      names_.push_back(row_.variables[i].name);
      values_.emplace_back();
    }
    values_[places_[i]] = row_.variables[i].value;
  }
}

} // namespace warmfront
