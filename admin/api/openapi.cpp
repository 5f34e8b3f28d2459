#include "admin/api/openapi.hpp"

#include <map>

#include <fmt/core.h>

#include "admin/api/route.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin {

namespace {

ordered_json reference(std::string_view kind, std::string_view name) {
  ordered_json target;
  target["$ref"] = fmt::format("#/components/{}/{}", kind, name);
  return target;
}

ordered_json content(std::string_view media_type, ordered_json schema_of) {
  ordered_json target;
  target[std::string{media_type}]["schema"] = std::move(schema_of);
  return target;
}

ordered_json list_schema(const schema& entry) {
  ordered_json target;
  target["type"] = "object";
  target["properties"]["items"]["type"] = "array";
  target["properties"]["items"]["items"] = reference("schemas", entry.name);
  target["properties"]["next"]["type"] = ordered_json::array({"string", "null"});
  target["properties"]["next"]["description"] = "the `after` of the next page; null: there is none";
  target["properties"]["unanswered"]["type"] = "array";
  target["properties"]["unanswered"]["items"]["type"] = "string";
  target["properties"]["unanswered"]["description"] =
      "nodes that gave no answer: what is theirs is missing; absent when all answered";
  target["properties"]["complete"]["type"] = "boolean";
  target["properties"]["complete"]["description"] =
      "of searches: false when the page ended before it was full, having looked at much";
  target["required"] = ordered_json::array({"items", "next"});
  return target;
}

ordered_json parameters_of(const route& each) {
  auto all = ordered_json::array();
  for (const auto& candidate : path_parameters()) {
    if (each.pattern.find(fmt::format("{{{}}}", candidate.name)) == std::string_view::npos) {
      continue;
    }
    ordered_json target;
    target["name"] = candidate.name;
    target["in"] = "path";
    target["required"] = true;
    target["description"] = candidate.about;
    target["schema"] = to_json_schema(
        field{.name = candidate.name, .about = candidate.about, .rule = candidate.rule});
    all.push_back(std::move(target));
  }
  if (each.query != nullptr) {
    for (const auto& rules : each.query->fields) {
      ordered_json target;
      target["name"] = rules.name;
      target["in"] = "query";
      target["required"] = rules.required;
      target["description"] = rules.about;
      target["schema"] = to_json_schema(rules);
      all.push_back(std::move(target));
    }
  }
  if (each.takes_name) {
    ordered_json target;
    target["name"] = "Idempotency-Key";
    target["in"] = "header";
    target["required"] = false;
    target["description"] = "A name for this request: sent again within a day it gets the first "
                            "answer and does nothing; another request of that name is refused.";
    target["schema"]["type"] = "string";
    target["schema"]["maxLength"] = 255;
    all.push_back(std::move(target));
  }
  return all;
}

ordered_json responses_of(const route& each) {
  ordered_json all;
  auto& good = all[std::to_string(each.status)];
  good["description"] = "Done.";
  if (each.method == "GET" && each.needed != access::open) {
    auto& age = good["headers"]["Age"];
    age["description"] = "Only while the control store is silent: for how many seconds.";
    age["schema"]["type"] = "integer";
  }
  if (each.response != nullptr) {
    good["content"] =
        content(each.media_type, each.is_list ? list_schema(*each.response)
                                              : reference("schemas", each.response->name));
  } else if (each.status != 204) {
    ordered_json any;
    any["type"] = each.media_type == "application/json" ? "object" : "string";
    good["content"] = content(each.media_type, std::move(any));
  }
  if (each.is_table) {
    good["content"]["text/csv"]["schema"]["type"] = "string";
  }
  if (each.status_of_proposals != 0) {
    auto proposed = good;
    proposed["description"] = "Proposed: nothing was done.";
    all[std::to_string(each.status_of_proposals)] = std::move(proposed);
  }
  std::vector<unsigned> statuses{400, 406, 422, 500, 503};
  if (each.needed != access::open || each.signs_in) {
    statuses.insert(statuses.end(), {401, 403});
  }
  if (each.pattern.find('{') != std::string_view::npos) {
    statuses.push_back(404);
  }
  if (each.body != nullptr) {
    statuses.insert(statuses.end(), {409, 413, 415, 429, 507});
  } else if (each.method == "DELETE") {
    statuses.push_back(409);
  }
  for (const auto status : statuses) {
    all[std::to_string(status)] = reference("responses", fmt::format("problem_{}", status));
  }
  return all;
}

ordered_json operation_of(const route& each) {
  ordered_json target;
  target["operationId"] = each.operation;
  target["summary"] = each.about;
  target["description"] = access_text(each.needed);
  target["x-required-role"] = ordered_json::array();
  for (const auto role : roles_of(each.needed)) {
    target["x-required-role"].push_back(to_string(role));
  }
  target["parameters"] = parameters_of(each);
  if (each.body != nullptr) {
    target["requestBody"]["required"] = true;
    target["requestBody"]["content"] =
        content("application/json", reference("schemas", each.body->name));
  }
  if (each.takes_list) {
    target["requestBody"]["required"] = true;
    target["requestBody"]["content"]["text/csv"]["schema"]["type"] = "string";
    target["requestBody"]["content"]["application/x-ndjson"]["schema"]["type"] = "string";
  }
  target["responses"] = responses_of(each);
  if (each.needed == access::open) {
    target["security"] = ordered_json::array();
  }
  return target;
}

/// A schema and all that its fields refer to.
void collect(std::map<std::string_view, const schema*>& into, const schema* root) {
  if (root == nullptr || !into.emplace(root->name, root).second) {
    return;
  }
  for (const auto& each : root->fields) {
    collect(into, each.nested);
  }
}

/// What the roles of keys are for.
std::string roles_text() {
  std::string text = "A key has a role.";
  for (const auto& each : role_meanings()) {
    text += fmt::format(" {}: {}.", to_string(each.role), each.text);
  }
  return text;
}

ordered_json components() {
  std::map<std::string_view, const schema*> all;
  collect(all, &schemas::problem_document);
  for (const auto& each : routes()) {
    collect(all, each.body);
    collect(all, each.response);
  }
  ordered_json target;
  for (const auto& [name, rules] : all) {
    target["schemas"][std::string{name}] = to_json_schema(*rules);
  }
  for (const unsigned status :
       {400U, 401U, 403U, 404U, 406U, 409U, 413U, 415U, 422U, 429U, 500U, 503U, 507U}) {
    auto& response = target["responses"][fmt::format("problem_{}", status)];
    response["description"] = reason_phrase(status);
    response["content"] = content("application/problem+json", reference("schemas", "problem"));
  }
  auto& key = target["securitySchemes"]["key"];
  key["type"] = "http";
  key["scheme"] = "bearer";
  key["description"] = roles_text();
  auto& browser = target["securitySchemes"]["session"];
  browser["type"] = "apiKey";
  browser["in"] = "cookie";
  browser["name"] = session_cookie_name(false);
  browser["description"] = "Set by POST /v1/session, for browsers; over TLS its name begins with "
                           "__Host-. Changes need X-CSRF-Token, as "
                           "GET /v1/session tells it, and have to come from the node's own pages.";
  return target;
}

} // namespace

ordered_json openapi_document(std::string_view version) {
  ordered_json document;
  document["openapi"] = "3.1.0";
  document["info"]["title"] = "Warmfront";
  document["info"]["description"] =
      "The admin API of a Warmfront cluster. Times are RFC 3339 in UTC; errors are problem "
      "documents (RFC 9457) with a stable code; lists are pages of items.";
  document["info"]["version"] = version;
  document["security"] = ordered_json::array();
  document["security"].push_back(ordered_json{{"key", ordered_json::array()}});
  document["security"].push_back(ordered_json{{"session", ordered_json::array()}});
  for (const auto& each : routes()) {
    std::string method{each.method};
    for (auto& c : method) {
      c = static_cast<char>(c + 32);
    }
    document["paths"][std::string{each.pattern}][method] = operation_of(each);
  }
  document["components"] = components();
  return document;
}

const std::string& openapi_text(std::string_view version) {
  static const std::string text = dump(openapi_document(version));
  return text;
}

} // namespace warmfront::admin
