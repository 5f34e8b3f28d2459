// Compiled templates, the ones used last, within a bound.
#pragma once

#include <list>
#include <memory>
#include <unordered_map>
#include <utility>

#include "actors/core/chunk_id.hpp"
#include "actors/core/template_source.hpp"
#include "net/mime/mail_template.hpp"

namespace warmfront {

struct cached_template {
  template_source source;
  mime::mail_template content;
};

/// Forgets the one that was used longest ago when all texts together exceed `octets_max`.
class template_cache {
public:
  explicit template_cache(std::size_t octets_max = 32u << 20) : octets_max_{octets_max} {}

  /// Null: not here.
  [[nodiscard]] std::shared_ptr<const cached_template> find(const chunk_id& id);
  void add(const chunk_id& id, std::shared_ptr<const cached_template> value);
  [[nodiscard]] std::size_t size() const noexcept { return by_use_.size(); }

private:
  using entry = std::pair<chunk_id, std::shared_ptr<const cached_template>>;

  std::size_t octets_max_;
  std::size_t octets_ = 0;
  std::list<entry> by_use_; ///< the last used first
  std::unordered_map<chunk_id, std::list<entry>::iterator> found_;
};

} // namespace warmfront
