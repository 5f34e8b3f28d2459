#include "tests/admin/cli_apply_model.hpp"

#include <algorithm>
#include <vector>

namespace warmfront::testing {

using admin::ordered_json;
using admin::cli::api_request;
using refusal = std::optional<std::string>;

namespace {

/// The parts of a path behind `/v1/`, decoded as far as the names of the tests need it.
std::vector<std::string> path_parts(const std::string& target) {
  std::vector<std::string> parts;
  const auto path = target.substr(4, target.find('?') - 4);
  for (std::size_t at = 0; at <= path.size();) {
    const auto end = std::min(path.find('/', at), path.size());
    auto part = path.substr(at, end - at);
    for (auto percent = part.find('%'); percent != std::string::npos; percent = part.find('%')) {
      const auto code = std::stoi(part.substr(percent + 1, 2), nullptr, 16);
      part.replace(percent, 3, 1, static_cast<char>(code));
    }
    parts.push_back(part);
    at = end + 1;
  }
  return parts;
}

std::string account_of(const std::string& target) {
  return target.substr(target.find("account=") + 8);
}

template <class Matches>
bool erase_from(ordered_json& list, Matches matches) {
  const auto before = list.size();
  ordered_json left = ordered_json::array();
  std::copy_if(list.begin(), list.end(), std::back_inserter(left),
               [&](const ordered_json& each) { return !matches(each); });
  list = left;
  return list.size() < before;
}

void set_default(ordered_json& of, const char* field, const ordered_json& value) {
  if (!of.contains(field)) {
    of[field] = value;
  }
}

} // namespace

ordered_json* declared_model::find(const char* section, const char* field,
                                   const std::string& name) {
  auto& all = listed[section];
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const ordered_json& each) { return each[field] == name; });
  return found == all.end() ? nullptr : &*found;
}

refusal declared_model::take(const api_request& request) {
  const auto body = request.body.empty() ? ordered_json() : ordered_json::parse(request.body);
  const auto parts = path_parts(request.target);
  if (parts[0] == "plans") {
    return take_plan(request, body);
  }
  if (parts[0] == "pools") {
    return parts.size() > 2 ? take_ip(request, body) : take_pool(request, body);
  }
  if (parts[0] == "identities") {
    return parts.size() > 2 ? take_sender(request, body) : take_identity(request, body);
  }
  return parts[0] == "templates" ? take_template(request, body) : take_webhook(request, body);
}

refusal declared_model::take_plan(const api_request& request, const ordered_json& body) {
  const auto parts = path_parts(request.target);
  const auto name = request.method == "POST" ? body["name"].get<std::string>() : parts[1];
  if ((find("plans", "name", name) != nullptr) != (request.method != "POST")) {
    return "plan " + name + " is there, or not";
  }
  if (request.method != "POST") {
    erase_from(listed["plans"], [&](const ordered_json& each) { return each["name"] == name; });
  }
  if (request.method == "DELETE") {
    for (const auto& pool : listed["pools"]) {
      for (const auto& ip : pool["ips"]) {
        if (ip["plan"] == name) {
          return "plan " + name + " is in use";
        }
      }
    }
    return std::nullopt;
  }
  if (body.value("allow_decrease", false) != true) {
    return "the days of plan " + name + " may allow less";
  }
  auto plan = body;
  plan.erase("allow_decrease");
  plan["name"] = name;
  plan["built_in"] = false;
  set_default(plan, "advance", "calendar");
  set_default(plan, "time_zone", "");
  listed["plans"].push_back(plan);
  return std::nullopt;
}

refusal declared_model::check_ip(const std::string& pool, const ordered_json& ip) {
  if (ip.contains("plan") && ip["plan"] != "" &&
      find("plans", "name", ip["plan"].get<std::string>()) == nullptr) {
    return "no plan " + ip["plan"].get<std::string>();
  }
  for (const auto& other : listed["pools"]) {
    for (const auto& each : other["ips"]) {
      if (other["name"] != pool && each["address"] == ip["address"]) {
        return "the IP is in pool " + other["name"].get<std::string>();
      }
    }
  }
  return std::nullopt;
}

refusal declared_model::check_pool(const ordered_json& pool) {
  const auto overflow = pool["overflow"].get<std::string>();
  if (overflow.starts_with("pool:") && find("pools", "name", overflow.substr(5)) == nullptr) {
    return "no pool to overflow into: " + overflow;
  }
  return std::nullopt;
}

refusal declared_model::take_pool(const api_request& request, const ordered_json& body) {
  const auto parts = path_parts(request.target);
  const auto name = request.method == "POST" ? body["name"].get<std::string>() : parts[1];
  const auto* const before = find("pools", "name", name);
  if ((before != nullptr) != (request.method != "POST")) {
    return "pool " + name + " is there, or not";
  }
  if (request.method == "DELETE") {
    for (const auto& other : listed["pools"]) {
      if (other["overflow"] == "pool:" + name) {
        return "pool " + name + " is overflowed into";
      }
    }
  }
  auto pool = body.is_null() ? ordered_json::object() : body;
  pool["name"] = name;
  set_default(pool, "kind", "shared");
  set_default(pool, "account", "");
  set_default(pool, "overflow", "hold");
  set_default(pool, "ips", ordered_json::array());
  if (request.method != "DELETE") {
    if (const auto why = check_pool(pool)) {
      return why;
    }
    for (auto& ip : pool["ips"]) {
      set_default(ip, "plan", "");
    }
  }
  erase_from(listed["pools"], [&](const ordered_json& each) { return each["name"] == name; });
  if (request.method != "DELETE") {
    listed["pools"].push_back(pool);
  }
  return std::nullopt;
}

refusal declared_model::take_ip(const api_request& request, const ordered_json& body) {
  const auto parts = path_parts(request.target);
  auto* const pool = find("pools", "name", parts[1]);
  if (pool == nullptr) {
    return "no pool " + parts[1];
  }
  const auto has_address = [&](const ordered_json& each) { return each["address"] == parts[3]; };
  if (request.method == "DELETE") {
    return erase_from((*pool)["ips"], has_address) ? refusal{} : "no such IP";
  }
  auto ip = body;
  ip["address"] = parts[3];
  set_default(ip, "plan", "");
  set_default(ip, "weight", 1);
  set_default(ip, "node", "n1");
  if (const auto why = check_ip(parts[1], ip)) {
    return why;
  }
  erase_from((*pool)["ips"], has_address);
  (*pool)["ips"].push_back(ip);
  return std::nullopt;
}

refusal declared_model::take_identity(const api_request& request, const ordered_json& body) {
  const auto parts = path_parts(request.target);
  const auto domain = request.method == "POST" ? body["domain"].get<std::string>() : parts[1];
  auto* const before = find("identities", "domain", domain);
  if ((before != nullptr) != (request.method != "POST")) {
    return "domain " + domain + " is there, or not";
  }
  if (before != nullptr && (*before)["account"] != account_of(request.target)) {
    return "another account's domain";
  }
  if (request.method == "PUT") {
    before->update(body);
  } else if (request.method == "DELETE") {
    if (!(*before)["senders"].empty()) {
      return "domain " + domain + " has addresses";
    }
    erase_from(listed["identities"],
               [&](const ordered_json& each) { return each["domain"] == domain; });
  } else {
    auto made = body;
    made["account"] = account_of(request.target);
    made["senders"] = ordered_json::array();
    made["return_path"] = "bounce." + domain;
    made["tracking_host"] = "";
    set_default(made, "tags", ordered_json::object());
    listed["identities"].push_back(made);
  }
  return std::nullopt;
}

refusal declared_model::take_sender(const api_request& request, const ordered_json& body) {
  const auto parts = path_parts(request.target);
  auto* const identity = find("identities", "domain", parts[1]);
  if (identity == nullptr) {
    return "no domain " + parts[1];
  }
  auto& senders = (*identity)["senders"];
  if (request.method == "DELETE") {
    const auto has_address = [&](const ordered_json& each) { return each["address"] == parts[3]; };
    return erase_from(senders, has_address) ? refusal{} : "no such address";
  }
  auto sender = body;
  set_default(sender, "display_name", "");
  senders.push_back(sender);
  return std::nullopt;
}

refusal declared_model::take_template(const api_request& request, const ordered_json& body) {
  const auto parts = path_parts(request.target);
  const auto name = request.method == "POST" ? body["name"].get<std::string>() : parts[1];
  const auto account = account_of(request.target);
  const bool was_there = erase_from(listed["templates"], [&](const ordered_json& each) {
    return each["name"] == name && each["account"] == account;
  });
  if (was_there != (request.method != "POST")) {
    return "template " + name + " is there, or not";
  }
  if (request.method != "DELETE") {
    auto made = body;
    made["name"] = name;
    made["account"] = account;
    for (const auto* field : {"subject", "html", "text"}) {
      set_default(made, field, "");
    }
    listed["templates"].push_back(made);
  }
  return std::nullopt;
}

refusal declared_model::take_webhook(const api_request& request, const ordered_json& body) {
  const auto parts = path_parts(request.target);
  auto made = body;
  made["id"] = request.method == "POST" ? std::to_string(++last_webhook_) : parts[1];
  const bool was_there = erase_from(
      listed["webhooks"], [&](const ordered_json& each) { return each["id"] == made["id"]; });
  if (was_there != (request.method != "POST")) {
    return "webhook " + made["id"].get<std::string>() + " is there, or not";
  }
  if (request.method != "DELETE") {
    made["account"] = account_of(request.target);
    set_default(made, "kinds", ordered_json::array());
    set_default(made, "description", "");
    set_default(made, "active", true);
    listed["webhooks"].push_back(made);
  }
  return std::nullopt;
}

} // namespace warmfront::testing
