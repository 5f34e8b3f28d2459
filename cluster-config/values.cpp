#include "cluster-config/values.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "actors/core/address.hpp"

namespace warmfront::config {

namespace {

struct unit {
  std::string_view name;
  std::uint64_t factor;
};

// From large to small: the first that divides a value is the one to print it with.
constexpr std::array<unit, 5> duration_units{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}}};
constexpr std::array<unit, 5> size_units{
    {{"TiB", 1ull << 40}, {"GiB", 1ull << 30}, {"MiB", 1ull << 20}, {"KiB", 1ull << 10}, {"B", 1}}};

constexpr std::uint64_t duration_max = 10'000ull * 86'400'000;
constexpr std::uint64_t size_max = (1ull << 63) - 1;

/// A whole number of decimal digits, nothing else.
template <class Integer>
std::optional<Integer> parse_number(std::string_view text) {
  Integer value{};
  if (text.empty() || text.front() < '0' || text.front() > '9')
    return std::nullopt;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return value;
}

template <std::size_t N>
std::optional<std::uint64_t> parse_quantity(std::string_view text, const std::array<unit, N>& units,
                                            std::uint64_t limit) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto amount = parse_number<std::uint64_t>(text.substr(0, digits));
  const auto name = text.substr(digits);
  const auto found = std::find_if(units.begin(), units.end(),
                                  [&](const unit& candidate) { return candidate.name == name; });
  if (!amount || found == units.end() || *amount > limit / found->factor)
    return std::nullopt;
  return *amount * found->factor;
}

template <std::size_t N>
std::string quantity_text(std::uint64_t value, const std::array<unit, N>& units) {
  for (const auto& candidate : units)
    if (value % candidate.factor == 0 && (value != 0 || candidate.factor == 1))
      return std::to_string(value / candidate.factor) + std::string{candidate.name};
  return std::to_string(value);
}

/// Letters to insert, remove, replace or swap with their neighbour to get from one to the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::vector<std::size_t>> steps(from.size() + 1,
                                              std::vector<std::size_t>(to.size() + 1));
  for (std::size_t i = 0; i <= from.size(); ++i)
    for (std::size_t j = 0; j <= to.size(); ++j) {
      if (i == 0 || j == 0) {
        steps[i][j] = i + j;
        continue;
      }
      const std::size_t replaced = from[i - 1] == to[j - 1] ? 0 : 1;
      steps[i][j] =
          std::min({steps[i - 1][j] + 1, steps[i][j - 1] + 1, steps[i - 1][j - 1] + replaced});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        steps[i][j] = std::min(steps[i][j], steps[i - 2][j - 2] + 1);
    }
  return steps[from.size()][to.size()];
}

} // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto value = parse_quantity(text, duration_units, duration_max);
  if (!value)
    return std::nullopt;
  return std::chrono::milliseconds{static_cast<std::int64_t>(*value)};
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  if (const auto octets = parse_number<std::uint64_t>(text))
    return *octets <= size_max ? octets : std::nullopt;
  return parse_quantity(text, size_units, size_max);
}

std::optional<std::chrono::minutes> parse_utc_offset(std::string_view text) {
  if (text == "Z")
    return std::chrono::minutes{0};
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':')
    return std::nullopt;
  const auto hours = parse_number<int>(text.substr(1, 2));
  const auto minutes = parse_number<int>(text.substr(4, 2));
  if (!hours || !minutes || *minutes > 59)
    return std::nullopt;
  const int offset = (*hours * 60 + *minutes) * (text[0] == '-' ? -1 : 1);
  if (offset < -12 * 60 || offset > 14 * 60)
    return std::nullopt;
  return std::chrono::minutes{offset};
}

std::string duration_text(std::chrono::milliseconds value) {
  if (value.count() < 0)
    return std::to_string(value.count()) + "ms";
  return quantity_text(static_cast<std::uint64_t>(value.count()), duration_units);
}

std::string size_text(std::uint64_t value) {
  return quantity_text(value, size_units);
}

bool is_ip_address(std::string_view text) {
  const std::string terminated{text};
  if (terminated.find('\0') != std::string::npos)
    return false;
  in6_addr octets{};
  return inet_pton(AF_INET, terminated.c_str(), &octets) == 1 ||
         inet_pton(AF_INET6, terminated.c_str(), &octets) == 1;
}

bool is_loopback(std::string_view ip) {
  const std::string terminated{ip};
  in_addr v4{};
  if (inet_pton(AF_INET, terminated.c_str(), &v4) == 1)
    return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  if (inet_pton(AF_INET6, terminated.c_str(), &v6) != 1)
    return false;
  const auto* octets = v6.s6_addr;
  const bool mapped = std::all_of(octets, octets + 10, [](auto octet) { return octet == 0; }) &&
                      octets[10] == 0xff && octets[11] == 0xff;
  const bool one =
      std::all_of(octets, octets + 15, [](auto octet) { return octet == 0; }) && octets[15] == 1;
  return one || (mapped && octets[12] == 127);
}

std::optional<endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return std::nullopt;
  auto host = text.substr(0, colon);
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port)
    return std::nullopt;
  if (host.front() == '[') {
    if (host.size() < 3 || host.back() != ']')
      return std::nullopt;
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos || !is_ip_address(host))
      return std::nullopt;
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  return endpoint{std::string{host}, *port};
}

std::string quote(std::string_view text) {
  constexpr std::size_t shown = 80;
  const auto cut = printable(text.substr(0, shown));
  return '"' + cut + (text.size() > shown ? "…\"" : "\"");
}

std::string printable(std::string_view text) {
  std::string clean{text};
  std::replace_if(
      clean.begin(), clean.end(),
      [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) > 0x7e;
      },
      '?');
  return clean;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t compared_octets = 64;
  if (word.size() > compared_octets)
    return {};
  std::string best;
  // A third of the letters wrong is a different word, not a slip.
  std::size_t best_distance = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const auto& candidate : candidates) {
    const auto distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = candidate;
    }
  }
  return best;
}

} // namespace warmfront::config
