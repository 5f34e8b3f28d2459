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

/// Whether a question can be answered: `invalid_argument` for days in the wrong order or too many,
/// and for receivers together with what is counted apart from them.
[[nodiscard]] result<void> check_question(const sum_statistics& question);

/// Whether the answer is in the counters of receivers (`storage::statistics_key`), or in those of
/// ways (`storage::way_key`). Both tell of the same mail.
[[nodiscard]] bool is_by_receiver(const sum_statistics& question);
/// All counters of a day that may be part of the answer start with this.
[[nodiscard]] std::string counters_of(const sum_statistics& question, utc_day day);
[[nodiscard]] std::string counters_of_all(const sum_statistics& question, utc_day day);

class statistics_sum {
public:
  /// The most rows: `limit_exceeded` beyond.
  static constexpr std::size_t rows_max = 100'000;

  /// `question` outlives it.
  explicit statistics_sum(const sum_statistics& question);

  /// Takes a counter, if the question is about it. `storage_corrupt` when it is no number.
  [[nodiscard]] result<void> take(std::string_view key, std::string_view value);
  /// Adds a row of another sum for the same question.
  [[nodiscard]] result<void> add(const statistics_row& row);
  /// What was taken back more often than counted is nothing.
  [[nodiscard]] std::vector<statistics_row> rows() const;
  /// The same with what was taken back, to be added elsewhere.
  [[nodiscard]] std::vector<statistics_row> parts() const;

private:
  using row_key = std::vector<std::string>;

  template <class Key>
  [[nodiscard]] bool is_asked(const Key& key) const;
  template <class Key>
  [[nodiscard]] row_key row_of(const Key& key) const;
  template <class Key>
  [[nodiscard]] result<void> count(const Key& key, std::string_view value);
  [[nodiscard]] result<daily_counts*> find(row_key key);

  const sum_statistics& question_;
  std::vector<counted_by> by_;
  std::map<row_key, daily_counts> rows_; // numbers below zero are large ones
};

} // namespace warmfront
