// Failures as problem documents (RFC 9457).
#pragma once

#include <string>
#include <string_view>

#include "actors/core/error.hpp"
#include "admin/http/http_message.hpp"

namespace warmfront::admin {

/// What went wrong, for the client. `code` is stable, the texts are for people.
struct problem {
  unsigned status = 500;
  std::string code;
  std::string detail;
  std::string field;  ///< the input field at fault (`to[2]`); empty: none
  std::string remedy; ///< what to try; empty: nothing
  header_list headers{};

  friend bool operator==(const problem&, const problem&) = default;
};

/// The HTTP form of a failure that an actor answered.
[[nodiscard]] problem to_problem(const error& failure);
[[nodiscard]] http_response to_response(const problem& value);

/// 422: a value is not what its field takes.
[[nodiscard]] problem bad_field(std::string field, std::string detail, std::string remedy = {});
/// 404: an object does not exist, or not for this client.
[[nodiscard]] problem not_found(std::string_view what, std::string_view name);

} // namespace warmfront::admin
