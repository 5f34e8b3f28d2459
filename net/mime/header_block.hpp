// The header of raw content (RFC 5322 §2.2): found, read and edited without touching the body.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace warmfront::mime {

/// One field, as views into the content it was read from.
struct header_field {
  std::string_view name;  ///< as written, without the colon and blanks before it
  std::string_view value; ///< after the colon, still folded, without the last line end
  std::string_view line;  ///< everything: name, colon, value, line ends

  friend bool operator==(const header_field&, const header_field&) = default;
};

/// Reads fields one after the other. The header ends at an empty line, at the end of the content,
/// or before the first line that is neither a field nor its continuation: what follows is body,
/// for us and, since `edit_header` puts the missing empty line there, for everyone after us.
/// A bare LF counts as a line end. Never allocates.
class header_reader {
public:
  explicit header_reader(std::string_view content) noexcept : content_{content} {}
  /// The next field, or none: then `body_offset` is known.
  [[nodiscard]] std::optional<header_field> next() noexcept;
  /// Where the body begins. @pre `next` has returned none.
  [[nodiscard]] std::size_t body_offset() const noexcept { return position_; }

private:
  std::string_view content_;
  std::size_t position_ = 0;
  bool ended_ = false;
};

/// The fields of raw content as a range. Keeps a view: the content must outlive it.
class header_block {
public:
  class iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = header_field;
    using difference_type = std::ptrdiff_t;
    using pointer = const header_field*;
    using reference = const header_field&;

    explicit iterator(std::string_view content) noexcept : reader_{content} { ++*this; }
    reference operator*() const noexcept { return *field_; }
    pointer operator->() const noexcept { return &*field_; }
    iterator& operator++() noexcept {
      field_ = reader_.next();
      return *this;
    }
    bool operator==(std::default_sentinel_t) const noexcept { return !field_.has_value(); }

  private:
    header_reader reader_;
    std::optional<header_field> field_;
  };

  explicit header_block(std::string_view content) noexcept : content_{content} {}
  [[nodiscard]] iterator begin() const noexcept { return iterator{content_}; }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  /// The first field of that name, ASCII case ignored.
  [[nodiscard]] std::optional<header_field> find(std::string_view name) const noexcept;
  /// How many fields have that name.
  [[nodiscard]] std::size_t count(std::string_view name) const noexcept;
  /// Where the body begins. Reads the whole header.
  [[nodiscard]] std::size_t body_offset() const noexcept;

private:
  std::string_view content_;
};

/// Whether two field names are the same, ASCII case ignored (RFC 5322 §1.2.2).
[[nodiscard]] bool is_same_name(std::string_view a, std::string_view b) noexcept;

/// A value on one line: line ends removed, blanks around it trimmed (RFC 5322 §2.2.3).
[[nodiscard]] std::string unfold(std::string_view value);

/// A changed header. The changed mail is `header` and then the old content from `body_offset` on,
/// so that a body of megabytes is copied once, by whoever joins the two, or not at all.
struct edited_header {
  std::string header; ///< with the empty line that ends it
  std::size_t body_offset = 0;
};

/// Puts `prepend` (complete fields with CRLF, or nothing) before the header of `content` and leaves
/// out every field named in `remove`; a name that ends in `*` stands for all that begin like it.
[[nodiscard]] edited_header edit_header(std::string_view content, std::string_view prepend,
                                        std::span<const std::string_view> remove);

/// `edit_header` with nothing to prepend.
[[nodiscard]] edited_header remove_fields(std::string_view content,
                                          std::span<const std::string_view> names);

} // namespace warmfront::mime
