#include "actors/core/error.hpp"

namespace warmfront {

std::string_view to_string(errc code) noexcept {
  switch (code) {
  case errc::invalid_argument:
    return "invalid_argument";
  case errc::not_found:
    return "not_found";
  case errc::already_exists:
    return "already_exists";
  case errc::conflict:
    return "conflict";
  case errc::refused:
    return "refused";
  case errc::limit_exceeded:
    return "limit_exceeded";
  case errc::storage_full:
    return "storage_full";
  case errc::storage_failed:
    return "storage_failed";
  case errc::storage_corrupt:
    return "storage_corrupt";
  case errc::storage_newer:
    return "storage_newer";
  case errc::storage_locked:
    return "storage_locked";
  case errc::unavailable:
    return "unavailable";
  case errc::timed_out:
    return "timed_out";
  case errc::protocol:
    return "protocol";
  case errc::stopping:
    return "stopping";
  }
  return "unknown";
}

std::string to_string(const error& failure) {
  return failure.remedy.empty() ? failure.what : failure.what + "; " + failure.remedy;
}

} // namespace warmfront
