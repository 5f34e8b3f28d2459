#include "admin/api/audit_entry.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace warmfront::admin {

namespace {

/// Fields whose values are secrets, or what mails say and to whom; both APIs' names, in lower case
/// and without underscores.
constexpr std::array<std::string_view, 23> left_out{
    "secret", "key",           "privatekey",  "password",    "token",      "html",
    "text",   "content",       "attachments", "filecontent", "variables",  "headers",
    "body",   "contentbase64", "recipients",  "to",          "cc",         "bcc",
    "datas",  "templatedata",  "values",      "sample",      "destination"};
/// Fields whose values are addresses of programs: what follows `?` there may be a secret.
constexpr std::array<std::string_view, 2> program_addresses{"url", "unsubscribeurl"};

constexpr std::string_view left_out_mark = "[left out]";
constexpr std::size_t audit_text_octets_max = 200;
constexpr std::size_t audit_entries_max = 20;

std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name)
    if (c != '_' && c != '-')
      plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return plain;
}

template <std::size_t Count>
bool is_one_of_names(const std::array<std::string_view, Count>& names, std::string_view name) {
  return std::ranges::find(names, plain_name(name)) != names.end();
}

/// Not within a character of UTF-8.
std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most)
    return std::string{text};
  auto end = most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80)
    --end;
  return std::string{text.substr(0, end)} + "…";
}

/// Copies values as long as there is room. What an octet of JSON costs is estimated from above.
class abridgement {
public:
  explicit abridgement(std::size_t room) : room_{room} {}

  ordered_json copy(const json& value, std::string_view name) {
    if (value.is_object())
      return copy_object(value);
    if (value.is_array())
      return copy_array(value, name);
    if (!value.is_string())
      return take(32) ? ordered_json(value) : ordered_json(nullptr);
    const auto& whole = value.get_ref<const std::string&>();
    const auto end = is_one_of_names(program_addresses, name) ? whole.find('?') : std::string::npos;
    auto text = shortened(std::string_view{whole}.substr(0, end), audit_text_octets_max);
    if (end != std::string::npos)
      text += "?…";
    return take(dump(text).size() + 2) ? ordered_json(std::move(text)) : ordered_json("…");
  }

private:
  bool take(std::size_t octets) {
    const bool fits = octets <= room_;
    room_ -= fits ? octets : room_;
    return fits;
  }

  ordered_json copy_object(const json& value) {
    auto target = ordered_json::object();
    for (const auto& [name, member] : value.items()) {
      const auto shown = shortened(name, audit_text_octets_max);
      if (!take(dump(shown).size() + 8)) {
        target["…"] = "…";
        break;
      }
      target[shown] = is_one_of_names(left_out, name) ? hidden(member) : copy(member, name);
    }
    return target;
  }
  ordered_json copy_array(const json& value, std::string_view name) {
    auto target = ordered_json::array();
    for (const auto& each : value) {
      if (target.size() == audit_entries_max || !take(8)) {
        target.push_back("…");
        break;
      }
      target.push_back(copy(each, name));
    }
    return target;
  }
  /// That a template is named is no content: numbers and truths say nothing secret.
  ordered_json hidden(const json& value) {
    const bool is_harmless = value.is_number() || value.is_boolean() || value.is_null();
    if (is_harmless)
      return copy(value, {});
    return take(left_out_mark.size() + 2) ? ordered_json(left_out_mark) : ordered_json("…");
  }

  std::size_t room_;
};

/// The first of some members that is a text or a number.
std::string first_name_in(const json& object, std::span<const std::string_view> names) {
  if (!object.is_object())
    return {};
  for (const auto name : names) {
    const auto found = object.find(name);
    if (found == object.end())
      continue;
    if (found->is_string())
      return shortened(found->get_ref<const std::string&>(), audit_text_octets_max);
    if (found->is_number_integer())
      return found->dump();
  }
  return {};
}

/// What the members of a collection are called by in paths, as a member of its JSON; empty: the
/// route is no collection's.
std::string_view member_in_path(const route& where) {
  using named = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<named, 9> members{{{"id", "id"},
                                                 {"key_id", "id"},
                                                 {"run", "id"},
                                                 {"task", "id"},
                                                 {"webhook", "id"},
                                                 {"domain", "domain"},
                                                 {"selector", "selector"},
                                                 {"recipient", "address"},
                                                 {"sender", "address"}}};
  const auto beginning = std::string{where.pattern} + "/{";
  for (const auto& each : routes()) {
    if (!each.pattern.starts_with(beginning))
      continue;
    auto parameter = each.pattern.substr(beginning.size());
    parameter = parameter.substr(0, parameter.find('}'));
    const auto found = std::ranges::find(members, parameter, &named::first);
    return found == members.end() ? "name" : found->second;
  }
  return {};
}

} // namespace

bool is_change(const route& where) noexcept {
  switch (where.needed) {
  case access::probe:
  case access::read:
  case access::read_own:
  case access::send:
  case access::oversee:
    return false;
  case access::open:
  case access::any:
  case access::own:
  case access::manage:
  case access::keys:
    break;
  }
  return where.method != "GET" && where.operation != "check_identity";
}

std::string audit_resource(const route& where, const std::vector<std::string>& parameters) {
  std::string path;
  auto rest = where.pattern;
  std::size_t index = 0;
  while (!rest.empty()) {
    const auto open = rest.find('{');
    path += rest.substr(0, open);
    if (open == std::string_view::npos)
      break;
    if (index < parameters.size())
      path += shortened(parameters[index++], audit_text_octets_max);
    rest.remove_prefix(rest.find('}') + 1);
  }
  constexpr std::string_view version = "/v1/";
  constexpr std::string_view actions = "/actions";
  if (path.starts_with(version))
    path.erase(0, version.size());
  if (path.ends_with(actions))
    path.erase(path.size() - actions.size());
  return path;
}

std::string made_resource(const route& where, const json& asked, const http_response& response) {
  const std::array<std::string_view, 1> member{member_in_path(where)};
  if (member.front().empty())
    return {};
  if (response.status >= 200 && response.status < 300 &&
      response.content_type == "application/json")
    if (auto name = first_name_in(json::parse(response.body, nullptr, false), member);
        !name.empty())
      return name;
  return first_name_in(asked, member);
}

std::string audit_asked(const json& query, const json& body) {
  // What is said of what has no room any more, at each level of 64.
  abridgement into{audit_asked_octets_max - 1024};
  auto asked = ordered_json::object();
  if (query.is_object() && !query.empty())
    asked["query"] = into.copy(query, {});
  if (body.is_object() && !body.empty())
    asked["body"] = into.copy(body, {});
  return asked.empty() ? std::string{} : dump(asked);
}

std::string refusal_code(const http_response& response) {
  if (response.body.size() > 64 * 1024 || response.content_type.find("json") == std::string::npos)
    return {};
  const auto document = json::parse(response.body, nullptr, false);
  if (!document.is_object())
    return {};
  static constexpr std::array<std::string_view, 1> code{"code"};
  static constexpr std::array<std::string_view, 1> cloud_code{"Code"};
  if (response.status >= 400)
    return first_name_in(document, code);
  const auto outer = document.find("Response");
  if (outer == document.end() || !outer->is_object())
    return {};
  const auto refused = outer->find("Error");
  return refused == outer->end() ? std::string{} : first_name_in(*refused, cloud_code);
}

std::string named_in_call(const json& parameters) {
  static constexpr std::array<std::string_view, 12> names{
      "EmailIdentity",     "TemplateID", "TemplateName", "ReceiverId",
      "ReceiversName",     "TaskId",     "EmailAddress", "FromEmailAddress",
      "UnsubscribeConfig", "Domain",     "TaskName",     "Email"};
  return first_name_in(parameters, names);
}

} // namespace warmfront::admin
