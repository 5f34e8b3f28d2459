#include "net/dns/static_routes.hpp"

#include <charconv>
#include <utility>

#include "net/dns/mx_route.hpp"

namespace warmfront::dns {

namespace {

/// Empty: it is no HOST:PORT.
std::optional<fixed_hop> parse_hop(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return std::nullopt;
  }
  fixed_hop hop;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, hop.port);
  if (parsed.ec != std::errc{} || parsed.ptr != end || hop.port == 0) {
    return std::nullopt;
  }
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) {
    host = host.substr(1, host.size() - 2);
  }
  hop.is_address = is_address(host);
  if (bracketed && !hop.is_address) {
    return std::nullopt;
  }
  if (hop.is_address) {
    if (!bracketed && host.find(':') != std::string_view::npos) {
      return std::nullopt; // an IPv6 address without brackets: the port is a guess
    }
    hop.host = host;
    return hop;
  }
  auto labels = to_a_labels(host);
  if (!labels || labels.value().find_first_of(": /@") != std::string::npos) {
    return std::nullopt;
  }
  hop.host = std::move(labels.value());
  return hop;
}

} // namespace

result<static_routes> static_routes::make(const std::vector<static_route>& rows) {
  static_routes routes;
  for (std::size_t index = 0; index < rows.size(); ++index) {
    const std::string field = "routes[" + std::to_string(index) + "]";
    std::optional<fixed_hop> hop;
    if (rows[index].to != "mx") {
      hop = parse_hop(rows[index].to);
      if (!hop) {
        return error{errc::invalid_argument, "the route to \"" + rows[index].to + "\" is none",
                     "write HOST:PORT, [IPV6]:PORT or mx", field + ".to"};
      }
    }
    std::string_view domain = rows[index].domain;
    const bool everything = domain == "*";
    const bool wildcard = domain.starts_with("*.");
    std::string key;
    if (!everything) {
      auto labels = to_a_labels(wildcard ? domain.substr(2) : domain);
      if (!labels || labels.value().find('*') != std::string::npos) {
        return error{errc::invalid_argument,
                     "the route's domain \"" + rows[index].domain + "\" is none",
                     "write a domain, *.DOMAIN or *", field + ".domain"};
      }
      key = std::move(labels.value());
    }
    table& rows_of_kind = everything || wildcard ? routes.below_ : routes.exact_;
    if (!rows_of_kind.emplace(std::move(key), std::move(hop)).second) {
      return error{errc::invalid_argument, "there are two routes for " + rows[index].domain,
                   "keep one of them", field + ".domain"};
    }
  }
  return routes;
}

std::optional<fixed_hop> static_routes::find(std::string_view written) const {
  const auto labels = to_a_labels(written);
  const std::string domain = labels ? labels.value() : std::string{written};
  if (const auto row = exact_.find(domain); row != exact_.end()) {
    return row->second;
  }
  for (std::string_view rest{domain}; !below_.empty();) {
    const std::size_t dot = rest.find('.');
    rest = dot == std::string_view::npos ? std::string_view{} : rest.substr(dot + 1);
    if (const auto row = below_.find(std::string{rest}); row != below_.end()) {
      return row->second;
    }
    if (rest.empty()) {
      break;
    }
  }
  return std::nullopt;
}

} // namespace warmfront::dns
