#include "admin/api/across.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "admin/api/across_feedback.hpp"
#include "admin/api/across_queues.hpp"
#include "admin/api/handlers.hpp"
#include "admin/api/schemas.hpp"
#include "admin/api/task_progress.hpp"

namespace warmfront::admin {

namespace {

constexpr unsigned found_none = 404;

bool succeeded(unsigned status) noexcept {
  return status >= 200 && status < 300;
}

std::vector<std::string> unanswered(const std::vector<peer_answer>& others, bool ended = false) {
  std::vector<std::string> names;
  for (const auto& each : others)
    if ((ended || !each.ended) && !succeeded(each.value.status) && each.value.status != found_none)
      names.push_back(each.peer.str());
  return names;
}

/// The body of this node's own answer: it has just been written here.
ordered_json read_own(const http_response& own) {
  return ordered_json::parse(own.body, nullptr, false);
}

http_response naming_missing(http_response own, const std::vector<peer_answer>& others) {
  const auto missing = unanswered(others);
  if (missing.empty())
    return own;
  auto value = read_own(own);
  value["unanswered"] = missing;
  own.body = dump(value);
  return own;
}

// ---- one object -----------------------------------------------------------------------------

http_response of_whoever_knows(http_response own, const std::vector<peer_answer>& others) {
  const auto knows = [](const peer_answer& each) {
    return each.value.status != 0 && each.value.status != found_none;
  };
  auto best = std::ranges::find_if(
      others, [](const peer_answer& each) { return succeeded(each.value.status); });
  if (best == others.end())
    best = std::ranges::find_if(others, knows);
  if (best != others.end()) {
    const auto* const type =
        succeeded(best->value.status) ? "application/json" : "application/problem+json";
    return {best->value.status, type, best->value.body, {}};
  }
  const auto missing = unanswered(others);
  if (missing.empty())
    return own;
  return to_response(
      to_problem({errc::unavailable,
                  fmt::format("Nobody who was asked knows it, and {} gave no answer.",
                              fmt::join(missing, ", ")),
                  "try again; GET /v1/cluster shows the nodes",
                  {}}));
}

// ---- sums -------------------------------------------------------------------------------------

/// Sent by another node: of the same day, or it has not noticed yet that this one has begun.
void add_ledger(ordered_json& sum, const ordered_json& part) {
  if (!part.is_object() || number_in(sum, "day") != number_in(part, "day") ||
      text_in(sum, "day_ends_at") != text_in(part, "day_ends_at"))
    return;
  sum["used"] = number_in(sum, "used") + number_in(part, "used");
  if (sum.contains("quality") && part.contains("quality"))
    for (auto& [name, count] : sum["quality"].items())
      count = number_in(sum["quality"], name.c_str()) + number_in(part["quality"], name.c_str());
  sum["leased"] = std::max(number_in(sum, "leased"), number_in(part, "leased"));
  if (text_in(sum, "state") == to_string(ledger_state::open) && sum["limit"].is_number() &&
      number_in(sum, "used") >= number_in(sum, "limit"))
    sum["state"] = to_string(ledger_state::exhausted);
}

bool is_same(const ordered_json& a, const ordered_json& b) {
  for (const auto* const name : {"address", "subject", "provider"})
    if (text_in(a, name) != text_in(b, name))
      return false;
  return true;
}

/// `sum` and `parts` are lists of ledgers or of IPs with their ledgers.
void add_all(ordered_json& sum, const ordered_json& parts);

void add(ordered_json& sum, const ordered_json& part) {
  if (!sum.contains("ledgers"))
    return add_ledger(sum, part);
  if (!part.contains("ledgers"))
    return;
  add_all(sum["ledgers"], part["ledgers"]);
  const auto exhausted = [](const ordered_json& each) {
    return text_in(each, "state") == to_string(ledger_state::exhausted);
  };
  if (text_in(sum, "state") == "warming" &&
      std::any_of(sum["ledgers"].begin(), sum["ledgers"].end(), exhausted))
    sum["state"] = to_string(ledger_state::exhausted);
}

std::pair<std::string, std::string> row(const ordered_json& ledger) {
  return {text_in(ledger, "subject"), text_in(ledger, "provider")};
}

void add_all(ordered_json& sum, const ordered_json& parts) {
  for (const auto& part : parts) {
    if (!part.is_object())
      continue;
    const auto same = std::find_if(sum.begin(), sum.end(),
                                   [&](const ordered_json& each) { return is_same(each, part); });
    if (same != sum.end())
      add(*same, part);
    // A provider that only the other node has sent to: in the order of the list.
    else if (part.contains("provider") && text_in(part, "provider") != "*")
      sum.insert(std::find_if(sum.begin(), sum.end(),
                              [&](const ordered_json& each) { return row(part) < row(each); }),
                 part);
  }
}

// ---- lists ------------------------------------------------------------------------------------

using order = std::function<bool(const std::string&, const std::string&)>;

std::string token_of(const ordered_json& item) {
  if (item.contains("id"))
    return text_in(item, "id");
  return handlers::queue_token(text_in(item, "pool"), text_in(item, "class"),
                               text_in(item, "sender_domain"), text_in(item, "provider"),
                               text_in(item, "destination"), text_in(item, "node"),
                               text_in(item, "state"));
}

/// Pages of several nodes as one. A page tells nothing of what comes behind its end, so the joined
/// one ends with the first of them that goes on.
void join(ordered_json& list, const std::vector<ordered_json>& others, std::uint64_t limit,
          order before) {
  std::optional<std::string> end;
  const auto ends = [&](const ordered_json& page) {
    const auto next = page.value("next", ordered_json{});
    if (next.is_string() && (!end || before(next.get<std::string>(), *end)))
      end = next.get<std::string>();
  };
  auto& items = list["items"];
  ends(list);
  for (const auto& each : others) {
    ends(each);
    items.insert(items.end(), each["items"].begin(), each["items"].end());
  }
  std::stable_sort(items.begin(), items.end(),
                   [before](const ordered_json& a, const ordered_json& b) {
                     return before(token_of(a), token_of(b));
                   });
  // A message that was taken over has a record at its former node as well.
  const auto again =
      std::unique(items.begin(), items.end(), [](const ordered_json& a, const ordered_json& b) {
        return token_of(a) == token_of(b);
      });
  items.erase(again, items.end());
  while (!items.empty() && end && before(*end, token_of(items.back())))
    items.erase(items.size() - 1);
  if (items.size() > limit) {
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(limit), items.end());
    end = token_of(items.back());
  }
  list["next"] = end ? ordered_json(*end) : ordered_json(nullptr);
}

/// What a row of counts is of: its text.
std::string name_of_row(const ordered_json& row) {
  for (const auto& member : row)
    if (member.is_string())
      return member.get<std::string>();
  return {};
}

/// Pages of rows as one: equal rows are added up. A page tells nothing of what comes behind its
/// end, so the sum ends with the first of them that goes on.
void sum_rows(ordered_json& list, const std::vector<ordered_json>& others, std::uint64_t limit) {
  std::optional<std::string> end;
  std::map<std::string, ordered_json> rows;
  const auto take = [&](const ordered_json& page) {
    const auto next = page.value("next", ordered_json{});
    if (next.is_string() && (!end || next.get<std::string>() < *end))
      end = next.get<std::string>();
    for (const auto& each : page["items"]) {
      if (!each.is_object())
        continue;
      const auto [sum, is_new] = rows.try_emplace(name_of_row(each), each);
      if (is_new)
        continue;
      for (auto& [name, count] : sum->second.items())
        if (count.is_number_unsigned())
          count = count.get<std::uint64_t>() + number_in(each, name.c_str());
    }
  };
  take(list);
  for (const auto& each : others)
    take(each);
  auto& items = list["items"] = ordered_json::array();
  std::string last;
  for (auto& [name, row] : rows) {
    if (end && name > *end)
      break;
    if (items.size() == limit) {
      end = last;
      break;
    }
    items.push_back(std::move(row));
    last = name;
  }
  list["next"] = end ? ordered_json(*end) : ordered_json(nullptr);
}

http_response of_list(const call& request, http_response own,
                      const std::vector<peer_answer>& others) {
  const bool of_audit = request.where->response == &schemas::audit_record;
  auto list = read_own(own);
  std::vector<ordered_json> pages;
  for (const auto& each : others)
    if (auto page = read_answer(each, "items"); page && (*page)["items"].is_array())
      pages.push_back(std::move(*page));
  if (request.where->cluster == across::summed_rows) {
    sum_rows(list, pages, handlers::number_of(request.query, "limit", handlers::items_per_page));
  } else if (request.where->cluster == across::summed_list) {
    for (const auto& each : pages)
      add_all(list["items"], each["items"]);
  } else {
    const bool of_messages = request.where->response == &schemas::message;
    const bool newest_first = of_messages || of_audit;
    const auto limit =
        handlers::number_of(request.query, "limit",
                            of_messages ? handlers::messages_per_page : handlers::items_per_page);
    join(list, pages, limit, newest_first ? order{std::greater<>{}} : order{std::less<>{}});
  }
  take_completeness(list, pages);
  // Nobody takes over the records of who has ended.
  if (const auto missing = unanswered(others, of_audit); !missing.empty())
    list["unanswered"] = missing;
  own.body = dump(list);
  return own;
}

// ---- tasks ------------------------------------------------------------------------------------

http_response of_tasks(const call& request, http_response own,
                       const std::vector<peer_answer>& others) {
  auto sum = read_own(own);
  for (const auto& each : others) {
    if (!request.where->is_list) {
      if (const auto part = read_answer(each))
        add_progress(sum, *part);
    } else if (const auto page = read_answer(each, "items"); page && (*page)["items"].is_array()) {
      add_progress_of_all(sum["items"], (*page)["items"]);
    }
  }
  own.body = dump(sum);
  return naming_missing(std::move(own), others);
}

// ---- nodes ------------------------------------------------------------------------------------

bool is_true(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && *found == true;
}

/// The nodes of a cluster, or the one node that was asked about.
ordered_json& nodes_in(ordered_json& view) {
  return view.contains("nodes") ? view["nodes"] : view = ordered_json::array({view});
}

void tell_of(ordered_json& node, const peer_answer& answer) {
  auto view = read_answer(answer);
  if (view)
    for (const auto& each : nodes_in(*view))
      if (each.is_object() && text_in(each, "name") == answer.peer.str())
        for (const auto* const name : {"hostname", "version", "ready", "problem", "storage"})
          if (each.contains(name))
            node[name] = each[name];
  if (!view && is_true(node, "alive")) {
    node["ready"] = false;
    node["problem"] = "it does not answer this node";
  }
}

http_response of_nodes(http_response own, const std::vector<peer_answer>& others) {
  auto view = read_own(own);
  const bool of_one = !view.contains("nodes");
  auto& nodes = nodes_in(view);
  bool ready = true;
  for (auto& node : nodes) {
    const auto answer = std::ranges::find_if(
        others, [&](const peer_answer& each) { return each.peer.str() == text_in(node, "name"); });
    if (answer != others.end())
      tell_of(node, *answer);
    ready = ready &&
            (is_true(node, "ready") || text_in(node, "state") == to_string(node_state::removed));
  }
  if (!of_one)
    view["ready"] = ready;
  own.body = dump(of_one ? nodes.front() : view);
  return own;
}

} // namespace

std::optional<ordered_json> read_answer(const peer_answer& answer, const char* wanted) {
  // Read with the bounds of strangers' input first: this node writes it again, level by level.
  if (!succeeded(answer.value.status) ||
      !std::holds_alternative<json>(parse_json(answer.value.body)))
    return std::nullopt;
  auto value = ordered_json::parse(answer.value.body, nullptr, false);
  return value.is_object() && (wanted == nullptr || value.contains(wanted))
             ? std::optional{std::move(value)}
             : std::nullopt;
}

std::string text_in(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

std::uint64_t number_in(const ordered_json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

bool asks_peers(const route& where, const http_response& own) noexcept {
  if (where.cluster == across::whoever_knows ||
      (where.cluster == across::queue_parts && own.status == found_none))
    return own.status == found_none;
  // A stream asks them itself, again and again.
  const bool is_stream = where.stays_open && own.body.empty();
  return where.cluster != across::nodes_agree && where.cluster != across::asks_itself &&
         succeeded(own.status) && !is_stream;
}

inquiry inquiry_of(const call& request, const http_request& received) {
  constexpr std::string_view action = "/actions";
  inquiry what{received.method, received.target, request.who};
  if (request.where->cluster == across::summed && request.where->pattern.ends_with(action)) {
    what.method = "GET";
    what.target.erase(what.target.rfind(action));
  }
  return what;
}

http_response combine(const call& request, http_response own,
                      const std::vector<peer_answer>& others) {
  switch (request.where->cluster) {
  case across::nodes_agree:
  case across::asks_itself:
    return own;
  case across::whoever_knows:
    return of_whoever_knows(std::move(own), others);
  case across::joined_list:
  case across::summed_list:
  case across::summed_rows:
    return of_list(request, std::move(own), others);
  case across::progress:
    return of_tasks(request, std::move(own), others);
  case across::each_about_itself:
    return of_nodes(std::move(own), others);
  case across::summed_counts:
    return naming_missing(sum_counts(std::move(own), others), others);
  case across::queue_parts:
    return naming_missing(sum_queue_parts(std::move(own), others), others);
  case across::event_pages:
    return naming_missing(join_events(request, std::move(own), others), others);
  case across::summed: {
    auto sum = read_own(own);
    for (const auto& each : others)
      if (const auto part = read_answer(each))
        add(sum, *part);
    own.body = dump(sum);
    return naming_missing(std::move(own), others);
  }
  }
  return own;
}

} // namespace warmfront::admin
