// The forms in which mail addresses are kept and compared.
#pragma once

#include <string>
#include <string_view>

#include "actors/core/error.hpp"

namespace warmfront::dns {

/// The one form of a recipient's address: without blanks around it, the local part as given, the
/// domain in lower case and A-labels (RFC 5890). `invalid_argument` for anything that is no address
/// alone.
[[nodiscard]] result<std::string> normalised_address(std::string_view text);

/// The form in which addresses are compared: normalised, and the local part in lower case, too.
/// Nearly all receivers read it so, and nobody is to be taken for somebody else by a capital
/// letter. `invalid_argument` for anything that is no address alone.
[[nodiscard]] result<std::string> comparable_address(std::string_view text);

} // namespace warmfront::dns
