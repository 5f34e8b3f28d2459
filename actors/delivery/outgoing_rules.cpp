#include "actors/delivery/outgoing_rules.hpp"

#include <algorithm>

#include "actors/core/address.hpp"
#include "net/mime/author_domains.hpp"
#include "net/mime/header_block.hpp"
#include "net/mime/mailbox.hpp"

namespace warmfront {

namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return text;
}

} // namespace

mail_author author_of_mailbox(const std::string& mailbox) {
  auto parsed = mime::parse_mailbox(mailbox, "from");
  if (!parsed)
    return {};
  auto address = lower(std::move(parsed).value().address);
  const auto domains = mime::author_domains(address);
  return {address, domain_name{domains && domains->size() == 1 ? domains->front()
                                                               : std::string{domain_of(address)}}};
}

mail_author author_of(std::string_view content, const std::string& reverse_path) {
  if (const auto from = mime::header_block{content}.find("From")) {
    if (auto one = author_of_mailbox(mime::unfold(from->value)); !one.address.empty())
      return one;
    const auto domains = mime::author_domains(from->value);
    if (domains && domains->size() == 1)
      return {{}, domain_name{domains->front()}};
    return {};
  }
  return reverse_path.empty() ? mail_author{} : author_of_mailbox(reverse_path);
}

covering_domain find_covering(const outgoing_rules& rules, const account_name& account,
                              const domain_name& domain) {
  if (!rules.domains)
    return {};
  for (std::string_view rest = domain.str(); !rest.empty();) {
    const auto found = rules.domains->find(domain_name{std::string{rest}});
    if (found != rules.domains->end())
      return found->second.account == account ? covering_domain{&found->first, &found->second}
                                              : covering_domain{};
    const auto dot = rest.find('.');
    rest.remove_prefix(dot == std::string_view::npos ? rest.size() : dot + 1);
  }
  return {};
}

bool wants_unsubscribe(const outgoing_rules& rules, const storage::spooled_message& message) {
  return rules.tokens && rules.links_unasked && !rules.public_url.empty() &&
         message.importance == mail_class::batch && !message.mail.reverse_path.empty();
}

bool is_individual(const outgoing_rules& rules, const storage::spooled_message& message) {
  return message.is_merge || (rules.tokens && !rules.public_url.empty() && message.track.any()) ||
         wants_unsubscribe(rules, message);
}

} // namespace warmfront
