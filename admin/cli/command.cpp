#include "admin/cli/command.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "admin/api/target.hpp"
#include "net/dkim/hasher.hpp"

namespace warmfront::admin::cli {

namespace {

result<std::uint64_t> to_number(const argument& of, std::string_view text) {
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) {
    return error{errc::invalid_argument,
                 fmt::format("\"{}\" is not a number for {}", text, option_of(of)),
                 "give a whole number", std::string{of.name}};
  }
  return number;
}

result<json> to_numbers(const argument& of, std::string_view text) {
  auto all = json::array();
  while (!text.empty()) {
    const auto part = text.substr(0, text.find(','));
    WARMFRONT_TRY(number, to_number(of, part));
    all.push_back(number);
    text.remove_prefix(std::min(part.size() + 1, text.size()));
  }
  return all;
}

/// Entries of an object, each given as `name=value`.
template <class Read>
result<json> to_object(const argument& of, const std::vector<std::string>& values, Read read) {
  auto all = json::object();
  for (const std::string_view each : values) {
    const auto equals = each.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
      return error{errc::invalid_argument,
                   fmt::format("\"{}\" is not a name and a value for {}", each, option_of(of)),
                   "give name=value", std::string{of.name}};
    }
    WARMFRONT_TRY(value, read(of, each.substr(equals + 1)));
    all[std::string{each.substr(0, equals)}] = json(value);
  }
  return all;
}

result<std::string> to_text(const argument& /*of*/, std::string_view text) {
  return std::string{text};
}

result<double> to_decimal(const argument& of, std::string_view text) {
  double number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || parsed.ec != std::errc{} || parsed.ptr != text.data() + text.size()) {
    return error{errc::invalid_argument,
                 fmt::format("\"{}\" is not a number for {}", text, option_of(of)),
                 "give a number, as 0.1", std::string{of.name}};
  }
  return number;
}

constexpr std::string_view type_mark = ";type=";

json to_attachments(const std::vector<std::string>& values) {
  auto all = json::array();
  for (const std::string_view each : values) {
    const auto given = each.substr(0, each.find('\n'));
    const auto file = attached_file(given);
    json one{
        {"name", file.substr(file.rfind('/') + 1)},
        {"content_base64", dkim::to_base64(each.substr(std::min(given.size() + 1, each.size())))}};
    if (file.size() < given.size()) {
      one["type"] = given.substr(file.size() + type_mark.size());
    }
    all.push_back(std::move(one));
  }
  return all;
}

std::string field_of(const argument& of) {
  return std::string{of.field.empty() ? of.name : of.field};
}

result<json> to_value(const argument& of, const std::vector<std::string>& values) {
  switch (of.kind) {
  case shape::text:
  case shape::file:
  case shape::standard_input:
    return json(values.front());
  case shape::attachments:
    return to_attachments(values);
  case shape::secret_file:
    return json(values.front().substr(0, values.front().find_last_not_of("\r\n") + 1));
  case shape::flag:
    return json(true);
  case shape::number: {
    WARMFRONT_TRY(number, to_number(of, values.front()));
    return json(number);
  }
  case shape::texts:
    return json(values);
  case shape::numbers:
    return to_numbers(of, values.front());
  case shape::named_numbers:
    return to_object(of, values, to_numbers);
  case shape::named_decimals:
    return to_object(of, values, to_decimal);
  case shape::named_texts:
    return to_object(of, values, to_text);
  case shape::named_number:
    return to_object(of, values, to_number);
  case shape::addresses: {
    auto all = json::array();
    for (const auto& each : values) {
      all.push_back(json{{"address", each}});
    }
    return all;
  }
  }
  return json();
}

void add_query(std::string& target, std::string_view name, const std::string& value) {
  target += target.find('?') == std::string::npos ? '?' : '&';
  target += fmt::format("{}={}", name, percent_encode(value));
}

void add_to_path(std::string& target, const std::string& value) {
  target.replace(target.find("{}"), 2, percent_encode(value));
}

result<void> add_to_each_ip(const argument& of, const std::string& value, json& body) {
  for (const char* list : {"ips", "add"}) {
    if (const auto found = body.find(list); found != body.end()) {
      for (auto& each : *found) {
        each[std::string{of.name}] = value;
      }
      return success();
    }
  }
  return error{errc::invalid_argument,
               fmt::format("{} is of IPs, and none is given", option_of(of)), "name an IP, too",
               std::string{of.name}};
}

result<void> add(const argument& of, const std::vector<std::string>& values, api_request& request,
                 json& body) {
  switch (of.where) {
  case place::path:
    add_to_path(request.target, values.front());
    break;
  case place::query:
    add_query(request.target, of.name, values.front());
    break;
  case place::raw:
    request.body = values.front();
    break;
  case place::list:
    request.body = values.front();
    request.media_type = "text/csv";
    break;
  case place::repeat: {
    WARMFRONT_TRY(value, to_value(of, values));
    body["repeat"][field_of(of)] = std::move(value);
    break;
  }
  case place::filter: {
    WARMFRONT_TRY(value, to_value(of, values));
    body["filter"][std::string{of.name}] = std::move(value);
    break;
  }
  case place::nowhere:
    break;
  case place::body: {
    WARMFRONT_TRY(value, to_value(of, values));
    body[field_of(of)] = std::move(value);
    break;
  }
  case place::track: {
    const bool wanted = !of.name.starts_with("no_");
    body["tracking"][std::string{wanted ? of.name : of.name.substr(3)}] = wanted;
    break;
  }
  case place::own:
    break;
  case place::each_ip:
    return add_to_each_ip(of, values.front(), body);
  case place::gate: {
    WARMFRONT_TRY(day, to_number(of, values.front()));
    body["gate"]["day"] = day;
    break;
  }
  }
  return success();
}

} // namespace

bool names_one_of_many(const argument& value) {
  return value.kind == shape::named_numbers || value.kind == shape::named_decimals ||
         value.kind == shape::named_number || value.kind == shape::named_texts ||
         value.kind == shape::addresses || value.kind == shape::attachments;
}

std::string_view attached_file(std::string_view given) noexcept {
  return given.substr(0, given.find(type_mark));
}

std::string attached(std::string_view given, std::string_view content) {
  return fmt::format("{}\n{}", given, content);
}

std::string option_of(const argument& value) {
  std::string option = "--" + std::string{value.name};
  if (names_one_of_many(value) && option.ends_with('s')) {
    option.pop_back();
  }
  if (is_file(value.kind) && !option.ends_with("_file") && value.name != "file") {
    option += "-file";
  }
  std::replace(option.begin(), option.end(), '_', '-');
  return option;
}

result<api_request> to_request(const command& what, const given_values& given) {
  api_request request{std::string{what.method}, std::string{what.path}, ""};
  auto body =
      what.fixed_body.empty() ? json(nullptr) : json::parse(what.fixed_body, nullptr, false);
  for (const auto& each : what.arguments) {
    if (const auto found = given.find(each.name); found != given.end()) {
      WARMFRONT_TRY(add(each, found->second, request, body));
    }
  }
  if (request.body.empty() && !body.is_null()) {
    request.body = body.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return request;
}

} // namespace warmfront::admin::cli
