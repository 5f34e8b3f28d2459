// Where a subject's ledger is: a hash table that a look-up touches in one place.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

namespace warmfront {

/// Maps texts to the indexes of what holds them; nothing is ever removed. Open addressing with the
/// hash beside the index: `std::unordered_map` with a transparent hash keeps no hashes and computes
/// those of a whole chain anew, which was a third of a permit's time with 10 000 ledgers.
class subject_index {
public:
  static constexpr std::uint32_t none = 0xffffffff;

  /// The index of a text, or `none`. `text_at(index)` gives the text that an index stands for.
  template <class TextAt>
  [[nodiscard]] std::uint32_t find(std::string_view text, TextAt text_at) const {
    if (slots_.empty())
      return none;
    const auto hash = hash_of(text);
    for (auto at = hash & mask();; at = (at + 1) & mask()) {
      const auto& found = slots_[at];
      if (found.index == none || (found.hash == hash && text_at(found.index) == text))
        return found.index;
    }
  }
  /// @pre `find(text)` is `none`.
  void add(std::string_view text, std::uint32_t index) {
    if (2 * (count_ + 1) > slots_.size())
      grow();
    place({hash_of(text), index});
    ++count_;
  }

private:
  struct slot {
    std::uint32_t hash = 0;
    std::uint32_t index = none;
  };

  [[nodiscard]] static std::uint32_t hash_of(std::string_view text) {
    return static_cast<std::uint32_t>(std::hash<std::string_view>{}(text));
  }
  [[nodiscard]] std::uint32_t mask() const { return static_cast<std::uint32_t>(slots_.size()) - 1; }
  void place(slot value) {
    auto at = value.hash & mask();
    while (slots_[at].index != none)
      at = (at + 1) & mask();
    slots_[at] = value;
  }
  void grow() {
    const auto old = std::move(slots_);
    slots_.assign(old.empty() ? 16 : 2 * old.size(), slot{});
    for (const auto& value : old)
      if (value.index != none)
        place(value);
  }

  std::vector<slot> slots_; ///< a power of two, at most half full
  std::size_t count_ = 0;
};

} // namespace warmfront
