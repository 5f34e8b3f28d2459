#include "actors/groups/ndjson_row.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <nlohmann/json.hpp>

#include "actors/groups/list_row.hpp"

namespace warmfront {

namespace {

using nlohmann::json;

/// Takes the parser's events; it stops at the first that a row cannot have, so nothing is nested
/// deeper than the variables.
class row_events final : public nlohmann::json_sax<json> {
public:
  explicit row_events(ndjson_row& row) : row_{row} {}

  std::string fault;

  bool null() override { return depth_ > 0 || no_object(); }
  bool boolean(bool value) override { return put(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return put(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return put(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& written) override { return put(written); }
  bool binary(binary_t&) override { return false; }

  bool string(string_t& value) override {
    if (!is_email())
      return put(std::move(value));
    if (row_.email)
      return refuse("\"email\" is there twice");
    row_.email = std::move(value);
    return true;
  }

  bool key(string_t& name) override {
    name_ = std::move(name);
    return true;
  }

  bool start_object(std::size_t) override {
    if (depth_ == 0 || (depth_ == 1 && name_ == "variables"))
      return ++depth_ > 0;
    return nested();
  }
  bool end_object() override {
    --depth_;
    return true;
  }
  bool start_array(std::size_t) override { return depth_ == 0 ? no_object() : nested(); }
  bool end_array() override { return false; }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception& cause) override {
    constexpr int out_of_range = 406;
    return refuse(cause.id == out_of_range
                      ? "a number is too large: write it in quotes"
                      : "the line is not JSON, at octet " + std::to_string(position));
  }

private:
  [[nodiscard]] bool is_email() const { return depth_ == 1 && name_ == "email"; }

  bool put(std::string value) {
    if (depth_ == 0)
      return no_object();
    if (is_email())
      return refuse("\"email\" is not a text");
    if (row_.variables.size() == list_names_max)
      return refuse("there are more than " + std::to_string(list_names_max) + " variables");
    const auto is_same = [&](const auto& variable) { return variable.name == name_; };
    if (std::any_of(row_.variables.begin(), row_.variables.end(), is_same))
      return refuse("variable \"" + name_ + "\" is there twice");
    row_.variables.push_back({std::move(name_), std::move(value)});
    return true;
  }

  bool no_object() { return refuse("the line is not a JSON object"); }
  bool nested() {
    return refuse('"' + name_ + "\" is nested: a value is a text, a number, true or false");
  }
  bool refuse(std::string why) {
    fault = std::move(why);
    return false;
  }

  ndjson_row& row_;
  std::string name_; ///< of the member under way
  int depth_ = 0;
};

} // namespace

result<void> read_ndjson_row(std::string_view line, ndjson_row& row) {
  row.email.reset();
  row.variables.clear();
  // The parser takes a NUL for the end of the text.
  if (line.find('\0') != std::string_view::npos)
    return error{errc::invalid_argument, "the line contains a NUL", {}};
  row_events events{row};
  if (!json::sax_parse(line.begin(), line.end(), &events))
    return error{errc::invalid_argument, std::move(events.fault), {}};
  return success();
}

} // namespace warmfront
