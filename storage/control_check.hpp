// What a transaction of the control state may be, whoever keeps it.
#pragma once

#include "storage/control_store.hpp"

namespace warmfront::storage {

/// `invalid_argument` for more than 100 changes or a key that is changed twice.
[[nodiscard]] result<void> check_transaction(const control_transaction& what);

} // namespace warmfront::storage
