// The MIME structure of a mail's body (RFC 2045, 2046). GMime stays behind this header.
#pragma once

#include <string>

#include "net/mime/compose.hpp"

namespace warmfront::mime {

/// The entity with its own header (Content-Type and following), an empty line and the encoded body,
/// CRLF line ends throughout.
/// @pre text and html are UTF-8, attachment types are `type/subtype`, names are header text.
[[nodiscard]] std::string compose_body(const message_parts& parts);

} // namespace warmfront::mime
