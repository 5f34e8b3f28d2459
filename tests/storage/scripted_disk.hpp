// A disk that fails, or is nearly full, just as a test says; and the store on it.
#pragma once

#include <atomic>
#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "storage/rocks/rocks_store.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace warmfront::testing {

/// A disk whose answers the test chooses.
class scripted_disk {
public:
  storage::rocks_options options() {
    storage::rocks_options with;
    with.directory = directory_.path() / "data";
    with.reserve_octets = 1'000'000;
    with.free_space = [this] { return free_.load(); };
    with.before_disk_operation = [this](const storage::disk_operation& operation) {
      const std::scoped_lock lock{mutex_};
      return answer_ ? answer_(operation) : 0;
    };
    return with;
  }
  std::unique_ptr<storage::store> open() { return storage::open_rocks_store(options()).value(); }
  void answer(std::function<int(const storage::disk_operation&)> with) {
    const std::scoped_lock lock{mutex_};
    answer_ = std::move(with);
  }
  void set_free(std::uint64_t octets) { free_ = octets; }
  /// What the files of the database take.
  [[nodiscard]] std::uint64_t octets_used() const {
    std::uint64_t all = 0;
    std::error_code gone; // files go while they are counted
    for (const auto& file :
         std::filesystem::recursive_directory_iterator{directory_.path(), gone}) {
      const auto octets = file.file_size(gone);
      all += gone ? 0 : octets;
    }
    return all;
  }

private:
  temporary_directory directory_;
  std::atomic<std::uint64_t> free_ = 1'000'000'000;
  std::mutex mutex_;
  std::function<int(const storage::disk_operation&)> answer_;
};

inline result<void> put(storage::store& target, std::string key, std::size_t octets = 100,
                        storage::priority urgency = storage::priority::growth) {
  storage::batch changes;
  changes.put(storage::family::spool, std::move(key), std::string(octets, 'v'));
  return storage::commit_and_wait(target, std::move(changes), urgency);
}

inline bool holds(const storage::store& in, std::string_view key) {
  return in.get(storage::family::spool, key).value().has_value();
}

/// Waits until the store has noticed; it looks several times a second.
template <class Predicate>
bool comes_true(Predicate holds) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!holds() && std::chrono::steady_clock::now() < patience) {
    std::this_thread::yield();
  }
  return holds();
}

} // namespace warmfront::testing
