// What one node has seen of the cluster's records. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "actors/cluster/node_record.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// The three groups of keys that are followed, each by a mirror of its own: what one group shows
/// may be older than what another shows.
enum class record_group : std::uint8_t { nodes, lives, numbers };

/// Not thread-safe. A record that cannot be read counts as present and says nothing.
class node_book {
public:
  struct node {
    result<node_record> record;
    storage::revision modified = 0;
  };
  struct life {
    node_life record;
    storage::lease_id lease = 0;
    storage::revision modified = 0;
  };

  /// Replaces what was seen of a group. Fails when a record is unreadable; the others are taken.
  result<void> load(record_group group, const storage::control_snapshot& all);
  /// Takes one change of a group.
  result<void> apply(record_group group, const storage::control_event& event);

  /// Whether every group has been loaded once.
  [[nodiscard]] bool is_loaded() const noexcept;
  /// Everything of the group up to this revision has been seen.
  [[nodiscard]] storage::revision seen(record_group group) const noexcept;
  /// None: no such record.
  [[nodiscard]] const node* find(const node_name& name) const;
  [[nodiscard]] const life* find_life(const node_name& name) const;
  [[nodiscard]] const std::map<node_name, node>& nodes() const noexcept { return nodes_; }
  [[nodiscard]] std::uint16_t last_number() const noexcept { return last_number_; }
  /// Of the record of the last number; 0: there is none.
  [[nodiscard]] storage::revision last_number_modified() const noexcept {
    return last_number_modified_;
  }
  /// Whether the node holds its lease in the epoch of its record, as far as this book has seen.
  [[nodiscard]] bool is_alive(const node_name& name) const;
  /// All readable nodes by name.
  [[nodiscard]] std::vector<member> members(const node_name& self) const;

private:
  result<void> take(record_group group, const storage::control_record& record);
  void drop(record_group group, const std::string& key);
  void clear(record_group group);

  std::map<node_name, node> nodes_;
  std::map<node_name, life> lives_;
  std::uint16_t last_number_ = 0;
  storage::revision last_number_modified_ = 0;
  std::optional<storage::revision> seen_[3];
};

} // namespace warmfront
