#include "admin/http/http_message.hpp"

#include <array>

#include <fmt/core.h>

namespace warmfront::admin {

namespace {

using namespace std::string_view_literals;

constexpr std::array reasons{
    std::pair{200U, "OK"sv},
    std::pair{201U, "Created"sv},
    std::pair{202U, "Accepted"sv},
    std::pair{204U, "No Content"sv},
    std::pair{304U, "Not Modified"sv},
    std::pair{400U, "Bad Request"sv},
    std::pair{401U, "Unauthorized"sv},
    std::pair{403U, "Forbidden"sv},
    std::pair{404U, "Not Found"sv},
    std::pair{405U, "Method Not Allowed"sv},
    std::pair{406U, "Not Acceptable"sv},
    std::pair{408U, "Request Timeout"sv},
    std::pair{409U, "Conflict"sv},
    std::pair{413U, "Content Too Large"sv},
    std::pair{415U, "Unsupported Media Type"sv},
    std::pair{417U, "Expectation Failed"sv},
    std::pair{422U, "Unprocessable Content"sv},
    std::pair{429U, "Too Many Requests"sv},
    std::pair{431U, "Request Header Fields Too Large"sv},
    std::pair{500U, "Internal Server Error"sv},
    std::pair{501U, "Not Implemented"sv},
    std::pair{503U, "Service Unavailable"sv},
    std::pair{505U, "HTTP Version Not Supported"sv},
    std::pair{507U, "Insufficient Storage"sv},
};

} // namespace

std::string_view reason_phrase(unsigned status) noexcept {
  for (const auto& [code, phrase] : reasons) {
    if (code == status) {
      return phrase;
    }
  }
  return {};
}

http_response http_problem(unsigned status, std::string_view code, std::string_view detail) {
  // The texts are ours and hold nothing that JSON would have to escape.
  constexpr std::string_view form =
      R"({{"type":"about:blank","title":"{}","status":{},"code":"{}","detail":"{}"}})";
  return {status,
          "application/problem+json",
          fmt::format(form, reason_phrase(status), status, code, detail),
          {}};
}

} // namespace warmfront::admin
