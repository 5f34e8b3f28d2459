// etcd's revisions are those of everything in it: seen through this they begin at 0, and leases
// last a fifth of their time, so that the contract tests can share one etcd.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "storage/control_store.hpp"

namespace warmfront::testing {

using namespace storage; // NOLINT: it speaks of nothing else

/// How much shorter leases are.
inline constexpr int lease_haste = 5;

class rebased_control_store final : public control_store {
public:
  rebased_control_store(std::unique_ptr<control_store> inner, revision base)
      : inner_{std::move(inner)}, base_{base} {}

  void range(std::string prefix,
             std::function<void(const result<control_snapshot>&)> done) override {
    inner_->range(std::move(prefix), [base = base_, done = std::move(done)](const auto& found) {
      if (!found) {
        return done(found);
      }
      auto snapshot = found.value();
      snapshot.at -= base;
      for (auto& record : snapshot.records) {
        rebase(record, base);
      }
      done(std::move(snapshot));
    });
  }
  void transact(control_transaction what,
                std::function<void(const result<transaction_outcome>&)> done) override {
    for (auto& comparison : what.when) {
      comparison.modified += comparison.modified == 0 ? 0 : base_;
    }
    inner_->transact(std::move(what), [base = base_, done = std::move(done)](const auto& outcome) {
      if (!outcome) {
        return done(outcome);
      }
      done(transaction_outcome{outcome.value().applied, outcome.value().at - base});
    });
  }
  std::unique_ptr<watch_handle> watch(std::string prefix, revision from,
                                      watch_callback changed) override {
    return inner_->watch(std::move(prefix), from + base_,
                         [base = base_, changed = std::move(changed)](const auto& events) {
                           if (!events) {
                             return changed(events);
                           }
                           auto rebased = events.value();
                           for (auto& event : rebased) {
                             rebase(event.record, base);
                           }
                           changed(std::move(rebased));
                         });
  }
  void grant_lease(milliseconds time_to_live,
                   std::function<void(const result<lease_id>&)> done) override {
    inner_->grant_lease(time_to_live / lease_haste,
                        [this, done = std::move(done)](const auto& granted) {
                          if (granted) {
                            const std::scoped_lock lock{mutex_};
                            granted_.insert(granted.value());
                          }
                          done(granted);
                        });
  }
  void keep_lease(lease_id lease, std::function<void(const result<void>&)> done) override {
    inner_->keep_lease(lease, std::move(done));
  }
  void revoke_lease(lease_id lease, std::function<void(const result<void>&)> done) override {
    inner_->revoke_lease(lease, std::move(done));
  }

  /// Leases that would otherwise end during a later test.
  [[nodiscard]] std::set<lease_id> granted() {
    const std::scoped_lock lock{mutex_};
    return granted_;
  }

private:
  static void rebase(control_record& record, revision base) {
    record.created -= record.created == 0 ? 0 : base;
    record.modified -= base;
  }

  std::mutex mutex_;
  std::set<lease_id> granted_;
  std::unique_ptr<control_store> inner_;
  revision base_;
};

} // namespace warmfront::testing
