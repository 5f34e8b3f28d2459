// What the handlers of several actions read and write. Inside `admin/tencent` only. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "admin/api/handlers.hpp"
#include "admin/tencent/handling.hpp"

namespace warmfront::admin::tencent {

using admin::handlers::answer_at;
using admin::handlers::number_of;
using admin::handlers::text_of;
using admin::handlers::texts_of;

/// Questions as the next step.
template <class... Questions>
step ask_for(Questions... questions) {
  std::vector<ask> all;
  (all.emplace_back(std::move(questions)), ...);
  return all;
}

/// An answer that tells nothing.
inline step nothing_to_tell() {
  return ordered_json::object();
}

/// A signed number of checked parameters.
[[nodiscard]] std::int64_t integer_of(const json& object, const char* name, std::int64_t fallback);

struct row_range {
  std::uint64_t offset = 0;
  std::uint64_t limit = 0;
};
inline constexpr std::uint64_t rows_max = 100;
/// `Offset` and `Limit`; those that are absent leave nothing out.
/// @returns `FailedOperation.InvalidLimit` for more than `most` rows.
[[nodiscard]] checked<row_range> row_range_of(const json& parameters,
                                              std::uint64_t most = rows_max);

/// Those of `all` that a range asks for.
template <class Item>
std::vector<Item> in_range(const std::vector<Item>& all, const row_range& range) {
  const auto begin = std::min<std::uint64_t>(range.offset, all.size());
  const auto end = begin + std::min<std::uint64_t>(range.limit, all.size() - begin);
  return {all.begin() + static_cast<std::ptrdiff_t>(begin),
          all.begin() + static_cast<std::ptrdiff_t>(end)};
}

/// Characters, not octets.
[[nodiscard]] std::size_t characters_in(std::string_view text) noexcept;

using template_data = std::map<std::string, std::string, std::less<>>;
/// Reads a JSON object whose values are texts, numbers or truths. `code` is what else is refused
/// with. An empty text is an empty object.
[[nodiscard]] checked<template_data> read_template_data(const std::string& text, const char* code);
/// As the API writes it.
[[nodiscard]] std::string to_json_text(const template_data& data);

/// `Html` and `Text` of a content, decoded.
struct decoded_content {
  std::string html;
  std::string text;
};
/// @returns an error `code` for what is not base64 of UTF-8.
[[nodiscard]] checked<decoded_content> decode_content(const json& content, const char* code);

/// RFC 4648 §4, with padding.
[[nodiscard]] std::string encode_base64(std::string_view octets);

/// The one with that number; null when there is none.
template <class Report>
const Report* with_number(const std::vector<Report>& all, std::uint64_t number) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [number](const Report& each) { return each.id == number; });
  return found == all.end() ? nullptr : &*found;
}

/// A domain in its stored form; none for what is no domain.
[[nodiscard]] std::optional<domain_name> read_domain(std::string_view text);

/// What `FromEmailAddress` names. @returns `FailedOperation.IncorrectSender`.
struct sender {
  std::string mailbox; ///< as given
  std::string address;
  domain_name domain;
};
[[nodiscard]] checked<sender> read_sender(const std::string& text);

/// Through which pool an account sends here: the first of its dedicated ones that has an IP, by
/// name, else the shared one. Null when there is neither.
[[nodiscard]] const pool* pool_of(const std::vector<pool>& all, const account_name& account);

} // namespace warmfront::admin::tencent
