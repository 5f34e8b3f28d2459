#include <algorithm>
#include <charconv>

#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "admin/api/handlers.hpp"
#include "admin/api/mail_parts.hpp"
#include "net/mime/mailbox.hpp"
#include "storage/mail_merge.hpp"

namespace warmfront::admin::handlers {

namespace {

constexpr std::size_t times_shown = 10;

error wrong(std::string field, std::string what, std::string remedy) {
  return {errc::invalid_argument, std::move(what), std::move(remedy), std::move(field)};
}

/// `task_id::none` for what is no number: there is no such task.
task_id task_in(const call& request) {
  const auto& text = request.parameters.front();
  std::uint64_t number = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
  return parsed.ec == std::errc{} && parsed.ptr == text.data() + text.size() ? task_id{number}
                                                                             : task_id::none;
}

/// `24h`, `7d`.
result<std::chrono::hours> read_interval(const std::string& text) {
  std::int32_t number = 0;
  const auto* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, number);
  const bool has_unit = parsed.ptr + 1 == end && (*parsed.ptr == 'h' || *parsed.ptr == 'd');
  if (parsed.ec != std::errc{} || number <= 0 || number > 10'000 || !has_unit) {
    return wrong("repeat.every", "every is not a number of hours or days.",
                 "give hours as in 24h, or days as in 7d");
  }
  return std::chrono::hours{*parsed.ptr == 'd' ? number * 24 : number};
}

misfire_policy misfire_of(const std::string& text) {
  return text == "skip"       ? misfire_policy::skip
         : text == "catch_up" ? misfire_policy::catch_up
                              : misfire_policy::once;
}

result<recurrence> read_recurrence(const json& body, wall_time now) {
  recurrence when;
  // In whole seconds, as rules are.
  when.start_at = parse_rfc3339(text_of(body, "start_at"))
                      .value_or(std::chrono::floor<std::chrono::seconds>(now));
  const auto found = body.find("repeat");
  if (found == body.end()) {
    return when;
  }
  const auto& repeat = *found;
  if (repeat.contains("every") == repeat.contains("rrule")) {
    return wrong("repeat", "A task repeats after every so many hours, or by a rule.",
                 "give one of every and rrule");
  }
  if (repeat.contains("every")) {
    WARMFRONT_TRY(interval, read_interval(text_of(repeat, "every")));
    when.repeat = recurrence::every{interval};
  } else {
    when.repeat = recurrence::by_rule{text_of(repeat, "rrule"), text_of(repeat, "timezone", "UTC")};
  }
  when.until = parse_rfc3339(text_of(repeat, "until"));
  if (repeat.contains("count")) {
    when.count = number_of(repeat, "count", 1);
  }
  when.misfire = misfire_of(text_of(repeat, "misfire"));
  return when;
}

/// What all mails of the task have in common, tried out: it would be late to find out when they
/// are written.
result<mime::message_parts> read_common(const call& request) {
  mime::message_parts parts;
  parts.from = text_of(request.body, "from");
  parts.to = {parts.from};
  if (request.body.contains("reply_to")) {
    parts.reply_to.push_back(text_of(request.body, "reply_to"));
  }
  parts.date = request.now;
  parts.message_id = request.unique + '@' + request.node->hostname;
  parts.html = "<p>";
  WARMFRONT_TRY(add_headers(parts, request.body));
  WARMFRONT_TRY(add_attachments(parts, request.body));
  WARMFRONT_TRY(mime::compose(parts, request.node->message_octets_max));
  return parts;
}

result<warmfront::task> read_task(const call& request, const mime::message_parts& common) {
  const auto& body = request.body;
  warmfront::task value;
  value.account = request.who.account;
  value.key_id = request.who.key_id;
  value.from_template = template_name{text_of(body, "template")};
  value.group = group_name{text_of(body, "group")};
  value.from = common.from;
  value.subject = text_of(body, "subject");
  value.reply_to = common.reply_to;
  for (const auto& each : common.headers) {
    value.headers.emplace_back(each.name, each.value);
  }
  value.variables = text_map_in(body, "variables");
  value.pool = pool_name{text_of(body, "pool", "shared")};
  value.track = tracking_in(body);
  value.request_key = request.named.key;
  value.request_digest = request.named.digest;
  WARMFRONT_TRY(when, read_recurrence(body, request.now));
  value.when = std::move(when);
  return value;
}

store_chunks chunk_of(mime::message_parts common) {
  storage::mail_merge files;
  for (auto& each : common.attachments) {
    files.attachments.push_back({std::move(each.name), std::move(each.type),
                                 std::move(each.content), std::move(each.content_id)});
  }
  return {{std::make_shared<const std::string>(storage::encode(files))}};
}

/// One task with all that is known of it.
outcome ask_for(const call& request) {
  const auto account = accounts_in(request);
  if (!account) {
    return fail(to_problem(account.error()));
  }
  const auto id = task_in(request);
  if (id == task_id::none) {
    return fail(not_found("task", request.parameters.front()));
  }
  return then(warmfront::list_tasks{id, account.value(), 1, true});
}

/// What the last occurrence has not tried yet.
std::uint64_t left_to_send(const ordered_json& of) {
  const auto& progress = of["progress"];
  return progress.is_null()
             ? 0
             : progress["waiting"].get<std::uint64_t>() + progress["cached"].get<std::uint64_t>();
}

/// Whether receivers would take it, as far as that is known: nobody waits for the DNS here.
check_sending question_about(const warmfront::task& of, const std::vector<pool>& pools) {
  check_sending question;
  question.account = of.account;
  if (const auto from = mime::parse_mailbox(of.from, "from")) {
    question.from = domain_name{domain_of(from.value().address)};
  }
  question.sources = sources_of_pool(pools, of.pool.str());
  question.asks_dns = false;
  return question;
}

ordered_json warnings_of(const sending_check& found) {
  auto list = ordered_json::array();
  for (const auto& each : found.rules) {
    if (!each.is_met) {
      list.push_back(each.name + ": " + each.why);
    }
  }
  return list;
}

const task_report& told(const answers& given) {
  return answer_at<std::vector<task_report>>(given, 0).front();
}

} // namespace

outcome list_tasks(call& request, const answers& given) {
  if (given.empty()) {
    const auto account = accounts_in(request);
    return account ? then(warmfront::list_tasks{task_id::none, account.value(), 1, true})
                   : outcome{fail(to_problem(account.error()))};
  }
  // Newest first: pages go up.
  return page(request, answer_at<std::vector<task_report>>(given, 0), [](const auto& each) {
    return fmt::format("{:020}", UINT64_MAX - static_cast<std::uint64_t>(each.value.id));
  });
}

outcome create_task(call& request, const answers& given) {
  if (!given.empty() && std::holds_alternative<task_report>(given.back())) {
    const auto& made = answer_at<task_report>(given, given.size() - 1);
    auto shown = to_json(made);
    shown["warnings"] = warnings_of(answer_at<sending_check>(given, 1));
    auto response = respond(request, shown);
    response.headers.emplace_back(
        "Location", fmt::format("/v1/tasks/{}", static_cast<std::uint64_t>(made.value.id)));
    return response;
  }
  auto common = read_common(request);
  if (!common) {
    const auto& why = common.error();
    return fail(why.code == errc::limit_exceeded
                    ? problem{413, "content_too_large", why.what, why.field, why.remedy}
                    : to_problem(why));
  }
  auto value = read_task(request, common.value());
  if (!value) {
    return fail(to_problem(value.error()));
  }
  if (given.empty()) {
    return then(warmfront::list_pools{});
  }
  if (given.size() == 1) {
    return then(question_about(value.value(), answer_at<std::vector<pool>>(given, 0)));
  }
  if (given.size() > 2) {
    value.value().attachments = answer_at<stored_chunks>(given, 2).ids.front();
  } else if (!common.value().attachments.empty()) {
    return then(chunk_of(std::move(common).value()));
  }
  return then(warmfront::create_task{std::move(value).value()});
}

outcome preview_task(call& request, const answers& given) {
  if (given.empty()) {
    const auto when = read_recurrence(request.body, request.now);
    return when ? then(preview_recurrence{when.value(),
                                          number_of(request.body, "count", times_shown)})
                : outcome{fail(to_problem(when.error()))};
  }
  ordered_json body;
  body["times"] = ordered_json::array();
  for (const auto& each : answer_at<std::vector<occurrence>>(given, 0)) {
    body["times"].push_back(to_rfc3339(each.at));
  }
  return respond(request, body);
}

namespace {

constexpr std::chrono::days totals_days_max{365};

/// What became of a task's mail, also of what was said of it later.
sum_statistics totals_of(const call& request, const task& of) {
  sum_statistics question;
  question.account = of.account;
  question.to = day_of(request.now);
  question.from =
      std::max(std::min(day_of(of.created_at), question.to), question.to - totals_days_max);
  question.by = counted_by::task;
  question.task = of.id;
  return question;
}

} // namespace

// When it is not over, it is asked when it will be: by the rules that will run.
outcome show_task(call& request, const answers& given) {
  if (given.empty()) {
    return ask_for(request);
  }
  const auto& of = told(given);
  auto body = to_json(of);
  if (request.by_peer) {
    return respond(request, body);
  }
  const auto left = left_to_send(body);
  const bool is_over = of.value.state != task_state::active || left == 0;
  if (given.size() == 1) {
    auto questions = is_over ? std::vector<ask>{} : ask_what_waits(request);
    questions.insert(questions.begin(), totals_of(request, of.value));
    return questions;
  }
  const auto& rows = answer_at<statistics_report>(given, 1).rows;
  body["totals"] = ordered_json::object();
  add_counts(body["totals"], rows.empty() ? daily_counts{} : rows.front().counts);
  if (is_over) {
    return respond(request, body);
  }
  const answers others{given.begin() + 2, given.end()};
  const auto waits = read_what_waits(request, others);
  const auto first = answers_of_what_waits(request);
  const auto* const from = find_pool(waits.pools, of.value.pool.str());
  if (from == nullptr) {
    return respond(request, body);
  }
  if (others.size() == first) {
    auto question = question_about(waits, *from, mail_class::batch);
    question.recipients = left;
    question.ahead -= std::min(question.ahead, body["progress"]["waiting"].get<std::uint64_t>());
    if (const auto sender = mime::parse_mailbox(of.value.from, "from")) {
      question.sender_domain = domain_name{domain_of(sender.value().address)};
    }
    return then(std::move(question));
  }
  if (const auto& told_of = answer_at<batch_forecast>(others, first); told_of.finish_at) {
    body["progress"]["finish_at"] = to_rfc3339(*told_of.finish_at);
  }
  return respond(request, body);
}

outcome list_occurrences(call& request, const answers& given) {
  if (given.empty()) {
    return ask_for(request);
  }
  const auto& of = told(given);
  ordered_json body;
  body["items"] = ordered_json::array();
  for (const auto& each : of.occurrences) {
    body["items"].push_back(to_json(of, each));
  }
  body["next"] = nullptr;
  return respond(request, body);
}

outcome act_on_task(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<task_report>(given, 0)));
  }
  const auto account = accounts_in(request);
  if (!account) {
    return fail(to_problem(account.error()));
  }
  const auto action = text_of(request.body, "action");
  const auto what = action == "pause"    ? task_change::pause
                    : action == "resume" ? task_change::resume
                                         : task_change::cancel;
  return then(warmfront::act_on_task{task_in(request), account.value(), what});
}

outcome delete_task(call& request, const answers& given) {
  if (!given.empty()) {
    return no_content();
  }
  const auto account = accounts_in(request);
  return account ? then(warmfront::delete_task{task_in(request), account.value()})
                 : outcome{fail(to_problem(account.error()))};
}

} // namespace warmfront::admin::handlers
