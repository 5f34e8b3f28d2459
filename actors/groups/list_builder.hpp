// From the rows of a list to the segments of a group.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/core/chunk_id.hpp"
#include "actors/core/error.hpp"
#include "actors/groups/address_index.hpp"
#include "actors/groups/domain_tally.hpp"
#include "actors/groups/list_manifest.hpp"
#include "actors/groups/list_row.hpp"
#include "actors/groups/list_segment.hpp"

namespace warmfront {

/// So many rejections and so many repeats are kept; all are counted.
inline constexpr std::size_t report_lines_max = 1'000;

/// What became of the lines of one list. When it is finished, `lines` is the sum of the other
/// three.
struct list_report {
  std::uint64_t lines = 0; ///< without the header and blank ones
  std::uint64_t accepted = 0;
  std::uint64_t repeated = 0; ///< recipients that the group has already
  std::uint64_t rejected = 0;
  std::vector<list_rejection> rejections;    ///< the first ones
  std::vector<std::uint64_t> repeated_lines; ///< the first ones

  friend bool operator==(const list_report&, const list_report&) = default;
};

struct finished_segment {
  chunk_id content; ///< the name of the octets
  std::string octets;
};

/// Makes a group of a list, or appends a list to one. The order of the list is kept: people put
/// first who answers most, and that is what warms an address up best. Of recipients that are there
/// twice the first one counts. After an error it is of no use. Not thread-safe.
class list_builder final : public list_sink {
public:
  /// Goes on after `base`, whose addresses are in the index already. The index outlives this.
  explicit list_builder(address_index& seen, list_manifest base = {});

  /// @pre all rows come from one reader. Fails as the index does, and with `limit_exceeded` when
  /// the group would have too many segments or variables.
  result<void> take_row(const list_row& row) override;
  result<void> take_rejection(list_rejection rejection) override;
  /// The list has ended: all rows are in segments. Fails as `take_row` does.
  result<void> finish();

  /// What was finished since the last call, in order. To be taken after each piece of the list: a
  /// row that is accepted stays in memory until then.
  [[nodiscard]] std::vector<finished_segment> take_segments() noexcept;
  /// Rows that wait for the index are missing in its numbers, until `finish`.
  [[nodiscard]] const list_report& report() const noexcept { return report_; }
  /// Of the base and all segments that were finished.
  /// @pre `finish` was called.
  [[nodiscard]] const list_manifest& manifest() const noexcept { return manifest_; }

private:
  struct waiting_row {
    std::uint64_t line;
    list_recipient recipient;
  };

  result<void> settle();
  void note_repeat(std::uint64_t line);
  result<void> accept(list_recipient recipient);
  result<void> count_variables(const list_recipient& recipient);
  result<void> close_segment();

  address_index& seen_;
  list_manifest manifest_;
  domain_tally domains_;
  list_report report_;
  std::vector<std::string> names_;      ///< of the list
  std::vector<std::size_t> variables_;  ///< of the manifest, for each name
  std::vector<waiting_row> waiting_;    ///< for the index
  std::vector<address_digest> digests_; ///< of those that wait
  std::vector<list_recipient> open_;    ///< of the segment under way
  std::size_t open_octets_ = 0;
  std::vector<finished_segment> finished_;
};

} // namespace warmfront
