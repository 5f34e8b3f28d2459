#include "actors/intake/suppressed_addresses.hpp"
#include "net/dns/address_form.hpp"

namespace warmfront {

void suppressed_addresses::note(const suppression_change& change) {
  if (!change.is_gone) {
    accounts_[change.account].insert_or_assign(change.address, change.until);
    return;
  }
  const auto of = accounts_.find(change.account);
  if (of == accounts_.end())
    return;
  of->second.erase(change.address);
  if (of->second.empty())
    accounts_.erase(of);
}

bool suppressed_addresses::contains(const account_name& account, std::string_view address,
                                    wall_time now) const {
  const auto of = accounts_.find(account);
  if (of == accounts_.end())
    return false;
  const auto form = dns::comparable_address(address);
  if (!form)
    return false;
  const auto found = of->second.find(form.value());
  return found != of->second.end() && (!found->second || now < *found->second);
}

} // namespace warmfront
