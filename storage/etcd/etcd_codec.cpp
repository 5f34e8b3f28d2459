#include "storage/etcd/etcd_codec.hpp"

#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include "storage/etcd/base64.hpp"
#include "storage/store.hpp"

namespace warmfront::storage {

namespace {

using nlohmann::json;

error not_of_etcd(std::string_view attempted, std::string_view why) {
  return {errc::protocol, fmt::format("{}: the answer is not one of etcd's: {}", attempted, why),
          "check that the endpoint is an etcd of release 3.4 or later"};
}

result<json> parse(std::string_view attempted, std::string_view body) {
  auto parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object()) {
    return not_of_etcd(attempted, "no JSON object");
  }
  return parsed;
}

/// etcd leaves out what is zero, empty or false, and writes 64-bit numbers as strings.
std::optional<std::uint64_t> number(const json& of, const char* name) {
  const auto found = of.find(name);
  if (found == of.end()) {
    return 0;
  }
  if (found->is_number_unsigned()) {
    return found->get<std::uint64_t>();
  }
  const auto* text = found->get_ptr<const std::string*>();
  std::uint64_t value = 0;
  if (text == nullptr) {
    return std::nullopt;
  }
  const auto* end = text->data() + text->size();
  const auto read = std::from_chars(text->data(), end, value);
  return read.ec == std::errc{} && read.ptr == end ? std::optional{value} : std::nullopt;
}

std::optional<std::string> octets(const json& of, const char* name) {
  const auto found = of.find(name);
  if (found == of.end()) {
    return "";
  }
  const auto* text = found->get_ptr<const std::string*>();
  return text == nullptr ? std::nullopt : from_base64(*text);
}

bool flag(const json& of, const char* name) {
  const auto found = of.find(name);
  return found != of.end() && found->is_boolean() && found->get<bool>();
}

/// An object or array inside; an empty one when it is left out or something else.
const json& inside(const json& of, const char* name) {
  static const json none = json::object();
  const auto found = of.find(name);
  return found != of.end() && found->is_structured() ? *found : none;
}

std::optional<revision> header_revision(const json& answer) {
  return number(inside(answer, "header"), "revision");
}

/// None for a record that is not one, or lies outside of the prefix.
std::optional<control_record> read_record(const json& of, std::string_view prefix) {
  if (!of.is_object()) {
    return std::nullopt;
  }
  auto key = octets(of, "key");
  auto value = octets(of, "value");
  const auto created = number(of, "create_revision");
  const auto modified = number(of, "mod_revision");
  const auto lease = number(of, "lease");
  if (!key || !value || !created || !modified || !lease || !key->starts_with(prefix)) {
    return std::nullopt;
  }
  return control_record{key->substr(prefix.size()), std::move(*value), *created, *modified, *lease};
}

/// etcd's way to say "all keys" and "no end".
std::string or_zero_octet(std::string key) {
  return key.empty() ? std::string(1, '\0') : key;
}

json to_change(const control_transaction::change& change, const std::string& key) {
  if (!change.value) {
    return {{"request_delete_range", {{"key", key}}}};
  }
  json put{{"key", key}, {"value", to_base64(*change.value)}};
  if (change.lease != 0) {
    put["lease"] = std::to_string(change.lease);
  }
  return {{"request_put", std::move(put)}};
}

enum class grpc_code : std::uint8_t { // google.golang.org/grpc/codes
  invalid_argument = 3,
  not_found = 5,
  permission_denied = 7,
  resource_exhausted = 8,
  failed_precondition = 9,
  out_of_range = 11,
  unauthenticated = 16,
};

errc code_of(std::uint64_t code, std::string_view message) {
  const auto says = [&](std::string_view words) {
    return message.find(words) != std::string_view::npos;
  };
  switch (static_cast<grpc_code>(code)) {
  case grpc_code::invalid_argument:
    return says("too large") || says("too many") ? errc::limit_exceeded : errc::invalid_argument;
  case grpc_code::not_found:
    return errc::not_found;
  case grpc_code::permission_denied:
  case grpc_code::unauthenticated:
  case grpc_code::failed_precondition:
    return errc::refused;
  case grpc_code::resource_exhausted:
    return says("space exceeded") ? errc::storage_full : errc::unavailable;
  case grpc_code::out_of_range:
    // A future revision is one that this member has yet to learn.
    return says("compacted") ? errc::not_found : errc::unavailable;
  }
  return errc::unavailable;
}

std::string remedy_of(errc code) {
  switch (code) {
  case errc::storage_full:
    return "compact and defragment etcd, or raise its quota, then disarm its alarm";
  case errc::refused:
    return "check the permissions of the client's certificate in etcd";
  case errc::unavailable:
    return "check that a majority of etcd's members runs; it is tried again";
  default:
    return "";
  }
}

} // namespace

etcd_codec::etcd_codec(std::string prefix) : prefix_{std::move(prefix)} {}

std::string etcd_codec::range_request(std::string_view prefix, std::string_view after,
                                      revision at) const {
  const auto whole = prefix_ + std::string{prefix};
  json request{{"key", to_base64(or_zero_octet(whole))},
               {"range_end", to_base64(or_zero_octet(prefix_end(whole)))},
               {"limit", std::to_string(range_page_records)}};
  if (!after.empty()) {
    request["key"] = to_base64(prefix_ + std::string{after} + '\0');
  }
  if (at != 0) {
    request["revision"] = std::to_string(at);
  }
  return request.dump();
}

std::string etcd_codec::transaction_request(const control_transaction& what) const {
  json compare = json::array();
  for (const auto& each : what.when) {
    compare.push_back({{"key", to_base64(prefix_ + each.key)},
                       {"target", "MOD"},
                       {"result", "EQUAL"},
                       {"mod_revision", std::to_string(each.modified)}});
  }
  json changes = json::array();
  for (const auto& each : what.then) {
    changes.push_back(to_change(each, to_base64(prefix_ + each.key)));
  }
  return json{{"compare", std::move(compare)}, {"success", std::move(changes)}}.dump();
}

std::string etcd_codec::watch_request(revision from) const {
  return json{{"create_request",
               {{"key", to_base64(or_zero_octet(prefix_))},
                {"range_end", to_base64(or_zero_octet(prefix_end(prefix_)))},
                {"start_revision", std::to_string(from)},
                {"progress_notify", true}}}}
      .dump();
}

std::string etcd_codec::grant_request(std::chrono::seconds time_to_live) {
  return json{{"TTL", std::to_string(time_to_live.count())}}.dump();
}

std::string etcd_codec::lease_request(lease_id lease) {
  return json{{"ID", std::to_string(lease)}}.dump();
}

result<range_page> etcd_codec::range_answer(std::string_view body) const {
  constexpr std::string_view attempted = "read control records";
  WARMFRONT_TRY(answer, parse(attempted, body));
  const auto at = header_revision(answer);
  if (!at || *at == 0) {
    return not_of_etcd(attempted, "no revision");
  }
  range_page page;
  page.at = *at;
  page.more = flag(answer, "more");
  for (const auto& each : inside(answer, "kvs")) {
    auto record = read_record(each, prefix_);
    if (!record) {
      return not_of_etcd(attempted, "a record that is none");
    }
    page.records.push_back(std::move(*record));
  }
  if (page.more && page.records.empty()) {
    return not_of_etcd(attempted, "a page without records before the end");
  }
  return page;
}

result<transaction_outcome> etcd_codec::transaction_answer(std::string_view body) {
  constexpr std::string_view attempted = "change control records";
  WARMFRONT_TRY(answer, parse(attempted, body));
  const auto at = header_revision(answer);
  if (!at || *at == 0) {
    return not_of_etcd(attempted, "no revision");
  }
  return transaction_outcome{flag(answer, "succeeded"), *at};
}

result<watch_message> etcd_codec::watch_answer(std::string_view line) const {
  constexpr std::string_view attempted = "watch control records";
  WARMFRONT_TRY(answer, parse(attempted, line));
  const auto& said = inside(answer, "result");
  if (said.empty()) {
    return etcd_failure(attempted, line);
  }
  const auto at = header_revision(said);
  const auto compacted = number(said, "compact_revision");
  if (!at || !compacted) {
    return not_of_etcd(attempted, "no revision");
  }
  watch_message message{{}, *at, flag(said, "created"), flag(said, "canceled"), *compacted};
  for (const auto& each : inside(said, "events")) {
    auto record = each.is_object() ? read_record(inside(each, "kv"), prefix_)
                                   : std::optional<control_record>{};
    if (!record) {
      return not_of_etcd(attempted, "an event that is none");
    }
    const auto type = each.find("type");
    message.events.push_back({std::move(*record), type != each.end() && *type == "DELETE"});
  }
  return message;
}

result<lease_id> etcd_codec::grant_answer(std::string_view body) {
  constexpr std::string_view attempted = "ask for a lease";
  WARMFRONT_TRY(answer, parse(attempted, body));
  const auto lease = number(answer, "ID");
  if (!lease || *lease == 0) {
    return not_of_etcd(attempted, "no lease");
  }
  return *lease;
}

result<void> etcd_codec::keep_answer(std::string_view body, lease_id lease) {
  const auto attempted = fmt::format("keep lease {}", lease);
  WARMFRONT_TRY(answer, parse(attempted, body));
  const auto& said = inside(answer, "result");
  if (said.empty()) {
    return etcd_failure(attempted, body);
  }
  const auto left = number(said, "TTL");
  if (!left) {
    return not_of_etcd(attempted, "no time to live");
  }
  if (*left == 0) {
    return error{errc::not_found, attempted + ": it does not exist or has ended",
                 "ask for a new lease"};
  }
  return success();
}

error etcd_failure(std::string_view attempted, std::string_view body) {
  const auto answer = json::parse(body, nullptr, false);
  if (!answer.is_object()) {
    return not_of_etcd(attempted, "no JSON object");
  }
  // A stream has its error inside, and calls the code otherwise.
  const auto& nested = inside(answer, "error");
  const auto& said = nested.empty() ? answer : nested;
  const auto code = number(said, nested.empty() ? "code" : "grpc_code");
  const auto message = said.find("message");
  if (!code || *code == 0 || message == said.end() || !message->is_string()) {
    return not_of_etcd(attempted, "neither an answer nor an error");
  }
  const auto& text = message->get_ref<const std::string&>();
  const auto meaning = *code > 16 ? errc::unavailable : code_of(*code, text);
  return {meaning, fmt::format("{}: {}", attempted, text), remedy_of(meaning)};
}

} // namespace warmfront::storage
