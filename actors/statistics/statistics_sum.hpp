// Counters as rows: what an answer is made from. Pure.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"
#include "actors/messages/statistics.hpp"
#include "storage/statistics.hpp"

namespace warmfront {

/// Whether a question can be answered: `invalid_argument` for days in the wrong order or too many.
[[nodiscard]] result<void> check_question(const sum_statistics& question);

class statistics_sum {
public:
  /// `question` outlives it.
  explicit statistics_sum(const sum_statistics& question) : question_{question} {}

  /// Takes a counter, if the question is about it. `storage_corrupt` when it is no number.
  [[nodiscard]] result<void> take(std::string_view key, std::string_view value);
  [[nodiscard]] std::vector<statistics_row> rows() const;

private:
  [[nodiscard]] std::string row_of(const storage::statistics_key& key) const;

  const sum_statistics& question_;
  std::map<std::string, daily_counts> rows_;
};

} // namespace warmfront
