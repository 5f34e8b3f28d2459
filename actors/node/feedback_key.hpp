// The key of tokens in return paths and links: one for the cluster, for ever.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "net/feedback/token.hpp"
#include "net/secrets/secret_seal.hpp"
#include "storage/control_store.hpp"

namespace warmfront {

/// Reads the key from the control store; when there is none, makes it and stores it, sealed where
/// there is something to seal with. Of several nodes one makes it, the others get that one. Waits
/// while the control store does not answer. `refused`: it is sealed, and not with `sealing`;
/// `stopping`: `must_stop` said so.
[[nodiscard]] result<std::shared_ptr<const feedback::token_key>>
find_feedback_key(storage::control_store& control, const std::optional<seal_key>& sealing,
                  const std::function<bool()>& must_stop);

} // namespace warmfront
