#include <charconv>

#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

/// The number in the path; none for what is none, which names nothing.
std::optional<std::uint64_t> webhook_in(const call& request) {
  const auto& text = request.parameters.front();
  std::uint64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  return failure == std::errc{} && end == text.data() + text.size() && number > 0
             ? std::optional{number}
             : std::nullopt;
}

/// Asks a question about the webhook in the path, as its account or as who may see all.
template <class Make>
outcome ask_of_webhook(const call& request, Make make) {
  const auto account = accounts_in(request);
  if (!account)
    return fail(to_problem(account.error()));
  const auto number = webhook_in(request);
  if (!number)
    return fail(not_found("webhook", request.parameters.front()));
  return then(make(account.value(), *number));
}

std::vector<event_kind> kinds_in(const json& body) {
  std::vector<event_kind> kinds;
  for (const auto& each : texts_of(body, "kinds"))
    if (const auto kind = parse_event_kind(each))
      kinds.push_back(*kind);
  return kinds;
}

std::optional<http_response> check_kinds(const json& body) {
  const auto given = texts_of(body, "kinds");
  for (std::size_t index = 0; index < given.size(); ++index)
    if (!parse_event_kind(given[index]))
      return fail(
          to_problem(error{errc::invalid_argument, "\"" + given[index] + "\" is no kind of event",
                           "use delivered, deferred, bounced, opened, clicked or others",
                           "kinds[" + std::to_string(index) + "]"}));
  return std::nullopt;
}

put_webhook command_in(const call& request) {
  put_webhook command;
  command.value.url = text_of(request.body, "url");
  command.value.kinds = kinds_in(request.body);
  command.value.description = text_of(request.body, "description");
  command.value.is_active = request.body.value("active", true);
  return command;
}

/// The webhook as it is, in the first answer.
const webhook_report& first_of(const answers& given) {
  return answer_at<std::vector<webhook_report>>(given, 0).front();
}

outcome show_tested(call& request, const answers& given) {
  if (given.size() == 1)
    return then(test_webhook{{}, first_of(given).value.number});
  const auto& tested = answer_at<webhook_tested>(given, 1);
  auto body = to_json(first_of(given));
  body["test"] = {{"status", tested.status}, {"error", tested.error}};
  return respond(request, body);
}

} // namespace

outcome list_webhooks(call& request, const answers& given) {
  if (!given.empty())
    return page(request, answer_at<std::vector<webhook_report>>(given, 0),
                [](const auto& each) { return std::to_string(each.value.number); });
  const auto account = accounts_in(request);
  return account ? then(warmfront::list_webhooks{account.value()})
                 : outcome{fail(to_problem(account.error()))};
}

outcome create_webhook(call& request, const answers& given) {
  if (!given.empty())
    return respond(request, to_json(answer_at<webhook_report>(given, 0)));
  if (auto refusal = check_kinds(request.body))
    return *refusal;
  const auto account = account_in(request);
  if (!account)
    return fail(to_problem(account.error()));
  auto command = command_in(request);
  command.value.account = account.value();
  return then(std::move(command));
}

outcome show_webhook(call& request, const answers& given) {
  if (!given.empty())
    return respond(request, to_json(first_of(given)));
  return ask_of_webhook(request, [](const account_name& account, std::uint64_t number) {
    return warmfront::list_webhooks{account, number};
  });
}

outcome change_webhook(call& request, const answers& given) {
  if (!given.empty())
    return respond(request, to_json(answer_at<webhook_report>(given, 0)));
  if (auto refusal = check_kinds(request.body))
    return *refusal;
  return ask_of_webhook(request, [&](const account_name& account, std::uint64_t number) {
    auto command = command_in(request);
    command.value.account = account;
    command.value.number = number;
    return command;
  });
}

outcome delete_webhook(call& request, const answers& given) {
  if (!given.empty())
    return no_content();
  return ask_of_webhook(request, [](const account_name& account, std::uint64_t number) {
    return warmfront::delete_webhook{account, number};
  });
}

outcome act_on_webhook(call& request, const answers& given) {
  if (given.empty())
    return ask_of_webhook(request, [](const account_name& account, std::uint64_t number) {
      return warmfront::list_webhooks{account, number};
    });
  const auto action = text_of(request.body, "action");
  if (action == "test")
    return show_tested(request, given);
  if (given.size() == 2)
    return respond(request, to_json(answer_at<webhook_report>(given, 1)));
  put_webhook command{first_of(given).value, action == "rotate_secret"};
  if (action != "rotate_secret")
    command.value.is_active = action == "enable";
  return then(std::move(command));
}

outcome list_dead_letters(call& request, const answers& given) {
  const auto limit = number_of(request.query, "limit", items_per_page);
  if (given.empty())
    return ask_of_webhook(request, [&](const account_name& account, std::uint64_t number) {
      return warmfront::list_dead_letters{account, number, text_of(request.query, "after"),
                                          static_cast<std::uint32_t>(limit + 1)};
    });
  const auto& found = answer_at<std::vector<dead_letter>>(given, 0);
  ordered_json body;
  body["items"] = ordered_json::array();
  body["next"] = nullptr;
  for (const auto& each : found) {
    if (body["items"].size() == limit) {
      const auto last = body["items"].back()["id"];
      body["next"] = last;
      break;
    }
    body["items"].push_back(to_json(each));
  }
  return respond(request, body);
}

outcome replay_dead_letters(call& request, const answers& given) {
  if (!given.empty())
    return respond(request, {{"replayed", answer_at<replayed>(given, 0).count}});
  return ask_of_webhook(request, [&](const account_name& account, std::uint64_t number) {
    return warmfront::replay_dead_letters{account, number, text_of(request.query, "letter")};
  });
}

} // namespace warmfront::admin::handlers
