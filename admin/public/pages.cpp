#include "admin/public/pages.hpp"

#include <utility>

#include <fmt/format.h>

namespace warmfront::admin::pages {

namespace {

// 43 octets: GIF89a, one transparent pixel.
constexpr std::string_view transparent_gif{
    "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff\x21\xf9\x04\x01\x00\x00\x00\x00"
    "\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02\x44\x01\x00\x3b",
    43};

std::string inert(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    switch (c) {
    case '&':
      shown += "&amp;";
      break;
    case '<':
      shown += "&lt;";
      break;
    case '>':
      shown += "&gt;";
      break;
    case '"':
      shown += "&quot;";
      break;
    default:
      shown.push_back(c);
    }
  }
  return shown;
}

http_response page(unsigned status, std::string_view title, std::string_view content) {
  http_response made;
  made.status = status;
  made.content_type = "text/html; charset=utf-8";
  made.body = fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                          "<meta name=\"viewport\" content=\"width=device-width\">"
                          "<title>{0}</title></head><body><h1>{0}</h1>\n{1}\n</body></html>\n",
                          title, content);
  made.headers.emplace_back("X-Robots-Tag", "noindex, nofollow");
  return made;
}

} // namespace

http_response confirm_unsubscribe(std::string_view address) {
  return page(200, "Unsubscribe",
              fmt::format("<p>Should {} get no more mail from this sender?</p>\n"
                          "<form method=\"post\"><input type=\"hidden\" name=\"confirm\" "
                          "value=\"yes\"><button type=\"submit\">Unsubscribe</button></form>",
                          inert(address)));
}

http_response unsubscribed(std::string_view address) {
  return page(200, "Unsubscribed",
              fmt::format("<p>{} gets no more mail from this sender.</p>", inert(address)));
}

http_response bad_link() {
  return page(400, "This link does not work",
              "<p>It is not complete, or was changed on its way.</p>");
}

http_response not_found() {
  return page(404, "Not found", "<p>There is nothing here.</p>");
}

http_response try_again() {
  auto made = page(503, "Please try again",
                   "<p>This could not be done just now. Please try again in a moment.</p>");
  made.headers.emplace_back("Retry-After", "10");
  return made;
}

http_response wrong_method(std::string_view allowed) {
  auto made = page(405, "Not possible", "<p>This address does not take such requests.</p>");
  made.headers.emplace_back("Allow", std::string{allowed});
  return made;
}

http_response pixel() {
  http_response made;
  made.content_type = "image/gif";
  made.body = transparent_gif;
  return made;
}

http_response redirect(std::string_view target) {
  http_response made;
  made.status = 302;
  made.headers.emplace_back("Location", std::string{target});
  made.headers.emplace_back("X-Robots-Tag", "noindex, nofollow");
  return made;
}

http_response robots() {
  http_response made;
  made.content_type = "text/plain; charset=utf-8";
  made.body = "User-agent: *\nDisallow: /\n";
  return made;
}

} // namespace warmfront::admin::pages
