// Pages of entries, each by a bounded number of looks at the disk.
#pragma once

#include <cstddef>

#include "actors/messages/suppressions.hpp"
#include "storage/suppression_table.hpp"

namespace warmfront {

/// Answers from the table; looks at a bounded number of entries.
class suppression_lister {
public:
  /// `from` and `facts` outlive the lister. So many entries are looked at for one answer: as many
  /// as can be read in a tenth of a second.
  suppression_lister(const storage::store& from, const storage::suppression_facts& facts,
                     std::size_t looked_at_max = 100'000)
      : from_{from}, facts_{facts}, looked_at_max_{looked_at_max} {}

  [[nodiscard]] result<suppression_page> list(const list_suppressions& filter, wall_time now) const;

private:
  [[nodiscard]] result<suppression_page> find(const list_suppressions& filter, wall_time now) const;

  const storage::store& from_;
  const storage::suppression_facts& facts_;
  const std::size_t looked_at_max_;
};

} // namespace warmfront
