// A store in memory for tests and the simulation: deterministic, with faults on demand.
#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <limits>
#include <map>
#include <mutex>

#include "storage/store.hpp"

namespace warmfront::storage {

class memory_store final : public store {
public:
  enum class acknowledgement : std::uint8_t {
    at_once,      ///< callbacks are called inside `commit`, unless one is running already
    when_settled, ///< commits wait, without effect, until the test calls `settle`
  };
  static constexpr auto all = std::numeric_limits<std::size_t>::max();

  explicit memory_store(acknowledgement mode = acknowledgement::at_once) : mode_{mode} {}

  void commit(batch changes, priority urgency, commit_callback done) override;
  [[nodiscard]] result<std::optional<std::string>> get(family where,
                                                       std::string_view key) const override;
  [[nodiscard]] result<std::vector<key_value>> scan(family where, std::string_view from,
                                                    std::string_view before,
                                                    std::size_t limit) const override;
  [[nodiscard]] result<std::optional<key_value>> last(family where, std::string_view from,
                                                      std::string_view before) const override;
  [[nodiscard]] storage_health health() const override;

  /// Applies and acknowledges the oldest waiting commits, at most `commits_max`, also those that
  /// callbacks add meanwhile. @returns how many.
  std::size_t settle(std::size_t commits_max = all);
  /// Commits that wait for `settle`.
  [[nodiscard]] std::size_t unsettled() const;

  /// The next `commits` fail with this error, without effect. `storage_failed` stays for ever, as
  /// on a real disk.
  void fail_next(std::size_t commits, error with);
  /// While full, growth is refused with `storage_full`.
  void set_full(bool full);
  /// A crash: what waits is forgotten and its callbacks are never called. The oldest `surviving`
  /// commits were durable already, though nobody was told. Failures end: a new process starts.
  void crash(std::size_t surviving = 0);

private:
  struct entry {
    std::string value;
    std::size_t puts = 1; ///< since the key was last absent
  };
  using entries = std::map<std::string, entry, std::less<>>;
  struct waiting {
    batch changes;
    priority urgency;
    commit_callback done;
  };

  result<void> decide(const waiting& next);
  void apply(const batch& changes);
  void apply(const batch::change& change);
  static entries::const_iterator end_of(const entries& of, std::string_view before);
  [[nodiscard]] const entries& of(family where) const {
    return families_[static_cast<std::size_t>(where)];
  }

  const acknowledgement mode_;
  mutable std::mutex mutex_;
  std::array<entries, family_count> families_;
  std::deque<waiting> queue_;
  bool draining_ = false; ///< one thread at a time calls callbacks, which keeps their order
  bool full_ = false;
  std::size_t failing_ = 0;
  std::optional<error> failure_; ///< of the next `failing_` commits
  std::optional<error> failed_for_good_;
};

} // namespace warmfront::storage
