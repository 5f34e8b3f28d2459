// A file that lines are appended to, and that a new one takes the place of when it is full.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "actors/core/error.hpp"

namespace warmfront {

/// `append` from one thread at a time; `reopen` from any.
class rotating_file {
public:
  /// How many full files are kept: `NAME.1` is the youngest.
  static constexpr unsigned kept = 5;

  /// `invalid_argument` for a file that cannot be opened. @param octets_max of one file
  [[nodiscard]] static result<std::unique_ptr<rotating_file>> open(std::string name,
                                                                   std::uint64_t octets_max);
  ~rotating_file();
  rotating_file(const rotating_file&) = delete;
  rotating_file& operator=(const rotating_file&) = delete;

  /// Whole lines, all or none of them. `storage_full`, `storage_failed`.
  [[nodiscard]] result<void> append(const std::string& lines);
  /// The next lines go to a file of the name as it is then: somebody else has moved the present
  /// one.
  void reopen() noexcept { must_reopen_ = true; }

private:
  rotating_file(std::string name, std::uint64_t octets_max)
      : name_{std::move(name)}, octets_max_{octets_max} {}
  [[nodiscard]] result<void> open_file();
  void rotate();
  void close() noexcept;

  std::string name_;
  std::uint64_t octets_max_;
  std::uint64_t octets_ = 0;
  int file_ = -1;
  std::atomic<bool> must_reopen_ = false;
};

} // namespace warmfront
