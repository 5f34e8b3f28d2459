// Message content as it arrives: DATA (RFC 5321 §4.1.1.4) and BDAT (RFC 3030).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace warmfront::smtp {

/// Why content cannot be accepted. Reading goes on to the real end, and of several defects the one
/// named first here is told: it does not depend on how the octets came in.
enum class data_defect : std::uint8_t {
  none,
  bare_line_end, ///< a CR or LF by itself (RFC 5321 §2.3.8; smuggling, CVE-2023-51764)
  nul,
  long_line, ///< more than 1 000 octets with its CRLF (RFC 5321 §4.5.3.1.6)
  too_large, ///< more than the message limit
  no_room,   ///< the budget of all sessions is used up
};

/// Collects the content of one message. Only CRLF ends a line, only CRLF.CRLF ends DATA, however
/// the octets are cut into pieces. Not thread-safe.
class data_reader {
public:
  /// Forgets everything; content beyond `octets_max` will be `too_large`.
  void begin(std::size_t octets_max) noexcept;

  /// Reads DATA and removes dot-stuffing. @returns the octets consumed: all of them, unless
  /// the final dot was among them (`ended()`).
  std::size_t read_dotted(std::string_view octets);
  /// Reads a piece of a BDAT chunk: all of it.
  void read_counted(std::string_view octets);
  /// The last chunk is complete; content that does not end with CRLF gets one.
  void end_counted();

  /// Gives the content up for `defect`.
  void refuse(data_defect defect) noexcept;

  [[nodiscard]] bool ended() const noexcept { return place_ == place::end; }
  [[nodiscard]] data_defect defect() const noexcept { return defect_; }
  /// Whether an octet above 127 was among them.
  [[nodiscard]] bool eight_bit() const noexcept { return eight_bit_; }
  /// What was read so far, with CRLF line ends; empty after a defect.
  [[nodiscard]] const std::string& content() const noexcept { return content_; }
  [[nodiscard]] std::string take_content() noexcept;

private:
  enum class place : std::uint8_t {
    line_start,
    dot,        ///< a dot at the start of a line, not kept yet
    dot_return, ///< and a CR behind it
    text,
    carriage_return, ///< in a line, after a CR
    end,
  };
  std::size_t read(std::string_view octets, bool dotted);
  std::size_t read_text(std::string_view octets, std::size_t from);
  void end_line() noexcept;
  void keep(std::string_view octets);

  std::string content_;
  std::size_t octets_ = 0; ///< kept or given up
  std::size_t octets_max_ = 0;
  std::size_t line_octets_ = 0;
  place place_ = place::line_start;
  data_defect defect_ = data_defect::none;
  bool eight_bit_ = false;
};

/// What the header section says that a server must know before it takes a message.
struct header_facts {
  std::size_t received_fields = 0; ///< for loop detection (RFC 5321 §6.3)
  bool ascii = true;
  bool utf8 = true; ///< valid UTF-8 (RFC 6532), which ASCII is
};

/// @param eight_bit whether the content has octets above 127 at all; spares looking for them.
[[nodiscard]] header_facts inspect_header(std::string_view content, bool eight_bit);

} // namespace warmfront::smtp
