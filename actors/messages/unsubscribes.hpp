// What senders want of the unsubscribe links in their mail.
#pragma once

#include <string>
#include <vector>

#include "actors/core/ids.hpp"

namespace warmfront {

/// Belongs to an account, where there is one for an address at most.
struct unsubscribe_setting {
  account_name account;
  std::string address; ///< of the sender
  std::string option;  ///< the language of the link, as the account names it
  bool enabled = false;

  friend bool operator==(const unsubscribe_setting&, const unsubscribe_setting&) = default;
};

/// Makes or replaces the setting of an address.
struct put_unsubscribe_setting {
  unsubscribe_setting value;
  bool must_exist = false; ///< then `not_found` when there is none
};
struct delete_unsubscribe_setting {
  account_name account;
  std::string address;
};
struct list_unsubscribe_settings {
  account_name account; ///< empty: of all
};

} // namespace warmfront
