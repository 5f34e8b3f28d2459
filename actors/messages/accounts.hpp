// Accounts: whose keys, mail and settings are told apart.
#pragma once

#include <cstdint>
#include <string>

#include "actors/core/clock.hpp"
#include "actors/core/ids.hpp"

namespace warmfront {

struct account_report {
  account_name name;
  wall_time created_at{};
  std::uint64_t keys = 0; ///< that act on its behalf
};
struct list_accounts {};
/// `already_exists`, `invalid_argument` for its name.
struct create_account {
  account_name name;
};
/// `not_found`; `conflict` while it has keys; `refused` for the account `default`.
struct delete_account {
  account_name name;
};
/// Who is behind a key that was proved before: the session of a browser, a stream that stays open.
/// `refused` when there is no such bearer key any more.
struct identify_key {
  std::string id;
};

} // namespace warmfront
