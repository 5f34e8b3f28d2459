#include <iterator>
#include <optional>

#include <fmt/core.h>

#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

using admin::to_json;

pool_address read_address(const call& request, const json& value, const std::string& address) {
  pool_address target;
  target.address = address_in(address);
  target.node = node_name{text_of(value, "node", request.node->node)};
  target.weight = static_cast<std::uint32_t>(number_of(value, "weight", 1));
  target.plan = plan_name{text_of(value, "plan")};
  return target;
}

pool read_pool(const call& request, std::string name) {
  const auto& body = request.body;
  pool target;
  target.name = pool_name{std::move(name)};
  target.kind = text_of(body, "kind") == "dedicated" ? pool_kind::dedicated : pool_kind::shared;
  target.account = account_name{text_of(body, "account")};
  target.overflow = text_of(body, "overflow", "hold");
  if (const auto addresses = body.find("ips"); addresses != body.end()) {
    for (const auto& each : *addresses) {
      target.addresses.push_back(read_address(request, each, text_of(each, "address")));
    }
  }
  return target;
}

} // namespace

const pool* find_pool(const std::vector<pool>& all, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [name](const pool& each) { return each.name.str() == name; });
  return found == all.end() ? nullptr : &*found;
}

outcome list_pools(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_pools{});
  }
  return page(request, answer_at<std::vector<pool>>(given, 0),
              [](const pool& each) { return each.name.str(); });
}

check_sources sources_to_check(const std::vector<pool_address>& wanted, const pool* before) {
  check_sources question;
  for (const auto& each : wanted) {
    const auto is_known = [&](const pool_address& known) {
      return known.address == each.address && (each.node.empty() || known.node == each.node);
    };
    if (before == nullptr ||
        std::none_of(before->addresses.begin(), before->addresses.end(), is_known)) {
      question.sources.push_back({each.address, each.node});
    }
  }
  return question;
}

outcome create_pool(call& request, const answers& given) {
  const auto value = read_pool(request, text_of(request.body, "name"));
  if (given.empty()) {
    return then(warmfront::list_pools{});
  }
  if (given.size() == 1) {
    if (find_pool(answer_at<std::vector<pool>>(given, 0), value.name.str()) != nullptr) {
      return fail({409, "already_exists", "There is a pool of that name already.", "name",
                   "choose another name, or change the pool with PUT"});
    }
    return then(sources_to_check(value.addresses, nullptr));
  }
  if (given.size() == 2) {
    return then(put_pool{value});
  }
  return respond(request, to_json(value));
}

outcome show_pool(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_pools{});
  }
  const auto& name = request.parameters.front();
  const auto* found = find_pool(answer_at<std::vector<pool>>(given, 0), name);
  return found != nullptr ? respond(request, to_json(*found)) : fail(not_found("pool", name));
}

namespace {

std::uint64_t waiting_in(const std::vector<queue_report>& queues, std::string_view name) {
  std::uint64_t waiting = 0;
  for (const auto& each : queues) {
    waiting += each.pool.str() == name ? each.waiting : 0;
  }
  return waiting;
}

/// Whether a pool may be left with these addresses: not without any while mail waits for them.
std::optional<problem> stranded(const what_waits& waits, std::string_view name,
                                const std::vector<pool_address>& left) {
  const auto* const before = find_pool(waits.pools, name);
  const auto can_send = [](const pool_address& each) {
    return each.weight > 0 && may_send(each.state);
  };
  if (before == nullptr ||
      std::none_of(before->addresses.begin(), before->addresses.end(), can_send) ||
      std::any_of(left.begin(), left.end(), can_send)) {
    return std::nullopt;
  }
  const auto waiting = waiting_in(waits.queues, name);
  if (waiting == 0) {
    return std::nullopt;
  }
  return problem{
      409, "conflict",
      fmt::format("{} recipients wait for the last IP of the pool \"{}\".", waiting, name), "",
      "add another IP first, or cancel what waits"};
}

} // namespace

outcome change_pool(call& request, const answers& given) {
  const auto value = read_pool(request, request.parameters.front());
  const auto first = answers_of_what_waits(request);
  if (given.empty()) {
    return ask_what_waits(request);
  }
  if (given.size() == first) {
    const auto waits = read_what_waits(request, given);
    const auto refusal = stranded(waits, value.name.str(), value.addresses);
    return refusal
               ? fail(*refusal)
               : then(sources_to_check(value.addresses, find_pool(waits.pools, value.name.str())));
  }
  if (given.size() == first + 1) {
    return then(put_pool{value});
  }
  return respond(request, to_json(value));
}

outcome delete_pool(call& request, const answers& given) {
  const auto& name = request.parameters.front();
  if (given.empty()) {
    return ask_what_waits(request);
  }
  if (given.size() == answers_of_what_waits(request)) {
    const auto refusal = stranded(read_what_waits(request, given), name, {});
    return refusal ? fail(*refusal) : then(warmfront::delete_pool{pool_name{name}});
  }
  return no_content();
}

outcome put_pool_address(call& request, const answers& given) {
  const auto value = read_address(request, request.body, request.parameters[1]);
  const auto& name = request.parameters.front();
  if (given.empty()) {
    return then(warmfront::list_pools{});
  }
  if (given.size() == 1) {
    return then(sources_to_check({value}, find_pool(answer_at<std::vector<pool>>(given, 0), name)));
  }
  if (given.size() == 2) {
    return std::vector<ask>{warmfront::put_pool_address{pool_name{name}, value},
                            warmfront::list_pools{}};
  }
  const auto* found = find_pool(answer_at<std::vector<pool>>(given, 3), name);
  return found != nullptr ? respond(request, to_json(*found)) : fail(not_found("pool", name));
}

outcome delete_pool_address(call& request, const answers& given) {
  const auto& name = request.parameters.front();
  if (given.empty()) {
    return ask_what_waits(request);
  }
  if (given.size() == answers_of_what_waits(request)) {
    const auto waits = read_what_waits(request, given);
    const auto address = address_in(request.parameters[1]);
    std::vector<pool_address> left;
    if (const auto* const found = find_pool(waits.pools, name)) {
      std::copy_if(found->addresses.begin(), found->addresses.end(), std::back_inserter(left),
                   [&](const pool_address& each) { return each.address != address; });
    }
    const auto refusal = stranded(waits, name, left);
    return refusal ? fail(*refusal)
                   : then(warmfront::delete_pool_address{pool_name{name}, address});
  }
  return no_content();
}

} // namespace warmfront::admin::handlers
