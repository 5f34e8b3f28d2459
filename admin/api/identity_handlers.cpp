#include "actors/core/address.hpp"
#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

domain_name domain_in(const call& request) {
  return domain_name{request.parameters.front()};
}

/// Asks a question about the account that the request is for.
template <class Make>
outcome ask_of_account(const call& request, Make make) {
  const auto account = account_in(request);
  return account ? then(make(account.value())) : outcome{fail(to_problem(account.error()))};
}

/// The address in the path is of the domain in the path, or there is none.
std::optional<problem> check_sender_path(const call& request) {
  const auto& address = request.parameters[1];
  if (domain_of(address) != in_lower_case(request.parameters.front())) {
    return not_found("sender address", address);
  }
  return std::nullopt;
}

} // namespace

outcome list_identities(call& request, const answers& given) {
  if (!given.empty()) {
    return page(request, answer_at<std::vector<identity_report>>(given, 0),
                [](const auto& each) { return each.domain.str(); });
  }
  const auto account = accounts_in(request);
  return account ? then(warmfront::list_identities{account.value(), {}})
                 : outcome{fail(to_problem(account.error()))};
}

outcome add_identity(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<identity_report>(given, 0)));
  }
  return ask_of_account(request, [&](const account_name& account) {
    return warmfront::add_identity{account, domain_name{text_of(request.body, "domain")},
                                   text_map_in(request.body, "tags")};
  });
}

outcome show_identity(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<std::vector<identity_report>>(given, 0).front()));
  }
  const auto account = accounts_in(request);
  return account ? then(warmfront::list_identities{account.value(), domain_in(request)})
                 : outcome{fail(to_problem(account.error()))};
}

outcome remove_identity(call& request, const answers& given) {
  if (!given.empty()) {
    return no_content();
  }
  return ask_of_account(request, [&](const account_name& account) {
    return warmfront::remove_identity{account, domain_in(request)};
  });
}

outcome list_senders(call& request, const answers& given) {
  if (!given.empty()) {
    return page(request, answer_at<std::vector<sender_report>>(given, 0),
                [](const auto& each) { return each.address; });
  }
  const auto account = accounts_in(request);
  return account ? then(warmfront::list_senders{account.value(), domain_in(request)})
                 : outcome{fail(to_problem(account.error()))};
}

outcome add_sender(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<sender_report>(given, 0)));
  }
  const auto address = text_of(request.body, "address");
  if (domain_of(address) != in_lower_case(request.parameters.front())) {
    return fail(bad_field("address",
                          "The address is not of the domain " + request.parameters.front() + '.',
                          "give one of this domain"));
  }
  return ask_of_account(request, [&](const account_name& account) {
    return warmfront::add_sender{account, address, text_of(request.body, "display_name")};
  });
}

outcome remove_sender(call& request, const answers& given) {
  if (!given.empty()) {
    return no_content();
  }
  if (const auto fault = check_sender_path(request)) {
    return fail(*fault);
  }
  return ask_of_account(request, [&](const account_name& account) {
    return warmfront::remove_sender{account, request.parameters[1]};
  });
}

outcome set_sender_password(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<sender_report>(given, 0)));
  }
  if (const auto fault = check_sender_path(request)) {
    return fail(*fault);
  }
  return ask_of_account(request, [&](const account_name& account) {
    return warmfront::set_sender_password{account, request.parameters[1],
                                          text_of(request.body, "password")};
  });
}

} // namespace warmfront::admin::handlers
