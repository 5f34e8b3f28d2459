#include "admin/api/json.hpp"

#include <utility>
#include <vector>

#include <fmt/core.h>

namespace warmfront::admin {

namespace {

/// Builds the value from the parser's events. An own builder, since the library's knows neither a
/// depth limit nor repeated names, and reports positions by exceptions only.
class builder final : public nlohmann::json_sax<json> {
public:
  json root;
  json_fault fault;

  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    auto& object = *open_.back();
    if (object.contains(name)) {
      fault.detail = fmt::format("the name \"{}\" is repeated in one object", name);
      return false;
    }
    member_ = &object[name];
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    fault.position = position;
    fault.detail = "this is not JSON";
    return false;
  }

private:
  json* place(json value) {
    if (open_.empty()) {
      root = std::move(value);
      return &root;
    }
    auto& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(value));
      return &parent.back();
    }
    *member_ = std::move(value);
    return member_;
  }

  template <class Value>
  bool put(Value&& value) {
    place(json(std::forward<Value>(value)));
    return true;
  }

  bool open(json value) {
    if (open_.size() == json_depth_max) {
      fault.detail = fmt::format("the JSON is nested deeper than {} levels", json_depth_max);
      return false;
    }
    // The parent does not grow while a child is open: the pointers stay valid.
    open_.push_back(place(std::move(value)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  std::vector<json*> open_;
  json* member_ = nullptr;
};

} // namespace

std::variant<json, json_fault> parse_json(std::string_view text) {
  builder events;
  if (json::sax_parse(text.begin(), text.end(), &events)) {
    return std::move(events.root);
  }
  return std::move(events.fault);
}

std::string dump(const ordered_json& value) {
  return value.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

} // namespace warmfront::admin
