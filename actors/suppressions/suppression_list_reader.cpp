#include "actors/suppressions/suppression_list_reader.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "actors/core/address.hpp"
#include "actors/core/displayable.hpp"
#include "net/dns/address_form.hpp"

namespace warmfront {

namespace {

constexpr std::string_view list_byte_order_mark = "\xef\xbb\xbf";
/// Up to a whole line's limit is read again after each: more would make reading slow.
constexpr std::size_t unclosed_max = 1'000;
constexpr std::array<std::string_view, 4> column_names{"address", "reason", "until", "text"};

error wrong(std::string why) {
  return {errc::invalid_argument, std::move(why), {}};
}

error no_columns(const std::string& what) {
  return {errc::invalid_argument, what,
          "let the first line name the columns: `address`, and if you like `reason`, `until`, "
          "`text`"};
}

std::string_view without_mark(std::string_view line, std::uint64_t number) {
  return number == 1 && line.starts_with(list_byte_order_mark)
             ? line.substr(list_byte_order_mark.size())
             : line;
}

/// Keeps the four members that are of use; whatever else an object has is passed over.
class entry_parser final : public nlohmann::json_sax<nlohmann::json> {
public:
  std::array<std::optional<std::string>, 4> values;
  std::string fault;

  bool null() override { return scalar(std::nullopt); }
  bool boolean(bool /*value*/) override { return scalar(std::nullopt); }
  bool number_integer(number_integer_t /*value*/) override { return scalar(std::nullopt); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return scalar(std::nullopt); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override {
    return scalar(std::nullopt);
  }
  bool string(string_t& value) override { return scalar(value); }
  bool binary(binary_t& /*value*/) override { return false; }
  bool start_object(std::size_t /*size*/) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t /*size*/) override {
    return depth_ > 0 ? enter() : fail("the line is no object");
  }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    if (depth_ == 1)
      name_ = name == "email" ? "address" : name;
    return true;
  }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*why*/) override {
    return fail("the line is no JSON");
  }

private:
  bool fail(const char* why) {
    fault = why;
    return false;
  }
  bool enter() {
    constexpr int depth_max = 8;
    return ++depth_ <= depth_max || fail("the objects are nested too deeply");
  }
  bool leave() {
    --depth_;
    return true;
  }
  bool scalar(std::optional<std::string> value) {
    if (depth_ == 0)
      return fail("the line is no object");
    const auto at = std::ranges::find(column_names, name_);
    if (depth_ == 1 && at != column_names.end())
      values.at(static_cast<std::size_t>(at - column_names.begin())) = std::move(value);
    return true;
  }

  int depth_ = 0;
  std::string name_;
};

} // namespace

result<void> suppression_list_reader::push(std::string_view octets) {
  window_.push(octets);
  return read(false);
}

result<void> suppression_list_reader::end() {
  WARMFRONT_TRY(read(true));
  return has_header_ || !defaults_.is_csv ? success() : no_columns("the list is empty");
}

std::vector<suppression_draft::item> suppression_list_reader::take() {
  return std::exchange(items_, {});
}

result<void> suppression_list_reader::read(bool has_ended) {
  while (!window_.octets().empty()) {
    if (defaults_.is_csv && !has_header_) {
      WARMFRONT_TRY(passed, read_header(has_ended));
      if (!passed)
        break;
    } else if (!(defaults_.is_csv ? read_record(has_ended) : read_line(has_ended))) {
      break;
    }
  }
  return success();
}

// ---- CSV ------------------------------------------------------------------------------------

result<bool> suppression_list_reader::read_header(bool has_ended) {
  const auto octets = window_.octets();
  const auto end = window_.line_end();
  if (!end && octets.size() > list_line_octets_max)
    return no_columns("the first line is too long");
  if (!end && !has_ended)
    return false;
  const auto line = octets.substr(0, end.value_or(octets.size()));
  const auto text = without_mark(line, window_.line());
  if (!without_blanks(text).empty()) {
    WARMFRONT_TRY(take_header(text));
    has_header_ = true;
  }
  window_.pass(line.size());
  return true;
}

result<void> suppression_list_reader::take_header(std::string_view line) {
  for (const char delimiter : {',', ';', '\t'}) {
    csv_splitter splitter{delimiter};
    static_cast<void>(splitter.scan(line));
    splitter.finish(line);
    std::string room;
    room.reserve(line.size());
    std::array<std::optional<std::size_t>, column_count> places;
    for (std::size_t i = 0; i < splitter.fields().size(); ++i) {
      auto name =
          in_lower_case(without_blanks(csv_splitter::text_of(splitter.fields()[i], line, room)));
      if (name == "email")
        name = column_names[address_column];
      if (const auto at = std::ranges::find(column_names, name); at != column_names.end()) {
        auto& place = places.at(static_cast<std::size_t>(at - column_names.begin()));
        if (place)
          return no_columns("the column `" + name + "` is there twice");
        place = i;
      }
    }
    if (!places[address_column])
      continue;
    places_ = places;
    columns_ = splitter.fields().size();
    splitter_ = csv_splitter{delimiter};
    return success();
  }
  return no_columns("there is no column `address`");
}

bool suppression_list_reader::read_record(bool has_ended) {
  const auto octets = window_.octets();
  const auto end = splitter_.scan(octets);
  const bool is_too_long = octets.size() > list_line_octets_max;
  if (!end && !is_too_long && !has_ended)
    return false;
  if (!end && splitter_.is_within_quotes()) {
    // A stray quote costs its line, and the next ones are read again.
    ++report_.lines;
    reject("its quotes are not closed");
    const auto line_end = window_.line_end();
    if (line_end && unclosed_++ < unclosed_max)
      window_.pass(*line_end);
    else
      window_.skip(octets.size());
  } else if (!end && is_too_long) {
    ++report_.lines;
    reject("the line is too long");
    window_.skip(octets.size());
  } else {
    if (!end)
      splitter_.finish(octets);
    const auto record = octets.substr(0, end.value_or(octets.size()));
    take_record(record);
    window_.pass(record.size());
  }
  splitter_.reset();
  return true;
}

void suppression_list_reader::take_record(std::string_view record) {
  if (without_blanks(record).empty())
    return;
  ++report_.lines;
  const auto& split = splitter_.fields();
  if (splitter_.misquoted())
    return reject("column " + std::to_string(*splitter_.misquoted()) +
                  ": there is text behind the closing quote");
  if (split.size() != columns_)
    return reject("the number of fields is " + std::to_string(split.size()) +
                  ", that of the columns " + std::to_string(columns_));
  std::string room;
  room.reserve(record.size());
  fields given;
  for (std::size_t i = 0; i < column_count; ++i)
    if (const auto place = places_.at(i))
      given.at(i) = csv_splitter::text_of(split[*place], record, room);
  take_fields(given);
}

// ---- NDJSON ---------------------------------------------------------------------------------

bool suppression_list_reader::read_line(bool has_ended) {
  const auto octets = window_.octets();
  const auto end = window_.line_end();
  if (!end && octets.size() > list_line_octets_max) {
    ++report_.lines;
    reject("the line is too long");
    window_.skip(octets.size());
    return true;
  }
  if (!end && !has_ended)
    return false;
  const auto line = octets.substr(0, end.value_or(octets.size()));
  take_object(without_mark(line, window_.line()));
  window_.pass(line.size());
  return true;
}

void suppression_list_reader::take_object(std::string_view line) {
  if (without_blanks(line).empty())
    return;
  ++report_.lines;
  entry_parser parser;
  if (!nlohmann::json::sax_parse(line.begin(), line.end(), &parser))
    return reject(parser.fault.empty() ? "the line is no JSON" : parser.fault);
  take_fields(parser.values);
}

// ---- both -----------------------------------------------------------------------------------

void suppression_list_reader::take_fields(const fields& given) {
  auto item = item_of(given);
  if (item)
    items_.push_back(std::move(item).value());
  else
    reject(item.error().what);
}

result<suppression_draft::item> suppression_list_reader::item_of(const fields& given) const {
  const auto says = [&](column which) {
    const auto& field = given.at(which);
    return field ? without_blanks(*field) : std::string_view{};
  };
  if (says(address_column).empty())
    return wrong("there is no address");
  WARMFRONT_TRY(form, dns::comparable_address(says(address_column)));
  suppression_draft::item item{std::move(form), defaults_.reason, defaults_.until, {}};
  if (const auto word = says(reason_column); !word.empty()) {
    const auto known = parse_suppression_reason(word);
    if (!known)
      return wrong("\"" + displayable(word, 30) +
                   "\" is no reason: manual, hard_bounce, complaint or unsubscribe");
    item.reason = *known;
  }
  if (const auto time = says(until_column); !time.empty()) {
    const auto read = parse_rfc3339(std::string{time});
    if (!read)
      return wrong("\"" + displayable(time, 40) + "\" is no time as in 2027-01-01T00:00:00Z");
    if (*read <= defaults_.now)
      return wrong("the time until which it counts is over");
    item.until = *read;
  }
  item.text = suppression_text(says(text_column));
  return item;
}

void suppression_list_reader::reject(std::string_view why) {
  ++report_.rejected;
  if (report_.first_rejected.size() < rejected_lines_max)
    report_.first_rejected.push_back("line " + std::to_string(window_.line()) + ": " +
                                     displayable(why));
}

} // namespace warmfront
