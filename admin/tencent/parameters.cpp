#include "admin/tencent/parameters.hpp"

#include <openssl/evp.h>

#include <fmt/core.h>

#include "actors/core/address.hpp"
#include "net/dns/mx_route.hpp"
#include "net/mime/mailbox.hpp"
#include "net/smtp/base64.hpp"

namespace warmfront::admin::tencent {

namespace {

std::optional<std::string> plain_text(const json& value) {
  if (value.is_string())
    return value.get<std::string>();
  if (value.is_number() || value.is_boolean())
    return value.dump();
  return std::nullopt;
}

checked<std::string> decode_text(const json& content, const char* name, const char* code) {
  const auto found = content.find(name);
  if (found == content.end())
    return std::string{};
  auto decoded = smtp::decode_base64(found->get_ref<const std::string&>());
  if (!decoded || !is_utf8(*decoded))
    return gateway_error{code, fmt::format("`{}` is not UTF-8 in base64.", name)};
  return std::move(*decoded);
}

} // namespace

std::int64_t integer_of(const json& object, const char* name, std::int64_t fallback) {
  const auto found = object.find(name);
  return found == object.end() ? fallback : found->get<std::int64_t>();
}

checked<row_range> row_range_of(const json& parameters, std::uint64_t most) {
  const row_range range{number_of(parameters, "Offset", 0), number_of(parameters, "Limit", most)};
  if (range.limit > most)
    return gateway_error{"FailedOperation.InvalidLimit",
                         fmt::format("`Limit` is {}; {} are allowed.", range.limit, most)};
  return range;
}

std::size_t characters_in(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  }));
}

checked<template_data> read_template_data(const std::string& text, const char* code) {
  template_data data;
  if (text.empty())
    return data;
  auto parsed = parse_json(text);
  const auto* const object = std::get_if<json>(&parsed);
  if (object == nullptr || !object->is_object())
    return gateway_error{code, "The template data is not a JSON object."};
  for (const auto& [name, value] : object->items()) {
    auto plain = plain_text(value);
    if (!plain)
      return gateway_error{
          code, fmt::format("The template data of `{}` is not a text.", shown_name(name))};
    data.emplace(name, std::move(*plain));
  }
  return data;
}

std::string to_json_text(const template_data& data) {
  auto object = ordered_json::object();
  for (const auto& [name, value] : data)
    object[name] = value;
  return dump(object);
}

checked<decoded_content> decode_content(const json& content, const char* code) {
  WARMFRONT_TRY(html, decode_text(content, "Html", code));
  WARMFRONT_TRY(text, decode_text(content, "Text", code));
  return decoded_content{std::move(html), std::move(text)};
}

std::string encode_base64(std::string_view octets) {
  std::string text((octets.size() + 2) / 3 * 4 + 1, '\0'); // with a NUL behind it
  const auto length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                      reinterpret_cast<const unsigned char*>(octets.data()),
                                      static_cast<int>(octets.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

std::optional<domain_name> read_domain(std::string_view text) {
  auto labels = dns::to_a_labels(text);
  return labels && is_domain(labels.value(), false)
             ? std::optional{domain_name{std::move(labels).value()}}
             : std::nullopt;
}

checked<sender> read_sender(const std::string& text) {
  auto read = mime::parse_mailbox(text, "FromEmailAddress");
  if (!read)
    return gateway_error{"FailedOperation.IncorrectSender",
                         "The sender is no address: " + read.error().what + '.'};
  auto& address = read.value().address;
  auto domain = read_domain(address.substr(address.rfind('@') + 1));
  if (!domain)
    return gateway_error{"FailedOperation.IncorrectSender", "The sender's domain is none."};
  return sender{text, std::move(address), std::move(*domain)};
}

const pool* pool_of(const std::vector<pool>& all, const account_name& account) {
  const pool* found = nullptr;
  for (const auto& each : all) {
    const bool is_own =
        each.kind == pool_kind::dedicated && each.account == account && !each.addresses.empty();
    if (is_own && (found == nullptr || each.name < found->name))
      found = &each;
  }
  return found != nullptr ? found : admin::handlers::find_pool(all, "shared");
}

} // namespace warmfront::admin::tencent
