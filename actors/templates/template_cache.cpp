#include "actors/templates/template_cache.hpp"

namespace warmfront {

namespace {

// What was parsed takes several times the text.
std::size_t weight_of(const cached_template& value) {
  const auto& source = value.source;
  return 1024 + 8 * (source.subject.size() + source.html.size() + source.text.size());
}

} // namespace

std::shared_ptr<const cached_template> template_cache::find(const chunk_id& id) {
  const auto found = found_.find(id);
  if (found == found_.end())
    return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return found->second->second;
}

void template_cache::add(const chunk_id& id, std::shared_ptr<const cached_template> value) {
  if (found_.contains(id))
    return;
  octets_ += weight_of(*value);
  by_use_.emplace_front(id, std::move(value));
  found_[id] = by_use_.begin();
  while (octets_ > octets_max_ && by_use_.size() > 1) {
    octets_ -= weight_of(*by_use_.back().second);
    found_.erase(by_use_.back().first);
    by_use_.pop_back();
  }
}

} // namespace warmfront
