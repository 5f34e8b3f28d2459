// What clients send and are answered about send tasks.
#include <array>

#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

constexpr std::uint64_t header_line_max = 998;
constexpr std::uint64_t task_variables_max = 200;
constexpr std::array<std::string_view, 3> misfires{"skip", "once", "catch_up"};
constexpr std::array<std::string_view, 3> task_actions{"pause", "resume", "cancel"};

constexpr field repeat_fields[] = {
    {.name = "every", .about = "after each so many hours or days, as in 24h or 7d", .most = 10},
    {.name = "rrule", .about = "or by a rule of RFC 5545, as in FREQ=WEEKLY;BYDAY=MO", .most = 500},
    {.name = "timezone", .about = "whose clock the rule means; UTC by default", .most = 64},
    {.name = "until", .about = "not after this", .rule = text_rule::date_time},
    {.name = "count",
     .about = "so many times in all",
     .kind = value_kind::number,
     .least = 1,
     .most = 1'000'000},
    {.name = "misfire",
     .about = "what becomes of times that were missed: only the last is made up for (once, by "
              "default), none (skip) or all (catch_up)",
     .rule = text_rule::choice,
     .choices = misfires},
};
constexpr schema repeat{"repeat", "How a task repeats; every or rrule.", repeat_fields};

constexpr field start_at_field{
    .name = "start_at", .about = "when it begins; now by default", .rule = text_rule::date_time};
constexpr field repeat_field{.name = "repeat",
                             .about = "how it repeats; once by default",
                             .kind = value_kind::object,
                             .nested = &repeat};

constexpr field new_task_fields[] = {
    {.name = "template",
     .about = "the template of the account that mails are made from",
     .rule = text_rule::title,
     .required = true},
    {.name = "group",
     .about = "the recipient group of the account",
     .rule = text_rule::title,
     .required = true},
    {.name = "from", .about = "the author's mailbox", .rule = text_rule::mailbox, .required = true},
    {.name = "subject", .about = "instead of the template's", .most = header_line_max},
    {.name = "reply_to", .about = "where answers go", .rule = text_rule::mailbox},
    {.name = "headers",
     .about = "further header fields by name",
     .kind = value_kind::text_map,
     .most = 50},
    {.name = "variables",
     .about = "values for recipients that have none",
     .kind = value_kind::text_map,
     .most = task_variables_max},
    {.name = "attachments",
     .about = "files",
     .kind = value_kind::objects,
     .most = 100,
     .nested = &attachment},
    {.name = "pool",
     .about = "the pool of IPs to leave from; the shared one by default",
     .rule = text_rule::name},
    {.name = "tracking",
     .about = "of the readers; as the nodes are set up by default",
     .kind = value_kind::object,
     .nested = &tracking_wish},
    start_at_field,
    repeat_field,
};
constexpr field preview_fields[] = {
    start_at_field,
    repeat_field,
    {.name = "count",
     .about = "how many times, ten by default",
     .kind = value_kind::number,
     .least = 1,
     .most = 100},
};
constexpr field action_fields[] = {
    {.name = "action",
     .about = "what to do",
     .rule = text_rule::choice,
     .required = true,
     .choices = task_actions},
};

constexpr field live_fields[] = {
    number_of("occurrence", "its number"),
    number_of("delivered", "taken by their receivers"),
    number_of("bounced", "refused for good"),
    number_of("expired", "given up"),
    number_of("suppressed", "left out on purpose"),
    number_of("cancelled", "not sent, since it was cancelled"),
    number_of("deferred", "wait for another attempt"),
};
constexpr schema live{"task_live_progress", "What is counted already of segments being sent.",
                      live_fields};

constexpr field progress_fields[] = {
    number_of("requested", "recipients in all"),
    number_of("delivered", "taken by their receivers"),
    number_of("bounced", "refused for good"),
    number_of("expired", "given up"),
    number_of("suppressed", "left out on purpose"),
    number_of("cancelled", "not sent, since it was cancelled"),
    number_of("waiting", "in a queue, for their turn or a permit"),
    number_of("deferred", "wait for another attempt"),
    number_of("cached", "not in a queue yet"),
    time_of("finish_at",
            "when the last one has been tried, by the rules of the warm-up; of one task alone",
            true),
    {.name = "live",
     .about = "of the above, in segments whose sending has not ended",
     .kind = value_kind::object,
     .required = true,
     .nested = &live},
};
constexpr schema progress{"task_progress", "How it stands with the recipients.", progress_fields};

constexpr field progress_field{.name = "progress",
                               .about = "of the last occurrence",
                               .kind = value_kind::object,
                               .required = true,
                               .nullable = true,
                               .nested = &progress};

constexpr field maybe_text(std::string_view name, std::string_view about) {
  return {
      .name = name, .about = about, .rule = text_rule::free, .required = true, .nullable = true};
}

constexpr field told_repeat_fields[] = {
    maybe_text("every", "hours between two times"),
    maybe_text("rrule", "the rule"),
    maybe_text("timezone", "whose clock the rule means"),
    time_of("until", "not after this", true),
    maybe_number("count", "so many times in all"),
    text_of("misfire", "what becomes of times that were missed"),
};
constexpr schema told_repeat{"task_repeat", "How a task repeats.", told_repeat_fields};

constexpr field task_fields[] = {
    number_of("id", "its number"),
    text_of("account", "whose it is"),
    text_of("template", "what mails are made from"),
    text_of("group", "who gets them"),
    text_of("from", "the author"),
    text_of("subject", "instead of the template's"),
    text_of("pool", "the pool of IPs"),
    {.name = "tracking",
     .about = "of the readers; null: as the nodes are set up",
     .kind = value_kind::object,
     .required = true,
     .nullable = true,
     .nested = &tracking_wish},
    time_of("start_at", "when it begins"),
    {.name = "repeat",
     .about = "how it repeats",
     .kind = value_kind::object,
     .required = true,
     .nullable = true,
     .nested = &told_repeat},
    text_of("state", "active, paused, cancelled or finished"),
    text_of("reason", "for the state"),
    time_of("created_at", "when it was made"),
    time_of("next_at", "when it fires next", true),
    number_of("fired", "how many times it has fired or failed to"),
    number_of("given_up", "how many times were missed and not made up for"),
    progress_field,
    {.name = "totals",
     .about = "what became of all its mail of the last year, and what was said of it later; of one "
              "task alone",
     .kind = value_kind::object,
     .nested = &counts},
    {.name = "warnings",
     .about = "of a new task: what large receivers would not like about its sender",
     .kind = value_kind::texts,
     .rule = text_rule::free},
};

constexpr field occurrence_fields[] = {
    number_of("number", "from 0"),
    time_of("at", "when it was due"),
    time_of("made_at", "when it fired"),
    text_of("state", "sending, finished, cancelled or failed"),
    text_of("reason", "why it failed"),
    number_of("template_version", "that it is made from"),
    number_of("group_version", "that it is sent to"),
    progress_field,
    time_of("finished_at", "when its last recipient had an outcome", true),
};

constexpr field planned_fields[] = {
    {.name = "times",
     .about = "when it would fire",
     .kind = value_kind::texts,
     .rule = text_rule::date_time,
     .required = true},
};

} // namespace

const schema new_task{"new_task", "A task to create.", new_task_fields};
const schema task_preview{"task_preview", "Times to look ahead for.", preview_fields};
const schema task_action{"task_action", "A change of a task.", action_fields};
const schema task{"task", "What is sent to whom, and when.", task_fields};
const schema task_occurrence{"task_occurrence", "One firing of a task.", occurrence_fields};
const schema planned_times{"planned_times", "When a task would fire.", planned_fields};

} // namespace warmfront::admin::schemas
