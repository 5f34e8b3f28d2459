// BatchSendEmail and ListSendTasks: tasks, each recipient of which gets a mail of their own.
#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/core.h>

#include "admin/api/across.hpp"
#include "admin/api/task_progress.hpp"
#include "admin/tencent/handlers.hpp"
#include "admin/tencent/mail_content.hpp"
#include "admin/tencent/naive_time.hpp"
#include "admin/tencent/parameters.hpp"
#include "admin/tencent/sender_rights.hpp"
#include "storage/mail_merge.hpp"

namespace warmfront::admin::tencent::handlers {

namespace {

enum task_kind : std::uint64_t { immediate = 1, scheduled, recurring };

/// What the API calls how far a task is.
enum class task_status : std::uint8_t {
  to_start = 1,
  sending = 5,
  paused_today,
  failed,
  done = 10
};

/// The answers before a task is made, in this order.
enum asked_first : std::size_t { its_pools, its_groups, its_templates, its_identities };

// ---- making -------------------------------------------------------------------------------

checked<void> check_task_texts(const json& parameters) {
  constexpr std::size_t subject_characters_max = 100;
  const auto characters = characters_in(text_of(parameters, "Subject"));
  if (characters == 0 || characters > subject_characters_max)
    return gateway_error{"InvalidParameterValue.SubjectLengthError",
                         fmt::format("The subject has {} characters; 1 to {} are allowed.",
                                     characters, subject_characters_max)};
  if (parameters.contains("Simple"))
    return gateway_error{"FailedOperation.WithOutPermission",
                         "A batch is made from a template: give `Template`."};
  if (!parameters.contains("Template"))
    return gateway_error{"MissingParameter.SendParamNecessary",
                         "The request is missing a required parameter `Template`."};
  if (number_of(parameters, "ADLocation", 0) > 2)
    return gateway_error{"InvalidParameterValue", "`ADLocation` is 0, 1 or 2."};
  return check_unsubscribe(parameters);
}

checked<wall_time> read_begin(const call& request, const json& when) {
  const auto begin = parse_naive(text_of(when, "BeginTime"), request.node->cloud.time_zone);
  if (!begin)
    return gateway_error{"InvalidParameterValue",
                         "`BeginTime` is not a time as in 2026-11-24 08:30:00."};
  if (*begin < request.now)
    return gateway_error{"InvalidParameterValue.BeginTimeBeforeNow", "`BeginTime` is in the past."};
  return *begin;
}

checked<recurrence> read_when(const call& request) {
  const auto& parameters = request.body;
  recurrence when;
  switch (number_of(parameters, "TaskType", 0)) {
  case task_kind::immediate:
    when.start_at = std::chrono::floor<std::chrono::seconds>(request.now);
    return when;
  case task_kind::scheduled: {
    if (!parameters.contains("TimedParam"))
      return gateway_error{"MissingParameter.TimedParamNecessary",
                           "The request is missing a required parameter `TimedParam`."};
    WARMFRONT_TRY(begin, read_begin(request, parameters["TimedParam"]));
    when.start_at = begin;
    return when;
  }
  case task_kind::recurring: {
    if (!parameters.contains("CycleParam"))
      return gateway_error{"MissingParameter.CycleParamNecessary",
                           "The request is missing a required parameter `CycleParam`."};
    const auto& cycle = parameters["CycleParam"];
    WARMFRONT_TRY(begin, read_begin(request, cycle));
    constexpr std::uint64_t hours_max = 366 * 24;
    const auto hours = number_of(cycle, "IntervalTime", 0);
    if (hours == 0 || hours > hours_max)
      return gateway_error{"InvalidParameterValue",
                           fmt::format("`IntervalTime` is 1 to {} hours.", hours_max)};
    when.start_at = begin;
    when.repeat = recurrence::every{std::chrono::hours{hours}};
    return when;
  }
  default:
    return gateway_error{"InvalidParameterValue", "`TaskType` is 1, 2 or 3."};
  }
}

/// The mark of advertisements before the subject or after it.
std::string subject_of_task(const json& parameters) {
  const auto subject = text_of(parameters, "Subject");
  switch (number_of(parameters, "ADLocation", 0)) {
  case 1:
    return "AD " + subject;
  case 2:
    return subject + " AD";
  default:
    return subject;
  }
}

const group_report* group_in(const call& request, const answers& given) {
  return with_number(answer_at<std::vector<group_report>>(given, its_groups),
                     number_of(request.body, "ReceiverId", 0));
}

const template_report* template_in(const call& request, const answers& given) {
  return with_number(answer_at<std::vector<template_report>>(given, its_templates),
                     number_of(request.body["Template"], "TemplateID", 0));
}

checked<void> check_receivers(const group_report* group) {
  if (group == nullptr)
    return gateway_error{"OperationDenied.ReceiverNotExist",
                         "There is no recipient group of that number."};
  if (group->recipients == 0)
    return gateway_error{"OperationDenied.ReceiverStatusError", "The recipient group is empty."};
  return passed();
}

/// Each recipient needs a value for what the template asks for.
checked<void> check_values(const template_report* by, const group_report& group,
                           const template_data& defaults) {
  if (by == nullptr || by->state != template_state::approved)
    return gateway_error{"OperationDenied.TemplateStatusError",
                         by == nullptr ? "There is no template of that number."
                                       : "The template is not approved."};
  for (const auto& name : by->current().required) {
    const bool all_have_it =
        std::any_of(group.variables.begin(), group.variables.end(), [&](const auto& each) {
          return each.name == name && each.recipients == group.recipients;
        });
    if (!all_have_it && !defaults.contains(name) && name != "unsubscribe_url")
      return gateway_error{
          "InvalidParameterValue.TemplateNotMatchData",
          fmt::format("Not every recipient has a value for `{}` of the template.", name)};
  }
  return passed();
}

checked<task> read_task(const call& request, const answers& given, const sender& from) {
  const auto& parameters = request.body;
  WARMFRONT_TRY(when, read_when(request));
  const auto* const group = group_in(request, given);
  WARMFRONT_TRY(check_receivers(group));
  const auto* const by = template_in(request, given);
  WARMFRONT_TRY(defaults, read_template_data(text_of(parameters["Template"], "TemplateData"),
                                             "InvalidParameterValue.TemplateDataError"));
  WARMFRONT_TRY(check_values(by, *group, defaults));
  const auto* const through =
      pool_of(answer_at<std::vector<pool>>(given, its_pools), request.who.account);
  task value;
  value.account = request.who.account;
  value.key_id = request.who.key_id;
  value.from_template = by->name;
  value.group = group->name;
  value.from = from.mailbox;
  value.subject = subject_of_task(parameters);
  if (auto reply_to = text_of(parameters, "ReplyToAddresses"); !reply_to.empty())
    value.reply_to.push_back(std::move(reply_to));
  value.variables = std::move(defaults);
  value.pool = through == nullptr ? pool_name{"shared"} : through->name;
  value.when = std::move(when);
  return value;
}

store_chunks chunk_of_files(std::vector<mime::attachment> attachments) {
  storage::mail_merge files;
  for (auto& each : attachments)
    files.attachments.push_back({std::move(each.name), std::move(each.type),
                                 std::move(each.content), std::move(each.content_id)});
  return {{std::make_shared<const std::string>(storage::encode(files))}};
}

/// The task, once its sender may send and its attachments are stored.
step make_task(const call& request, const answers& given, const sender& from) {
  auto made = read_task(request, given, from);
  if (!made)
    return made.error();
  auto value = std::move(made).value();
  if (const auto* const stored = std::get_if<stored_chunks>(&given.back())) {
    value.attachments = stored->ids.front();
    return ask_for(create_task{std::move(value)});
  }
  auto files = read_attachments(request.body);
  if (!files)
    return files.error();
  return files.value().empty() ? ask_for(create_task{std::move(value)})
                               : ask_for(chunk_of_files(std::move(files).value()));
}

// ---- telling ------------------------------------------------------------------------------

/// How a task stands, as REST tells it.
struct task_progress {
  std::uint64_t requested = 0;
  std::uint64_t sent = 0;
  std::uint64_t left = 0; ///< that nobody has tried yet
};

task_progress progress_of(const ordered_json& told, const group_report* group) {
  const auto& progress = told["progress"];
  if (!progress.is_object())
    return {group == nullptr ? 0 : group->recipients, 0, 0};
  const auto count = [&](const char* name) { return progress[name].get<std::uint64_t>(); };
  return {count("requested"), count("delivered") + count("bounced"),
          count("waiting") + count("cached")};
}

/// Whether a limit keeps the mail of a task's pool until a later day.
bool is_held(const task& value, const std::vector<queue_report>& queues) {
  const auto from = read_sender(value.from);
  return std::any_of(queues.begin(), queues.end(), [&](const queue_report& each) {
    return each.pool == value.pool && each.importance == mail_class::batch &&
           each.state == "held" && each.waiting > 0 &&
           (each.sender_domain.empty() ||
            (from && each.sender_domain == from.value().domain.str()));
  });
}

task_status status_of(const task_report& of, const task_progress& progress, bool held) {
  if (!of.occurrences.empty()) {
    const auto& last = of.occurrences.front();
    if (last.state == occurrence_state::sending)
      return held && progress.left > 0 ? task_status::paused_today : task_status::sending;
    if (last.state == occurrence_state::failed)
      return task_status::failed;
  }
  if (of.value.state == task_state::cancelled)
    return task_status::failed;
  return of.value.state == task_state::finished ? task_status::done : task_status::to_start;
}

std::string fault_of(const task_report& of) {
  if (!of.occurrences.empty() && of.occurrences.front().state == occurrence_state::failed)
    return of.occurrences.front().reason;
  return of.value.state == task_state::cancelled ? "The task was cancelled." : "";
}

std::uint64_t kind_of(const task& value) {
  if (!std::holds_alternative<recurrence::once>(value.when.repeat))
    return task_kind::recurring;
  return value.when.start_at > value.created_at ? task_kind::scheduled : task_kind::immediate;
}

void add_times(ordered_json& target, const task& value, std::chrono::minutes zone) {
  const auto begin = to_naive(value.when.start_at, zone);
  target["CycleParam"] = nullptr;
  target["TimedParam"] = nullptr;
  if (const auto* const every = std::get_if<recurrence::every>(&value.when.repeat))
    target["CycleParam"] = {{"BeginTime", begin},
                            {"IntervalTime", every->interval.count()},
                            {"TermCycle", is_over(value.state) ? 1 : 0}};
  else if (kind_of(value) == task_kind::scheduled)
    target["TimedParam"] = {{"BeginTime", begin}};
}

template <class Report, class Name>
const Report* named(const std::vector<Report>& all, const Name& name) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Report& each) { return each.name == name; });
  return found == all.end() ? nullptr : &*found;
}

/// Questions of `list_send_tasks`, and where their answers are: what waits comes behind the first.
enum listed : std::size_t { listed_tasks, listed_groups, listed_templates, listed_count };

constexpr const char* tasks_of_a_peer = "/v1/tasks?limit=500";

/// The tasks as REST has them, with what other nodes count of them.
ordered_json told_by_all(const call& request, const answers& given,
                         const std::vector<task_report>& all) {
  auto items = ordered_json::array();
  for (const auto& each : all)
    items.push_back(to_json(each));
  if (!request.node->alone)
    for (const auto& peer : answer_at<std::vector<peer_answer>>(given, given.size() - 1))
      if (const auto list = read_answer(peer, "items"))
        add_progress_of_all(items, (*list)["items"]);
  return items;
}

ordered_json to_send_task(const task_report& of, const ordered_json& told,
                          const std::vector<queue_report>& queues, const answers& given,
                          std::chrono::minutes zone) {
  const auto& value = of.value;
  const auto* const group =
      named(answer_at<std::vector<group_report>>(given, listed_groups), value.group);
  const auto* const by =
      named(answer_at<std::vector<template_report>>(given, listed_templates), value.from_template);
  const auto progress = progress_of(told, group);
  const auto status = status_of(of, progress, is_held(value, queues));
  ordered_json target;
  target["TaskId"] = static_cast<std::uint64_t>(value.id);
  target["FromEmailAddress"] = value.from;
  target["ReceiverId"] = group == nullptr ? 0 : group->id;
  target["TaskStatus"] = static_cast<int>(status);
  target["TaskType"] = kind_of(value);
  target["RequestCount"] = progress.requested;
  target["SendCount"] = progress.sent;
  target["CacheCount"] = status == task_status::paused_today ? progress.left : 0;
  target["CreateTime"] = to_naive(value.created_at, zone);
  const auto changed_at =
      of.occurrences.empty()
          ? value.changed_at
          : of.occurrences.front().finished_at.value_or(of.occurrences.front().made_at);
  target["UpdateTime"] = to_naive(std::max(value.changed_at, changed_at), zone);
  target["Subject"] = value.subject;
  target["Template"] = {{"TemplateID", by == nullptr ? 0 : by->id},
                        {"TemplateData", to_json_text(value.variables)}};
  add_times(target, value, zone);
  target["ErrMsg"] = fault_of(of);
  target["ReceiversName"] = value.group.str();
  return target;
}

/// Whether a row is one of those that were asked for.
bool is_wanted(const json& parameters, const ordered_json& row) {
  const auto fits = [&](const char* name, const char* member) {
    return !parameters.contains(name) || row[member] == number_of(parameters, name, 0);
  };
  return fits("Status", "TaskStatus") && fits("ReceiverId", "ReceiverId") &&
         fits("TaskType", "TaskType");
}

} // namespace

step batch_send_email(call& request, const answers& given) {
  if (!given.empty() && std::holds_alternative<task_report>(given.back()))
    return ordered_json{{"TaskId", static_cast<std::uint64_t>(
                                       answer_at<task_report>(given, given.size() - 1).value.id)}};
  const auto from = read_sender(text_of(request.body, "FromEmailAddress"));
  if (!from)
    return from.error();
  if (given.empty()) {
    if (const auto texts = check_task_texts(request.body); !texts)
      return texts.error();
    if (const auto when = read_when(request); !when)
      return when.error();
    return ask_for(list_pools{}, list_groups{request.who.account, {}},
                   list_templates{request.who.account, {}},
                   list_identities{request.who.account, {}});
  }
  auto next = std::size_t{its_identities + 1};
  if (auto step = check_right(request, given, {from.value().domain}, its_identities, next))
    return std::move(*step);
  return make_task(request, given, from.value());
}

step list_send_tasks(call& request, const answers& given) {
  const auto range = row_range_of(request.body);
  if (!range)
    return range.error();
  const auto& account = request.who.account;
  if (given.empty()) {
    std::vector<ask> questions{list_tasks{task_id::none, account, 0, true},
                               list_groups{account, {}}, list_templates{account, {}}};
    std::ranges::move(admin::handlers::ask_what_waits(request), std::back_inserter(questions));
    if (!request.node->alone)
      questions.emplace_back(
          ask_peers{std::make_shared<const inquiry>(inquiry{"GET", tasks_of_a_peer, request.who})});
    return questions;
  }
  auto all = answer_at<std::vector<task_report>>(given, listed_tasks);
  std::sort(all.begin(), all.end(),
            [](const auto& a, const auto& b) { return a.value.id > b.value.id; });
  const auto told = told_by_all(request, given, all);
  const answers others{given.begin() + listed_count, given.end()};
  const auto waits = admin::handlers::read_what_waits(request, others);
  std::vector<ordered_json> rows;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (auto row =
            to_send_task(all[i], told[i], waits.queues, given, request.node->cloud.time_zone);
        is_wanted(request.body, row))
      rows.push_back(std::move(row));
  ordered_json target;
  target["TotalCount"] = rows.size();
  target["Data"] = in_range(rows, range.value());
  return target;
}

} // namespace warmfront::admin::tencent::handlers
