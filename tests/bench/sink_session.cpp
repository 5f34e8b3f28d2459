#include "tests/bench/sink_session.hpp"

#include <fmt/format.h>
#include <fnmatch.h>
#include <strings.h>

#include <array>

namespace warmfront::bench {
namespace {

constexpr std::size_t line_octets_max = 16 * 1024 * 1024;

bool begins_with(std::string_view line, std::string_view word) {
  return line.size() >= word.size() && strncasecmp(line.data(), word.data(), word.size()) == 0;
}

/// The path between the angle brackets of MAIL or RCPT.
std::string path_of(std::string_view line) {
  const auto open = line.find('<');
  const auto close = line.rfind('>');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return {};
  }
  return std::string{line.substr(open + 1, close - open - 1)};
}

bool matches(const sink_refusal& refusal, const std::string& recipient) {
  return fnmatch(refusal.pattern.c_str(), recipient.c_str(), 0) == 0;
}

} // namespace

sink_session::sink_session(const sink_rules& rules, sink_tally& tally, std::string source)
    : rules_(rules), tally_(tally), source_(std::move(source)) {
  if (rules_.fault == sink_fault::mute) {
    return;
  }
  if (rules_.fault == sink_fault::greet_421) {
    finished_ = true;
    answer("421 4.3.2 closed for today");
    return;
  }
  answer("220 sink.test ESMTP");
}

void sink_session::receive(std::string_view octets) {
  if (input_.empty() && !pause_) {
    // The usual case: whole lines, handled where they lie. handle_lines keeps what is left.
    input_.assign(octets);
  } else {
    input_.append(octets);
  }
  handle_lines();
}

void sink_session::resume() {
  pause_.reset();
  output_ += held_;
  held_.clear();
  handle_lines();
}

void sink_session::handle_lines() {
  std::size_t begin = 0;
  while (!finished_ && !pause_) {
    const auto end = input_.find('\n', begin);
    if (end == std::string::npos) {
      finished_ = input_.size() - begin > line_octets_max;
      break;
    }
    auto line = std::string_view{input_}.substr(begin, end - begin);
    begin = end + 1;
    bare_ = line.empty() || line.back() != '\r';
    if (!bare_) {
      line.remove_suffix(1);
    }
    handle_line(line);
  }
  input_.erase(0, begin);
}

void sink_session::handle_line(std::string_view line) {
  if (rules_.fault == sink_fault::mute) {
    return;
  }
  if (phase_ == phase::command) {
    handle_command(line);
    return;
  }
  // RFC 5321 §2.3.8: a relay never sends a bare CR or LF.
  if (bare_ || line.find('\r') != std::string_view::npos) {
    tally_.bare_line_end();
  }
  mail_.octets += line.size() + 2;
  if (line == "." && !bare_) {
    end_of_data();
  } else {
    handle_content(line);
  }
}

void sink_session::handle_command(std::string_view line) {
  const bool early = rules_.fault == sink_fault::early_replies;
  if (begins_with(line, "EHLO ") || begins_with(line, "HELO ")) {
    helo_ = line.substr(5);
  }
  if (begins_with(line, "EHLO")) {
    greet_again(true);
  } else if (begins_with(line, "HELO")) {
    greet_again(false);
  } else if (begins_with(line, "MAIL FROM:")) {
    forget_mail();
    mail_.helo = helo_;
    mail_.sender = path_of(line);
    answer("250 2.1.0 sender ok");
    if (early) {
      answer("250 2.1.5 recipient ok");
      answer("354 go on");
    }
  } else if (begins_with(line, "RCPT TO:")) {
    handle_recipient(line);
  } else if (begins_with(line, "DATA")) {
    begin_data();
  } else if (begins_with(line, "RSET")) {
    forget_mail();
    answer("250 2.0.0 reset");
  } else if (begins_with(line, "NOOP")) {
    answer("250 2.0.0 ok");
  } else if (begins_with(line, "QUIT")) {
    finished_ = true;
    answer("221 2.0.0 bye");
  } else {
    answer("502 5.5.1 unknown command");
  }
}

void sink_session::greet_again(bool extended) {
  forget_mail();
  if (!extended) {
    answer("250 sink.test");
    return;
  }
  if (rules_.fault == sink_fault::half_reply) {
    output_ += "250-";
    return;
  }
  endless_ = rules_.fault == sink_fault::endless_reply;
  if (endless_) {
    output_sent();
    return;
  }
  constexpr std::array extensions{"PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"};
  std::string reply = "250-sink.test\r\n";
  for (const auto* extension : extensions) {
    if (!rules_.without.contains(extension)) {
      reply += fmt::format("250-{}\r\n", extension);
    }
  }
  answer(reply + "250 SIZE 0");
}

void sink_session::output_sent() {
  if (endless_ && output_.empty()) {
    for (int line = 0; line < 1000; ++line) {
      output_ += "250-and another extension of this interesting server\r\n";
    }
  }
}

void sink_session::handle_recipient(std::string_view line) {
  auto recipient = path_of(line);
  for (const auto& refusal : rules_.refusals) {
    if (!refusal.at_end_of_data && matches(refusal, recipient)) {
      tally_.refused(source_, mail_.sender, recipient, refusal.reply);
      answer(refusal.reply);
      return;
    }
  }
  if (rules_.refusals_first > 0 && tally_.refusals_of(recipient) < rules_.refusals_first) {
    constexpr std::string_view reply = "450 4.2.0 greylisted";
    tally_.refused(source_, mail_.sender, recipient, reply);
    answer(reply);
    return;
  }
  mail_.recipients.push_back(std::move(recipient));
  if (rules_.fault != sink_fault::early_replies) {
    answer("250 2.1.5 recipient ok");
  }
}

void sink_session::begin_data() {
  if (mail_.recipients.empty()) {
    answer("554 5.5.1 no valid recipient");
    return;
  }
  phase_ = phase::header;
  if (rules_.fault != sink_fault::early_replies) {
    answer("354 go on");
  }
}

void sink_session::handle_content(std::string_view line) {
  if (rules_.fault == sink_fault::cut_in_body) {
    finished_ = true;
    return;
  }
  if (!line.empty() && line.front() == '.') {
    line.remove_prefix(1);
  }
  if (tally_.keeps_contents()) {
    mail_.content.append(line).append("\r\n");
  }
  if (phase_ == phase::body) {
    checksum_.add(line);
  } else if (line.empty()) {
    phase_ = phase::body;
  } else if (begins_with(line, stamp_field) && line.substr(stamp_field.size()).starts_with(':')) {
    mail_.stamp = parse_stamp(line.substr(stamp_field.size() + 1));
  }
}

void sink_session::end_of_data() {
  phase_ = phase::command;
  mail_.checksum = checksum_.value();
  for (const auto& refusal : rules_.refusals) {
    for (const auto& recipient : mail_.recipients) {
      if (refusal.at_end_of_data && matches(refusal, recipient)) {
        for (const auto& each : mail_.recipients) {
          tally_.refused(source_, mail_.sender, each, refusal.reply);
        }
        answer(refusal.reply, rules_.dot_delay);
        forget_mail();
        return;
      }
    }
  }
  tally_.accepted(source_, mail_);
  forget_mail();
  ++mails_;
  if (rules_.fault == sink_fault::cut_after_dot) {
    finished_ = true;
    return;
  }
  answer("250 2.0.0 taken", rules_.dot_delay);
  if (rules_.mails_per_connection > 0 && mails_ >= rules_.mails_per_connection) {
    finished_ = true;
    answer("421 4.7.0 enough for one connection");
  }
}

void sink_session::answer(std::string_view reply, std::chrono::milliseconds extra_delay) {
  const auto delay = rules_.reply_delay + extra_delay;
  auto& to = delay.count() > 0 || pause_ ? held_ : output_;
  to.append(reply).append("\r\n");
  if (delay.count() > 0) {
    pause_ = delay;
  }
}

void sink_session::forget_mail() {
  mail_ = arrived_mail{};
  checksum_ = line_checksum{};
}

} // namespace warmfront::bench
