#include "actors/delivery/merge_writer.hpp"

#include <utility>

#include <fmt/format.h>

#include "net/html/marked_html.hpp"

namespace warmfront {

namespace {

error no_merge(const message_id& id, const std::string& why) {
  return {errc::storage_corrupt, "the body of message " + id.str() + " is no mail merge: " + why,
          "restore the data directory from a backup or a peer"};
}

} // namespace

result<merge_writer> merge_writer::make(const storage::spooled_message& of, std::string_view body,
                                        const merge_settings& settings) {
  auto merge = storage::decode_mail_merge(body);
  if (!merge)
    return no_merge(of.id, merge.error().what);
  if (merge.value().rows.size() != of.mail.recipients.size())
    return no_merge(of.id, "it has another number of recipients");
  merge_writer made;
  auto& html = merge.value().content.html;
  if (const auto& rules = settings.outgoing; rules && rules->tokens && !rules->public_url.empty()) {
    made.links_.emplace(rules, of, author_of_mailbox(merge.value().from));
    made.is_marked_ = of.track.any() && !html.empty();
    if (made.is_marked_)
      html = html::mark(html, of.track);
  }
  auto compiled = mime::mail_template::compile(merge.value().content);
  if (!compiled)
    return no_merge(of.id, compiled.error().what);
  made.merge_ = std::move(merge).value();
  made.template_ = std::move(compiled).value();
  made.message_id_ = of.id.str();
  made.hostname_ = settings.hostname;
  made.octets_max_ = settings.octets_max;
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

result<std::string> merge_writer::write(std::uint32_t index) const {
  const auto& row = merge_.rows[index];
  auto values = merge_.defaults;
  for (std::size_t i = 0; i < merge_.names.size(); ++i)
    if (row.values[i])
      values.insert_or_assign(merge_.names[i], *row.values[i]);
  const auto token = links_ ? links_->token(index) : std::string{};
  if (links_)
    values.emplace(unsubscribe_url_name, links_->unsubscribe_url(token));
  WARMFRONT_TRY(text, template_.render(values, octets_max_));
  if (is_marked_)
    text.html = links_->fill(text.html, token);
  auto parts = common_;
  parts.to = {row.to};
  parts.subject = std::move(text.subject);
  parts.html = std::move(text.html);
  parts.text = std::move(text.text);
  parts.message_id = fmt::format("{}.{}@{}", message_id_, index, hostname_);
  return mime::compose(parts, octets_max_);
}

} // namespace warmfront
