#include "admin/cli/yaml_reader.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/core.h>
#include <yaml.h>

namespace warmfront::admin::cli {

namespace {

/// Longer ones could not be written again: behind 1024 characters a key is none (YAML §7.4.2).
constexpr std::size_t key_octets_max = 128;

error fault_at(std::size_t line, const std::string& what) {
  return {errc::invalid_argument, fmt::format("line {}: {}", line + 1, what),
          "correct the file; warmfront export writes one as an example"};
}

template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number number{};
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_all = parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size();
  return is_all ? std::optional{number} : std::nullopt;
}

bool is_decimal(std::string_view text) {
  text.remove_prefix(!text.empty() && text.front() == '-' ? 1 : 0);
  constexpr std::string_view allowed = "0123456789.eE+-";
  return !text.empty() && text.front() >= '0' && text.front() <= '9' &&
         text.find_first_not_of(allowed) == std::string_view::npos;
}

/// A scalar without quotes.
ordered_json plain_value(std::string_view text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") {
    return nullptr;
  }
  if (text == "true" || text == "True" || text == "TRUE") {
    return true;
  }
  if (text == "false" || text == "False" || text == "FALSE") {
    return false;
  }
  // `007` is a name, not a number.
  const auto digits = text.substr(text.front() == '-' ? 1 : 0);
  if (is_decimal(text) && (digits.size() == 1 || digits[0] != '0' || digits[1] == '.')) {
    if (const auto positive = whole<std::uint64_t>(text)) {
      return *positive;
    }
    if (const auto any = whole<std::int64_t>(text)) {
      return *any;
    }
    const bool is_whole = digits.find_first_of(".eE") == std::string_view::npos;
    if (const auto decimal = whole<double>(text); decimal && !is_whole && std::isfinite(*decimal)) {
      return *decimal;
    }
  }
  return std::string{text};
}

std::string_view text_of(const yaml_char_t* octets, std::size_t count) {
  return {reinterpret_cast<const char*>(octets), count};
}

/// A document, put together from what the parser finds.
class yaml_document {
public:
  explicit yaml_document(const yaml_limits& limits) : limits_{limits} {}

  result<void> take(const yaml_event_t& event) {
    const auto line = event.start_mark.line;
    switch (event.type) {
    case YAML_DOCUMENT_START_EVENT:
      if (documents_++ > 0) {
        return fault_at(line, "a second document begins");
      }
      return success();
    case YAML_ALIAS_EVENT:
      return fault_at(line, "aliases are not allowed");
    case YAML_SCALAR_EVENT:
      return take_scalar(event.data.scalar, line);
    case YAML_SEQUENCE_START_EVENT:
      return open(ordered_json::array(), event.data.sequence_start.anchor,
                  event.data.sequence_start.tag, line);
    case YAML_MAPPING_START_EVENT:
      return open(ordered_json::object(), event.data.mapping_start.anchor,
                  event.data.mapping_start.tag, line);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: {
      auto whole_part = std::move(open_.back().value);
      open_.pop_back();
      return put(std::move(whole_part), line);
    }
    default:
      return success();
    }
  }
  [[nodiscard]] ordered_json finish() { return std::move(root_); }

private:
  struct part {
    ordered_json value;
    std::optional<std::string> key; ///< of the value that comes next
  };

  result<void> check(const yaml_char_t* anchor, const yaml_char_t* tag, std::size_t line) {
    if (anchor != nullptr) {
      return fault_at(line, "anchors are not allowed");
    }
    if (tag != nullptr) {
      return fault_at(line, "tags are not allowed");
    }
    if (++values_ > limits_.values_max) {
      return fault_at(line, fmt::format("more than {} values", limits_.values_max));
    }
    return success();
  }

  result<void> open(ordered_json empty, const yaml_char_t* anchor, const yaml_char_t* tag,
                    std::size_t line) {
    WARMFRONT_TRY(check(anchor, tag, line));
    if (wants_key()) {
      return fault_at(line, "a key has to be a text");
    }
    if (open_.size() >= limits_.depth_max) {
      return fault_at(line, fmt::format("more than {} levels deep", limits_.depth_max));
    }
    open_.push_back({std::move(empty), std::nullopt});
    return success();
  }

  [[nodiscard]] bool wants_key() const {
    return !open_.empty() && open_.back().value.is_object() && !open_.back().key;
  }

  template <class Scalar>
  result<void> take_scalar(const Scalar& scalar, std::size_t line) {
    WARMFRONT_TRY(check(scalar.anchor, scalar.tag, line));
    const auto text = text_of(scalar.value, scalar.length);
    if (wants_key()) {
      auto& of = open_.back();
      if (text.size() > key_octets_max) {
        return fault_at(line, "a key is too long");
      }
      if (of.value.contains(text)) {
        return fault_at(line, fmt::format("\"{}\" comes a second time", text));
      }
      of.key = std::string{text};
      return success();
    }
    return put(scalar.style == YAML_PLAIN_SCALAR_STYLE ? plain_value(text)
                                                       : ordered_json(std::string{text}),
               line);
  }

  result<void> put(ordered_json value, std::size_t /*line*/) {
    if (open_.empty()) {
      root_ = std::move(value);
      return success();
    }
    auto& into = open_.back();
    if (into.value.is_array()) {
      into.value.push_back(std::move(value));
    } else {
      into.value[*into.key] = std::move(value);
      into.key.reset();
    }
    return success();
  }

  yaml_limits limits_;
  std::vector<part> open_;
  ordered_json root_;
  std::size_t documents_ = 0;
  std::size_t values_ = 0;
};

} // namespace

result<ordered_json> read_yaml(std::string_view text, const yaml_limits& limits) {
  if (text.size() > limits.octets_max) {
    return error{
        errc::limit_exceeded,
        fmt::format("The text has {} octets, more than {}.", text.size(), limits.octets_max),
        "split it into several files"};
  }
  yaml_parser_t parser;
  if (yaml_parser_initialize(&parser) == 0) {
    return error{errc::limit_exceeded, "There is no memory to read YAML with.", {}};
  }
  const std::unique_ptr<yaml_parser_t, decltype(&yaml_parser_delete)> freed{&parser,
                                                                            yaml_parser_delete};
  yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()),
                               text.size());
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  yaml_document document{limits};
  for (bool is_over = false; !is_over;) {
    yaml_event_t event;
    if (yaml_parser_parse(&parser, &event) == 0) {
      return fault_at(parser.problem_mark.line,
                      parser.problem == nullptr ? "this is not YAML" : parser.problem);
    }
    const std::unique_ptr<yaml_event_t, decltype(&yaml_event_delete)> freed_event{
        &event, yaml_event_delete};
    is_over = event.type == YAML_STREAM_END_EVENT;
    WARMFRONT_TRY(document.take(event));
  }
  return document.finish();
}

} // namespace warmfront::admin::cli
