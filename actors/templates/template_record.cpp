#include "actors/templates/template_record.hpp"

#include "storage/formats/templates.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t template_schema = 1;

error unreadable_template() {
  return {errc::storage_corrupt, "read a template: its fields make no sense", {}};
}

result<template_version> read_version(const formats::template_version_record& record) {
  if (record.content().size() != chunk_id::octets)
    return unreadable_template();
  template_version value;
  value.number = record.number();
  value.content = chunk_id::from_octets(record.content());
  value.octets = record.octets();
  value.created_at = storage::read_time(record.created_at());
  value.required.assign(record.required().begin(), record.required().end());
  value.optional.assign(record.optional().begin(), record.optional().end());
  return value;
}

} // namespace

std::string template_key(const account_name& account, const template_name& name) {
  return std::string{templates_prefix}.append(account.str()).append("/").append(name.str());
}

std::string last_template_key() {
  return std::string{templates_prefix}.append("last");
}

std::string encode(const template_report& value) {
  formats::template_record record;
  record.set_schema(template_schema);
  record.set_id(value.id);
  record.set_state(static_cast<std::uint32_t>(value.state));
  record.set_reason(value.reason);
  record.set_created_at(storage::stored_time(value.created_at));
  for (const auto& each : value.versions) {
    auto& version = *record.add_versions();
    version.set_number(each.number);
    version.set_content(std::string{each.content.octet_view()});
    version.set_octets(each.octets);
    version.set_created_at(storage::stored_time(each.created_at));
    for (const auto& name : each.required)
      version.add_required(name);
    for (const auto& name : each.optional)
      version.add_optional(name);
  }
  return record.SerializeAsString();
}

result<template_report> decode_template(std::string_view key, std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::template_record>(octets, template_schema,
                                                                        "a template"));
  const auto path = key.substr(templates_prefix.size());
  const auto slash = path.find('/');
  if (slash == std::string_view::npos || record.versions().empty() ||
      record.state() > static_cast<std::uint32_t>(template_state::rejected))
    return unreadable_template();
  template_report value;
  value.account = account_name{std::string{path.substr(0, slash)}};
  value.name = template_name{std::string{path.substr(slash + 1)}};
  value.id = record.id();
  value.state = static_cast<template_state>(record.state());
  value.reason = record.reason();
  value.created_at = storage::read_time(record.created_at());
  for (const auto& each : record.versions()) {
    WARMFRONT_TRY(version, read_version(each));
    value.versions.push_back(std::move(version));
  }
  return value;
}

std::string encode(const template_source& value) {
  formats::template_content_record record;
  record.set_schema(template_schema);
  record.set_subject(value.subject);
  record.set_html(value.html);
  record.set_text(value.text);
  return record.SerializeAsString();
}

result<template_source> decode_template_source(std::string_view octets) {
  WARMFRONT_TRY(record, storage::parse_record<formats::template_content_record>(
                            octets, template_schema, "a template's texts"));
  return template_source{record.subject(), record.html(), record.text()};
}

} // namespace warmfront
