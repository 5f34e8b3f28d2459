// SendEmail: one mail, seen by all of its recipients.
#include <array>

#include <fmt/core.h>

#include "admin/api/mail_parts.hpp"
#include "admin/tencent/handlers.hpp"
#include "admin/tencent/mail_content.hpp"
#include "admin/tencent/parameters.hpp"
#include "admin/tencent/sender_rights.hpp"
#include "net/mime/compose.hpp"
#include "net/mime/mailbox.hpp"
#include "net/mime/template_text.hpp"

namespace warmfront::admin::tencent::handlers {

namespace {

using compiled_pointer = std::shared_ptr<const compiled_template>;

/// The answers before the rights are clear, in this order.
enum known : std::size_t { pools, queues, own_identities, templates, ledgers, known_count };

mail_class class_of(const json& parameters) {
  return number_of(parameters, "TriggerType", 0) == 1 ? mail_class::triggered : mail_class::batch;
}

checked<void> check_counts(const json& parameters) {
  struct most {
    const char* name;
    std::size_t count;
  };
  std::size_t recipients = 0;
  for (const auto& each : {most{"Destination", 50}, most{"Cc", 20}, most{"Bcc", 20}}) {
    const auto count = texts_of(parameters, each.name).size();
    if (count > each.count)
      return gateway_error{
          "FailedOperation.TooManyRecipients",
          fmt::format("`{}` has {} addresses; {} are allowed.", each.name, count, each.count)};
    recipients += count;
  }
  if (recipients == 0)
    return gateway_error{"InvalidParameterValue.EmailAddressIsNULL",
                         "There is no recipient in Destination, Cc or Bcc."};
  if (number_of(parameters, "TriggerType", 0) > 1)
    return gateway_error{"InvalidParameterValue", "`TriggerType` is 0 or 1."};
  return check_unsubscribe(parameters);
}

/// What a fault in a part of the mail is called.
gateway_error to_part_error(const error& failure) {
  struct naming {
    std::string_view field;
    const char* code;
  };
  constexpr std::array namings{naming{"from", "FailedOperation.IncorrectSender"},
                               naming{"to", "InvalidParameterValue.ReceiverEmailInvalid"},
                               naming{"cc", "InvalidParameterValue.ReceiverEmailInvalid"},
                               naming{"Destination", "InvalidParameterValue.ReceiverEmailInvalid"},
                               naming{"Cc", "InvalidParameterValue.ReceiverEmailInvalid"},
                               naming{"Bcc", "InvalidParameterValue.ReceiverEmailInvalid"},
                               naming{"attachments", "FailedOperation.InvalidAttachName"},
                               naming{"text", "InvalidParameterValue.EmailContentIsWrong"},
                               naming{"html", "InvalidParameterValue.EmailContentIsWrong"},
                               naming{"variables", "InvalidParameterValue.TemplateNotMatchData"}};
  if (failure.code == errc::limit_exceeded)
    return {"FailedOperation.EmailContentToolarge", to_string(failure)};
  for (const auto& each : namings)
    if (failure.field.starts_with(each.field))
      return {each.code, to_string(failure)};
  return {"InvalidParameterValue", to_string(failure)};
}

/// Subject and texts: given, or of a template.
checked<void> add_content(mime::message_parts& parts, const call& request,
                          const compiled_template* by) {
  const auto octets_max = request.node->message_octets_max;
  parts.subject = text_of(request.body, "Subject");
  if (by == nullptr) {
    WARMFRONT_TRY(
        texts, decode_content(request.body["Simple"], "InvalidParameterValue.EmailContentIsWrong"));
    parts.html = std::move(texts.html);
    parts.text = std::move(texts.text);
    if (parts.html.empty() && parts.text.empty())
      return gateway_error{"FailedOperation.MissingEmailContent", "`Simple` is empty."};
    return passed();
  }
  WARMFRONT_TRY(values, read_template_data(text_of(request.body["Template"], "TemplateData"),
                                           "FailedOperation.WrongContentJson"));
  auto rendered = by->content.render(values, octets_max);
  if (!rendered)
    return to_part_error(rendered.error());
  parts.html = std::move(rendered.value().html);
  parts.text = std::move(rendered.value().text);
  const auto subject =
      mime::template_text::compile(parts.subject, mime::value_escaping::none, "subject");
  auto text = subject ? subject.value().render(values, octets_max) : subject.error();
  if (!text)
    return to_part_error(text.error());
  parts.subject = std::move(text).value();
  return passed();
}

checked<mime::message_parts> read_mail(const call& request, const compiled_template* by) {
  const auto& parameters = request.body;
  mime::message_parts parts;
  parts.from = text_of(parameters, "HeaderFrom");
  if (parts.from.empty())
    parts.from = text_of(parameters, "FromEmailAddress");
  parts.to = texts_of(parameters, "Destination");
  parts.cc = texts_of(parameters, "Cc");
  if (auto reply_to = text_of(parameters, "ReplyToAddresses"); !reply_to.empty())
    parts.reply_to.push_back(std::move(reply_to));
  parts.date = request.now;
  parts.message_id = request.unique + '@' + request.node->hostname;
  if (const auto given = text_of(parameters, "SmtpMessageId"); !given.empty())
    parts.message_id =
        given.front() == '<' && given.back() == '>' ? given.substr(1, given.size() - 2) : given;
  WARMFRONT_TRY(headers,
                read_template_data(text_of(parameters, "SmtpHeaders"), "InvalidParameterValue"));
  if (const auto added = admin::handlers::add_headers(parts, json{{"headers", headers}}); !added)
    return to_part_error(added.error());
  WARMFRONT_TRY(add_content(parts, request, by));
  WARMFRONT_TRY(attachments, read_attachments(parameters));
  parts.attachments = std::move(attachments);
  return parts;
}

checked<submission> read_submission(const call& request, const sender& from, const pool& through,
                                    const compiled_template* by) {
  WARMFRONT_TRY(parts, read_mail(request, by));
  auto begun =
      admin::handlers::begin_submission(request, from.address, {"Destination", "Cc", "Bcc"});
  if (!begun)
    return to_part_error(begun.error());
  auto target = std::move(begun).value();
  auto content = mime::compose(parts, request.node->message_octets_max);
  if (!content)
    return to_part_error(content.error());
  target.content = std::move(content).value();
  target.pool = through.name;
  target.importance = class_of(request.body);
  if (by != nullptr)
    target.from_template = by->about.name;
  return target;
}

std::uint64_t recipients_in(const json& parameters) {
  return texts_of(parameters, "Destination").size() + texts_of(parameters, "Cc").size() +
         texts_of(parameters, "Bcc").size();
}

/// The mail as a question to intake, unless today's limits are used up.
step submit(const call& request, const answers& given, const sender& from,
            const compiled_template* by) {
  const auto& all_pools = answer_at<std::vector<pool>>(given, known::pools);
  const auto* const through = pool_of(all_pools, request.who.account);
  if (through == nullptr)
    return gateway_error{"FailedOperation.SendEmailErr", "There is no pool to send from."};
  if (!has_room_today({all_pools, answer_at<std::vector<ledger_report>>(given, known::ledgers),
                       answer_at<std::vector<queue_report>>(given, known::queues), *through,
                       from.domain, class_of(request.body), recipients_in(request.body)}))
    return gateway_error{"FailedOperation.ExceedSendLimit", "The limit of the day is reached."};
  auto mail = read_submission(request, from, *through, by);
  return mail ? ask_for(std::move(mail).value()) : step{mail.error()};
}

/// The template that is to be used, as a question.
step choose_template(const call& request, const answers& given) {
  const auto* const found =
      with_number(answer_at<std::vector<template_report>>(given, known::templates),
                  number_of(request.body["Template"], "TemplateID", 0));
  if (found == nullptr)
    return gateway_error{"FailedOperation.InvalidTemplateID",
                         "There is no template of that number."};
  if (found->state != template_state::approved)
    return gateway_error{"FailedOperation.InvalidTemplateID", "The template is not approved."};
  return ask_for(use_template{request.who.account, found->name, std::nullopt});
}

} // namespace

step send_email(call& request, const answers& given) {
  if (!given.empty() && std::holds_alternative<message_id>(given.back()))
    return ordered_json{{"MessageId", answer_at<message_id>(given, given.size() - 1).str()}};
  const auto& parameters = request.body;
  const auto from = read_sender(text_of(parameters, "FromEmailAddress"));
  if (!from)
    return from.error();
  const bool has_template = parameters.contains("Template");
  if (given.empty()) {
    if (const auto counts = check_counts(parameters); !counts)
      return counts.error();
    if (!has_template && !parameters.contains("Simple"))
      return gateway_error{"FailedOperation.MissingEmailContent",
                           "The mail has neither Template nor Simple."};
    return ask_for(list_pools{}, list_queues{}, list_identities{request.who.account, {}},
                   list_templates{request.who.account, {}});
  }
  if (given.size() == known::ledgers) {
    const auto& all = answer_at<std::vector<pool>>(given, known::pools);
    return ask_for(
        list_ledgers{{}, subjects_of(all, pool_of(all, request.who.account), from.value().domain)});
  }
  std::vector<domain_name> domains{from.value().domain};
  if (const auto header = text_of(parameters, "HeaderFrom"); !header.empty()) {
    const auto shown = read_sender(header);
    if (!shown)
      return shown.error();
    domains.push_back(shown.value().domain);
  }
  auto next = std::size_t{known_count};
  if (auto step = check_right(request, given, domains, known::own_identities, next))
    return std::move(*step);
  if (!has_template)
    return submit(request, given, from.value(), nullptr);
  return given.size() == next
             ? choose_template(request, given)
             : submit(request, given, from.value(), answer_at<compiled_pointer>(given, next).get());
}

} // namespace warmfront::admin::tencent::handlers
