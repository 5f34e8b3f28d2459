#include <algorithm>

#include <fmt/core.h>

#include "admin/api/handlers.hpp"
#include "admin/api/mail_parts.hpp"
#include "net/mime/compose.hpp"
#include "net/mime/header_text.hpp"
#include "net/mime/mailbox.hpp"
#include "net/mime/template_text.hpp"

namespace warmfront::admin::handlers {

namespace {

error invalid(std::string field, std::string what, std::string remedy) {
  return {errc::invalid_argument, std::move(what), std::move(remedy), std::move(field)};
}

/// Subject and texts as the request has them.
result<void> add_texts(mime::message_parts& parts, const json& body) {
  if (body.contains("variables")) {
    return invalid("variables", "There is no template to put values into.", "name a template");
  }
  if (!body.contains("subject")) {
    return invalid("subject", "The message has no subject.", "give one, which may be empty");
  }
  parts.subject = text_of(body, "subject");
  parts.text = text_of(body, "text");
  parts.html = text_of(body, "html");
  return success();
}

/// Subject and texts as the template has them; a subject of the request replaces its own.
result<void> add_rendered(mime::message_parts& parts, const call& request,
                          const compiled_template& by) {
  const auto& body = request.body;
  for (const auto* name : {"html", "text"}) {
    if (body.contains(name)) {
      return invalid(name, "The template has the texts.", "leave out template or this");
    }
  }
  const auto values = text_map_in(body, "variables");
  WARMFRONT_TRY(rendered, by.content.render(values, request.node->message_octets_max));
  parts.subject = std::move(rendered.subject);
  parts.html = std::move(rendered.html);
  parts.text = std::move(rendered.text);
  if (body.contains("subject")) {
    WARMFRONT_TRY(subject, mime::template_text::compile(text_of(body, "subject"),
                                                        mime::value_escaping::none, "subject"));
    WARMFRONT_TRY(text, subject.render(values, request.node->message_octets_max));
    parts.subject = std::move(text);
  }
  return success();
}

std::optional<wall_time> time_in(const json& from, const char* name) {
  const auto text = text_of(from, name);
  return text.empty() ? std::nullopt : parse_rfc3339(text);
}

std::optional<wall_time> send_at_of(const json& body) {
  return time_in(body, "send_at");
}

/// `by`: null where no template is used.
result<mime::message_parts> read_parts(const call& request, const compiled_template* by) {
  const auto& body = request.body;
  mime::message_parts parts;
  parts.from = text_of(body, "from");
  parts.to = texts_of(body, "to");
  parts.cc = texts_of(body, "cc");
  if (body.contains("reply_to")) {
    parts.reply_to.push_back(text_of(body, "reply_to"));
  }
  parts.date = std::max(request.now, send_at_of(body).value_or(request.now));
  parts.message_id = request.unique + '@' + request.node->hostname;
  WARMFRONT_TRY(by == nullptr ? add_texts(parts, body) : add_rendered(parts, request, *by));
  WARMFRONT_TRY(add_headers(parts, body));
  WARMFRONT_TRY(add_attachments(parts, body));
  if (parts.text.empty() && parts.html.empty() && parts.attachments.empty()) {
    return invalid("text", "The message has no content.", "give text or html");
  }
  return parts;
}

result<submission> read_submission(const call& request, const compiled_template* by) {
  WARMFRONT_TRY(parts, read_parts(request, by));
  WARMFRONT_TRY(from, mime::parse_mailbox(parts.from, "from"));
  WARMFRONT_TRY(target, begin_submission(request, std::move(from.address), {"to", "cc", "bcc"}));
  if (target.mail.recipients.empty()) {
    return invalid("to", "There is no recipient.", "give at least one in to, cc or bcc");
  }
  WARMFRONT_TRY(content, mime::compose(parts, request.node->message_octets_max));
  target.content = std::move(content);
  target.pool = pool_name{text_of(request.body, "pool")};
  target.send_at = send_at_of(request.body);
  if (by != nullptr) {
    target.from_template = by->about.name;
  }
  if (request.body.value("require_tls", false)) {
    target.mail.tls = tls_wish::required;
  }
  target.track = tracking_in(request.body);
  if (const auto importance = text_of(request.body, "class"); !importance.empty()) {
    target.importance = importance == "batch" ? mail_class::batch : mail_class::triggered;
  }
  return target;
}

problem refused_submission(const error& failure) {
  auto value = to_problem(failure);
  if (failure.code == errc::limit_exceeded) {
    value = {413, "content_too_large", failure.what, failure.field, failure.remedy};
  }
  return value;
}

/// A sender sees what its account sent, and of the rest not even that it exists.
bool may_see(const call& request, const message_report& report) {
  return request.who.role != key_role::sender || request.who.account == report.account;
}

outcome accepted(const call& request, const message_id& id) {
  ordered_json body;
  body["id"] = id.str();
  auto response = respond(request, body);
  response.headers.emplace_back("Location", "/v1/messages/" + id.str());
  return response;
}

message_id id_of(const call& request) {
  return message_id::parse(request.parameters.front()).value_or(message_id{});
}

} // namespace

outcome send_message(call& request, const answers& given) {
  if (given.empty() && request.body.contains("template")) {
    return then(use_template{request.who.account, template_name{text_of(request.body, "template")},
                             std::nullopt});
  }
  if (!given.empty()) {
    if (const auto* const id = std::get_if<message_id>(&given.back())) {
      return accepted(request, *id);
    }
    if (const auto* const claimed = std::get_if<claimed_request>(&given.back())) {
      if (claimed->was_sent) {
        return accepted(request, claimed->id);
      }
      request.mail->id = claimed->id;
      return then(std::move(*request.mail));
    }
  }
  const auto* const by =
      given.empty() ? nullptr : std::get_if<std::shared_ptr<const compiled_template>>(&given[0]);
  auto read = read_submission(request, by == nullptr ? nullptr : by->get());
  request.body = nullptr;
  if (!read) {
    return fail(refused_submission(read.error()));
  }
  if (request.named.key.empty()) {
    return then(std::move(read.value()));
  }
  request.mail = std::move(read).value();
  return then(claim_request{request.who.account, request.named.key, request.named.digest});
}

outcome list_messages(call& request, const answers& given) {
  const auto& query = request.query;
  if (given.empty()) {
    warmfront::list_messages question;
    question.to = text_of(query, "to");
    question.from = text_of(query, "from");
    question.state = parse_recipient_state(text_of(query, "state"));
    question.limit = static_cast<std::uint32_t>(number_of(query, "limit", messages_per_page));
    question.pool = pool_name{text_of(query, "pool")};
    question.provider = provider_name{text_of(query, "provider")};
    question.task = task_id{number_of(query, "task", 0)};
    question.id_prefix = text_of(query, "id");
    question.header_id = text_of(query, "message_id");
    question.since = time_in(query, "since");
    question.until = time_in(query, "until");
    // Pages of what is shown, not of what is found: others' messages are no gaps.
    if (request.who.role == key_role::sender) {
      question.account = request.who.account;
    }
    if (const auto after = text_of(query, "after"); !after.empty()) {
      question.after = message_id::parse(after);
      if (!question.after) {
        return fail(bad_field("after", "after is not a message id.", "give the next of a page"));
      }
    }
    return then(std::move(question));
  }
  const auto& found = answer_at<message_page>(given, 0);
  ordered_json body;
  body["items"] = ordered_json::array();
  for (const auto& each : found.items) {
    if (may_see(request, each)) {
      body["items"].push_back(to_json(each));
    }
  }
  body["next"] = found.next ? ordered_json(found.next->str()) : ordered_json(nullptr);
  body["complete"] = found.is_whole;
  return respond(request, body);
}

outcome show_message(call& request, const answers& given) {
  if (given.empty()) {
    return then(report_message{id_of(request)});
  }
  const auto& report = answer_at<message_report>(given, 0);
  return may_see(request, report) ? respond(request, to_json(report))
                                  : fail(not_found("message", request.parameters.front()));
}

outcome explain_message(call& request, const answers& given) {
  if (given.empty()) {
    return then(report_message{id_of(request)});
  }
  if (!may_see(request, answer_at<message_report>(given, 0))) {
    return fail(not_found("message", request.parameters.front()));
  }
  if (given.size() == 1) {
    return then(warmfront::explain_message{id_of(request)});
  }
  return respond(request, to_json(answer_at<why_report>(given, 1)));
}

outcome cancel_message(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::cancel_message{id_of(request)});
  }
  return respond(request, to_json(answer_at<message_report>(given, 0)));
}

} // namespace warmfront::admin::handlers
