#include "net/mime/mail_template.hpp"

#include <algorithm>

#include "actors/core/address.hpp"
#include "net/mime/header_text.hpp"

namespace warmfront::mime {

namespace {

result<void> check_source(const std::string& text, const std::string& field) {
  if (!is_utf8(text))
    return error{errc::invalid_argument, "the " + field + " is not well-formed UTF-8",
                 "convert it to UTF-8", field};
  if (text.find('\0') != std::string::npos)
    return error{errc::invalid_argument, "the " + field + " contains a NUL", "remove it", field};
  return success();
}

void add_new(std::vector<std::string>& to, const std::vector<std::string>& names) {
  for (const auto& name : names)
    if (std::find(to.begin(), to.end(), name) == to.end())
      to.push_back(name);
}

} // namespace

result<mail_template> mail_template::compile(const template_source& source) {
  if (source.subject.size() + source.html.size() + source.text.size() > template_octets_max)
    return error{errc::limit_exceeded,
                 "the template has more than " + std::to_string(template_octets_max) + " octets",
                 "link to pictures instead of including them", "html"};
  if (source.html.empty() && source.text.empty())
    return error{errc::invalid_argument, "the template has neither html nor text",
                 "give one of them", "html"};
  WARMFRONT_TRY(check_header_text(source.subject, "subject"));
  WARMFRONT_TRY(check_source(source.html, "html"));
  WARMFRONT_TRY(check_source(source.text, "text"));
  mail_template made;
  WARMFRONT_TRY(subject, template_text::compile(source.subject, value_escaping::none, "subject"));
  WARMFRONT_TRY(html, template_text::compile(source.html, value_escaping::html, "html"));
  WARMFRONT_TRY(text, template_text::compile(source.text, value_escaping::none, "text"));
  made.subject_ = std::move(subject);
  made.html_ = std::move(html);
  made.text_ = std::move(text);
  for (const auto* each : {&made.subject_, &made.html_, &made.text_})
    add_new(made.required_, each->required());
  for (const auto* each : {&made.subject_, &made.html_, &made.text_})
    add_new(made.optional_, each->optional());
  std::erase_if(made.optional_, [&](const std::string& name) {
    return std::find(made.required_.begin(), made.required_.end(), name) != made.required_.end();
  });
  return made;
}

result<template_source> mail_template::render(const template_values& values,
                                              std::size_t octets_max) const {
  WARMFRONT_TRY(check_template_values(values));
  template_source rendered;
  WARMFRONT_TRY(subject, subject_.render(values, octets_max));
  WARMFRONT_TRY(html, html_.render(values, octets_max));
  WARMFRONT_TRY(text, text_.render(values, octets_max));
  rendered.subject = std::move(subject);
  rendered.html = std::move(html);
  rendered.text = std::move(text);
  return rendered;
}

} // namespace warmfront::mime
