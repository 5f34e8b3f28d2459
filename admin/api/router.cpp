#include "admin/api/router.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "admin/api/target.hpp"
#include "storage/chunks.hpp"

namespace warmfront::admin {

namespace {

/// Of an Idempotency-Key.
constexpr std::size_t name_octets_max = 255;

http_response bad_request(std::string detail, std::string remedy = {}) {
  return to_response({400, "bad_request", std::move(detail), "", std::move(remedy)});
}

bool is_parameter(std::string_view part) noexcept {
  return !part.empty() && part.front() == '{';
}

/// The parameters of a path that fits the pattern.
std::optional<std::vector<std::string>> fit(std::string_view pattern,
                                            const std::vector<std::string>& segments) {
  std::vector<std::string> parameters;
  std::size_t index = 0;
  pattern.remove_prefix(1);
  while (true) {
    const auto part = pattern.substr(0, pattern.find('/'));
    if (index == segments.size() || segments[index].empty()) {
      return std::nullopt;
    }
    if (is_parameter(part)) {
      parameters.push_back(segments[index]);
    } else if (part != segments[index]) {
      return std::nullopt;
    }
    ++index;
    if (part.size() == pattern.size()) {
      break;
    }
    pattern.remove_prefix(part.size() + 1);
  }
  return index == segments.size() ? std::optional{std::move(parameters)} : std::nullopt;
}

/// The rule of the pattern's parameter number `index`.
const parameter* parameter_of(std::string_view pattern, std::size_t index) {
  std::size_t at = pattern.find('{');
  for (; index > 0; --index) {
    at = pattern.find('{', at + 1);
  }
  const auto name = pattern.substr(at + 1, pattern.find('}', at) - at - 1);
  const auto all = path_parameters();
  return &*std::find_if(all.begin(), all.end(),
                        [name](const parameter& each) { return each.name == name; });
}

std::string with_options(std::string methods) {
  return methods.empty() ? "OPTIONS" : methods + ", OPTIONS";
}

http_response method_not_allowed(std::string_view method, const std::string& allowed) {
  if (method == "OPTIONS") {
    return {204, "", "", {{"Allow", with_options(allowed)}}};
  }
  auto response =
      to_response({405, "method_not_allowed", "This resource does not take that method.", "",
                   "use one of " + allowed});
  response.headers.emplace_back("Allow", with_options(allowed));
  return response;
}

void add_method(std::string& allowed, std::string_view method) {
  allowed += (allowed.empty() ? "" : ", ") + std::string{method};
  if (method == "GET") {
    allowed += ", HEAD";
  }
}

/// Query values are texts; where the schema wants a number, digits become one.
json query_value(const schema& rules, const std::string& name, std::string value) {
  const auto found = std::find_if(rules.fields.begin(), rules.fields.end(),
                                  [&](const field& each) { return each.name == name; });
  std::uint64_t number = 0;
  if (found != rules.fields.end() && found->kind == value_kind::number) {
    const auto* end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, number);
    if (parsed.ec == std::errc{} && parsed.ptr == end && !value.empty()) {
      return number;
    }
  }
  return value;
}

std::optional<problem> read_query(call& target, matched_route& found) {
  static constexpr schema no_query{"none", "", {}};
  const auto& rules = target.where->query != nullptr ? *target.where->query : no_query;
  target.query = json::object();
  for (auto& [name, value] : found.query) {
    if (!is_utf8(name) || !is_utf8(value)) {
      return problem{400, "bad_request", "The query is not UTF-8.", "", ""};
    }
    if (target.query.contains(name)) {
      return bad_field(name, "A query parameter is given twice.", "give it once");
    }
    auto converted = query_value(rules, name, std::move(value));
    target.query[name] = std::move(converted);
  }
  return check(rules, target.query);
}

/// Without parameters, in lower case.
std::string media_type_of(std::string_view media_type) {
  auto type = std::string{media_type.substr(0, media_type.find(';'))};
  while (!type.empty() && type.back() == ' ') {
    type.pop_back();
  }
  std::transform(type.begin(), type.end(), type.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return type;
}

/// Whether a table is wanted, where there is one: named alone, or before JSON.
bool prefers_csv(const route& where, const http_request& request) {
  const auto* accept = where.is_table ? request.header("accept") : nullptr;
  if (accept == nullptr) {
    return false;
  }
  const auto csv = accept->find("text/csv");
  return csv != std::string::npos && csv < accept->find("application/json");
}

/// Whether a client that says what it accepts accepts JSON, problem documents or plain text.
bool accepts_answers(const route& where, const http_request& request) {
  const auto* accept = request.header("accept");
  if (accept == nullptr || accept->empty() || prefers_csv(where, request)) {
    return true;
  }
  for (const std::string_view type : {"*/*", "application/*", "application/json", "text/plain",
                                      "text/*", "application/openmetrics-text"}) {
    if (accept->find(type) != std::string::npos) {
      return true;
    }
  }
  return false;
}

std::optional<problem> read_list(call& target, const http_request& request) {
  const auto* type = request.header("content-type");
  target.media_type = type == nullptr ? std::string{} : media_type_of(*type);
  if (target.media_type != "text/csv" && target.media_type != "application/x-ndjson") {
    return problem{415, "unsupported_media_type", "The body has to be a list of recipients.", "",
                   "send Content-Type: text/csv or application/x-ndjson"};
  }
  target.list = request.stream ? request.stream : std::make_shared<octets_in_memory>(request.body);
  return std::nullopt;
}

std::optional<problem> read_body(call& target, const http_request& request) {
  if (target.where->takes_list) {
    return read_list(target, request);
  }
  if (target.where->body == nullptr) {
    return request.body.empty()
               ? std::nullopt
               : std::optional{problem{400, "unexpected_body", "This request takes no body.", "",
                                       "leave the body out"}};
  }
  const auto* type = request.header("content-type");
  if (type == nullptr || media_type_of(*type) != "application/json") {
    return problem{415, "unsupported_media_type", "The body has to be JSON.", "",
                   "send Content-Type: application/json"};
  }
  auto parsed = parse_json(request.body);
  if (const auto* fault = std::get_if<json_fault>(&parsed)) {
    auto detail = fault->position == 0
                      ? fmt::format("The body is refused: {}.", fault->detail)
                      : fmt::format("The body is not JSON at octet {}.", fault->position);
    return problem{400, "bad_json", std::move(detail), "", "send one JSON object in UTF-8"};
  }
  target.body = std::move(std::get<json>(parsed));
  return check(*target.where->body, target.body);
}

std::optional<problem> read_name(call& target, const http_request& request) {
  constexpr std::string_view field = "Idempotency-Key";
  const auto* key = request.header("idempotency-key");
  if (key == nullptr) {
    return std::nullopt;
  }
  if (!target.where->takes_name) {
    return problem{422, "unsupported_field", "This request does not take an Idempotency-Key.",
                   std::string{field}, "leave it out"};
  }
  const bool is_good =
      !key->empty() && key->size() <= name_octets_max &&
      std::all_of(key->begin(), key->end(), [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_good) {
    return bad_field(std::string{field}, "The Idempotency-Key is not acceptable.",
                     "give 1 to 255 visible ASCII characters, such as a UUID");
  }
  target.named.key = *key;
  target.named.digest = storage::chunk_id_of(request.target + '\n' + request.body).octet_view();
  return std::nullopt;
}

std::optional<problem> check_parameters(const matched_route& found) {
  for (std::size_t i = 0; i < found.parameters.size(); ++i) {
    const auto* rules = parameter_of(found.where->pattern, i);
    const field as_field{.name = rules->name, .about = rules->about, .rule = rules->rule};
    if (const auto expected = expectation(as_field, found.parameters[i])) {
      return bad_field(
          std::string{rules->name},
          fmt::format("The path's {} is not acceptable: expected {}.", rules->name, *expected),
          "give " + *expected);
    }
  }
  return std::nullopt;
}

} // namespace

std::variant<matched_route, http_response> find_route(std::string_view method,
                                                      std::string_view target) {
  if (method == "OPTIONS" && target == "*") {
    return method_not_allowed(method, "GET, HEAD, POST, PUT, DELETE");
  }
  auto parts = parse_target(target);
  if (!parts) {
    return bad_request("The request's target is malformed.",
                       "escape everything but letters and digits in names");
  }
  const auto wanted = method == "HEAD" ? std::string_view{"GET"} : method;
  std::string allowed;
  for (const auto& each : routes()) {
    auto parameters = fit(each.pattern, parts->segments);
    if (!parameters) {
      continue;
    }
    if (each.method == wanted) {
      return matched_route{&each, std::move(*parameters), std::move(parts->query)};
    }
    add_method(allowed, each.method);
  }
  if (!allowed.empty()) {
    return method_not_allowed(method, allowed);
  }
  return to_response({404, "no_such_route", "There is no resource of that path.", "",
                      "GET /openapi.json lists what there is"});
}

std::variant<call, http_response> prepare(matched_route found, const http_request& request) {
  if (!accepts_answers(*found.where, request)) {
    return to_response(
        {406, "not_acceptable", "Answers are JSON.", "", "send Accept: application/json"});
  }
  if (auto fault = check_parameters(found)) {
    return to_response(*fault);
  }
  call target;
  target.where = found.where;
  target.parameters = std::move(found.parameters);
  target.client_address = request.client_address;
  target.over_tls = request.over_tls;
  target.same_origin = is_same_origin(request);
  target.wants_csv = prefers_csv(*found.where, request);
  if (auto fault = read_name(target, request)) {
    return to_response(*fault);
  }
  if (auto fault = read_query(target, found)) {
    return to_response(*fault);
  }
  if (auto fault = read_body(target, request)) {
    return to_response(*fault);
  }
  return target;
}

std::optional<std::string> bearer_key(const http_request& request) {
  constexpr std::string_view scheme = "bearer ";
  const auto* value = request.header("authorization");
  if (value == nullptr || value->size() <= scheme.size()) {
    return std::nullopt;
  }
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char c = (*value)[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != scheme[i]) {
      return std::nullopt;
    }
  }
  return value->substr(scheme.size());
}

http_response unauthenticated(std::string_view detail) {
  auto response = to_response({401, "unauthenticated", std::string{detail}, "",
                               "send Authorization: Bearer KEY with a key of this cluster"});
  response.headers.emplace_back("WWW-Authenticate", "Bearer");
  return response;
}

http_response forbidden(const route& where, key_role role) {
  return to_response({403, "forbidden",
                      fmt::format("A key with the role \"{}\" may not {} {}.", to_string(role),
                                  where.method, where.pattern),
                      "", "use a key with a role that may"});
}

} // namespace warmfront::admin
