// One limit of a ledger's day on this node: of all its mail, or of the mail to one provider.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "actors/core/envelope.hpp"

namespace warmfront {

/// Which part of a day this node leases.
enum class lease_share : std::uint8_t {
  part, ///< what is left is divided among the live nodes, a part at a time
  all,  ///< at once: the node owns the address
  none, ///< nothing: another node owns it
};

/// What a ledger says to one more mail.
enum class permit_state : std::uint8_t {
  granted,
  exhausted, ///< until the day ends
  paced,     ///< until the next step of a day that is spread evenly
  paused,
  blocked, ///< until the day ends, for its quality
  pending, ///< permits are on their way
};

/// How many permits a class may use of a day with `quota`: batch mail leaves the reserve, rounded
/// down, to triggered mail.
[[nodiscard]] constexpr std::uint64_t class_bound(std::uint64_t quota, mail_class importance,
                                                  std::uint32_t reserve_percent) {
  return importance == mail_class::triggered
             ? quota
             : quota - (quota / 100 * reserve_percent + quota % 100 * reserve_percent / 100);
}

/// How far an evenly spread day has come: `done` of `steps`. What is not used in a step can be used
/// in a later one.
struct day_pace {
  std::uint32_t done = 1;
  std::uint32_t steps = 1;
  /// The part of a day's permits that may be used so far, rounded up. @pre `permits` < 2^52.
  [[nodiscard]] std::uint64_t part_of(std::uint64_t permits) const {
    return done >= steps ? permits : (permits * done + steps - 1) / steps;
  }
  friend bool operator==(const day_pace&, const day_pace&) = default;
};

/// What a share is recomputed from.
struct share_terms {
  std::optional<std::uint64_t> limit; ///< of the whole cluster; none: no limit
  std::optional<std::uint64_t> mine;  ///< this node's lease; none: the day is not open here
  std::uint64_t others = 0;           ///< the other nodes' leases
  lease_share part = lease_share::part;
  std::uint32_t live_nodes = 1;
  std::uint32_t reserve_percent = 0;
  day_pace pace;
  bool stopped = false;   ///< paused or blocked
  bool may_lease = false; ///< else no more can be asked for
};

/// Permits are given below a durable mark (`durable`) and within this node's lease. Fields are
/// ordered as a permit reads them.
class permit_share {
public:
  static constexpr auto unlimited = std::numeric_limits<std::uint64_t>::max();

  [[nodiscard]] permit_state ask(mail_class importance) const {
    const auto bound = importance == mail_class::triggered ? bound_ : bound_batch_;
    return used_ < bound && used_ < durable_ ? permit_state::granted : refusal(importance);
  }
  void take() { ++used_; }
  /// @returns whether there was one to give back.
  bool give_back() { return used_ > 0 && used_-- > 0; }
  [[nodiscard]] bool is_raise_due() const {
    return durable_ - used_ < raise_below_ && durable_ < grantable_;
  }
  [[nodiscard]] bool wants_lease() const { return used_ >= lease_from_; }

  /// A new day, of which the disk says that `used` may be spent.
  void restart(std::uint64_t used) {
    *this = permit_share{};
    used_ = durable_ = used;
  }
  void recompute(const share_terms& terms);
  /// The mark to write next: far enough ahead that few are written, near enough that a crash burns
  /// few.
  [[nodiscard]] std::uint64_t next_mark() const {
    return std::max(durable_, std::min(grantable_, used_ + chunk()));
  }
  void marked(std::uint64_t to) { durable_ = std::max(durable_, to); }
  /// What the lease should be next: at least what it is.
  [[nodiscard]] std::uint64_t next_lease() const;
  /// A lease without a mark: the node's data was lost, and all of it counts as used.
  void burn(std::uint64_t leased) { used_ = durable_ = std::max(used_, leased); }

  [[nodiscard]] std::uint64_t used() const noexcept { return used_; }
  [[nodiscard]] std::uint64_t durable() const noexcept { return durable_; }
  [[nodiscard]] std::uint64_t grantable() const noexcept { return grantable_; }
  [[nodiscard]] const std::optional<std::uint64_t>& mine() const noexcept { return mine_; }
  [[nodiscard]] const std::optional<std::uint64_t>& limit() const noexcept { return limit_; }

private:
  [[nodiscard]] permit_state refusal(mail_class importance) const;
  [[nodiscard]] std::uint64_t chunk() const;
  [[nodiscard]] std::uint64_t next_part(std::uint64_t mine) const;
  void compute_lease_from(const share_terms& terms);

  std::uint64_t used_ = 0;
  std::uint64_t durable_ = 0; ///< permits below this may be given
  std::uint64_t bound_ = 0;   ///< of triggered mail now; 0: stopped or not open
  std::uint64_t bound_batch_ = 0;
  std::uint64_t grantable_ = 0;          ///< what this node's lease may be under the present limit
  std::uint64_t lease_from_ = unlimited; ///< when this many are used, more must be leased
  std::uint16_t raise_below_ = 0;        ///< fewer than this left below the mark: raise it
  bool lease_short_ : 1 = true;          ///< the lease is not all that it may be
  bool divided_ : 1 = true;              ///< a part of the day is leased at a time
  std::uint8_t reserve_percent_ = 0;
  std::uint32_t live_nodes_ = 1;
  std::optional<std::uint64_t> mine_;
  std::optional<std::uint64_t> limit_;
};

} // namespace warmfront
