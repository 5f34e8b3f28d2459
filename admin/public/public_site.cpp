#include "admin/public/public_site.hpp"

#include <algorithm>
#include <utility>

#include "actors/core/octets.hpp"
#include "admin/public/pages.hpp"
#include "net/feedback/links.hpp"

namespace warmfront::admin {

namespace {

constexpr std::size_t token_octets_max = 2000;
constexpr std::size_t agent_octets_max = 300;
constexpr std::size_t url_octets_kept = 2000;

// For logs and programs of the account's owner: inert, and not without end.
std::string printable_part(std::string_view text, std::size_t most) {
  std::string kept;
  for (const char c : text.substr(0, most)) {
    kept.push_back(c < ' ' || c == 0x7f ? '?' : c);
  }
  return kept;
}

/// The value of a parameter of a query or form, decoded; none: absent, twice there, or malformed.
std::optional<std::string> parameter(std::string_view query, std::string_view name) {
  std::optional<std::string> found;
  while (!query.empty()) {
    const auto part = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(part.size() + 1, query.size()));
    const auto equals = part.find('=');
    if (part.substr(0, equals) != name) {
      continue;
    }
    if (found || equals == std::string_view::npos) {
      return std::nullopt;
    }
    found = feedback::percent_decode(part.substr(equals + 1));
    if (!found) {
      return std::nullopt;
    }
  }
  return found;
}

bool is_get(const http_request& request) {
  return request.method == "GET" || request.method == "HEAD";
}

// RFC 8058 §3.2: as a form of either type; or by the page's own form.
bool confirms(const http_request& request) {
  const auto* const type = request.header("content-type");
  if (type != nullptr && type->starts_with("multipart/form-data")) {
    return request.body.find("name=\"List-Unsubscribe\"") != std::string::npos &&
           request.body.find("One-Click") != std::string::npos;
  }
  return parameter(request.body, "List-Unsubscribe") == "One-Click" ||
         parameter(request.body, "confirm") == "yes";
}

std::string only_ascii(std::string_view url) {
  std::string made;
  for (const char c : url) {
    if (static_cast<unsigned char>(c) < 0x80) {
      made.push_back(c);
    } else {
      made += feedback::percent_encode(std::string_view{&c, 1});
    }
  }
  return made;
}

} // namespace

public_answer public_site::answer(const http_request& request, wall_time now, steady_time steady) {
  const std::string_view target{request.target};
  const auto question = target.find('?');
  const auto path = target.substr(0, question);
  const auto query =
      question == std::string_view::npos ? std::string_view{} : target.substr(question + 1);
  if (path == "/robots.txt" && is_get(request)) {
    return {pages::robots(), {}, false};
  }
  const auto rest = path.size() > 3 ? path.substr(3) : std::string_view{};
  if (path.size() <= 3 || rest.size() > token_octets_max ||
      rest.find('/') != std::string_view::npos) {
    return {pages::not_found(), {}, false};
  }
  if (path.starts_with("/o/")) {
    return open(rest, request, now);
  }
  if (path.starts_with("/c/")) {
    return click(rest, query, request, now, steady);
  }
  if (path.starts_with("/u/")) {
    return unsubscribe(rest, request, now);
  }
  return {pages::not_found(), {}, false};
}

std::optional<mail_subject> public_site::subject_of(std::string_view token) const {
  return tokens_ ? feedback::parse_link_token(*tokens_, token) : std::nullopt;
}

// The last address that no proxy of ours has said: what stands before it anybody can say.
std::string public_site::client_of(const http_request& request) const {
  auto client = request.client_address;
  const auto* const forwarded = request.header("x-forwarded-for");
  std::string_view rest = forwarded == nullptr ? std::string_view{} : *forwarded;
  while (!rest.empty() && proxies_.contains(client)) {
    const auto comma = rest.rfind(',');
    auto last = comma == std::string_view::npos ? rest : rest.substr(comma + 1);
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
    while (last.starts_with(' ')) {
      last.remove_prefix(1);
    }
    while (last.ends_with(' ')) {
      last.remove_suffix(1);
    }
    constexpr std::string_view address_signs = "0123456789abcdefABCDEF.:";
    if (last.empty() || last.size() > 45 ||
        last.find_first_not_of(address_signs) != std::string_view::npos) {
      break;
    }
    client = last;
  }
  return client;
}

feedback_item public_site::make_event(event_kind what, mail_subject about,
                                      const http_request& request, wall_time now) const {
  feedback_item item;
  item.event.kind = what;
  item.event.at = now;
  item.event.is_automated = is_automated(what, request, about.recipient.message, now);
  item.event.about = std::move(about);
  if (const auto* const agent = request.header("user-agent")) {
    item.event.user_agent = printable_part(*agent, agent_octets_max);
  }
  item.event.client_address = client_of(request);
  return item;
}

// A picture is shown whatever the token: a broken one in a mail helps nobody.
public_answer public_site::open(std::string_view name, const http_request& request,
                                wall_time now) const {
  constexpr std::string_view suffix = ".gif";
  if (!name.ends_with(suffix)) {
    return {pages::not_found(), {}, false};
  }
  if (!is_get(request)) {
    return {pages::wrong_method("GET, HEAD"), {}, false};
  }
  auto about = subject_of(name.substr(0, name.size() - suffix.size()));
  if (!about) {
    return {pages::pixel(), {}, false};
  }
  return {pages::pixel(), make_event(event_kind::opened, std::move(*about), request, now), false};
}

public_answer public_site::click(std::string_view token, std::string_view query,
                                 const http_request& request, wall_time now, steady_time steady) {
  if (!is_get(request)) {
    return {pages::wrong_method("GET, HEAD"), {}, false};
  }
  auto about = subject_of(token);
  const auto url = parameter(query, "u");
  const auto signature = parameter(query, "s");
  // The signature is of this cluster, and yet: what it would never sign is not followed.
  if (!about || !url || !signature || !feedback::is_safe_target(*url) ||
      !feedback::is_signed_target(*tokens_, token, *url, *signature)) {
    return {pages::bad_link(), {}, false};
  }
  auto item = make_event(event_kind::clicked, std::move(*about), request, now);
  item.event.url = url->substr(0, url_octets_kept);
  if (clicks_.note(item.event.about.recipient, *url, steady)) {
    item.event.is_automated = true;
  }
  return {pages::redirect(only_ascii(*url)), std::move(item), false};
}

// RFC 8058 §3.2: by POST alone, without cookies, and without a redirect.
public_answer public_site::unsubscribe(std::string_view token, const http_request& request,
                                       wall_time now) const {
  auto about = subject_of(token);
  if (!about) {
    return {pages::bad_link(), {}, false};
  }
  if (is_get(request)) {
    return {pages::confirm_unsubscribe(about->address), {}, false};
  }
  if (request.method != "POST") {
    return {pages::wrong_method("GET, HEAD, POST"), {}, false};
  }
  if (!confirms(request)) {
    return {pages::bad_link(), {}, false};
  }
  auto response = pages::unsubscribed(about->address);
  auto item = make_event(event_kind::unsubscribed, std::move(*about), request, now);
  item.event.is_automated = false; // mail programs post on behalf of their readers
  return {std::move(response), std::move(item), true};
}

} // namespace warmfront::admin
