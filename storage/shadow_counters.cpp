#include "storage/shadow_counters.hpp"

#include "actors/core/octets.hpp"

namespace warmfront::storage {

namespace {

constexpr char shadow_mark = 'm';
constexpr char shadow_state_mark = 'M';
constexpr std::size_t origin_node_octets = 2;
constexpr std::size_t origin_octets = origin_node_octets + 8;

std::string of_origin(char mark, const counters_origin& origin) {
  std::string key(1, mark);
  append_number(key, origin.node, origin_node_octets);
  append_number(key, origin.instance, 8);
  return key;
}

} // namespace

std::string shadow_prefix(const counters_origin& origin) {
  return of_origin(shadow_mark, origin);
}

std::string shadow_state_key(const counters_origin& origin) {
  return of_origin(shadow_state_mark, origin);
}

std::string all_shadow_states_prefix() {
  return std::string(1, shadow_state_mark);
}

std::optional<counters_origin> parse_shadow_state_key(std::string_view key) {
  if (key.size() != 1 + origin_octets || key.front() != shadow_state_mark)
    return std::nullopt;
  return counters_origin{static_cast<std::uint16_t>(read_number(key.substr(1, origin_node_octets))),
                         read_number(key.substr(1 + origin_node_octets))};
}

} // namespace warmfront::storage
