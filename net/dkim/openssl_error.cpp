#include "net/dkim/openssl_error.hpp"

#include <openssl/err.h>

#include <array>

namespace warmfront::dkim {

error openssl_error(const std::string& attempt) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_peek_last_error(), text.data(), text.size());
  ERR_clear_error();
  return error{errc::unavailable, attempt + ": " + text.data(), {}};
}

} // namespace warmfront::dkim
