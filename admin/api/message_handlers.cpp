#include <unordered_set>

#include <fmt/core.h>

#include "actors/core/octets.hpp"
#include "admin/api/handlers.hpp"
#include "net/mime/compose.hpp"
#include "net/mime/header_text.hpp"
#include "net/mime/mailbox.hpp"
#include "net/smtp/base64.hpp"

namespace warmfront::admin::handlers {

namespace {

constexpr std::size_t recipients_max = 1000;

/// Fields by which SMTP clients say what the API has fields for.
constexpr std::string_view reserved_prefix = "x-warmfront-";

bool is_reserved(std::string_view name) noexcept {
  return name.size() >= reserved_prefix.size() &&
         std::equal(reserved_prefix.begin(), reserved_prefix.end(), name.begin(),
                    [](char expected, char c) {
                      return expected == (c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
                    });
}

std::vector<std::string> texts_of(const json& body, const char* name) {
  const auto found = body.find(name);
  return found == body.end() ? std::vector<std::string>{} : found->get<std::vector<std::string>>();
}

error invalid(std::string field, std::string what, std::string remedy) {
  return {errc::invalid_argument, std::move(what), std::move(remedy), std::move(field)};
}

result<void> add_headers(mime::message_parts& parts, const json& body) {
  const auto found = body.find("headers");
  if (found == body.end()) {
    return success();
  }
  for (const auto& [name, value] : found->items()) {
    if (is_reserved(name)) {
      return invalid("headers." + name, "The header field " + name + " is not set this way.",
                     "use the fields pool and class");
    }
    parts.headers.push_back({name, value.get<std::string>()});
  }
  return success();
}

result<void> add_attachments(mime::message_parts& parts, const json& body) {
  const auto found = body.find("attachments");
  for (std::size_t i = 0; found != body.end() && i < found->size(); ++i) {
    const auto& each = (*found)[i];
    auto content = smtp::decode_base64(each["content_base64"].get_ref<const std::string&>());
    if (!content) {
      return invalid(fmt::format("attachments[{}].content_base64", i),
                     fmt::format("The content of attachment {} is not base64.", i),
                     "encode it as RFC 4648 section 4 says, with padding");
    }
    parts.attachments.push_back(
        {text_of(each, "name"), text_of(each, "type"), std::move(*content)});
  }
  return success();
}

result<mime::message_parts> read_parts(const call& request) {
  const auto& body = request.body;
  mime::message_parts parts;
  parts.from = text_of(body, "from");
  parts.to = texts_of(body, "to");
  parts.cc = texts_of(body, "cc");
  if (body.contains("reply_to")) {
    parts.reply_to.push_back(text_of(body, "reply_to"));
  }
  parts.subject = text_of(body, "subject");
  parts.date = request.now;
  parts.message_id = request.unique + '@' + request.node->hostname;
  parts.text = text_of(body, "text");
  parts.html = text_of(body, "html");
  WARMFRONT_TRY(add_headers(parts, body));
  WARMFRONT_TRY(add_attachments(parts, body));
  if (parts.text.empty() && parts.html.empty() && parts.attachments.empty()) {
    return invalid("text", "The message has no content.", "give text or html");
  }
  return parts;
}

/// Recipients of To, Cc and Bcc, each once.
result<void> add_recipients(envelope& mail, const json& body) {
  std::unordered_set<std::string> seen;
  for (const auto* name : {"to", "cc", "bcc"}) {
    const auto values = texts_of(body, name);
    for (std::size_t i = 0; i < values.size(); ++i) {
      WARMFRONT_TRY(mailbox, mime::parse_mailbox(values[i], fmt::format("{}[{}]", name, i)));
      if (seen.insert(mailbox.address).second) {
        mail.smtputf8 = mail.smtputf8 || !is_ascii(mailbox.address);
        mail.recipients.emplace_back().address = std::move(mailbox.address);
      }
      if (mail.recipients.size() > recipients_max) {
        return invalid(fmt::format("{}[{}]", name, i),
                       fmt::format("There are more than {} recipients.", recipients_max),
                       "send several messages");
      }
    }
  }
  if (mail.recipients.empty()) {
    return invalid("to", "There is no recipient.", "give at least one in to, cc or bcc");
  }
  return success();
}

result<submission> read_submission(const call& request) {
  submission target;
  WARMFRONT_TRY(parts, read_parts(request));
  WARMFRONT_TRY(from, mime::parse_mailbox(parts.from, "from"));
  target.mail.smtputf8 = !is_ascii(from.address);
  target.mail.reverse_path = std::move(from.address);
  WARMFRONT_TRY(add_recipients(target.mail, request.body));
  WARMFRONT_TRY(content, mime::compose(parts, request.node->message_octets_max));
  target.content = std::move(content);
  if (target.mail.smtputf8) {
    target.mail.body = body_encoding::eight_bit;
  }
  target.source = {.protocol = "HTTP",
                   .helo = "",
                   .client_address = request.client_address,
                   .account = request.who.account,
                   .key_id = request.who.key_id};
  target.pool = pool_name{text_of(request.body, "pool")};
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

message_id id_of(const call& request) {
  return message_id::parse(request.parameters.front()).value_or(message_id{});
}

} // namespace

outcome send_message(call& request, const answers& given) {
  if (given.empty()) {
    auto read = read_submission(request);
    request.body = nullptr;
    return read ? then(std::move(read.value())) : fail(refused_submission(read.error()));
  }
  const auto id = answer_at<message_id>(given, 0).str();
  ordered_json body;
  body["id"] = id;
  auto response = respond(request, body);
  response.headers.emplace_back("Location", "/v1/messages/" + id);
  return response;
}

outcome list_messages(call& request, const answers& given) {
  const auto& query = request.query;
  if (given.empty()) {
    warmfront::list_messages question;
    question.to = text_of(query, "to");
    question.from = text_of(query, "from");
    question.state = parse_recipient_state(text_of(query, "state"));
    question.limit = static_cast<std::uint32_t>(number_of(query, "limit", messages_per_page));
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
