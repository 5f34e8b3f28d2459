#include "admin/api/roles.hpp"

#include <array>

namespace warmfront::admin {

namespace {

constexpr std::array meanings{
    role_meaning{key_role::admin,
                 "everything, and alone: makes and revokes keys, makes and deletes accounts"},
    role_meaning{key_role::operator_,
                 "runs the cluster: reads and changes what belongs to any account, pools, plans, "
                 "warm-up, nodes, and reads the audit log; no keys and no accounts"},
    role_meaning{key_role::sender,
                 "acts for the account of its key alone: sends, and manages that account's "
                 "identities, templates, groups, tasks, suppressions and webhooks"},
    role_meaning{key_role::viewer,
                 "reads what there is in all accounts, but keys and the audit log; changes "
                 "nothing and sends nothing"},
};

} // namespace

bool allows(access needed, key_role role) noexcept {
  switch (needed) {
  case access::open:
  case access::any:
  case access::read_own:
    return true;
  case access::probe:
  case access::read:
    return role != key_role::sender;
  case access::send:
  case access::own:
    return role != key_role::viewer;
  case access::oversee:
  case access::manage:
    return role == key_role::admin || role == key_role::operator_;
  case access::keys:
    return role == key_role::admin;
  }
  return false;
}

std::vector<key_role> roles_of(access needed) {
  std::vector<key_role> roles;
  if (needed != access::open)
    for (const auto& each : meanings)
      if (allows(needed, each.role))
        roles.push_back(each.role);
  return roles;
}

std::string_view access_text(access needed) noexcept {
  switch (needed) {
  case access::open:
    return "Needs no key.";
  case access::probe:
    return "Needs no key from loopback, any but a sender's from elsewhere.";
  case access::any:
    return "Any key.";
  case access::read:
    return "Roles: admin, operator, viewer.";
  case access::read_own:
    return "Roles: admin, operator, viewer; sender for its own account.";
  case access::send:
    return "Roles: admin, operator, sender.";
  case access::own:
    return "Roles: admin, operator; sender for its own account.";
  case access::oversee:
  case access::manage:
    return "Roles: admin, operator.";
  case access::keys:
    return "Roles: admin.";
  }
  return "";
}

std::span<const role_meaning> role_meanings() noexcept {
  return meanings;
}

} // namespace warmfront::admin
