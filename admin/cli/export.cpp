#include "admin/cli/export.hpp"

#include <string_view>
#include <utility>

#include "admin/cli/render.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr std::string_view entries_of_a_page = "limit=500";

// A cursor has what addresses have: more than a query may have unescaped.
std::string escaped(std::string_view text) {
  constexpr std::string_view hexadecimal = "0123456789ABCDEF";
  std::string made;
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') ||
                          (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '_';
    if (is_plain) {
      made.push_back(c);
    } else {
      made.append({'%', hexadecimal[octet >> 4], hexadecimal[octet & 15]});
    }
  }
  return made;
}

} // namespace

result<api_response> export_all(const command& what, const api_request& first,
                                const std::function<result<api_response>(const api_request&)>& ask,
                                const std::function<void(const std::string&)>& write) {
  const auto separator = first.target.find('?') == std::string::npos ? '?' : '&';
  const auto base = first.target + separator + std::string{entries_of_a_page};
  auto request = first;
  request.target = base;
  bool is_first = true;
  while (true) {
    WARMFRONT_TRY(got, ask(request));
    if (got.status < 200 || got.status > 299) {
      return got;
    }
    const auto page = ordered_json::parse(got.body, nullptr, false);
    if (!page.is_object()) {
      return error{errc::protocol, "The node's answer is no page of a list.", {}};
    }
    write(render_csv(what, page, std::exchange(is_first, false)));
    const auto next = page.find("next");
    if (next == page.end() || !next->is_string()) {
      return got;
    }
    request.target = base + "&after=" + escaped(next->get<std::string>());
  }
}

} // namespace warmfront::admin::cli
