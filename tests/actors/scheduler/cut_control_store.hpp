// A node's way to the control store of all: it can be cut, and it loses answers.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "actors/core/random.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"

namespace warmfront::testing {

/// Single-threaded. Answers come with `settle` of this one, after those of the store behind it.
class cut_control_store final : public storage::control_store {
public:
  cut_control_store(manual_control_store& behind, seeded_random& random)
      : behind_{behind}, random_{random} {}

  void range(std::string prefix,
             std::function<void(const result<storage::control_snapshot>&)> done) override {
    if (cut_)
      return answers_.push_back([done] { done(no_answer()); });
    behind_.range(std::move(prefix), [this, done](const result<storage::control_snapshot>& found) {
      if (cut_)
        answers_.push_back([done] { done(no_answer()); });
      else
        done(found);
    });
  }
  /// Now and then it happens and nobody says so.
  void transact(storage::control_transaction what,
                std::function<void(const result<storage::transaction_outcome>&)> done) override {
    if (cut_)
      return answers_.push_back([done] { done(no_answer()); });
    const bool is_lost = random_.next() % 15 == 0;
    behind_.transact(std::move(what),
                     [this, done, is_lost](const result<storage::transaction_outcome>& outcome) {
                       if (cut_ || is_lost)
                         answers_.push_back([done] { done(no_answer()); });
                       else
                         done(outcome);
                     });
  }
  [[nodiscard]] std::unique_ptr<storage::watch_handle>
  watch(std::string prefix, storage::revision from, storage::watch_callback changed) override {
    return behind_.watch(std::move(prefix), from,
                         [this, changed](const result<std::vector<storage::control_event>>& all) {
                           if (cut_)
                             withheld_.push_back([changed, all] { changed(all); });
                           else
                             changed(all);
                         });
  }
  void grant_lease(milliseconds, std::function<void(const result<storage::lease_id>&)>) override {}
  void keep_lease(storage::lease_id, std::function<void(const result<void>&)>) override {}
  void revoke_lease(storage::lease_id, std::function<void(const result<void>&)>) override {}

  void cut(bool is_cut) {
    cut_ = is_cut;
    if (!cut_)
      for (auto& each : std::exchange(withheld_, {}))
        answers_.push_back(std::move(each));
  }
  [[nodiscard]] bool is_cut() const noexcept { return cut_; }
  std::size_t settle() {
    const auto count = answers_.size();
    for (std::size_t i = 0; i < count; ++i) {
      const auto next = std::move(answers_.front());
      answers_.pop_front();
      next();
    }
    return count;
  }
  /// The process that asked is gone.
  void forget() {
    answers_.clear();
    withheld_.clear();
  }

private:
  static error no_answer() { return {errc::unavailable, "the control store does not answer", {}}; }

  manual_control_store& behind_;
  seeded_random& random_;
  bool cut_ = false;
  std::deque<std::function<void()>> answers_;
  std::vector<std::function<void()>> withheld_;
};

} // namespace warmfront::testing
