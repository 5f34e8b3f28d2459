#include "storage/mail_merge.hpp"

#include "storage/formats/merge.pb.h"
#include "storage/record.hpp"

namespace warmfront::storage {

namespace {

constexpr std::uint32_t merged_body_schema = 1;

void write_row(formats::merge_row_record& to, const merge_row& from) {
  to.set_to(from.to);
  for (std::size_t i = 0; i < from.values.size(); ++i) {
    to.add_values(from.values[i].value_or(std::string{}));
    if (!from.values[i])
      to.add_absent(static_cast<std::uint32_t>(i));
  }
}

merge_row read_row(const formats::merge_row_record& from, std::size_t names) {
  merge_row row;
  row.to = from.to();
  row.values.resize(names);
  for (std::size_t i = 0; i < names && i < static_cast<std::size_t>(from.values_size()); ++i)
    row.values[i] = from.values(static_cast<int>(i));
  for (const auto absent : from.absent())
    if (absent < names)
      row.values[absent].reset();
  return row;
}

} // namespace

std::string encode(const mail_merge& value) {
  formats::mail_merge_record record;
  record.set_schema(merged_body_schema);
  record.set_from(value.from);
  for (const auto& each : value.reply_to)
    record.add_reply_to(each);
  record.set_subject(value.content.subject);
  record.set_html(value.content.html);
  record.set_text(value.content.text);
  for (const auto& [name, text] : value.headers) {
    auto& header = *record.add_headers();
    header.set_name(name);
    header.set_value(text);
  }
  for (const auto& each : value.attachments) {
    auto& attachment = *record.add_attachments();
    attachment.set_name(each.name);
    attachment.set_type(each.type);
    attachment.set_content(each.content);
    attachment.set_content_id(each.content_id);
  }
  for (const auto& [name, text] : value.defaults) {
    auto& entry = *record.add_defaults();
    entry.set_name(name);
    entry.set_value(text);
  }
  for (const auto& name : value.names)
    record.add_names(name);
  for (const auto& row : value.rows)
    write_row(*record.add_rows(), row);
  return record.SerializeAsString();
}

result<mail_merge> decode_mail_merge(std::string_view octets) {
  WARMFRONT_TRY(
      record, parse_record<formats::mail_merge_record>(octets, merged_body_schema, "a mail merge"));
  mail_merge value;
  value.from = record.from();
  value.reply_to.assign(record.reply_to().begin(), record.reply_to().end());
  value.content = {record.subject(), record.html(), record.text()};
  for (const auto& each : record.headers())
    value.headers.emplace_back(each.name(), each.value());
  for (const auto& each : record.attachments())
    value.attachments.push_back({each.name(), each.type(), each.content(), each.content_id()});
  for (const auto& each : record.defaults())
    value.defaults.emplace(each.name(), each.value());
  value.names.assign(record.names().begin(), record.names().end());
  value.rows.reserve(static_cast<std::size_t>(record.rows_size()));
  for (const auto& each : record.rows())
    value.rows.push_back(read_row(each, value.names.size()));
  return value;
}

} // namespace warmfront::storage
