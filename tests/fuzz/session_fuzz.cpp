// Any octets as the cookie of a session, and as the fields of a request that says it has one.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "admin/api/session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string octets{reinterpret_cast<const char*>(data), size};
  const seal_key key{7};
  if (admin::open_session(key, octets, wall_time{seconds{1'795'514'400}}))
    std::abort(); // nobody guesses a seal
  admin::http_request request;
  request.method = "POST";
  request.headers = {{"cookie", octets}, {"host", "node.example"}, {"origin", octets}};
  if (admin::is_same_origin(request).value_or(false) && octets.find("node.example") == octets.npos)
    return 0; // in another case
  static_cast<void>(admin::session_cookie(request));
  const admin::browser_session by{"k", {}, {}, std::string(32, 's')};
  request.headers.emplace_back("x-csrf-token", octets);
  if (!admin::refuse_forgery(request, by) && octets != admin::csrf_token_of(by))
    std::abort();
  return 0;
}
