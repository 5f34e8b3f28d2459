// Mails of all shapes from a seed, with CRLF line ends, as the spool holds them.
#pragma once

#include <string>

#include "actors/core/random.hpp"

namespace warmfront::testing {

/// A mail with From, some of the fields that are signed and some that are not, folded and spaced in
/// odd ways, and a body of random lines: at most some 20 KB.
[[nodiscard]] std::string random_mail(random_source& random);

} // namespace warmfront::testing
