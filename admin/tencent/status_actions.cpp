// GetSendEmailStatus: what became of each recipient of a day's mail.
#include <algorithm>

#include <fmt/core.h>

#include "admin/api/across.hpp"
#include "admin/api/target.hpp"
#include "admin/tencent/handlers.hpp"
#include "admin/tencent/naive_time.hpp"
#include "admin/tencent/parameters.hpp"

namespace warmfront::admin::tencent::handlers {

namespace {

constexpr std::chrono::days window{90};
/// A message of a task has a thousand recipients: pages begin small.
constexpr std::uint64_t messages_at_first = 20;
constexpr std::uint64_t messages_a_page_max = 500;
/// About as many recipients are read at once.
constexpr std::uint64_t recipients_a_page = 20'000;
/// Recipients that are gone through for one answer.
constexpr std::uint64_t recipients_max = 500'000;

/// What the service did, and what the receiver did.
struct state_codes {
  int sent = 0;
  int delivered = 0;
  const char* text = "";
};

state_codes codes_of(std::string_view state) {
  switch (parse_recipient_state(state).value_or(recipient_state::queued)) {
  case recipient_state::queued:
    return {0, 0};
  case recipient_state::held:
    return {1010, 0, "The limit of the day is reached: it waits."};
  case recipient_state::deferred:
    return {0, 8};
  case recipient_state::delivered:
    return {0, 1};
  case recipient_state::bounced:
    return {0, 3};
  case recipient_state::expired:
    return {1004, 2, "It could not be delivered in time."};
  case recipient_state::suppressed:
    return {1007, 2, "The address is on a blocklist of the account."};
  case recipient_state::cancelled:
    return {1003, 2, "It was cancelled."};
  }
  return {};
}

std::int64_t seconds_in(const ordered_json& object, const char* name) {
  const auto when = parse_rfc3339(text_in(object, name));
  return when ? unix_seconds(*when) : 0;
}

ordered_json to_row(const ordered_json& message, const ordered_json& recipient) {
  const auto codes = codes_of(text_in(recipient, "state"));
  const auto reply = text_in(recipient, "last_reply");
  ordered_json row;
  row["MessageId"] = text_in(message, "id");
  row["ToEmailAddress"] = text_in(recipient, "address");
  row["FromEmailAddress"] = text_in(message, "from");
  row["SendStatus"] = codes.sent;
  row["DeliverStatus"] = codes.delivered;
  row["DeliverMessage"] = reply.empty() ? codes.text : reply;
  row["RequestTime"] = seconds_in(message, "accepted_at");
  row["DeliverTime"] = codes.delivered == 1 ? seconds_in(recipient, "changed_at") : 0;
  for (const auto* const name :
       {"UserOpened", "UserClicked", "UserUnsubscribed", "UserComplained", "UserComplainted"})
    row[name] = false;
  return row;
}

/// What is looked for, and from where backwards.
struct status_search {
  row_range range;
  wall_time begin;
  wall_time end;
  std::optional<message_id> only;
  std::string to;
};

checked<status_search> read_search(const call& request) {
  const auto& parameters = request.body;
  status_search search;
  WARMFRONT_TRY(range, row_range_of(parameters));
  search.range = range;
  const auto zone = request.node->cloud.time_zone;
  const auto day = parse_date(text_of(parameters, "RequestDate"));
  if (!day)
    return gateway_error{"InvalidParameterValue.WrongDate",
                         "`RequestDate` is not a day as in 2026-11-24."};
  const auto today = local_day_of(request.now, zone);
  if (*day > today || *day + window < today)
    return gateway_error{
        "FailedOperation.NotSupportDate",
        fmt::format("`RequestDate` is not within the last {} days.", window.count())};
  search.begin = begin_of(*day, zone);
  search.end = begin_of(*day + std::chrono::days{1}, zone);
  search.to = text_of(parameters, "ToEmailAddress");
  if (const auto id = text_of(parameters, "MessageId"); !id.empty())
    search.only = message_id::parse(id).value_or(message_id{});
  return search;
}

/// How far a search has come. It is kept with the call, in its parameters.
struct search_progress {
  std::uint64_t page = messages_at_first; ///< messages of the next page
  std::uint64_t read = 0;                 ///< recipients gone through
  std::uint64_t seen = 0;                 ///< rows that are asked for, those left out included
  json rows = json::array();
};

search_progress progress_in(const json& parameters) {
  const auto found = parameters.find("Progress");
  if (found == parameters.end())
    return {};
  return {number_of(*found, "page", 0), number_of(*found, "read", 0), number_of(*found, "seen", 0),
          (*found)["rows"]};
}

json to_continuation(search_progress value) {
  return {{"page", value.page},
          {"read", value.read},
          {"seen", value.seen},
          {"rows", std::move(value.rows)}};
}

/// One page of the messages before `after`, of this node and the others.
step ask_for_page(const call& request, const status_search& search, std::uint64_t messages,
                  const message_id& after) {
  list_messages own;
  own.to = search.to;
  own.after = after;
  own.limit = static_cast<std::uint32_t>(messages);
  ask_anew next;
  next.questions.emplace_back(std::move(own));
  if (request.node->alone)
    return next;
  std::string target = fmt::format("/v1/messages?limit={}&after={}", messages, after.str());
  if (!search.to.empty())
    target += "&to=" + percent_encode(search.to);
  next.questions.emplace_back(
      ask_peers{std::make_shared<const inquiry>(inquiry{"GET", std::move(target), request.who})});
  return next;
}

/// The page as the cluster has it.
ordered_json read_page(const call& request, const answers& given, std::uint64_t messages) {
  const auto& own = answer_at<message_page>(given, 0);
  ordered_json page;
  page["items"] = ordered_json::array();
  for (const auto& each : own.items)
    page["items"].push_back(admin::to_json(each));
  page["next"] = own.next ? ordered_json(own.next->str()) : ordered_json(nullptr);
  if (request.node->alone)
    return page;
  const auto found = std::find_if(routes().begin(), routes().end(), [](const route& each) {
    return each.operation == std::string_view{"list_messages"};
  });
  call as_asked;
  as_asked.where = &*found;
  as_asked.query = {{"limit", messages}};
  const auto joined = combine(as_asked, {200, "application/json", dump(page), {}},
                              answer_at<std::vector<peer_answer>>(given, 1));
  return ordered_json::parse(joined.body, nullptr, false);
}

/// Adds the rows of one message that are asked for. Notices that mail could not be delivered, which
/// have no sender, are none that anybody asked for.
void add_rows(search_progress& found, const call& request, const status_search& search,
              const ordered_json& message) {
  const auto accepted_at = parse_rfc3339(text_in(message, "accepted_at")).value_or(wall_time{});
  if (text_in(message, "account") != request.who.account.str() || accepted_at < search.begin ||
      accepted_at >= search.end || text_in(message, "from").empty() ||
      (search.only && text_in(message, "id") != search.only->str()))
    return;
  for (const auto& recipient : message["recipients"]) {
    if (!search.to.empty() && text_in(recipient, "address") != search.to)
      continue;
    if (found.seen++ >= search.range.offset && found.rows.size() < search.range.limit)
      found.rows.push_back(json(to_row(message, recipient)));
  }
}

/// Goes through a page, and says how large the next one should be.
void add_page(search_progress& found, const call& request, const status_search& search,
              const ordered_json& page) {
  std::uint64_t recipients = 0;
  for (const auto& each : page["items"]) {
    recipients += each["recipients"].size();
    add_rows(found, request, search, each);
  }
  found.read += recipients;
  const auto messages = std::max<std::uint64_t>(page["items"].size(), 1);
  found.page = std::clamp(recipients_a_page * messages / std::max<std::uint64_t>(recipients, 1),
                          messages_at_first, messages_a_page_max);
}

/// Where the search begins: ids below it are those of the day, or only the one.
message_id first_bound(const status_search& search) {
  if (!search.only)
    return message_id{search.end, 0, 0};
  // The next greater one.
  std::string octets{search.only->octet_view()};
  for (auto at = octets.rbegin(); at != octets.rend(); ++at) {
    *at = static_cast<char>(*at + 1);
    if (*at != 0)
      break;
  }
  return message_id::from_octets(octets);
}

} // namespace

step get_send_email_status(call& request, const answers& given) {
  const auto search = read_search(request);
  if (!search)
    return search.error();
  const auto& wanted = search.value();
  auto found = progress_in(request.body);
  if (given.empty())
    return ask_for_page(request, wanted, wanted.only ? 1 : found.page, first_bound(wanted));
  const auto page = read_page(request, given, wanted.only ? 1 : found.page);
  add_page(found, request, wanted, page);
  const auto next = message_id::parse(text_in(page, "next"));
  const bool has_more = next && !wanted.only && next->accepted_at() >= wanted.begin;
  if (!has_more || found.rows.size() >= wanted.range.limit)
    return ordered_json{{"EmailStatusList", ordered_json(std::move(found.rows))}};
  if (found.read >= recipients_max)
    return gateway_error{"FailedOperation.ServiceNotAvailable",
                         "The day has too many mails to go through: give `MessageId` or "
                         "`ToEmailAddress`."};
  const auto messages = found.page;
  request.body["Progress"] = to_continuation(std::move(found));
  return ask_for_page(request, wanted, messages, *next);
}

} // namespace warmfront::admin::tencent::handlers
