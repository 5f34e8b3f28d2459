#include "admin/reference/event_examples.hpp"

namespace warmfront::admin {

namespace {

constexpr event_field all_event_fields[] = {
    {"message", "the message's id"},
    {"recipient", "the recipient's address"},
    {"index", "the recipient's place in the message, from 0"},
    {"account", "on whose behalf it was sent"},
    {"sender_domain", "the domain of the author"},
    {"provider", "who received or refused it: `gmail`, …; `other` for one without a name"},
    {"source", "the IP it was sent from"},
    {"task", "the number of the task, if it belongs to one"},
    {"template", "the template it was made from"},
    {"class", "of a refusal: `invalid`, `mailbox_full`, `spam`, …; of a complaint: its type"},
    {"status", "the enhanced status of a refusal (RFC 3463)"},
    {"reply", "what the receiver said"},
    {"remote_host", "who said it"},
    {"url", "where a click led to"},
    {"user_agent", "the program that opened, clicked or unsubscribed"},
    {"client_address", "its address"},
    {"automated", "opened or clicked by a program: a scanner, a proxy that fetches ahead"},
    {"first", "opened or clicked for the first time by this recipient"},
    {"attempt", "of a deferral: which attempt it was, from 1"},
};

constexpr wall_time accepted_at{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24} +
                                std::chrono::hours{9}};

/// What the events of one mail have in common. `way`: it has left the node.
mail_event event_of_mail(event_kind kind, seconds later, bool way = true) {
  mail_event event;
  event.kind = kind;
  event.at = accepted_at + later;
  auto& about = event.about;
  about.recipient = {message_id{accepted_at, 1, 0x6d1f02c94b7a5e38}, 0};
  about.account = account_name{"default"};
  about.address = "bob@example.org";
  about.sender_domain = domain_name{"example.net"};
  about.from_template = template_name{"News"};
  about.task = task_id{7};
  if (way) {
    about.provider = provider_name{"other"};
    about.source = ip_address{"198.51.100.11"};
  }
  return event;
}

mail_event replied(mail_event event, std::string status, std::string reply, std::string why = {}) {
  event.status = std::move(status);
  event.reply = std::move(reply);
  event.remote_host = "mx1.example.org";
  event.bounce_class = std::move(why);
  return event;
}

mail_event by_reader(mail_event event, std::string url = {}) {
  event.url = std::move(url);
  event.user_agent = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";
  event.client_address = "203.0.113.9";
  return event;
}

mail_event complaint() {
  auto event = event_of_mail(event_kind::complained, seconds{7200});
  event.bounce_class = "abuse";
  return event;
}

mail_event deferral() {
  auto event = replied(event_of_mail(event_kind::deferred, seconds{2}), "4.2.2",
                       "452 4.2.2 the mailbox is full", "mailbox_full");
  event.attempt = 1;
  return event;
}

mail_event suppression() {
  auto event = event_of_mail(event_kind::suppressed, seconds{0}, false);
  event.reply = "not sent: the address is suppressed";
  return event;
}

} // namespace

std::vector<event_example> event_examples() {
  using enum event_kind;
  return {
      {event_of_mail(accepted, seconds{0}, false), "The mail was taken over, to be sent."},
      {suppression(), "It was asked for and not sent: the account does not send to the address."},
      {replied(event_of_mail(delivered, seconds{1}), "", "250 2.0.0 ok"),
       "The receiver took the mail."},
      {deferral(), "An attempt failed; there will be another."},
      {replied(event_of_mail(bounced, seconds{1}), "5.1.1", "550 5.1.1 no such user", "invalid"),
       "The receiver refused the mail for good, at once or by a notification that came later."},
      {replied(event_of_mail(expired, seconds{432'000}), "", "452 4.2.2 the mailbox is full"),
       "It was tried for `delivery.expire_after` in vain."},
      {event_of_mail(cancelled, seconds{60}, false), "It was cancelled before it was sent."},
      {by_reader(event_of_mail(opened, seconds{3600})), "The mail was opened."},
      {by_reader(event_of_mail(clicked, seconds{3660}), "https://example.net/offer"),
       "A link in the mail was followed."},
      {complaint(), "The recipient reported the mail as unwanted (RFC 5965)."},
      {by_reader(event_of_mail(unsubscribed, seconds{3700})),
       "The recipient wants no more of this mail (RFC 8058)."},
  };
}

std::span<const event_field> event_fields() noexcept {
  return all_event_fields;
}

} // namespace warmfront::admin
