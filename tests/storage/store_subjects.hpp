// The stores that have to pass the contract tests.
#pragma once

#include <memory>

#include "storage/memory/memory_store.hpp"
#include "storage/rocks/rocks_store.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace warmfront::testing {

struct memory_subject {
  storage::memory_store subject;
  storage::store& store() { return subject; }
  /// Everything acknowledged is still there afterwards.
  void restart() { subject.crash(); }
};

struct rocks_subject {
  temporary_directory directory;
  std::unique_ptr<storage::store> subject = open();

  storage::store& store() { return *subject; }
  void restart() {
    subject.reset();
    subject = open();
  }

private:
  std::unique_ptr<storage::store> open() const {
    storage::rocks_options options;
    options.directory = directory.path() / "data";
    options.reserve_octets = 0;
    return storage::open_rocks_store(options).value();
  }
};

} // namespace warmfront::testing
