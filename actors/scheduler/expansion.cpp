#include "actors/scheduler/expansion.hpp"

#include <algorithm>

#include "actors/core/octets.hpp"
#include "net/mime/header_text.hpp"
#include "net/mime/mailbox.hpp"

namespace warmfront {

namespace {

constexpr std::size_t segments_at_once_max = 4;
/// A segment has a thousand recipients: the next one comes when a quarter of it is left.
constexpr std::uint64_t waiting_enough = 250;

} // namespace

std::size_t expansion_pace::next(const lane_backlog& present) {
  if (!present.is_open) {
    segments_ = 1;
    return present.waiting == 0 ? 1 : 0;
  }
  if (present.waiting >= waiting_enough * segments_)
    return 0;
  const auto wanted = segments_;
  segments_ = std::min(segments_ * 2, segments_at_once_max);
  return wanted;
}

result<void> check_variables(const std::vector<std::string>& required, const task& of,
                             const group_report& group) {
  for (const auto& name : required) {
    const bool in_group =
        std::ranges::find(group.variables, name, &group_variable::name) != group.variables.end();
    // Delivery has a value of this name for every recipient.
    if (!in_group && !of.variables.contains(name) && name != "unsubscribe_url")
      return error{errc::invalid_argument,
                   "the template needs a value for " + mime::quote_for_message(name) +
                       ", which the group " + mime::quote_for_message(group.name.str()) +
                       " does not have",
                   "import the group with a column of that name, or give it in variables",
                   "variables." + name};
  }
  return success();
}

storage::mail_merge merge_of(const task& of, template_source content) {
  storage::mail_merge merge;
  merge.from = of.from;
  merge.reply_to = of.reply_to;
  merge.content = std::move(content);
  if (!of.subject.empty())
    merge.content.subject = of.subject;
  merge.headers = of.headers;
  merge.defaults = of.variables;
  return merge;
}

result<envelope> envelope_of(const task& of, const storage::mail_merge& merge) {
  envelope mail;
  WARMFRONT_TRY(from, mime::parse_mailbox(of.from, "from"));
  mail.reverse_path = std::move(from.address);
  mail.smtputf8 = !is_ascii(mail.reverse_path);
  for (const auto& row : merge.rows) {
    mail.smtputf8 = mail.smtputf8 || !is_ascii(row.to);
    mail.recipients.push_back({row.to, notify::never, {}});
  }
  if (mail.smtputf8)
    mail.body = body_encoding::eight_bit;
  return mail;
}

} // namespace warmfront
