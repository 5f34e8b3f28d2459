#include <charconv>

#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

group_name group_in(const call& request) {
  return group_name{request.parameters.front()};
}

outcome import(call& request, const answers& given, bool replaces) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<import_report>(given, 0)));
  }
  const auto account = account_in(request);
  if (!account) {
    return fail(to_problem(account.error()));
  }
  const auto format = request.media_type == "text/csv" ? list_format::csv : list_format::ndjson;
  return then(
      import_list{account.value(), group_in(request), format, replaces, std::move(request.list)});
}

} // namespace

outcome list_groups(call& request, const answers& given) {
  if (!given.empty()) {
    return page(request, answer_at<std::vector<group_report>>(given, 0),
                [](const auto& each) { return each.account.str() + '/' + each.name.str(); });
  }
  const auto account = accounts_in(request);
  return account ? then(warmfront::list_groups{account.value(), {}})
                 : outcome{fail(to_problem(account.error()))};
}

outcome create_group(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<group_report>(given, 0)));
  }
  const auto account = account_in(request);
  if (!account) {
    return fail(to_problem(account.error()));
  }
  return then(warmfront::create_group{account.value(), group_name{text_of(request.body, "name")},
                                      text_of(request.body, "description")});
}

outcome show_group(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<std::vector<group_report>>(given, 0).front()));
  }
  const auto account = account_in(request);
  return account ? then(warmfront::list_groups{account.value(), group_in(request)})
                 : outcome{fail(to_problem(account.error()))};
}

outcome delete_group(call& request, const answers& given) {
  if (!given.empty()) {
    return no_content();
  }
  const auto account = account_in(request);
  return account ? then(warmfront::delete_group{account.value(), group_in(request)})
                 : outcome{fail(to_problem(account.error()))};
}

outcome replace_recipients(call& request, const answers& given) {
  return import(request, given, true);
}

outcome add_recipients(call& request, const answers& given) {
  return import(request, given, false);
}

// The token of a page is how many recipients come before it.
outcome list_recipients(call& request, const answers& given) {
  std::uint64_t after = 0;
  const auto token = text_of(request.query, "after");
  const auto parsed = std::from_chars(token.data(), token.data() + token.size(), after);
  if (!token.empty() && parsed.ptr != token.data() + token.size()) {
    return fail(bad_field("after", "after is not the next of a page.", "give the next of a page"));
  }
  const auto limit = number_of(request.query, "limit", items_per_page);
  if (given.empty()) {
    const auto account = account_in(request);
    return account
               ? then(warmfront::list_recipients{account.value(), group_in(request), after, limit})
               : outcome{fail(to_problem(account.error()))};
  }
  const auto& found = answer_at<recipient_page>(given, 0);
  ordered_json body;
  body["items"] = ordered_json::array();
  for (const auto& each : found.items) {
    body["items"].push_back({{"email", each.address}, {"variables", each.variables}});
  }
  const auto next = after + found.items.size();
  body["next"] =
      next < found.group.recipients ? ordered_json(std::to_string(next)) : ordered_json(nullptr);
  return respond(request, body);
}

} // namespace warmfront::admin::handlers
