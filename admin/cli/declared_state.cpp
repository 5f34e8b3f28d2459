#include "admin/cli/declared_state.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <map>
#include <optional>

#include <fmt/core.h>

#include "actors/core/ip.hpp"
#include "admin/api/schemas.hpp"
#include "net/dns/address_form.hpp"
#include "net/dns/mx_route.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr const char* default_account = "default";
constexpr std::string_view version_key = "warmfront";
constexpr int state_version = 1;

/// Fields that always have a value: a file says it, or leaves them out.
constexpr std::pair<thing, const char*> never_empty[] = {
    {thing::plan, "advance"},
    {thing::plan, "spread"},
    {thing::pool, "kind"},
    {thing::pool, "overflow"},
    {thing::ip, "node"},
    {thing::identity, "account"},
    {thing::identity, "return_path"},
    {thing::mail_template, "account"},
    {thing::webhook, "account"},
};

error wrong(const std::string& place, const std::string& what, const std::string& remedy = {}) {
  return {errc::invalid_argument, place + ": " + what,
          remedy.empty() ? "correct the file; warmfront export writes one as an example" : remedy,
          place};
}

std::string text_in(const ordered_json& of, const char* name, const std::string& otherwise = {}) {
  const auto found = of.find(name);
  return found != of.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

/// Empty texts say that there is nothing, where the API wants the field to be missing.
void drop_empty_texts(json& entry) {
  if (entry.is_array()) {
    std::for_each(entry.begin(), entry.end(), drop_empty_texts);
  } else if (entry.is_object()) {
    for (auto at = entry.begin(); at != entry.end();) {
      if (at->is_array()) {
        drop_empty_texts(*at);
      }
      at = *at == "" ? entry.erase(at) : std::next(at);
    }
  }
}

/// A set of texts that a file and the API list in orders of their own.
ordered_json in_one_order(const ordered_json& texts) {
  auto sorted = texts;
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

/// Checks an entry by the schema of the API, without the fields that only the file has.
result<void> check_entry(const schema& rules, const ordered_json& entry, const std::string& place,
                         std::initializer_list<const char*> without) {
  if (!entry.is_object()) {
    return wrong(place, "is not a list of fields");
  }
  auto checked = json::parse(entry.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  for (const auto* name : without) {
    checked.erase(name);
  }
  drop_empty_texts(checked);
  if (const auto fault = check(rules, checked)) {
    return wrong(fault->field.empty() ? place : place + '.' + fault->field, fault->detail,
                 fault->remedy);
  }
  return success();
}

/// The texts of some fields, which have to be texts.
result<void> check_texts(const ordered_json& entry, const std::string& place,
                         std::initializer_list<const char*> names) {
  for (const auto* name : names) {
    if (const auto found = entry.find(name); found != entry.end() && !found->is_string()) {
      return wrong(place + '.' + name, "is not a text");
    }
  }
  return success();
}

/// Reads a document entry by entry. What exists is not judged by the rules for what is new.
class state_reader {
public:
  explicit state_reader(bool exists) : exists_{exists} {}

  result<declared_state> read(const ordered_json& document) {
    if (!document.is_object()) {
      return wrong("document", "is not a list of sections: plans, pools, identities, templates, "
                               "webhooks");
    }
    for (const auto& [name, value] : document.items()) {
      if (name == version_key) {
        if (value != state_version) {
          return wrong(name, "is not 1, the only form that this program reads");
        }
        continue;
      }
      WARMFRONT_TRY(read_section(name, value));
    }
    return std::move(state_);
  }

private:
  using reader = result<void> (state_reader::*)(const ordered_json&, const std::string&);

  result<void> read_section(const std::string& name, const ordered_json& entries) {
    static const std::map<std::string_view, std::pair<thing, reader>> sections{
        {"plans", {thing::plan, &state_reader::read_plan}},
        {"pools", {thing::pool, &state_reader::read_pool}},
        {"identities", {thing::identity, &state_reader::read_identity}},
        {"templates", {thing::mail_template, &state_reader::read_template}},
        {"webhooks", {thing::webhook, &state_reader::read_webhook}},
    };
    const auto found = sections.find(name);
    if (found == sections.end()) {
      return wrong(name, "is not a section",
                   "give plans, pools, identities, templates or webhooks");
    }
    if (!entries.is_array() && !entries.is_null()) {
      return wrong(name, "is not a list");
    }
    state_.declared.insert(found->second.first);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      WARMFRONT_TRY((this->*found->second.second)(entries[i], fmt::format("{}[{}]", name, i)));
    }
    return success();
  }

  result<void> check_new(const schema& rules, const ordered_json& entry, const std::string& place,
                         std::initializer_list<const char*> without) {
    return exists_ ? success() : check_entry(rules, entry, place, without);
  }

  result<void> add(thing what, const std::string& name, ordered_json fields,
                   const std::string& place) {
    for (const auto& [of, field] : never_empty) {
      if (!exists_ && of == what && fields.contains(field) && fields[field] == "") {
        return wrong(fmt::format("{}.{}", place, field), "is empty",
                     "leave it out, or say what it is to be");
      }
    }
    if (!names_.emplace(what, name).second) {
      return wrong(place, fmt::format("the {} {} comes a second time", to_string(what), name));
    }
    state_.items.push_back({what, name, std::move(fields)});
    return success();
  }

  result<void> read_plan(const ordered_json& entry, const std::string& place) {
    WARMFRONT_TRY(check_new(schemas::new_plan, entry, place, {}));
    auto fields = entry;
    fields.erase("allow_decrease"); // a plan does not have it: every request has
    return add(thing::plan, text_in(entry, "name"), std::move(fields), place);
  }

  result<void> read_pool(const ordered_json& entry, const std::string& place) {
    WARMFRONT_TRY(check_new(schemas::new_pool, entry, place, {}));
    const auto name = text_in(entry, "name");
    auto fields = entry;
    fields.erase("ips");
    WARMFRONT_TRY(add(thing::pool, name, std::move(fields), place));
    const auto ips = entry.find("ips");
    if (ips == entry.end()) {
      return success();
    }
    state_.complete.insert(name);
    for (std::size_t i = 0; i < ips->size(); ++i) {
      auto ip = (*ips)[i];
      const auto address = text_in(ip, "address");
      ip["address"] = canonical_ip(address).value_or(address);
      ip["pool"] = name;
      WARMFRONT_TRY(add(thing::ip, name + '/' + text_in(ip, "address"), ip,
                        fmt::format("{}.ips[{}]", place, i)));
    }
    return success();
  }

  result<void> read_identity(const ordered_json& entry, const std::string& place) {
    WARMFRONT_TRY(check_new(schemas::new_identity, entry, place,
                            {"account", "return_path", "tracking_host", "senders"}));
    WARMFRONT_TRY(check_texts(entry, place, {"account", "return_path", "tracking_host"}));
    const auto domain = dns::to_a_labels(text_in(entry, "domain"));
    if (!domain) {
      return wrong(place + ".domain", domain.error().what);
    }
    auto fields = entry;
    fields.erase("senders");
    fields["domain"] = domain.value();
    fields["account"] = text_in(entry, "account", default_account);
    const auto account = fields["account"];
    WARMFRONT_TRY(add(thing::identity, domain.value(), std::move(fields), place));
    const auto senders = entry.find("senders");
    if (senders == entry.end()) {
      return success();
    }
    if (!senders->is_array()) {
      return wrong(place + ".senders", "is not a list");
    }
    state_.complete.insert(domain.value());
    for (std::size_t i = 0; i < senders->size(); ++i) {
      const auto at = fmt::format("{}.senders[{}]", place, i);
      WARMFRONT_TRY(check_new(schemas::new_sender, (*senders)[i], at, {}));
      const auto address = dns::comparable_address(text_in((*senders)[i], "address"));
      if (!address) {
        return wrong(at + ".address", address.error().what);
      }
      if (!address.value().ends_with('@' + domain.value())) {
        return wrong(at + ".address", "is not of the domain " + domain.value());
      }
      auto sender = (*senders)[i];
      sender["address"] = address.value();
      sender["domain"] = domain.value();
      sender["account"] = account;
      WARMFRONT_TRY(add(thing::sender, address.value(), std::move(sender), at));
    }
    return success();
  }

  /// The entry, with its account.
  result<ordered_json> read_of_account(const schema& rules, const ordered_json& entry,
                                       const std::string& place) {
    WARMFRONT_TRY(check_new(rules, entry, place, {"account"}));
    WARMFRONT_TRY(check_texts(entry, place, {"account"}));
    auto fields = entry;
    fields["account"] = text_in(entry, "account", default_account);
    return fields;
  }
  result<void> read_template(const ordered_json& entry, const std::string& place) {
    WARMFRONT_TRY(fields, read_of_account(schemas::new_template, entry, place));
    const auto name = text_in(fields, "account") + '/' + text_in(fields, "name");
    return add(thing::mail_template, name, std::move(fields), place);
  }
  /// Several may have one URL: they are told apart by the order in which they come.
  result<void> read_webhook(const ordered_json& entry, const std::string& place) {
    WARMFRONT_TRY(fields, read_of_account(schemas::new_webhook, entry, place));
    const auto first = text_in(fields, "account") + '/' + text_in(fields, "url");
    auto name = first;
    for (int number = 2; names_.contains({thing::webhook, name}); ++number) {
      name = fmt::format("{} ({})", first, number);
    }
    if (const auto kinds = fields.find("kinds"); kinds != fields.end()) {
      *kinds = in_one_order(*kinds);
    }
    return add(thing::webhook, name, std::move(fields), place);
  }

  bool exists_;
  declared_state state_;
  std::set<std::pair<thing, std::string>> names_;
};

/// Webhooks in the order in which they were made: the API lists their numbers as texts.
ordered_json in_order_of_making(const ordered_json& webhooks) {
  auto sorted = webhooks;
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& left, const auto& right) {
    const auto one = text_in(left, "id");
    const auto other = text_in(right, "id");
    return std::pair{one.size(), one} < std::pair{other.size(), other};
  });
  return sorted;
}

ordered_json chosen(const ordered_json& from, std::initializer_list<const char*> names) {
  auto target = ordered_json::object();
  for (const auto* name : names) {
    if (const auto found = from.find(name); found != from.end()) {
      target[name] = *found;
    }
  }
  return target;
}

} // namespace

std::string_view to_string(thing what) noexcept {
  constexpr std::string_view names[] = {"plan",   "pool",     "ip",     "identity",
                                        "sender", "template", "webhook"};
  return names[static_cast<std::size_t>(what)];
}

result<declared_state> read_state(const ordered_json& document) {
  return state_reader{false}.read(document);
}

result<declared_state> read_listed(const ordered_json& listed) {
  auto state = state_reader{true}.read(to_document(listed));
  if (!state) {
    return error{errc::protocol, "What the node lists cannot be read: " + state.error().what,
                 "use the command line of the node's release"};
  }
  const auto webhooks = in_order_of_making(listed.at("webhooks"));
  auto next = webhooks.begin();
  for (auto& each : state.value().items) {
    if (each.what == thing::webhook) {
      each.id = text_in(*next++, "id");
    }
  }
  return state;
}

ordered_json to_document(const ordered_json& listed) {
  ordered_json target;
  target[std::string{version_key}] = state_version;
  for (const auto* section : {"plans", "pools", "identities", "templates", "webhooks"}) {
    target[section] = ordered_json::array();
  }
  for (const auto& each : listed.at("plans")) {
    if (!each.value("built_in", false)) {
      target["plans"].push_back(chosen(
          each, {"name", "days", "advance", "spread", "time_zone", "providers", "thresholds"}));
    }
  }
  for (const auto& each : listed.at("pools")) {
    auto pool = chosen(each, {"name", "kind", "account", "overflow"});
    pool["ips"] = ordered_json::array();
    for (const auto& ip : each.at("ips")) {
      pool["ips"].push_back(chosen(ip, {"address", "node", "weight", "plan"}));
    }
    target["pools"].push_back(std::move(pool));
  }
  for (const auto& each : listed.at("identities")) {
    auto identity = chosen(each, {"domain", "account", "tags", "return_path", "tracking_host"});
    identity["senders"] = ordered_json::array();
    for (const auto& sender : each.at("senders")) {
      identity["senders"].push_back(chosen(sender, {"address", "display_name"}));
    }
    target["identities"].push_back(std::move(identity));
  }
  for (const auto& each : listed.at("templates")) {
    target["templates"].push_back(chosen(each, {"name", "account", "subject", "html", "text"}));
  }
  for (const auto& each : in_order_of_making(listed.at("webhooks"))) {
    target["webhooks"].push_back(
        chosen(each, {"url", "account", "kinds", "description", "active"}));
  }
  return target;
}

} // namespace warmfront::admin::cli
