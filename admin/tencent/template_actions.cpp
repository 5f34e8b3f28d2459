// Templates, which the API knows by number.
#include <fmt/core.h>

#include "actors/templates/template_book.hpp"
#include "admin/tencent/handlers.hpp"
#include "admin/tencent/naive_time.hpp"
#include "admin/tencent/parameters.hpp"

namespace warmfront::admin::tencent::handlers {

namespace {

using template_list = std::vector<template_report>;
using compiled_pointer = std::shared_ptr<const compiled_template>;

gateway_error no_such_template() {
  return {"InvalidParameterValue.TemplateNotExist", "There is no template of that number."};
}

list_templates own_templates(const call& request) {
  return {request.who.account, {}};
}

/// The template that `TemplateID` names, once the list is there. Null: there is none.
const template_report* named_template(const call& request, const answers& given) {
  return with_number(answer_at<template_list>(given, 0), number_of(request.body, "TemplateID", 0));
}

checked<template_source> read_content(const call& request) {
  const auto& content = request.body["TemplateContent"];
  WARMFRONT_TRY(texts, decode_content(content, "InvalidParameterValue.TemplateContentIsWrong"));
  if (texts.html.empty() && texts.text.empty())
    return gateway_error{"InvalidParameterValue.TemplateContentIsNULL",
                         "The template has neither Html nor Text."};
  return template_source{{}, std::move(texts.html), std::move(texts.text)};
}

step put_content(const call& request, const std::string& name, bool must_be_new,
                 std::string subject) {
  auto content = read_content(request);
  if (!content)
    return content.error();
  auto source = std::move(content).value();
  source.subject = std::move(subject);
  return ask_for(
      put_template{request.who.account, template_name{name}, std::move(source), must_be_new});
}

ordered_json to_metadata(const template_report& value) {
  ordered_json target;
  target["CreatedTimestamp"] = unix_seconds(value.created_at);
  target["TemplateName"] = value.name.str();
  target["TemplateStatus"] = static_cast<int>(value.state);
  target["TemplateID"] = value.id;
  target["ReviewReason"] = value.reason;
  return target;
}

} // namespace

step create_email_template(call& request, const answers& given) {
  if (!given.empty())
    return ordered_json{{"TemplateID", answer_at<template_report>(given, 0).id}};
  const auto name = text_of(request.body, "TemplateName");
  if (!is_title(name))
    return gateway_error{"InvalidParameterValue.TemplateNameIllegal",
                         "A template's name has 1 to 100 characters on one line and no slash."};
  return put_content(request, name, true, {});
}

step update_email_template(call& request, const answers& given) {
  if (given.empty())
    return ask_for(own_templates(request));
  const auto* const found = named_template(request, given);
  if (found == nullptr)
    return no_such_template();
  // A name is what tasks and other clients know a template by: it stays.
  const auto name = text_of(request.body, "TemplateName");
  if (name != found->name.str())
    return name.empty()
               ? gateway_error{"InvalidParameterValue.TemplateNameIsNULL", "The name is empty."}
               : gateway_error{"InvalidParameterValue.TemplateNameIllegal",
                               "A template keeps its name: make a new one to have another."};
  if (given.size() == 1)
    return ask_for(use_template{request.who.account, found->name, std::nullopt, false});
  // A subject that was set elsewhere is none of this API's business.
  return given.size() == 2 ? put_content(request, name, false,
                                         answer_at<compiled_pointer>(given, 1)->source.subject)
                           : nothing_to_tell();
}

step get_email_template(call& request, const answers& given) {
  if (given.empty())
    return ask_for(own_templates(request));
  const auto* const found = named_template(request, given);
  if (found == nullptr)
    return no_such_template();
  if (given.size() == 1)
    return ask_for(use_template{request.who.account, found->name, std::nullopt, false});
  const auto& source = answer_at<compiled_pointer>(given, 1)->source;
  ordered_json target;
  target["TemplateContent"]["Html"] = encode_base64(source.html);
  target["TemplateContent"]["Text"] = encode_base64(source.text);
  target["TemplateStatus"] = static_cast<int>(found->state);
  target["TemplateName"] = found->name.str();
  return target;
}

step list_email_templates(call& request, const answers& given) {
  const auto range = row_range_of(request.body);
  if (!range)
    return range.error();
  if (given.empty())
    return ask_for(own_templates(request));
  auto all = answer_at<template_list>(given, 0);
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.id > b.id; });
  ordered_json target;
  target["TemplatesMetadata"] = ordered_json::array();
  for (const auto& each : in_range(all, range.value()))
    target["TemplatesMetadata"].push_back(to_metadata(each));
  target["TotalCount"] = all.size();
  return target;
}

step delete_email_template(call& request, const answers& given) {
  if (given.empty())
    return ask_for(own_templates(request));
  if (given.size() == 2)
    return nothing_to_tell();
  const auto* const found = named_template(request, given);
  return found == nullptr ? step{no_such_template()}
                          : ask_for(delete_template{request.who.account, found->name});
}

} // namespace warmfront::admin::tencent::handlers
