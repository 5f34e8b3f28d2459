// Changes of the table that become durable together. No CAF, no clock; reads a store.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "storage/suppression_table.hpp"

namespace warmfront {

/// What one commit will change. Sees its own changes, and is built while no other one is under way.
/// An entry is written once, as it is in the end, with its place in the index.
class suppression_edit {
public:
  /// `from` and `facts`, those that are durable, outlive the edit and do not change meanwhile.
  suppression_edit(const storage::store& from, const storage::suppression_facts& facts);

  /// The entry of an address, also one that is removed or over; null: there is none. Valid until
  /// it is changed.
  [[nodiscard]] result<const storage::stored_suppression*> find(const account_name& account,
                                                                std::string_view address);
  /// A change of this node's own: it gets the next number, and wins over what the entry was.
  [[nodiscard]] result<void> set_own(storage::stored_suppression value, wall_time now);
  /// A change of another node: counts when it is later than what the entry is.
  /// @returns whether it does.
  [[nodiscard]] result<bool> take(const storage::stored_suppression& value);
  /// The sequence of an origin up to which everything is here.
  [[nodiscard]] std::uint64_t sequence_of(std::uint64_t origin) const;
  /// Everything of an origin up to a sequence is here.
  void has_all(std::uint64_t origin, std::uint64_t up_to);
  /// The entry goes, and no trace is left: without a change that others would hear of.
  [[nodiscard]] result<void> forget(const storage::stored_suppression& value);

  /// The facts that are durable.
  [[nodiscard]] const storage::suppression_facts& before() const noexcept { return facts_; }
  /// The facts that are others afterwards: of vector and counts those alone.
  [[nodiscard]] storage::suppression_facts& changed() noexcept { return changed_; }
  /// Entries that were looked at or changed.
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  /// What has to be committed.
  [[nodiscard]] storage::batch changes() const;

private:
  struct entry {
    std::optional<storage::stored_suppression> before;
    std::optional<storage::stored_suppression> now;
  };
  [[nodiscard]] result<entry*> at(const account_name& account, std::string_view address);
  void set(entry& what, std::optional<storage::stored_suppression> to);
  void count(const std::optional<storage::stored_suppression>& value, bool adds);

  const storage::store& from_;
  const storage::suppression_facts& facts_;
  storage::suppression_facts changed_;
  std::map<std::string, entry, std::less<>> entries_; ///< by their keys
};

} // namespace warmfront
