#include "actors/intake/suppressed_recipients.hpp"

#include <algorithm>

#include "net/dns/address_form.hpp"

namespace warmfront {

namespace {

const account_name& account_of(const submitted_mail& mail) {
  return mail.mail.source.account;
}
const account_name& account_of(const merge_submission& merge) {
  return merge.source.account;
}
const envelope& envelope_of(const submitted_mail& mail) {
  return mail.mail.mail;
}
const envelope& envelope_of(const merge_submission& merge) {
  return merge.mail;
}

template <class Mail>
bool must_ask(const suppression_look_up& where, const std::vector<Mail>& mails) {
  return where.reader != nullptr && std::ranges::any_of(mails, [&](const auto& each) {
           return where.reader->may_have_entries(account_of(each));
         });
}

template <class Mail>
suppressed_recipients ask_for_all(const storage::suppression_reader& reader,
                                  const std::vector<Mail>& mails, wall_time now) {
  suppressed_recipients found;
  for (const auto& mail : mails) {
    const auto& account = account_of(mail);
    if (!reader.may_have_entries(account))
      continue;
    for (const auto& each : envelope_of(mail).recipients) {
      const auto form = dns::comparable_address(each.address);
      if (form && reader.counts(account, form.value(), now))
        found.add(account, each.address);
    }
  }
  return found;
}

} // namespace

bool must_look_up(const suppression_look_up& where, const std::vector<submitted_mail>& mails) {
  return must_ask(where, mails);
}

bool must_look_up(const suppression_look_up& where, const std::vector<merge_submission>& merges) {
  return must_ask(where, merges);
}

suppressed_recipients look_up(const storage::suppression_reader& reader,
                              const std::vector<submitted_mail>& mails, wall_time now) {
  return ask_for_all(reader, mails, now);
}

suppressed_recipients look_up(const storage::suppression_reader& reader,
                              const std::vector<merge_submission>& merges, wall_time now) {
  return ask_for_all(reader, merges, now);
}

} // namespace warmfront
