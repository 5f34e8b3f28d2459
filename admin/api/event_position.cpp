#include "admin/api/event_position.hpp"

#include <algorithm>

namespace warmfront::admin {

namespace {

constexpr std::size_t nodes_max = 1'000;

bool is_position(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '.';
  });
}
bool is_node(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

} // namespace

std::optional<event_positions> parse_positions(std::string_view text) {
  event_positions found;
  if (text == "0")
    found.emplace("", "0");
  if (text.empty() || text == "0")
    return found;
  for (;;) {
    const auto comma = std::min(text.find(','), text.size());
    const auto part = text.substr(0, comma);
    const auto colon = part.find(':');
    if (colon == std::string_view::npos || !is_node(part.substr(0, colon)) ||
        !is_position(part.substr(colon + 1)) || found.size() == nodes_max ||
        !found.emplace(part.substr(0, colon), part.substr(colon + 1)).second)
      return std::nullopt;
    if (comma == text.size())
      return found;
    text.remove_prefix(comma + 1);
  }
}

std::string to_text(const event_positions& positions) {
  std::string text;
  for (const auto& [node, position] : positions)
    if (!node.empty())
      text += (text.empty() ? "" : ",") + node + ":" + position;
  return text;
}

std::string position_of(const event_positions& positions, std::string_view node) {
  auto found = positions.find(node);
  if (found == positions.end())
    found = positions.find("");
  return found == positions.end() ? std::string{} : found->second;
}

} // namespace warmfront::admin
