// The octets a client dialogue wants on the wire: commands as text, contents by reference.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "net/smtp/client_content.hpp"

namespace warmfront::smtp {

/// A queue of octets for scatter/gather writes. Counts octets over the life of a connection, so
/// that the dialogue knows what the peer can have seen.
class client_output {
public:
  static constexpr std::size_t pieces_max = 16;
  using pieces = std::array<std::string_view, pieces_max>;

  void append_text(std::string_view text);
  /// Appends a content as DATA carries it: dots doubled, closed by a line end and the lone dot.
  void append_data(std::shared_ptr<const std::string> content, const content_facts& facts);

  /// Fills `out` with what comes next. @returns the number of pieces; 0: nothing is waiting.
  /// They stay valid until the next call of a non-const function.
  [[nodiscard]] std::size_t gather(pieces& out) const;
  /// Drops `octets` from the front: the kernel has taken them.
  /// @pre `octets` is at most the sum of what `gather` gave.
  void consume(std::size_t octets);

  /// Takes back what was appended last, down to offset `queued`.
  /// @pre None of it is consumed, and it was appended by one `append_text`.
  void take_back(std::uint64_t queued);

  [[nodiscard]] bool empty() const noexcept { return queued_ == written_; }
  /// Octets ever appended and ever consumed.
  [[nodiscard]] std::uint64_t queued() const noexcept { return queued_; }
  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }
  /// Starts anew, for another connection: the counts begin at 0.
  void clear();

private:
  struct item {
    std::string text; ///< when `content` is null
    std::shared_ptr<const std::string> content;
    bool has_dots = false;
    std::size_t at = 0;        ///< next octet to write
    std::size_t piece_end = 0; ///< of the piece that holds `at`
    std::size_t next_piece = 0;
  };
  static void begin_piece(item& part, std::size_t from) noexcept;

  std::deque<item> items_;
  std::uint64_t queued_ = 0;
  std::uint64_t written_ = 0;
};

} // namespace warmfront::smtp
