#include "storage/suppression_reader.hpp"

#include <mutex>

namespace warmfront::storage {

result<void> suppression_reader::open(const store& from) {
  WARMFRONT_TRY(facts, read_suppression_facts(from));
  from_ = &from;
  for (const auto& [key, count] : facts.counts)
    note_account(account_name{key.substr(0, key.find('/'))});
  return success();
}

bool suppression_reader::may_have_entries(const account_name& account) const {
  if (!has_any_.load(std::memory_order_acquire))
    return false;
  const std::shared_lock lock{mutex_};
  return accounts_.contains(account);
}

bool suppression_reader::counts(const account_name& account, std::string_view address,
                                wall_time now) const {
  if (!may_have_entries(account))
    return false;
  const auto found = find_suppression(*from_, account, address);
  return !found || (found.value() && found.value()->counts_at(now));
}

void suppression_reader::note_account(const account_name& account) {
  if (may_have_entries(account))
    return;
  const std::unique_lock lock{mutex_};
  accounts_.insert(account);
  has_any_.store(true, std::memory_order_release);
}

} // namespace warmfront::storage
