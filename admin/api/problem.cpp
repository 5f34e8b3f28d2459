#include "admin/api/problem.hpp"

#include <fmt/core.h>

#include "admin/api/json.hpp"

namespace warmfront::admin {

namespace {

/// How long a client should wait before it asks again: space and peers come back in seconds.
constexpr const char* retry_after_seconds = "10";

unsigned status_of(errc code) noexcept {
  switch (code) {
  case errc::invalid_argument:
    return 422;
  case errc::not_found:
    return 404;
  case errc::already_exists:
  case errc::conflict:
    return 409;
  case errc::refused:
    return 403;
  case errc::limit_exceeded:
    return 429;
  case errc::storage_full:
    return 507;
  case errc::unavailable:
  case errc::timed_out:
  case errc::stopping:
    return 503;
  case errc::storage_failed:
  case errc::storage_corrupt:
  case errc::storage_newer:
  case errc::storage_locked:
  case errc::protocol:
    return 500;
  }
  return 500;
}

} // namespace

problem to_problem(const error& failure) {
  problem value{status_of(failure.code), std::string{to_string(failure.code)}, failure.what,
                failure.field, failure.remedy};
  // A limit of one field will not be different tomorrow; a limit of rate will.
  if (failure.code == errc::limit_exceeded && !failure.field.empty()) {
    value.status = 413;
  }
  if (value.status == 507 || value.status == 503 || value.status == 429) {
    value.headers.emplace_back("Retry-After", retry_after_seconds);
  }
  return value;
}

http_response to_response(const problem& value) {
  auto document = ordered_json::object();
  document["type"] = "about:blank";
  document["title"] = reason_phrase(value.status);
  document["status"] = value.status;
  document["code"] = value.code;
  document["detail"] = value.detail;
  if (!value.field.empty()) {
    document["field"] = value.field;
  }
  if (!value.remedy.empty()) {
    document["remedy"] = value.remedy;
  }
  return {value.status, "application/problem+json", dump(document), value.headers};
}

problem bad_field(std::string field, std::string detail, std::string remedy) {
  return {422, "invalid_argument", std::move(detail), std::move(field), std::move(remedy)};
}

problem not_found(std::string_view what, std::string_view name) {
  return {404, "not_found", fmt::format("There is no {} \"{}\".", what, name), "", ""};
}

} // namespace warmfront::admin
