// What a reader of lists told, for comparison.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "actors/groups/list_row.hpp"

namespace warmfront::testing {

struct recorded_row {
  std::uint64_t line = 0;
  std::string address;
  std::map<std::string, std::string> values; ///< without those that are absent

  friend bool operator==(const recorded_row&, const recorded_row&) = default;
};

struct recorded_list final : list_sink {
  std::vector<recorded_row> rows;
  std::vector<list_rejection> rejections;
  std::vector<std::uint64_t> lines; ///< of both, as they came
  std::optional<error> failure;     ///< that ended the reading

  result<void> take_row(const list_row& row) override {
    recorded_row recorded{row.line, std::string{row.address}, {}};
    for (std::size_t i = 0; i < row.values.size(); ++i)
      if (row.values[i])
        recorded.values.emplace(row.names[i], *row.values[i]);
    rows.push_back(std::move(recorded));
    lines.push_back(row.line);
    return success();
  }
  result<void> take_rejection(list_rejection rejection) override {
    lines.push_back(rejection.line);
    rejections.push_back(std::move(rejection));
    return success();
  }

  friend bool operator==(const recorded_list& one, const recorded_list& other) {
    return one.rows == other.rows && one.rejections == other.rejections &&
           one.lines == other.lines && one.failure == other.failure;
  }
};

/// Reads a text in pieces of so many octets.
template <class Reader>
recorded_list read_list(std::string_view text, std::size_t piece = std::string_view::npos) {
  recorded_list list;
  Reader reader;
  auto outcome = success();
  while (outcome && !text.empty()) {
    outcome = reader.push(text.substr(0, piece), list);
    text.remove_prefix(std::min(piece, text.size()));
  }
  if (outcome)
    outcome = reader.end(list);
  if (!outcome)
    list.failure = outcome.error();
  return list;
}

/// Reads a text in random pieces, some of them empty.
template <class Reader>
recorded_list read_cut_list(std::string_view text, std::mt19937& random) {
  recorded_list list;
  Reader reader;
  auto outcome = success();
  const auto piece_max = 1 + random() % (random() % 2 == 0 ? 4 : text.size() + 1);
  while (outcome && !text.empty()) {
    const auto piece = std::min<std::size_t>(random() % (piece_max + 1), text.size());
    outcome = reader.push(text.substr(0, piece), list);
    text.remove_prefix(piece);
  }
  if (outcome)
    outcome = reader.end(list);
  if (!outcome)
    list.failure = outcome.error();
  return list;
}

/// The reason of the only line of a text that is rejected; empty when there is another number.
inline std::string only_reason(const recorded_list& list) {
  return list.rejections.size() == 1 ? list.rejections.front().reason : std::string{};
}

} // namespace warmfront::testing
