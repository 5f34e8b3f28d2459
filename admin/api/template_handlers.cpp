#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

using compiled_pointer = std::shared_ptr<const compiled_template>;

template_name template_in(const call& request) {
  return template_name{request.parameters.front()};
}

std::optional<std::uint32_t> version_in(const json& object) {
  const auto found = object.find("version");
  return found == object.end() ? std::nullopt : std::optional{found->get<std::uint32_t>()};
}

template_source source_in(const json& body) {
  return {text_of(body, "subject"), text_of(body, "html"), text_of(body, "text")};
}

outcome put(const call& request, const answers& given, template_name name, bool must_be_new) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<template_report>(given, 0)));
  }
  const auto account = account_in(request);
  if (!account) {
    return fail(to_problem(account.error()));
  }
  return then(put_template{account.value(), std::move(name), source_in(request.body), must_be_new});
}

} // namespace

outcome list_templates(call& request, const answers& given) {
  if (!given.empty()) {
    return page(request, answer_at<std::vector<template_report>>(given, 0),
                [](const auto& each) { return each.account.str() + '/' + each.name.str(); });
  }
  const auto account = accounts_in(request);
  if (!account) {
    return fail(to_problem(account.error()));
  }
  return then(warmfront::list_templates{account.value(), {}});
}

outcome create_template(call& request, const answers& given) {
  return put(request, given, template_name{text_of(request.body, "name")}, true);
}

outcome change_template(call& request, const answers& given) {
  return put(request, given, template_in(request), false);
}

outcome show_template(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(*answer_at<compiled_pointer>(given, 0)));
  }
  const auto account = account_in(request);
  if (!account) {
    return fail(to_problem(account.error()));
  }
  return then(
      use_template{account.value(), template_in(request), version_in(request.query), false});
}

outcome delete_template(call& request, const answers& given) {
  if (!given.empty()) {
    return no_content();
  }
  const auto account = account_in(request);
  if (!account) {
    return fail(to_problem(account.error()));
  }
  return then(warmfront::delete_template{account.value(), template_in(request)});
}

outcome render_template(call& request, const answers& given) {
  if (given.empty()) {
    const auto account = account_in(request);
    if (!account) {
      return fail(to_problem(account.error()));
    }
    return then(
        use_template{account.value(), template_in(request), version_in(request.body), false});
  }
  const auto rendered = answer_at<compiled_pointer>(given, 0)->content.render(
      text_map_in(request.body, "variables"), request.node->message_octets_max);
  if (!rendered) {
    return fail(to_problem(rendered.error()));
  }
  ordered_json body;
  body["subject"] = rendered.value().subject;
  body["html"] = rendered.value().html;
  body["text"] = rendered.value().text;
  return respond(request, body);
}

outcome review_template(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<template_report>(given, 0)));
  }
  const auto account = account_in(request);
  if (!account) {
    return fail(to_problem(account.error()));
  }
  const auto verdict = text_of(request.body, "action") == "approve" ? template_state::approved
                                                                    : template_state::rejected;
  return then(warmfront::review_template{account.value(), template_in(request), verdict,
                                         text_of(request.body, "reason")});
}

} // namespace warmfront::admin::handlers
