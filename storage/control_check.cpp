#include "storage/control_check.hpp"

#include <cstddef>
#include <set>
#include <string_view>

#include <fmt/core.h>

namespace warmfront::storage {

namespace {

constexpr std::size_t changes_max = 100;

} // namespace

result<void> check_transaction(const control_transaction& what) {
  if (what.then.size() > changes_max) {
    return error{errc::invalid_argument,
                 fmt::format("change {} keys in one transaction: at most {} may be",
                             what.then.size(), changes_max),
                 "split the transaction"};
  }
  std::set<std::string_view> keys;
  for (const auto& change : what.then) {
    if (!keys.insert(change.key).second) {
      return error{errc::invalid_argument,
                   fmt::format("change key '{}' twice in one transaction", change.key),
                   "name each key once"};
    }
  }
  return success();
}

} // namespace warmfront::storage
