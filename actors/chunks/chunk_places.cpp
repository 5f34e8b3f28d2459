#include "actors/chunks/chunk_places.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace warmfront {

namespace {

// FNV-1a over the name, then the chunk, then a finalizer: the high bits of FNV alone are too even.
std::uint64_t place_rank(const node_name& node, const chunk_id& id) {
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&hash](std::string_view text) {
    for (const char c : text)
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  };
  add(node.str());
  add(id.octet_view());
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9u;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebu;
  return hash ^ (hash >> 31);
}

} // namespace

std::vector<node_name> ranked_nodes(std::vector<node_name> nodes, const chunk_id& id) {
  std::ranges::sort(nodes, [&id](const node_name& left, const node_name& right) {
    const auto first = place_rank(left, id);
    const auto second = place_rank(right, id);
    return first != second ? first > second : left < right;
  });
  return nodes;
}

node_name chunk_holder(const node_name& self, const std::vector<node_name>& others,
                       const chunk_id& id) {
  if (others.empty())
    return {};
  auto all = others;
  all.push_back(self);
  const auto ranked = ranked_nodes(std::move(all), id);
  return ranked[0] == self ? ranked[1] : ranked[0];
}

} // namespace warmfront
