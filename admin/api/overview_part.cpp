// A node's part of the overview, as nodes tell each other.
#include "admin/api/across.hpp"
#include "admin/api/overview.hpp"
#include "admin/api/render.hpp"

namespace warmfront::admin {

namespace {

constexpr const char* minute_names[] = {"accepted", "delivered", "deferred", "bounced"};

ordered_json counts_object(const std::map<std::string, std::uint64_t>& counts) {
  auto target = ordered_json::object();
  for (const auto& [name, count] : counts) {
    target[name] = count;
  }
  return target;
}

std::map<std::string, std::uint64_t> counts_in(const ordered_json& object, const char* name) {
  std::map<std::string, std::uint64_t> counts;
  if (const auto found = object.find(name); found != object.end() && found->is_object()) {
    for (const auto& [key, value] : found->items()) {
      if (value.is_number_unsigned()) {
        counts[key] = value.get<std::uint64_t>();
      }
    }
  }
  return counts;
}

std::optional<wall_time> moment_in(const ordered_json& object, const char* name) {
  return parse_rfc3339(text_in(object, name));
}

/// The objects of a list.
std::vector<ordered_json> objects_in(const ordered_json& object, const char* name) {
  std::vector<ordered_json> objects;
  if (const auto found = object.find(name); found != object.end() && found->is_array()) {
    for (const auto& each : *found) {
      if (each.is_object()) {
        objects.push_back(each);
      }
    }
  }
  return objects;
}

} // namespace

ordered_json to_json(const node_part& value) {
  ordered_json target;
  target["node"] = value.node;
  target["now"] = to_rfc3339(value.now);
  target["started_at"] = to_rfc3339(value.started_at);
  target["version"] = value.version;
  target["problem"] = value.problem;
  target["accepts_mail"] = value.accepts_mail;
  target["free_octets"] = value.free_octets;
  target["storage_failure"] = value.storage_failure;
  target["exposed_at"] = value.exposed_at;
  target["single_copies"] = value.single_copies;
  target["delivered"] = value.delivered;
  target["used"] = value.used;
  target["by_reason"] = counts_object(value.by_reason);
  target["by_pool"] = counts_object(value.by_pool);
  target["last_minute"] = nullptr;
  if (value.last_minute) {
    target["last_minute"] = ordered_json::object();
    for (std::size_t i = 0; i < value.last_minute->size(); ++i) {
      target["last_minute"][minute_names[i]] = (*value.last_minute)[i];
    }
  }
  target["certificates"] = ordered_json::array();
  for (const auto& each : value.certificates) {
    ordered_json certificate;
    certificate["what"] = each.what;
    certificate["file"] = each.file;
    certificate["expires_at"] = optional_time(each.expires_at);
    target["certificates"].push_back(std::move(certificate));
  }
  target["webhooks"] = ordered_json::array();
  for (const auto& each : value.webhooks) {
    ordered_json webhook;
    webhook["number"] = each.number;
    webhook["dead_letters"] = each.dead_letters;
    webhook["failing_since"] = optional_time(each.failing_since);
    webhook["error"] = each.error;
    target["webhooks"].push_back(std::move(webhook));
  }
  return target;
}

std::optional<node_part> read_node_part(const ordered_json& value) {
  node_part part;
  part.node = text_in(value, "node");
  if (part.node.empty()) {
    return std::nullopt;
  }
  part.now = moment_in(value, "now").value_or(wall_time{});
  part.started_at = moment_in(value, "started_at").value_or(wall_time{});
  part.version = text_in(value, "version");
  part.problem = text_in(value, "problem");
  const auto accepts = value.find("accepts_mail");
  part.accepts_mail = accepts == value.end() || *accepts != false;
  part.free_octets = number_in(value, "free_octets");
  part.storage_failure = text_in(value, "storage_failure");
  part.exposed_at = text_in(value, "exposed_at");
  part.single_copies = number_in(value, "single_copies");
  part.delivered = number_in(value, "delivered");
  part.used = number_in(value, "used");
  part.by_reason = counts_in(value, "by_reason");
  part.by_pool = counts_in(value, "by_pool");
  if (const auto minute = value.find("last_minute"); minute != value.end() && minute->is_object()) {
    part.last_minute.emplace();
    for (std::size_t i = 0; i < part.last_minute->size(); ++i) {
      (*part.last_minute)[i] = number_in(*minute, minute_names[i]);
    }
  }
  for (const auto& each : objects_in(value, "certificates")) {
    part.certificates.push_back(
        {text_in(each, "what"), text_in(each, "file"), moment_in(each, "expires_at")});
  }
  for (const auto& each : objects_in(value, "webhooks")) {
    part.webhooks.push_back({number_in(each, "number"), number_in(each, "dead_letters"),
                             moment_in(each, "failing_since"), text_in(each, "error")});
  }
  return part;
}

} // namespace warmfront::admin
