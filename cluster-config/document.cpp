#include "cluster-config/document.hpp"

#include <toml++/toml.h>

#include <algorithm>
#include <charconv>

#include "cluster-config/values.hpp"

namespace warmfront::config {

namespace {

constexpr std::size_t text_octets_max = std::size_t{256} * 1024;
constexpr std::size_t line_octets_max = 4096;
constexpr std::size_t line_dots_max = 16;

position to_position(const toml::source_region& region) {
  return {region.begin.line, region.begin.column};
}

raw_value convert(const toml::node& node);

raw_table convert_table(const toml::table& table) {
  raw_table members;
  members.reserve(table.size());
  for (const auto& [name, value] : table)
    members.push_back({std::string{name.str()}, to_position(name.source()), convert(value)});
  return members;
}

raw_list convert_list(const toml::array& array) {
  raw_list items;
  items.reserve(array.size());
  for (const auto& item : array)
    items.push_back(convert(item));
  return items;
}

raw_value convert(const toml::node& node) {
  raw_value value{to_position(node.source()), raw_other{"a date or time"}};
  if (const auto* table = node.as_table())
    value.content = convert_table(*table);
  else if (const auto* array = node.as_array())
    value.content = convert_list(*array);
  else if (const auto* text = node.as_string())
    value.content = text->get();
  else if (const auto* integer = node.as_integer())
    value.content = integer->get();
  else if (const auto* boolean = node.as_boolean())
    value.content = boolean->get();
  else if (node.is_floating_point())
    value.content = raw_other{"a floating-point number"};
  return value;
}

/// Dots outside quotes: each may open a table, and the library frees tables recursively, so that a
/// line of nothing but dots would exhaust the stack.
std::size_t count_dots(std::string_view line) {
  std::size_t dots = 0;
  char quote = 0;
  for (const char c : line) {
    if (quote != 0)
      quote = c == quote ? char{0} : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '#')
      break;
    else if (c == '.')
      ++dots;
  }
  return dots;
}

std::vector<fault> check_bounds(std::string_view text) {
  if (text.size() > text_octets_max)
    return {{"", 1, 1, "", "is larger than 256 KiB", "a node.toml of a few hundred lines"}};
  std::uint32_t number = 1;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    if (line.size() > line_octets_max)
      return {{"", number, 1, "", "this line is too long", "lines of at most 4096 octets"}};
    if (count_dots(line) > line_dots_max)
      return {
          {"", number, 1, "", "this line nests tables too deeply", "keys as in `smtp.inbound`"}};
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    ++number;
  }
  return {};
}

/// The next step of a key path, `name` or `[index]`, taken off its front.
std::string_view take_step(std::string_view& key) {
  const auto end = key.find_first_of(".[", 1);
  const auto step = key.substr(0, end);
  key.remove_prefix(step.size());
  if (!key.empty() && key.front() == '.')
    key.remove_prefix(1);
  return step;
}

struct place {
  const raw_value* value = nullptr;
  position where;
};

place descend(const raw_value& from, std::string_view step) {
  if (step.front() == '[') {
    std::size_t index = 0;
    std::from_chars(step.data() + 1, step.data() + step.size(), index);
    const auto* list = std::get_if<raw_list>(&from.content);
    if (list == nullptr || index >= list->size())
      return {};
    return {&(*list)[index], (*list)[index].where};
  }
  if (const auto* table = std::get_if<raw_table>(&from.content))
    for (const auto& member : *table)
      if (member.name == step)
        return {&member.value, member.value.where};
  return {};
}

} // namespace

raw_document read_document(const std::string& text) {
  raw_document document{{{1, 1}, raw_table{}}, check_bounds(text)};
  if (!document.faults.empty())
    return document;
  try {
    document.root.content = convert_table(toml::parse(text));
  } catch (const toml::parse_error& failure) {
    const auto where = to_position(failure.source());
    document.faults.push_back({"", where.line, where.column, "", printable(failure.description()),
                               "TOML, as on https://toml.io"});
  }
  return document;
}

std::string describe(const raw_value& value) {
  struct {
    std::string operator()(const raw_table&) const { return "a table"; }
    std::string operator()(const raw_list&) const { return "a list"; }
    std::string operator()(const std::string& text) const { return "the text " + quote(text); }
    std::string operator()(std::int64_t n) const { return "the number " + std::to_string(n); }
    std::string operator()(bool b) const { return b ? "the value true" : "the value false"; }
    std::string operator()(const raw_other& other) const { return other.kind; }
  } visitor;
  return std::visit(visitor, value.content);
}

position locate(const raw_value& root, std::string_view key) {
  const auto* here = &root;
  position where = root.where;
  while (!key.empty()) {
    const auto next = descend(*here, take_step(key));
    if (next.value == nullptr)
      break;
    here = next.value;
    where = next.where;
  }
  return where;
}

} // namespace warmfront::config
