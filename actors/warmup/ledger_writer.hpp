// Carries out what a book of ledgers asks for.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/core/event_log.hpp"
#include "actors/warmup/ledger_book.hpp"
#include "storage/store.hpp"

namespace warmfront {

/// Reads a book's data of the node's store, and writes its marks, memory and leases. What it is
/// given outlives it. Not thread-safe: everything happens on the owner's thread, by `run`.
class ledger_writer {
public:
  ledger_writer(ledger_book& book, storage::store& own, control_mirror& ledgers, deferred_run run,
                event_log& log)
      : book_{book}, own_{own}, ledgers_{ledgers}, run_{std::move(run)}, log_{log} {}

  /// Reads marks and memory into the book.
  [[nodiscard]] result<void> read();
  /// Begins to do what the book wants.
  void write(ledger_book::effects& effects);
  /// Writes the counts of quality that are new.
  void write_quality();
  /// Makes the exact marks durable, then gives back what was leased and not used. What the control
  /// store does not answer within 2 s is burnt.
  void finish(std::function<void()> finished);

private:
  using indexes = std::vector<ledger_book::ledger_index>;
  using load = result<void> (ledger_book::*)(std::string_view, std::string_view);
  /// One ledger's part in a transaction.
  using part = std::function<storage::control_transaction(ledger_book::ledger_index)>;
  using answered = std::function<void(ledger_book::ledger_index, bool ok)>;

  result<void> read(std::string_view prefix, load into);
  void commit_marks(ledger_book::effects& effects);
  void commit_memory(ledger_book::effects& effects);
  result<void> forget_memory();
  void change(const indexes& ledgers, const part& build, const answered& done);
  void give_back(std::function<void()> finished);

  ledger_book& book_;
  storage::store& own_;
  control_mirror& ledgers_;
  deferred_run run_;
  event_log& log_;
};

} // namespace warmfront
