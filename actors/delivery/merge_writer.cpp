#include "actors/delivery/merge_writer.hpp"

#include <utility>

#include <fmt/format.h>

namespace warmfront {

namespace {

error no_merge(const message_id& id, const std::string& why) {
  return {errc::storage_corrupt, "the body of message " + id.str() + " is no mail merge: " + why,
          "restore the data directory from a backup or a peer"};
}

} // namespace

result<merge_writer> merge_writer::make(const storage::spooled_message& of, std::string_view body,
                                        const std::string& hostname) {
  auto merge = storage::decode_mail_merge(body);
  if (!merge)
    return no_merge(of.id, merge.error().what);
  if (merge.value().rows.size() != of.mail.recipients.size())
    return no_merge(of.id, "it has another number of recipients");
  auto compiled = mime::mail_template::compile(merge.value().content);
  if (!compiled)
    return no_merge(of.id, compiled.error().what);
  merge_writer made;
  made.merge_ = std::move(merge).value();
  made.template_ = std::move(compiled).value();
  made.message_id_ = of.id.str();
  made.hostname_ = hostname;
  auto& common = made.common_;
  common.from = made.merge_.from;
  common.reply_to = made.merge_.reply_to;
  common.date = of.accepted_at;
  for (auto& [name, value] : made.merge_.headers)
    common.headers.push_back({std::move(name), std::move(value)});
  for (auto& each : made.merge_.attachments)
    common.attachments.push_back({std::move(each.name), std::move(each.type),
                                  std::move(each.content), std::move(each.content_id)});
  return made;
}

result<std::string> merge_writer::write(std::uint32_t index, std::size_t octets_max) const {
  const auto& row = merge_.rows[index];
  auto values = merge_.defaults;
  for (std::size_t i = 0; i < merge_.names.size(); ++i)
    if (row.values[i])
      values.insert_or_assign(merge_.names[i], *row.values[i]);
  WARMFRONT_TRY(text, template_.render(values, octets_max));
  auto parts = common_;
  parts.to = {row.to};
  parts.subject = std::move(text.subject);
  parts.html = std::move(text.html);
  parts.text = std::move(text.text);
  parts.message_id = fmt::format("{}.{}@{}", message_id_, index, hostname_);
  return mime::compose(parts, octets_max);
}

} // namespace warmfront
