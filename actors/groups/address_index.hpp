// Which addresses a group has already.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "actors/core/error.hpp"

namespace warmfront {

/// Stands for an address: the first 16 octets of the SHA-256 (FIPS 180-4) of its normalised form.
/// Among 10^9 addresses two are the same with a probability of 10^-21.
using address_digest = std::array<std::uint8_t, 16>;

/// @pre `address` comes from `dns::normalised_address`.
[[nodiscard]] address_digest digest_of_address(std::string_view address);

/// The digests that an index is asked about at once.
inline constexpr std::size_t address_batch_max = 1'000;

/// A set of addresses that only grows.
class address_index {
public:
  virtual ~address_index() = default;
  /// Adds up to `address_batch_max` addresses and says of each whether it was new; of those that
  /// are twice in a batch the first one is. After an error the index may have some of them.
  [[nodiscard]] virtual result<std::vector<bool>>
  add(const std::vector<address_digest>& digests) = 0;
};

/// An index in memory: 16 octets a slot, a third to three quarters of the slots in use.
class memory_address_index final : public address_index {
public:
  /// `add` fails with `limit_exceeded` when there would be more than so many addresses.
  explicit memory_address_index(std::size_t addresses_max);

  [[nodiscard]] result<std::vector<bool>> add(const std::vector<address_digest>& digests) override;
  [[nodiscard]] std::size_t size() const noexcept { return used_ + (has_zero_ ? 1 : 0); }

private:
  /// The slot that holds the digest, or the free one where it belongs.
  [[nodiscard]] address_digest& slot_of(const address_digest& digest) noexcept;
  bool insert(const address_digest& digest);
  void grow();

  std::size_t addresses_max_;
  std::vector<address_digest> slots_; ///< a power of two; free ones are zero
  std::size_t used_ = 0;
  bool has_zero_ = false; ///< a digest that looks like a free slot
};

} // namespace warmfront
