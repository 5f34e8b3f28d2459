#include "net/html/link_finder.hpp"

#include <algorithm>
#include <csetjmp>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include <gumbo.h>

namespace warmfront::html {

namespace {

constexpr std::size_t source_octets_max = 1024 * 1024;
// Gumbo compares each tag with those that are open.
constexpr std::size_t tags_max = 10'000;
constexpr std::size_t tree_octets_max = 64u << 20;
constexpr std::size_t block_octets = 256 * 1024;

// All memory of one parse. Formatting elements that are never closed are made again in each
// paragraph (HTML Standard §13.2.4.3): a few kilobytes would become gigabytes. Gumbo takes it for
// granted that there is memory, so the parse is left by a jump; it has C frames only and holds
// nothing but memory from here.
class arena {
public:
  arena() = default;
  ~arena() {
    while (last_ != nullptr)
      std::free(std::exchange(last_, last_->before));
  }
  arena(const arena&) = delete;
  arena& operator=(const arena&) = delete;

  static void* allocate(void* self, std::size_t octets) {
    return static_cast<arena*>(self)->take(octets);
  }
  static void release(void*, void*) {}

  std::jmp_buf exhausted;

private:
  struct block {
    block* before;
    std::size_t size;
  };
  static constexpr std::size_t alignment = alignof(std::max_align_t);
  static constexpr std::size_t head = (sizeof(block) + alignment - 1) / alignment * alignment;

  void* take(std::size_t octets) {
    if (octets > tree_octets_max)
      std::longjmp(exhausted, 1);
    octets = (octets + alignment - 1) / alignment * alignment;
    if (octets > left_)
      add_block(std::max(octets, block_octets));
    left_ -= octets;
    next_ += octets;
    return next_ - octets;
  }

  void add_block(std::size_t octets) {
    auto* const added = taken_ + octets > tree_octets_max
                            ? nullptr
                            : static_cast<block*>(std::malloc(head + octets));
    if (added == nullptr)
      std::longjmp(exhausted, 1);
    taken_ += octets;
    *added = {last_, octets};
    last_ = added;
    next_ = reinterpret_cast<char*>(added) + head;
    left_ = octets;
  }

  block* last_ = nullptr;
  char* next_ = nullptr;
  std::size_t left_ = 0;
  std::size_t taken_ = 0;
};

// Leaves by a jump: no object with a destructor may live in this frame.
const GumboOutput* parse(arena& memory, const char* source, std::size_t octets) {
  GumboOptions options = kGumboDefaultOptions;
  options.allocator = &arena::allocate;
  options.deallocator = &arena::release;
  options.userdata = &memory;
  options.max_errors = 0;
  if (setjmp(memory.exhausted) != 0)
    return nullptr;
  return gumbo_parse_with_options(&options, source, octets);
}

bool is_in(std::string_view source, const GumboStringPiece& piece) {
  return piece.length > 0 && piece.data >= source.data() &&
         piece.data + piece.length <= source.data() + source.size();
}

void add_link(const GumboElement& element, std::string_view source,
              std::vector<value_place>& links) {
  const auto* const href = gumbo_get_attribute(&element.attributes, "href");
  if (href == nullptr || !is_in(source, href->original_value))
    return;
  const auto* const track = gumbo_get_attribute(&element.attributes, "data-warmfront-track");
  if (track != nullptr && std::string_view{track->value} == "off")
    return;
  const auto text = std::string_view{href->original_value.data, href->original_value.length};
  const auto begin = static_cast<std::size_t>(text.data() - source.data());
  if (const char quote = text.front(); quote != '"' && quote != '\'')
    links.push_back({begin, begin + text.size(), false});
  else if (text.size() >= 2 && text.back() == quote)
    links.push_back({begin + 1, begin + text.size() - 1, true});
}

// Not recursive: the tree is as deep as the sender likes.
void walk(const GumboNode* root, std::string_view source, found_links& found) {
  std::vector<const GumboNode*> waiting{root};
  while (!waiting.empty()) {
    const auto* const node = waiting.back();
    waiting.pop_back();
    if (node->type != GUMBO_NODE_ELEMENT && node->type != GUMBO_NODE_TEMPLATE)
      continue;
    const auto& element = node->v.element;
    if (element.tag == GUMBO_TAG_A || element.tag == GUMBO_TAG_AREA)
      add_link(element, source, found.links);
    if (element.tag == GUMBO_TAG_BODY && is_in(source, element.original_end_tag))
      found.body_end = static_cast<std::size_t>(element.original_end_tag.data - source.data());
    for (unsigned int i = 0; i < element.children.length; ++i)
      waiting.push_back(static_cast<const GumboNode*>(element.children.data[i]));
  }
}

} // namespace

found_links find_links(std::string_view source) {
  found_links found;
  found.body_end = source.size();
  if (source.empty() || source.size() > source_octets_max ||
      static_cast<std::size_t>(std::count(source.begin(), source.end(), '<')) > tags_max)
    return found;
  arena memory;
  const auto* const parsed = parse(memory, source.data(), source.size());
  if (parsed == nullptr)
    return found;
  walk(parsed->root, source, found);
  // An element that the parser made again stands for the same place.
  std::ranges::sort(found.links, {}, &value_place::begin);
  std::size_t end = 0;
  std::erase_if(found.links, [&end](const value_place& each) {
    const bool again = each.begin < end || each.end < each.begin;
    end = std::max(end, each.end);
    return again;
  });
  return found;
}

} // namespace warmfront::html
