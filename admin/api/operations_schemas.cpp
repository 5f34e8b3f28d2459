// Schemas of what shows whether all is well: the overview, curves and ledgers' days.
#include <array>

#include "admin/api/response_fields.hpp"
#include "admin/api/schemas.hpp"

namespace warmfront::admin::schemas {

namespace {

using enum value_kind;

constexpr field whether(std::string_view name, std::string_view about) {
  return {.name = name, .about = about, .kind = truth, .required = true};
}
constexpr field object_of(std::string_view name, std::string_view about, const schema& nested) {
  return {.name = name, .about = about, .kind = object, .required = true, .nested = &nested};
}
constexpr field names_of(std::string_view name, std::string_view about) {
  return {.name = name, .about = about, .kind = texts, .rule = text_rule::free, .required = true};
}

constexpr field nodes_fields[] = {
    number_of("total", "nodes of the cluster"),
    number_of("up", "that give signs of life"),
    number_of("draining", "that take no new mail"),
    number_of("may_fail", "how many more may go without a loss"),
};
constexpr schema overview_nodes{"overview_nodes", "The nodes, counted.", nodes_fields};
constexpr field control_fields[] = {
    text_of("kind", "embedded or etcd"),
    whether("reachable", "whether it answers this node"),
    number_of("silence_seconds", "how long it has not answered"),
};
constexpr schema overview_control{"overview_control", "The control store.", control_fields};
constexpr field replication_fields[] = {
    text_of("mode", "none, preferred or required"),
    number_of("single_copy_messages",
              "taken over with one copy though two were wanted, since the nodes started"),
};
constexpr schema overview_replication{"overview_replication", "Second copies of mail.",
                                      replication_fields};
constexpr field today_fields[] = {
    maybe_number("limit", "what the pools' IPs may send today; null: not all have a limit"),
    number_of("used", "what they have sent"),
    maybe_number("remaining", "what is left"),
    time_of("day_ends_at", "when the first of their days ends; null: none has begun", true),
};
constexpr schema overview_today{"overview_today", "Today's quota.", today_fields};
constexpr field backlog_fields[] = {
    number_of("recipients", "that wait"),
    {.name = "by_reason",
     .about = "why: sending, limit, paused, no_ip, permits, task or retry",
     .kind = number_map,
     .required = true},
    time_of("drained_at", "when all of it would be sent, by the rules that run", true),
    text_of("why", "why there is no such time"),
};
constexpr schema overview_backlog{"overview_backlog", "What waits.", backlog_fields};
constexpr field rates_fields[] = {
    number_of("accepted_per_minute", "recipients, in the last minute"),
    number_of("delivered_per_minute", "the same"),
    number_of("deferred_per_minute", "attempts that will be repeated"),
    number_of("bounced_per_minute", "recipients"),
};
constexpr schema overview_rates{"overview_rates", "What happens now.", rates_fields};
constexpr field overview_action_fields[] = {
    text_of("id", "the same as long as it is about the same thing"),
    text_of("severity", "problem, warning or hint"),
    text_of("title", "what it is"),
    text_of("why", "what was found"),
    text_of("link", "the console's page"),
    text_of("command", "what shows it or ends it, on the command line"),
};
constexpr schema overview_action{"overview_action", "Something that needs a person.",
                                 overview_action_fields};
constexpr field checklist_fields[] = {
    text_of("id", "what it is about"),
    text_of("title", "the same as a sentence"),
    whether("done", "whether it is so"),
    text_of("link", "the console's page"),
};
constexpr schema checklist{"checklist_item", "A part of the first run.", checklist_fields};
constexpr field overview_fields[] = {
    text_of("state", "ok; attention: there are warnings; trouble: there are problems"),
    text_of("version", "this node's release"),
    time_of("started_at", "when this node started"),
    object_of("nodes", "the nodes", overview_nodes),
    {.name = "leader",
     .about = "who decides for all; null: nodes agree by the control store",
     .rule = text_rule::free,
     .required = true,
     .nullable = true},
    object_of("control_store", "where the cluster's decisions are kept", overview_control),
    object_of("replication", "second copies", overview_replication),
    object_of("today", "today's quota", overview_today),
    object_of("backlog", "what waits", overview_backlog),
    object_of("rates", "what happens now", overview_rates),
    list_of("actions", "what needs a person, the worst first", overview_action),
    list_of("checklist", "what a first run is made of", checklist),
    names_of("unanswered", "nodes whose part is missing"),
    names_of("unknown", "what could not be asked"),
};

constexpr std::array<std::string_view, 3> series_steps{"60s", "10m", "1h"};
constexpr field series_query_fields[] = {
    {.name = "names",
     .about = "with commas: accepted, delivered, deferred, bounced, complained, backlog, used; all "
              "by default",
     .most = 100},
    {.name = "from",
     .about = "the first moment; a day before the last by default, thirty for steps of 1h",
     .rule = text_rule::date_time},
    {.name = "to", .about = "the last moment; now by default", .rule = text_rule::date_time},
    {.name = "step",
     .about = "60s (the default) and 10m reach a day back, 1h thirty",
     .rule = text_rule::choice,
     .choices = series_steps},
};
constexpr field curve_fields[] = {
    text_of("name", "what it is of"),
    {.name = "values",
     .about = "a value for each step: counts of what happened in it, for backlog and used how it "
              "was at its end; null: nobody has sampled it",
     .kind = maybe_numbers,
     .required = true},
};
constexpr schema curve{"curve", "A value for each step.", curve_fields};
constexpr field series_fields[] = {
    time_of("from", "when the first step begins"),
    time_of("to", "when the last step ends"),
    number_of("step_seconds", "how long a step is"),
    list_of("series", "the curves, as asked for", curve),
    names_of("unanswered", "nodes whose part is missing"),
};

constexpr field history_query_fields[] = {
    {.name = "provider", .about = "of its limit alone: a receiving provider, as gmail"},
    {.name = "days",
     .about = "how many days back; 30 by default",
     .kind = number,
     .least = 1,
     .most = 90},
};
constexpr field past_day_fields[] = {
    number_of("day", "of the ledger, from 1"),
    number_of("level", "the plan's day, from 1; 0: not known"),
    text_of("plan", "the plan of then"),
    time_of("started_at", "when it began"),
    time_of("ended_at", "when it ended, or ends"),
    maybe_number("limit", "what might be sent; null: no limit, or not known"),
    number_of("used", "what was sent"),
    maybe_number("delivered", "of the outcomes that fell on it; null: not known by provider"),
    maybe_number("bounced", "the same"),
    maybe_number("complained", "the same"),
    text_of("decision", "advanced, repeated, lowered, blocked, restarted or set: what it is beside "
                        "the day before"),
    text_of("why", "what decided so"),
};
constexpr schema past_day{"ledger_past_day", "A day on which a ledger had mail.", past_day_fields};
constexpr field coming_day_fields[] = {
    number_of("day", "the plan's day, when every day before it is used; 0: there is no plan"),
    time_of("at", "when it begins"),
    maybe_number("limit", "what may be sent; null: no limit"),
    number_of("forecast", "how many of those who wait now go on it"),
};
constexpr schema coming_day{"ledger_coming_day", "A day of a ledger to come.", coming_day_fields};
constexpr field history_fields[] = {
    text_of("subject", "the IP or domain"),
    text_of("provider", "* or the provider asked for"),
    text_of("plan", "its plan"),
    list_of("days", "the days with mail, the present one last", past_day),
    names_of("unanswered", "nodes whose part is missing"),
    list_of("curve", "the present day and those to come", coming_day),
    time_of("finish_at", "when all that waits now would be sent; null: not under these rules",
            true),
};

constexpr field ledger_preview_fields[] = {
    {.name = "set_plan", .about = "with this plan", .rule = text_rule::name},
    {.name = "set_day",
     .about = "or on this day of its plan, from 1",
     .kind = number,
     .least = 1,
     .most = 100'000},
};
constexpr field outlook_fields[] = {
    list_of("days", "ten days, the present one first", coming_day),
    time_of("finish_at", "when all that waits now would be sent; null: not under these rules",
            true),
};
constexpr schema ledger_outlook{"ledger_outlook", "A ledger's days to come.", outlook_fields};
constexpr field previewed_fields[] = {
    text_of("subject", "the IP or domain"),
    whether("exists", "whether it has a ledger; else the change would start one"),
    object_of("before", "as it is", ledger_outlook),
    object_of("after", "as the change would make it", ledger_outlook),
};

} // namespace

const schema overview{"overview", "Whether all is well, and what needs a person.", overview_fields};
const schema series_query{"series_query", "Which curves, of when.", series_query_fields};
const schema series{"series", "Curves over time.", series_fields};
const schema ledger_history_query{"ledger_history_query", "Which days.", history_query_fields};
const schema ledger_history{"ledger_history", "A ledger's days, past and to come.", history_fields};
const schema ledger_preview{"ledger_preview", "A change of a ledger to look at.",
                            ledger_preview_fields};
const schema previewed_ledger{"previewed_ledger", "What a change would do: nothing was changed.",
                              previewed_fields};

} // namespace warmfront::admin::schemas
