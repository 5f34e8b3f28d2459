// The commands about what is sent, and to whom.
#include "admin/cli/arguments.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr argument account{.name = "account",
                           .about = "whose it is; the key's own account by default",
                           .where = place::query};
constexpr argument template_texts[] = {
    {.name = "subject", .about = "the subject, as in \"Your order {{number}}\""},
    {.name = "html", .about = "the body as HTML", .kind = shape::file},
    {.name = "text", .about = "the body as plain text", .kind = shape::file},
    account,
};
constexpr auto template_create = with_first(body_name, template_texts);
constexpr auto template_change = with_first(name, template_texts);
constexpr argument template_show[] = {
    name,
    {.name = "version",
     .about = "one of its versions",
     .where = place::query,
     .kind = shape::number},
    account,
};
constexpr argument template_render[] = {
    name,
    {.name = "variables",
     .about = "what a name stands for, as in name=Ada",
     .kind = shape::named_texts},
    {.name = "version", .about = "one of its versions", .kind = shape::number},
    account,
};
constexpr argument template_reject[] = {name, {.name = "reason", .about = "why"}, account};
constexpr argument by_name_of_account[] = {name, account};
constexpr argument page_of_account[] = {account, limit, after};
constexpr argument group_create[] = {
    body_name, {.name = "description", .about = "what it is for"}, account};
constexpr argument group_import[] = {
    name,
    {.name = "file",
     .about = "the list: CSV with a column email, - for standard input",
     .where = place::list,
     .positional = true,
     .required = true},
    account,
};
constexpr argument group_recipients[] = {name, account, limit, after};
constexpr argument task_number{.name = "id",
                               .about = "the task's number",
                               .where = place::path,
                               .positional = true,
                               .required = true};
constexpr argument by_task[] = {task_number};
constexpr argument start_at{.name = "start_at",
                            .about = "when it begins, as in 2026-12-01T08:00:00Z; now by default"};
constexpr argument every{.name = "every",
                         .about = "after each so many hours or days, as in 24h",
                         .where = place::repeat};
constexpr argument rrule{.name = "rrule",
                         .about = "by a rule of RFC 5545, as in FREQ=WEEKLY;BYDAY=MO",
                         .where = place::repeat};
constexpr argument timezone{.name = "timezone",
                            .about = "whose clock the rule means, as in Europe/Berlin",
                            .where = place::repeat};
constexpr argument until{.name = "until", .about = "not after this", .where = place::repeat};
constexpr argument misfire{.name = "misfire",
                           .about = "what becomes of missed times: once, skip or catch_up",
                           .where = place::repeat};
constexpr argument no_opens{.name = "no_opens",
                            .about = "do not find out who opens it",
                            .where = place::track,
                            .kind = shape::flag};
constexpr argument no_clicks{.name = "no_clicks",
                             .about = "do not find out who follows its links",
                             .where = place::track,
                             .kind = shape::flag};
constexpr argument opens{
    .name = "opens", .about = "find out who opens it", .where = place::track, .kind = shape::flag};
constexpr argument clicks{.name = "clicks",
                          .about = "find out who follows its links",
                          .where = place::track,
                          .kind = shape::flag};
constexpr argument headers{.name = "headers",
                           .about = "a further header field, as in X-Campaign=spring",
                           .kind = shape::named_texts};
constexpr argument attachments{.name = "attachments",
                               .about = "a file to attach, as in report.pdf;type=application/pdf",
                               .kind = shape::attachments};
constexpr argument task_create[] = {
    {.name = "template", .about = "what mails are made from", .required = true},
    {.name = "group", .about = "who gets them", .required = true},
    {.name = "from", .about = "the author's mailbox", .required = true},
    {.name = "subject", .about = "instead of the template's"},
    {.name = "reply_to", .about = "where answers go"},
    {.name = "variables",
     .about = "a value for recipients that have none, as in city=Oslo",
     .kind = shape::named_texts},
    {.name = "pool", .about = "the pool of IPs to leave from"},
    start_at,
    every,
    rrule,
    timezone,
    until,
    {.name = "count",
     .about = "so many times in all",
     .where = place::repeat,
     .kind = shape::number},
    misfire,
    headers,
    attachments,
    opens,
    no_opens,
    clicks,
    no_clicks,
};
constexpr argument task_preview[] = {
    start_at, every, rrule,
    timezone, until, {.name = "count", .about = "how many times to show", .kind = shape::number},
};
constexpr argument send[] = {
    {.name = "from", .about = "the author's mailbox"},
    {.name = "to", .about = "a recipient", .kind = shape::texts},
    {.name = "cc", .about = "a further recipient, shown", .kind = shape::texts},
    {.name = "bcc", .about = "a further recipient, not shown", .kind = shape::texts},
    {.name = "reply_to", .about = "where answers go"},
    {.name = "subject", .about = "the subject"},
    {.name = "text", .about = "the body as plain text"},
    {.name = "html", .about = "the body as HTML"},
    {.name = "text_file",
     .about = "the body as plain text, from a file",
     .kind = shape::file,
     .field = "text"},
    {.name = "html_file",
     .about = "the body as HTML, from a file",
     .kind = shape::file,
     .field = "html"},
    {.name = "stdin",
     .about = "read the body as plain text from standard input",
     .kind = shape::standard_input,
     .field = "text"},
    headers,
    attachments,
    {.name = "template", .about = "the template that subject and body are made from"},
    {.name = "variables",
     .about = "what a name in it stands for, as in name=Ada",
     .kind = shape::named_texts},
    {.name = "pool", .about = "the pool of IPs to leave from"},
    {.name = "class", .about = "triggered or batch"},
    {.name = "require_tls", .about = "never without TLS, or it comes back", .kind = shape::flag},
    {.name = "send_at", .about = "not before this time, as in 2026-12-01T08:00:00Z"},
    opens,
    no_opens,
    clicks,
    no_clicks,
    {.name = "json",
     .about = "read the whole request as JSON from this file, - for standard input",
     .where = place::raw},
};
constexpr argument series_options[] = {
    {.name = "names",
     .about = "accepted, delivered, deferred, bounced, complained, backlog, used; with commas",
     .where = place::query},
    {.name = "from",
     .about = "the first moment, as in 2026-12-01T08:00:00Z",
     .where = place::query},
    {.name = "to", .about = "the last moment", .where = place::query},
    {.name = "step", .about = "60s, 10m or 1h", .where = place::query},
};
constexpr argument statistics[] = {
    {.name = "from", .about = "the first day, as in 2026-11-01", .where = place::query},
    {.name = "to", .about = "the last day; today by default", .where = place::query},
    {.name = "by",
     .about = "day, domain (of senders), provider, ip, task, template, several with commas; or "
              "receiver",
     .where = place::query},
    {.name = "domain", .about = "only of this sender domain", .where = place::query},
    {.name = "receiver", .about = "only to this domain", .where = place::query},
    {.name = "provider", .about = "only by this receiving provider", .where = place::query},
    {.name = "ip", .about = "only from this IP", .where = place::query},
    {.name = "task", .about = "only of this task", .where = place::query},
    {.name = "template", .about = "only from this template", .where = place::query},
    account,
    limit,
    after,
};

constexpr argument tls_reports[] = {
    {.name = "from", .about = "the first day, as in 2026-11-01", .where = place::query},
    {.name = "to", .about = "the last day; today by default", .where = place::query},
    {.name = "domain", .about = "only of this domain's policies", .where = place::query},
    limit,
    after,
};
constexpr argument of_account[] = {account};

constexpr command all_sending[] = {
    {"complaints", "address", "Shows where providers are to send complaints about mail.", "GET",
     "/v1/complaint-address", of_account},
    {"stats", "", "Shows what became of mail, by UTC days.", "GET", "/v1/statistics", statistics,
     "",
     "day domain receiver provider ip task template requests accepted delivered deferred bounced "
     "expired suppressed opened_unique clicked_unique complained unsubscribed delivered_percent "
     "opened_percent complained_percent"},

    {"stats", "series", "Shows curves over time, of what was sampled once a minute.", "GET",
     "/v1/series", series_options},

    {"tls", "", "Shows how connections fared under receivers' policies, by UTC days.", "GET",
     "/v1/tls-reports", tls_reports, "",
     "day domain policy success starttls_not_supported certificate_host_mismatch "
     "certificate_expired certificate_not_trusted validation_failure dnssec_invalid "
     "sts_policy_fetch_error sts_policy_invalid sts_webpki_invalid"},

    {"template", "list", "Lists the templates of mails.", "GET", "/v1/templates", page_of_account,
     "", "name account id state version changed_at required"},
    {"template", "show", "Shows a template and its texts.", "GET", "/v1/templates/{}",
     template_show},
    {"template", "create", "Creates a template.", "POST", "/v1/templates", template_create, "{}"},
    {"template", "change", "Gives a template new texts; sends under way keep theirs.", "PUT",
     "/v1/templates/{}", template_change, "{}"},
    {"template", "render", "Shows what a recipient would get.", "POST", "/v1/templates/{}/render",
     template_render, "{}"},
    {"template", "approve", "Lets a template be sent, where templates are reviewed.", "POST",
     "/v1/templates/{}/actions", by_name_of_account, R"({"action":"approve"})"},
    {"template", "reject", "Lets a template not be sent.", "POST", "/v1/templates/{}/actions",
     template_reject, R"({"action":"reject"})"},
    {"template", "delete", "Deletes a template.", "DELETE", "/v1/templates/{}", by_name_of_account},

    {"group", "list", "Lists the recipient groups.", "GET", "/v1/groups", page_of_account, "",
     "name account id version recipients changed_at"},
    {"group", "show", "Shows a recipient group.", "GET", "/v1/groups/{}", by_name_of_account},
    {"group", "create", "Creates an empty recipient group.", "POST", "/v1/groups", group_create,
     "{}"},
    {"group", "import", "Reads a list into a group, after what is there.", "POST",
     "/v1/groups/{}/recipients", group_import},
    {"group", "replace", "Reads a list into a group, instead of what was there.", "PUT",
     "/v1/groups/{}/recipients", group_import},
    {"group", "recipients", "Lists the recipients of a group.", "GET", "/v1/groups/{}/recipients",
     group_recipients, "", "email variables"},
    {"group", "delete", "Deletes a recipient group.", "DELETE", "/v1/groups/{}",
     by_name_of_account},

    {"task", "create", "Sends to a group: now, later, or again and again.", "POST", "/v1/tasks",
     task_create, "{}"},
    {"task", "preview", "Shows when a task would fire.", "POST", "/v1/tasks/preview", task_preview,
     "{}"},
    {"task", "list", "Lists the tasks, newest first.", "GET", "/v1/tasks", page_of_account, "",
     "id state template group pool next_at fired progress"},
    {"task", "show", "Shows a task and its progress.", "GET", "/v1/tasks/{}", by_task},
    {"task", "occurrences", "Lists the last firings of a task.", "GET", "/v1/tasks/{}/occurrences",
     by_task, "", "number at state reason progress finished_at"},
    {"task", "pause", "Lets nothing of a task begin.", "POST", "/v1/tasks/{}/actions", by_task,
     R"({"action":"pause"})"},
    {"task", "resume", "Goes on with a paused task.", "POST", "/v1/tasks/{}/actions", by_task,
     R"({"action":"resume"})"},
    {"task", "cancel", "Ends a task; what has not been sent is not.", "POST",
     "/v1/tasks/{}/actions", by_task, R"({"action":"cancel"})"},
    {"task", "delete", "Forgets a task that is over.", "DELETE", "/v1/tasks/{}", by_task},

    {"send", "", "Sends a message.", "POST", "/v1/messages", send, "{}"},
};

} // namespace

std::span<const command> sending_commands() noexcept {
  return all_sending;
}

} // namespace warmfront::admin::cli
