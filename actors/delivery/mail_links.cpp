#include "actors/delivery/mail_links.hpp"

#include <utility>

#include "net/feedback/links.hpp"
#include "net/html/marked_html.hpp"

namespace warmfront {

namespace {

// The sender's own host speaks what the node's does.
std::string base_of(const outgoing_rules& rules, const sender_domain* domain) {
  if (domain == nullptr || domain->tracking_host.empty())
    return rules.public_url;
  const bool secure = rules.public_url.starts_with("https:");
  return (secure ? "https://" : "http://") + domain->tracking_host.str();
}

} // namespace

mail_links::mail_links(std::shared_ptr<const outgoing_rules> rules,
                       const storage::spooled_message& of, const mail_author& author)
    : rules_{std::move(rules)}, message_{&of}, sender_domain_{author.domain},
      base_{base_of(*rules_, find_covering(*rules_, of.source.account, author.domain).value)} {}

// What an attempt decides, as the source IP, is not in it: whoever has the message knows that.
std::string mail_links::token(std::uint32_t index) const {
  mail_subject about;
  about.recipient = {message_->id, index};
  about.account = message_->source.account;
  about.address = message_->mail.recipients[index].address;
  about.sender_domain = sender_domain_;
  about.task = message_->first_lane.task;
  about.from_template = message_->from_template;
  return feedback::make_link_token(*rules_->tokens, about);
}

std::string mail_links::unsubscribe_url(std::string_view token) const {
  return feedback::unsubscribe_url(base_, token);
}

std::string mail_links::fill(std::string_view marked, std::string_view token) const {
  const auto own = base_ + '/';
  const auto link = [&](std::string_view target) {
    return target.starts_with(own) || !feedback::is_safe_target(target)
               ? std::string{}
               : feedback::click_url(*rules_->tokens, base_, token, target);
  };
  return html::fill(marked, link,
                    message_->track.opens ? feedback::open_url(base_, token) : std::string{});
}

} // namespace warmfront
