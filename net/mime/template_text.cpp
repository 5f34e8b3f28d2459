#include "net/mime/template_text.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <kainjow/mustache.hpp>

#include "net/mime/header_text.hpp"
#include "net/mime/template_tags.hpp"

namespace warmfront::mime {

namespace {

namespace mustache = kainjow::mustache;
using mustache_data = mustache::data;

/// Names are looked up whole: a dot in one means nothing.
class flat_context : public mustache::basic_context<std::string> {
public:
  explicit flat_context(const template_values& values) {
    for (const auto& [name, value] : values)
      // Empty is false, so that a section can ask whether there is anything.
      values_.emplace(name, value.empty() ? mustache_data{false} : mustache_data{value});
  }

  void push(const mustache_data*) override {}
  void pop() override {}
  [[nodiscard]] const mustache_data* get(const std::string& name) const override {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
  }
  [[nodiscard]] const mustache_data* get_partial(const std::string&) const override {
    return nullptr;
  }

private:
  std::unordered_map<std::string, mustache_data> values_;
};

/// What the library writes to; it cannot be told to stop, but what is too much is not kept.
class bounded_output {
public:
  explicit bounded_output(std::size_t octets_max) : octets_max_{octets_max} {}

  bounded_output& operator<<(const std::string& piece) {
    if (piece.size() > octets_max_ - text_.size())
      overflown_ = true;
    if (!overflown_)
      text_ += piece;
    return *this;
  }
  [[nodiscard]] bool overflown() const noexcept { return overflown_; }
  [[nodiscard]] std::string take() noexcept { return std::move(text_); }

private:
  std::size_t octets_max_;
  std::string text_;
  bool overflown_ = false;
};

struct used_names {
  std::vector<std::string> required;
  std::vector<std::string> optional;
};

used_names names_of(const std::vector<template_tag>& tags) {
  using kind = template_tag::kind;
  std::vector<std::string_view> open;
  std::vector<std::string_view> required;
  std::vector<std::string_view> optional;
  const auto note = [](std::vector<std::string_view>& where, std::string_view name) {
    if (std::find(where.begin(), where.end(), name) == where.end())
      where.push_back(name);
  };
  for (const auto& tag : tags) {
    if (tag.what == kind::section || tag.what == kind::inverted_section) {
      note(optional, tag.name);
      open.push_back(tag.what == kind::section ? tag.name : std::string_view{});
    } else if (tag.what == kind::end) {
      open.pop_back();
    } else if (tag.what != kind::comment) {
      // Within its own section it has a value.
      const bool is_given = std::find(open.begin(), open.end(), tag.name) != open.end();
      note(is_given ? optional : required, tag.name);
    }
  }
  std::erase_if(optional, [&](std::string_view name) {
    return std::find(required.begin(), required.end(), name) != required.end();
  });
  return {{required.begin(), required.end()}, {optional.begin(), optional.end()}};
}

} // namespace

// Rendering leaves what was parsed as it is, though the library does not say so.
struct template_text::parsed {
  explicit parsed(const std::string& source) : text{source} {}
  mutable mustache::mustache text;
};

result<template_text> template_text::compile(const std::string& source, value_escaping escaping,
                                             const std::string& field) {
  WARMFRONT_TRY(tags, find_template_tags(source, field));
  if (escaping == value_escaping::html)
    for (const auto& tag : tags)
      if (tag.what == template_tag::kind::unescaped_value)
        return error{errc::invalid_argument,
                     "the " + field + ", " + position_text(source, tag.at) +
                         ": values are always escaped in HTML",
                     "use {{" + std::string{tag.name} + "}}, and put markup into the template",
                     field};
  template_text made;
  auto parsed_text = std::make_shared<parsed>(source);
  if (!parsed_text->text.is_valid())
    return error{errc::invalid_argument, "the " + field + ": " + parsed_text->text.error_message(),
                 "correct the tags", field};
  if (escaping == value_escaping::none)
    parsed_text->text.set_custom_escape([](const std::string& value) { return value; });
  made.parsed_ = std::move(parsed_text);
  auto names = names_of(tags);
  made.required_ = std::move(names.required);
  made.optional_ = std::move(names.optional);
  return made;
}

result<std::string> template_text::render(const template_values& values,
                                          std::size_t octets_max) const {
  for (const auto& name : required_)
    if (!values.contains(name))
      return error{errc::invalid_argument,
                   "the template needs a value for " + quote_for_message(name),
                   "give one, which may be empty", "variables." + name};
  flat_context context{values};
  bounded_output output{octets_max};
  parsed_->text.render(context, output);
  if (output.overflown())
    return error{errc::limit_exceeded,
                 "with these values the template has more than " + std::to_string(octets_max) +
                     " octets",
                 "use shorter values"};
  return output.take();
}

result<void> check_template_values(const template_values& values) {
  for (const auto& [name, value] : values) {
    const auto field = "variables." + name;
    if (!is_template_name(name))
      return error{errc::invalid_argument, quote_for_message(name) + " is no name for a variable",
                   "use up to 64 letters, digits and signs without blanks or braces", "variables"};
    WARMFRONT_TRY(check_header_text(value, field));
    if (value.size() > template_value_octets_max)
      return error{errc::invalid_argument,
                   "the value of " + quote_for_message(name) + " is too long",
                   "use at most " + std::to_string(template_value_octets_max) + " octets", field};
  }
  return success();
}

} // namespace warmfront::mime
