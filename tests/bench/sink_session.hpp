// One SMTP session of the sink, without a socket: octets in, octets out, and how long to wait.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "tests/bench/sink_rules.hpp"
#include "tests/bench/sink_tally.hpp"

namespace warmfront::bench {

/// The server's side of RFC 5321, as much of it as a next hop for tests needs.
class sink_session {
public:
  /// Greets. `rules` and `tally` outlive the session; `rules` may change at any time.
  sink_session(const sink_rules& rules, sink_tally& tally, std::string source);

  /// Takes octets from the client; what they cause is in `output`, `pause` and `finished`.
  void receive(std::string_view octets);
  /// Goes on after a pause.
  void resume();

  /// What is to be sent; the owner takes from its front what it has sent.
  [[nodiscard]] std::string& output() { return output_; }
  /// Set while the session waits before it answers: no input is handled until `resume`.
  [[nodiscard]] std::optional<std::chrono::milliseconds> pause() const { return pause_; }
  /// The connection is to be closed once `output` is sent.
  [[nodiscard]] bool finished() const { return finished_; }
  /// Called when all output was sent: adds more of a reply that never ends.
  void output_sent();

private:
  enum class phase : std::uint8_t { command, header, body };

  void handle_lines();
  void handle_line(std::string_view line);
  void handle_command(std::string_view line);
  void handle_recipient(std::string_view line);
  void handle_content(std::string_view line);
  void greet_again(bool extended);
  void begin_data();
  void end_of_data();
  void answer(std::string_view reply, std::chrono::milliseconds extra_delay = {});
  void forget_mail();

  const sink_rules& rules_;
  sink_tally& tally_;
  std::string source_;
  std::string helo_;
  phase phase_ = phase::command;
  std::string input_;
  std::string output_;
  std::string held_; ///< the reply that waits for `resume`
  std::optional<std::chrono::milliseconds> pause_;
  bool finished_ = false;
  bool endless_ = false;
  bool bare_ = false; ///< the line being handled ended without CR
  std::uint64_t mails_ = 0;
  arrived_mail mail_;
  line_checksum checksum_;
};

} // namespace warmfront::bench
