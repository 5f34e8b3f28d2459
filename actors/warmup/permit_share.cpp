#include "actors/warmup/permit_share.hpp"

namespace warmfront {

namespace {

/// A mark runs ahead by 2 % of the day, so that a crash burns no more than that; within bounds
/// that make neither tiny days slow nor huge ones costly.
constexpr std::uint64_t chunk_min = 10;
constexpr std::uint64_t chunk_max = 2000;

} // namespace

std::uint64_t permit_share::chunk() const {
  return limit_ ? std::clamp(*limit_ / 50, chunk_min, chunk_max) : chunk_max;
}

void permit_share::recompute(const share_terms& terms) {
  limit_ = terms.limit;
  mine_ = terms.mine;
  live_nodes_ = terms.live_nodes;
  reserve_percent_ = static_cast<std::uint8_t>(terms.reserve_percent);
  divided_ = terms.part != lease_share::all && terms.live_nodes > 1;
  grantable_ = limit_ ? *limit_ - std::min(*limit_, terms.others) : unlimited;
  if (terms.part == lease_share::none)
    grantable_ = mine_ ? std::min(grantable_, limit_ ? *mine_ : unlimited) : 0;
  lease_short_ = !mine_ || (limit_ && *mine_ < grantable_);
  bound_ = bound_batch_ = 0;
  if (mine_ && !terms.stopped) {
    const auto all = limit_ ? std::min(*mine_, grantable_) : unlimited;
    bound_ = limit_ ? std::min(all, terms.pace.part_of(grantable_)) : unlimited;
    bound_batch_ = limit_ ? std::min(class_bound(all, mail_class::batch, reserve_percent_),
                                     terms.pace.part_of(class_bound(grantable_, mail_class::batch,
                                                                    reserve_percent_)))
                          : unlimited;
  }
  raise_below_ = static_cast<std::uint16_t>(chunk() / 2 + 1);
  compute_lease_from(terms);
}

void permit_share::compute_lease_from(const share_terms& terms) {
  lease_from_ = unlimited;
  if (!lease_short_ || !terms.may_lease || grantable_ == 0)
    return;
  lease_from_ = 0;
  if (!mine_ || !divided_)
    return;
  // Early enough that batch mail, which leaves the reserve alone, does not wait for the lease.
  const auto last = class_bound(*mine_, mail_class::batch, reserve_percent_);
  lease_from_ = last - std::min(last, std::max(chunk() / 2, next_part(*mine_) / 4));
}

std::uint64_t permit_share::next_part(std::uint64_t mine) const {
  const auto left = grantable_ - std::min(grantable_, mine);
  if (!divided_)
    return left;
  const auto part = std::max(left / (2 * std::uint64_t{live_nodes_}), chunk());
  return left < part + chunk() ? left : part; // a rest is not worth another transaction
}

std::uint64_t permit_share::next_lease() const {
  // What a crash burnt may lie above the lease: the part comes on top of it.
  const auto mine = mine_.value_or(0);
  const auto gone = std::max(mine, std::min(used_, grantable_));
  return std::max(mine, std::min(grantable_, gone + next_part(gone)));
}

permit_state permit_share::refusal(mail_class importance) const {
  if (!mine_)
    return grantable_ > 0 ? permit_state::pending : permit_state::exhausted;
  const auto bound = importance == mail_class::triggered ? bound_ : bound_batch_;
  if (used_ < bound) // the mark is in the way
    return permit_state::pending;
  const auto all = limit_ ? std::min(*mine_, grantable_) : unlimited;
  if (bound < class_bound(all, importance, reserve_percent_))
    return permit_state::paced;
  return lease_short_ && used_ < grantable_ ? permit_state::pending : permit_state::exhausted;
}

} // namespace warmfront
