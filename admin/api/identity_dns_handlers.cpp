// Keys of sender domains, their records, and what large receivers would make of a batch.
#include "actors/core/address.hpp"
#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

domain_name named_domain(const call& request) {
  return domain_name{request.parameters.front()};
}

template <class Make>
outcome ask_as_account(const call& request, Make make) {
  const auto account = account_in(request);
  return account ? then(make(account.value())) : outcome{fail(to_problem(account.error()))};
}

std::optional<domain_name> domain_of_body(const call& request, const char* name) {
  return request.body.contains(name) ? std::optional{domain_name{text_of(request.body, name)}}
                                     : std::nullopt;
}

http_response shown_identity(const call& request, const answers& given) {
  return respond(request, to_json(answer_at<identity_report>(given, 0)));
}

} // namespace

outcome show_identity_dns(call& request, const answers& given) {
  if (given.empty()) {
    const auto account = accounts_in(request);
    return account ? then(warmfront::list_identities{account.value(), named_domain(request)})
                   : outcome{fail(to_problem(account.error()))};
  }
  const auto& found = answer_at<std::vector<identity_report>>(given, 0).front();
  ordered_json body;
  body["domain"] = found.domain.str();
  body["verified"] = found.verified;
  body["checked_at"] = optional_time(found.checked_at);
  auto records = ordered_json::array();
  for (const auto& each : found.records) {
    records.push_back(to_json(each));
  }
  body["records"] = std::move(records);
  body["zone"] = to_zone(found.records);
  return respond(request, body);
}

outcome verify_identity(call& request, const answers& given) {
  if (!given.empty()) {
    return shown_identity(request, given);
  }
  return ask_as_account(request, [&](const account_name& account) {
    return warmfront::verify_identity{account, named_domain(request)};
  });
}

outcome change_identity(call& request, const answers& given) {
  if (!given.empty()) {
    return shown_identity(request, given);
  }
  return ask_as_account(request, [&](const account_name& account) {
    return warmfront::change_identity{account, named_domain(request),
                                      domain_of_body(request, "return_path"),
                                      domain_of_body(request, "tracking_host")};
  });
}

outcome add_identity_key(call& request, const answers& given) {
  if (!given.empty()) {
    return shown_identity(request, given);
  }
  return ask_as_account(request, [&](const account_name& account) {
    const auto algorithm = parse_signing_algorithm(text_of(request.body, "algorithm"));
    return add_signing_key{account, named_domain(request),
                           algorithm.value_or(signing_algorithm::rsa_sha256),
                           text_of(request.body, "selector"), text_of(request.body, "private_key")};
  });
}

outcome retire_identity_key(call& request, const answers& given) {
  if (!given.empty()) {
    return no_content();
  }
  return ask_as_account(request, [&](const account_name& account) {
    return retire_signing_key{account, named_domain(request), request.parameters[1]};
  });
}

std::vector<ip_address> sources_of_pool(const std::vector<pool>& pools, const std::string& name) {
  std::vector<ip_address> sources;
  const auto* const from = find_pool(pools, name);
  const auto* const more = from == nullptr ? nullptr : find_pool(pools, overflow_pool(*from).str());
  for (const auto* const of : {from, more}) {
    if (of != nullptr) {
      for (const auto& each : of->addresses) {
        if (each.weight > 0 && may_send(each.state)) {
          sources.push_back(each.address);
        }
      }
    }
  }
  return sources;
}

outcome check_identity(call& request, const answers& given) {
  if (given.size() == 2) {
    return respond(request, to_json(answer_at<sending_check>(given, 1)));
  }
  const auto name = text_of(request.body, "pool", "shared");
  if (given.empty()) {
    return ask_as_account(request, [](const account_name&) { return warmfront::list_pools{}; });
  }
  const auto& pools = answer_at<std::vector<pool>>(given, 0);
  if (find_pool(pools, name) == nullptr) {
    return fail(not_found("pool", name));
  }
  const auto domain = in_lower_case(request.parameters.front());
  const auto from = in_lower_case(text_of(request.body, "from_domain", domain));
  if (from != domain && !from.ends_with('.' + domain)) {
    return fail(bad_field("from_domain", "It is not a domain of " + domain + '.',
                          "give this domain, or one below it"));
  }
  return ask_as_account(request, [&](const account_name& account) {
    check_sending question;
    question.account = account;
    question.from = domain_name{from};
    question.sources = sources_of_pool(pools, name);
    return question;
  });
}

} // namespace warmfront::admin::handlers
