#include "admin/cli/change_requests.hpp"

#include <initializer_list>

#include <fmt/core.h>

#include "admin/api/target.hpp"

namespace warmfront::admin::cli {

namespace {

std::string escaped_field(const declared_item& of, const char* name) {
  return percent_encode(of.fields.at(name).get<std::string>());
}

/// The fields as the API takes them: without those that stand in the path, and without empty texts,
/// which it wants to be missing.
ordered_json request_body(const ordered_json& fields, std::initializer_list<const char*> without) {
  auto target = ordered_json::object();
  for (const auto& [name, value] : fields.items()) {
    if (value != "") {
      target[name] = value;
    }
  }
  for (const auto* name : without) {
    target.erase(name);
  }
  return target;
}

/// What is declared is meant: days that allow less than the one before, as well.
ordered_json plan_body(const ordered_json& fields, std::initializer_list<const char*> without) {
  auto body = request_body(fields, without);
  body["allow_decrease"] = true;
  return body;
}

api_request request_of(const char* method, std::string target, const ordered_json& fields) {
  return {method, std::move(target),
          fields.is_null() ? std::string{}
                           : fields.dump(-1, ' ', false, ordered_json::error_handler_t::replace)};
}

std::string with_account(std::string path, const declared_item& of) {
  return std::move(path) + "?account=" + escaped_field(of, "account");
}

/// Where a thing is, with its account where it has one.
std::string path_of(const declared_item& of) {
  switch (of.what) {
  case thing::plan:
    return "/v1/plans/" + escaped_field(of, "name");
  case thing::pool:
    return "/v1/pools/" + escaped_field(of, "name");
  case thing::ip:
    return fmt::format("/v1/pools/{}/ips/{}", escaped_field(of, "pool"),
                       escaped_field(of, "address"));
  case thing::identity:
    return with_account("/v1/identities/" + escaped_field(of, "domain"), of);
  case thing::sender:
    return with_account(fmt::format("/v1/identities/{}/senders/{}", escaped_field(of, "domain"),
                                    escaped_field(of, "address")),
                        of);
  case thing::mail_template:
    return with_account("/v1/templates/" + escaped_field(of, "name"), of);
  case thing::webhook:
    return with_account("/v1/webhooks/" + percent_encode(of.id), of);
  }
  return {};
}

/// What is changed of an identity: the rest is made with it. An empty tracking host says that links
/// lead to the node.
ordered_json identity_settings(const ordered_json& fields) {
  auto target = ordered_json::object();
  for (const auto* name : {"return_path", "tracking_host"}) {
    if (const auto found = fields.find(name);
        found != fields.end() && (name == std::string_view{"tracking_host"} || *found != "")) {
      target[name] = *found;
    }
  }
  return target;
}

std::vector<api_request> create_identity(const declared_item& wanted) {
  std::vector<api_request> requests{
      request_of("POST", with_account("/v1/identities", wanted),
                 request_body(wanted.fields, {"account", "return_path", "tracking_host"}))};
  const auto settings = identity_settings(wanted.fields);
  if (settings.contains("return_path") || settings.value("tracking_host", "") != "") {
    requests.push_back(request_of("PUT", path_of(wanted), settings));
  }
  return requests;
}

} // namespace

std::vector<api_request> requests_to_create(const declared_item& wanted) {
  switch (wanted.what) {
  case thing::plan:
    return {request_of("POST", "/v1/plans", plan_body(wanted.fields, {}))};
  case thing::pool:
    return {request_of("POST", "/v1/pools", request_body(wanted.fields, {}))};
  case thing::ip:
    return {request_of("PUT", path_of(wanted), request_body(wanted.fields, {"pool", "address"}))};
  case thing::identity:
    return create_identity(wanted);
  case thing::sender:
    return {request_of(
        "POST",
        with_account(fmt::format("/v1/identities/{}/senders", escaped_field(wanted, "domain")),
                     wanted),
        request_body(wanted.fields, {"account", "domain"}))};
  case thing::mail_template:
    return {request_of("POST", with_account("/v1/templates", wanted),
                       request_body(wanted.fields, {"account"}))};
  case thing::webhook:
    return {request_of("POST", with_account("/v1/webhooks", wanted),
                       request_body(wanted.fields, {"account"}))};
  }
  return {};
}

std::vector<api_request> requests_to_change(const declared_item& wanted,
                                            const declared_item& actual, const ordered_json& ips) {
  auto fields = actual.fields;
  fields.update(wanted.fields);
  // A threshold that is missing in a request has its default again.
  if (wanted.fields.contains("thresholds") && actual.fields.contains("thresholds")) {
    fields["thresholds"] = actual.fields["thresholds"];
    fields["thresholds"].update(wanted.fields["thresholds"]);
  }
  switch (wanted.what) {
  case thing::pool: {
    auto body = request_body(fields, {"name"});
    body["ips"] = ordered_json::array();
    for (const auto& each : ips) {
      body["ips"].push_back(request_body(each, {"pool"}));
    }
    return {request_of("PUT", path_of(actual), body)};
  }
  case thing::ip:
    return {request_of("PUT", path_of(actual), request_body(fields, {"pool", "address"}))};
  case thing::identity:
    return {request_of("PUT", path_of(actual), identity_settings(fields))};
  case thing::plan:
    return {request_of("PUT", path_of(actual), plan_body(fields, {"name"}))};
  case thing::mail_template:
    return {request_of("PUT", path_of(actual), request_body(fields, {"name", "account"}))};
  case thing::webhook:
    return {request_of("PUT", path_of(actual), request_body(fields, {"account"}))};
  case thing::sender:
    return {};
  }
  return {};
}

std::vector<api_request> requests_to_delete(const declared_item& actual) {
  return {request_of("DELETE", path_of(actual), nullptr)};
}

bool can_change(thing what, std::string_view field) noexcept {
  return what == thing::identity ? field == "return_path" || field == "tracking_host"
                                 : what != thing::sender;
}

} // namespace warmfront::admin::cli
