#include "admin/attempt_limits.hpp"

#include <algorithm>

namespace warmfront::admin {

namespace {

/// All that come when there is no room for more.
constexpr std::string_view everybody_else = "*";

/// Of IPv6 the first four groups: who has an address has all of its network.
std::string bucket_name(std::string_view address) {
  std::size_t end = 0;
  for (std::size_t groups = 0; groups < 4 && end != std::string_view::npos; ++groups)
    end = address.find(':', end == 0 ? 0 : end + 1);
  // A short form stands for zeros: then the whole address is the name, as of IPv4.
  const auto network = address.substr(0, end);
  return std::string{network.find("::") == std::string_view::npos ? network : address};
}

} // namespace

double attempt_limits::left_at(const bucket& of, steady_time now) const {
  const std::chrono::duration<double> since = now - of.at;
  const std::chrono::duration<double> each = regained_in_;
  return std::min<double>(most_, of.left + since / each);
}

const attempt_limits::bucket* attempt_limits::find(std::string_view address) const {
  auto found = buckets_.find(bucket_name(address));
  if (found == buckets_.end() && buckets_.size() >= addresses_max)
    found = buckets_.find(std::string{everybody_else});
  return found == buckets_.end() ? nullptr : &found->second;
}

std::optional<seconds> attempt_limits::wait_of(std::string_view address, steady_time now) const {
  const std::lock_guard lock{guard_};
  const auto* const found = find(address);
  const auto left = found == nullptr ? static_cast<double>(most_) : left_at(*found, now);
  if (left >= 1)
    return std::nullopt;
  const std::chrono::duration<double> wait = (1 - left) * regained_in_;
  return std::chrono::ceil<seconds>(wait);
}

bool attempt_limits::take(std::string_view address, steady_time now) {
  const std::lock_guard lock{guard_};
  auto name = bucket_name(address);
  if (!buckets_.contains(name) && buckets_.size() >= addresses_max) {
    std::erase_if(buckets_, [&](const auto& each) { return left_at(each.second, now) >= most_; });
    if (buckets_.size() >= addresses_max)
      name = everybody_else;
  }
  auto& found = buckets_.try_emplace(name, bucket{static_cast<double>(most_), now}).first->second;
  const auto left = left_at(found, now);
  found = {std::max(0.0, left - 1), now};
  return left >= 1;
}

std::size_t attempt_limits::size() const {
  const std::lock_guard lock{guard_};
  return buckets_.size();
}

} // namespace warmfront::admin
