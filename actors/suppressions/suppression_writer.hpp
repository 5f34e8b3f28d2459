// Changes the table, one commit after the other.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "actors/suppressions/suppression_edit.hpp"
#include "storage/suppression_reader.hpp"

namespace warmfront {

/// What wants to change the table while a commit is under way becomes the next one, so that an edit
/// always sees all that came before it. Not thread-safe: `run` brings callbacks of the store back
/// to the owner's thread.
class suppression_writer {
public:
  /// Makes its changes. An error is told to who asked, and what was changed until then stays: look
  /// first, change then.
  using work = std::function<result<void>(suppression_edit&)>;
  using outcome = std::function<void(const result<void>&)>;
  using runner = std::function<void(std::function<void()>)>;

  /// `disk` and `reader` outlive the writer. Null `reader`: nobody asks.
  suppression_writer(storage::store& disk, storage::suppression_reader* reader, runner run);
  ~suppression_writer();
  suppression_writer(const suppression_writer&) = delete;
  suppression_writer& operator=(const suppression_writer&) = delete;

  /// Reads the facts. @pre nothing else was called.
  [[nodiscard]] result<void> open();
  /// The facts that are durable.
  [[nodiscard]] const storage::suppression_facts& facts() const noexcept { return facts_; }
  /// `then` hears when it is durable, or why not. `growth`: may be refused when the disk is full.
  void change(storage::priority urgency, work what, outcome then);
  /// Called after every commit, before those who wait.
  void on_durable(std::function<void()> told) { told_ = std::move(told); }

private:
  struct waiting {
    storage::priority urgency;
    work what;
    outcome then;
  };
  void pump();
  void committed(const storage::suppression_facts& changed, const std::vector<outcome>& whom,
                 const result<void>& durable);

  storage::store& disk_;
  storage::suppression_reader* const reader_;
  const runner run_;
  storage::suppression_facts facts_;
  std::function<void()> told_;
  std::deque<waiting> waiting_;
  bool committing_ = false;
  std::shared_ptr<bool> alive_;
};

} // namespace warmfront
