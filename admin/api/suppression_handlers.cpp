#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

outcome list_suppressions(call& request, const answers& given) {
  if (given.empty()) {
    const auto account = accounts_in(request);
    if (!account) {
      return fail(to_problem(account.error()));
    }
    warmfront::list_suppressions filter;
    filter.account = account.value();
    filter.address = text_of(request.query, "address");
    if (request.query.contains("reason")) {
      filter.reason = parse_suppression_reason(text_of(request.query, "reason"));
    }
    filter.after = text_of(request.query, "after");
    filter.limit = static_cast<std::uint32_t>(number_of(request.query, "limit", items_per_page));
    return then(std::move(filter));
  }
  const auto& found = answer_at<suppression_page>(given, 0);
  ordered_json body;
  body["items"] = ordered_json::array();
  for (const auto& each : found.items) {
    body["items"].push_back(to_json(each));
  }
  body["next"] = nullptr;
  if (!found.is_last) {
    body["next"] = found.next;
  }
  return respond(request, body);
}

outcome add_suppression(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<std::vector<suppression_report>>(given, 0).front()));
  }
  const auto account = account_in(request);
  if (!account) {
    return fail(to_problem(account.error()));
  }
  put_suppressions command;
  command.account = account.value();
  command.addresses.push_back(text_of(request.body, "address"));
  command.reason = parse_suppression_reason(text_of(request.body, "reason"))
                       .value_or(suppression_reason::manual);
  command.until = parse_rfc3339(text_of(request.body, "until"));
  command.text = text_of(request.body, "text");
  return then(std::move(command));
}

outcome remove_suppression(call& request, const answers& given) {
  if (!given.empty()) {
    return no_content();
  }
  const auto account = account_in(request);
  return account ? then(remove_suppressions{account.value(), {request.parameters.front()}})
                 : outcome{fail(to_problem(account.error()))};
}

outcome import_suppressions(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<suppression_import_report>(given, 0)));
  }
  const auto account = account_in(request);
  if (!account) {
    return fail(to_problem(account.error()));
  }
  warmfront::import_suppressions command;
  command.account = account.value();
  command.reason = parse_suppression_reason(text_of(request.query, "reason"))
                       .value_or(suppression_reason::manual);
  command.until = parse_rfc3339(text_of(request.query, "until"));
  command.is_csv = request.media_type == "text/csv";
  command.source = std::move(request.list);
  return then(std::move(command));
}

} // namespace warmfront::admin::handlers
