// A store on disk to be damaged.
#pragma once

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>

#include "actors/core/random.hpp"
#include "storage/rocks/rocks_store.hpp"
#include "tests/storage/temporary_directory.hpp"

namespace warmfront::testing {

using storage::batch;
using storage::disk_operation;
using storage::family;
using storage::open_rocks_store;
using storage::priority;
using storage::rocks_options;
using storage::store;

inline constexpr int tables_values = 1200;

class damaged_store {
public:
  rocks_options options() const {
    rocks_options with;
    with.directory = directory_.path() / "data";
    with.reserve_octets = 0;
    return with;
  }
  std::filesystem::path files() const { return options().directory / "rocks"; }
  std::filesystem::path mark() const { return options().directory / "high-water"; }
  std::unique_ptr<store> open() const { return open_rocks_store(options()).value(); }
  result<std::unique_ptr<store>> try_open() const { return open_rocks_store(options()); }

  /// Writes so many values, one a commit, and closes.
  void fill(family where, int values, std::size_t octets) {
    const auto target = open();
    fill(*target, where, values, octets);
  }
  void fill(store& target, family where, int values, std::size_t octets) {
    for (int number = 0; number < values; ++number) {
      batch changes;
      changes.put(where, std::to_string(number), random_octets(octets));
      REQUIRE(commit_and_wait(target, std::move(changes), priority::growth).has_value());
    }
  }
  /// Becomes a store of 1 200 values, most of them written out to tables.
  void fill_tables() {
    static const auto filled = make_tables();
    std::filesystem::remove_all(options().directory);
    std::filesystem::copy(filled->options().directory, options().directory,
                          std::filesystem::copy_options::recursive);
  }
  /// The error of opening.
  error refusal() const {
    auto opened = try_open();
    REQUIRE_FALSE(opened.has_value());
    CAPTURE(to_string(opened.error()));
    CHECK_FALSE(opened.error().remedy.empty());
    CHECK(opened.error().what.find(options().directory.string()) != std::string::npos);
    return opened.error();
  }

private:
  static std::unique_ptr<damaged_store> make_tables() {
    auto made = std::make_unique<damaged_store>();
    // A flush is over when the manifest is synced after its table was.
    std::atomic<bool> table_synced = false;
    std::atomic<bool> flushed = false;
    auto observed = made->options();
    observed.before_disk_operation = [&](const disk_operation& operation) {
      if (operation.what == disk_operation::kind::sync) {
        table_synced = table_synced || operation.path.ends_with(".sst");
        flushed =
            flushed || (table_synced && operation.path.find("MANIFEST") != std::string_view::npos);
      }
      return 0;
    };
    const auto target = open_rocks_store(observed).value();
    made->fill(*target, family::spool, tables_values, 30'000);
    const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!flushed && std::chrono::steady_clock::now() < patience) {
      std::this_thread::yield();
    }
    return made;
  }

  // Bodies that no compression makes small.
  std::string random_octets(std::size_t octets) {
    std::string text(octets, '\0');
    for (auto& octet : text) {
      octet = static_cast<char>(random_.next());
    }
    return text;
  }

  temporary_directory directory_;
  seeded_random random_{7};
};

} // namespace warmfront::testing
