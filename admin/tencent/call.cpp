#include "admin/tencent/call.hpp"

#include <string>
#include <utility>
#include <variant>

#include <fmt/core.h>

#include "admin/tencent/conform.hpp"
#include "admin/tencent/flat_parameters.hpp"

namespace warmfront::admin::tencent {

namespace {

checked<json> from_form(const flat_parameters& flat, const action& called) {
  WARMFRONT_TRY(nested, nest(flat));
  return conform(called.input, std::move(nested), leaf_form::texts);
}

checked<json> from_form(std::string_view text, const action& called) {
  WARMFRONT_TRY(flat, parse_form(text));
  return from_form(flat, called);
}

checked<json> from_json(std::string_view text, const action& called) {
  auto parsed = text.empty() ? json::object() : parse_json(text);
  if (const auto* const fault = std::get_if<json_fault>(&parsed))
    return gateway_error{"InvalidParameter",
                         fmt::format("The body is not acceptable: {}.", shown_name(fault->detail))};
  return conform(called.input, std::get<json>(std::move(parsed)), leaf_form::typed);
}

} // namespace

checked<const action*> action_of(const signed_request& request) {
  if (request.action.empty())
    return missing_parameter("Action");
  if (request.version.empty())
    return missing_parameter("Version");
  if (request.version != api_version)
    return gateway_error{"NoSuchVersion", fmt::format("There is no version `{}`: use {}.",
                                                      shown_name(request.version), api_version)};
  const auto* const found = find_action(request.action);
  if (found == nullptr)
    return gateway_error{"InvalidAction",
                         fmt::format("There is no action `{}`.", shown_name(request.action))};
  return found;
}

checked<json> parameters_of(const signed_request& request, const action& called) {
  if (const auto* const form = std::get_if<form_signature>(&request.signature)) {
    auto parameters = form->parameters;
    std::erase_if(parameters, [](const auto& each) { return is_common_parameter(each.first); });
    return from_form(parameters, called);
  }
  if (request.http.method == "GET")
    return from_form(request.query(), called);
  const auto type = request.media_type();
  if (type.starts_with("multipart/"))
    return gateway_error{"InvalidRequest", "No action takes a multipart body."};
  return type == form_media_type ? from_form(request.http.body, called)
                                 : from_json(request.http.body, called);
}

} // namespace warmfront::admin::tencent
