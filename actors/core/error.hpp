// Errors are values: a stable code, what was attempted on which object, and a way out.
#pragma once

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/policy/terminate.hpp>
#include <boost/outcome/try.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace warmfront {

/// What went wrong, for programs. Append only: the numbers appear in logs and between nodes.
enum class errc : std::uint8_t {
  invalid_argument = 1, ///< the caller's value is outside what the function accepts
  not_found,            ///< the named object does not exist
  already_exists,       ///< an object of that name exists already
  conflict,             ///< the object changed since it was read
  refused,              ///< policy or permission says no
  limit_exceeded,       ///< a documented limit of size, number or rate
  storage_full,         ///< the reserve of free space is reached; clears by itself
  storage_failed,       ///< the disk or the database refused; the node has to stop
  storage_corrupt,      ///< what is on disk is not what was written
  storage_newer,        ///< written by a later release than this one
  storage_locked,       ///< another process uses the directory
  unavailable,          ///< cannot be done now, try again later
  timed_out,            ///< no answer in time
  protocol,             ///< the peer broke the protocol
  stopping,             ///< the node is shutting down
};

/// The stable name of a code, as in logs and problem documents: `storage_full`.
[[nodiscard]] std::string_view to_string(errc code) noexcept;

/// A failure as a value.
struct error {
  errc code = errc::invalid_argument;
  std::string what;    ///< what was attempted, on which object, and why it failed
  std::string remedy;  ///< what the reader may try; empty when there is nothing to do
  std::string field{}; ///< the input field at fault (`to[2]`, `node.name`), when there is one

  friend bool operator==(const error&, const error&) = default;
};

/// `what` and, where there is one, the remedy in one line.
[[nodiscard]] std::string to_string(const error& failure);

/// A value or an `error`. Reading the value of a failed result ends the process.
template <class T>
using result =
    BOOST_OUTCOME_V2_NAMESPACE::basic_result<T, error,
                                             BOOST_OUTCOME_V2_NAMESPACE::policy::terminate>;

/// A successful `result<void>`.
[[nodiscard]] inline result<void> success() noexcept {
  return BOOST_OUTCOME_V2_NAMESPACE::success();
}

} // namespace warmfront

/// `WARMFRONT_TRY(name, expression)` declares `name` as the value of a result, or returns its error
/// from the calling function; `WARMFRONT_TRY(expression)` for `result<void>`.
#define WARMFRONT_TRY(...) BOOST_OUTCOME_TRY(__VA_ARGS__)
