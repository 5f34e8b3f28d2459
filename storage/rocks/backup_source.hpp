// What a backup needs of the store on disk. Inside `storage/rocks` only.
#pragma once

#include <functional>

#include "actors/core/error.hpp"

namespace warmfront::storage {

class database;

/// The store on disk, beside `store`.
class backup_source {
public:
  virtual ~backup_source() = default;
  /// Calls `work` with the open database, which stays open until it returns. `interrupt` is called,
  /// from another thread and perhaps more than once, when the database is to be closed meanwhile,
  /// or needs the space of the files that `work` keeps: `work` has to end soon then, also when it
  /// has yet to begin.
  /// @returns what `work` does, or `unavailable` while the database is being opened again.
  [[nodiscard]] virtual result<void>
  with_database(const std::function<result<void>(database&)>& work,
                std::function<void()> interrupt) = 0;
};

} // namespace warmfront::storage
