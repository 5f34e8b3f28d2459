// One SMTP client session of the load source, without a socket: replies in, commands out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tests/bench/latency.hpp"
#include "tests/bench/load_mail.hpp"
#include "tests/bench/source_options.hpp"

namespace warmfront::bench {

/// What all sessions of a run share: the mails still to send, and the counters.
struct source_run {
  explicit source_run(source_options wanted);

  /// Whether another mail may begin.
  [[nodiscard]] bool wants_more() const;
  /// Notes a reply or fault for the report; the last one is kept.
  void note(std::string_view what, std::string_view text);
  /// The totals as one line of JSON.
  [[nodiscard]] std::string report() const;

  source_options options;
  body_text body;
  number_set acknowledged;
  latency_histogram latency; ///< from the final dot to its reply
  std::uint32_t next_number = 0;
  std::uint64_t start_ns = 0;
  std::uint64_t last_ns = 0; ///< of the last acknowledgement
  std::uint64_t begun = 0;
  std::uint64_t accepted = 0;
  std::uint64_t temporary = 0; ///< 4xx
  std::uint64_t permanent = 0; ///< 5xx
  std::uint64_t in_doubt = 0;  ///< connection lost between the final dot and its reply
  std::uint64_t lost_connections = 0;
  std::uint64_t connections = 0;
  bool gave_up = false;
  std::string last_fault;
};

/// The dialogue of one connection.
class source_session {
public:
  explicit source_session(source_run& run) : run_(&run) {}

  /// One complete reply, its continuation lines included, of which `line` is the last.
  void reply(std::string_view line);
  /// The connection ended before `finished`.
  void lost();

  /// Commands to send; the owner takes from its front what it has sent.
  [[nodiscard]] std::string& output() { return output_; }
  /// Sent after `output` when set: the part of the content that all mails share.
  [[nodiscard]] std::string_view& body() { return body_; }
  /// Called when both are sent.
  void output_sent();
  /// The connection is of no more use.
  [[nodiscard]] bool finished() const { return phase_ == phase::finished; }
  [[nodiscard]] bool greeted() const { return phase_ != phase::greeting; }

private:
  enum class phase : std::uint8_t {
    greeting,
    hello,
    authentication,
    mail,
    recipient,
    data,
    content,
    quit,
    finished
  };

  void begin_mail();
  void send_content();
  void recipient_command(std::uint32_t index);
  void acknowledged();
  void refused(std::string_view line);

  source_run* run_;
  phase phase_ = phase::greeting;
  std::string output_;
  std::string_view body_;
  std::uint32_t first_ = 0;
  std::uint32_t recipients_answered_ = 0;
  std::uint64_t mails_ = 0;
  std::uint64_t dot_sent_ns_ = 0;
};

} // namespace warmfront::bench
