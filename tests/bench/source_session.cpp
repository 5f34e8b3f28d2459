#include "tests/bench/source_session.hpp"

#include <fmt/format.h>

#include <iterator>
#include <nlohmann/json.hpp>

namespace warmfront::bench {
namespace {

/// Octets of a mail that are not its shared body: header and first line, about.
constexpr std::size_t head_octets = 330;

} // namespace

source_run::source_run(source_options wanted)
    : options(std::move(wanted)),
      body(options.octets > head_octets ? options.octets - head_octets : 0),
      next_number(options.first_number), start_ns(monotonic_ns()), last_ns(start_ns) {}

bool source_run::wants_more() const {
  const auto elapsed = static_cast<double>(monotonic_ns() - start_ns) / 1e9;
  return begun < options.mails_max && elapsed < options.seconds_max;
}

void source_run::note(std::string_view what, std::string_view text) {
  last_fault = fmt::format("{}: {}", what, text.substr(0, 200));
}

std::string source_run::report() const {
  return nlohmann::json{
      {"begun", begun},
      {"accepted", accepted},
      {"temporary", temporary},
      {"permanent", permanent},
      {"in_doubt", in_doubt},
      {"lost_connections", lost_connections},
      {"connections", connections},
      {"start_ns", start_ns},
      {"last_ns", last_ns},
      {"p50_us", latency.percentile(0.5)},
      {"p90_us", latency.percentile(0.9)},
      {"p99_us", latency.percentile(0.99)},
      {"max_us", latency.greatest()},
      {"processor_s", processor_seconds()},
      {"octets", body.wire().size() + head_octets},
      {"gave_up", gave_up},
      {"last_fault", last_fault},
  }
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

void source_session::reply(std::string_view line) {
  const char kind = line.empty() ? '?' : line.front();
  const char wanted = phase_ == phase::data ? '3' : '2';
  if (phase_ == phase::quit) {
    phase_ = phase::finished;
    return;
  }
  if (kind != wanted) {
    refused(line);
    return;
  }
  switch (phase_) {
  case phase::greeting:
    output_ += "EHLO source.test\r\n";
    phase_ = phase::hello;
    break;
  case phase::hello:
    if (!run_->options.authentication.empty()) {
      output_ += fmt::format("AUTH PLAIN {}\r\n", plain_response(run_->options.authentication));
      phase_ = phase::authentication;
      break;
    }
    begin_mail();
    break;
  case phase::authentication:
    begin_mail();
    break;
  case phase::mail:
    phase_ = phase::recipient;
    if (!run_->options.pipelined) {
      recipient_command(0);
    }
    break;
  case phase::recipient:
    if (++recipients_answered_ == run_->options.recipients) {
      phase_ = phase::data;
      output_ += run_->options.pipelined ? "" : "DATA\r\n";
    } else if (!run_->options.pipelined) {
      recipient_command(recipients_answered_);
    }
    break;
  case phase::data:
    send_content();
    break;
  case phase::content:
    acknowledged();
    begin_mail();
    break;
  case phase::quit:
  case phase::finished:
    break;
  }
}

void source_session::lost() {
  if (phase_ == phase::content) {
    ++run_->in_doubt;
  }
  if (phase_ != phase::quit) {
    ++run_->lost_connections;
    run_->note("connection", "closed");
  }
  phase_ = phase::finished;
}

void source_session::output_sent() {
  if (phase_ == phase::content) {
    dot_sent_ns_ = monotonic_ns();
  }
}

void source_session::begin_mail() {
  const auto& options = run_->options;
  if (!run_->wants_more() ||
      (options.mails_per_connection > 0 && mails_ == options.mails_per_connection)) {
    output_ += "QUIT\r\n";
    phase_ = phase::quit;
    return;
  }
  ++mails_;
  ++run_->begun;
  first_ = run_->next_number;
  run_->next_number += options.recipients;
  recipients_answered_ = 0;
  fmt::format_to(std::back_inserter(output_), "MAIL FROM:<{}>\r\n", options.sender);
  phase_ = phase::mail;
  if (options.pipelined) {
    for (std::uint32_t index = 0; index < options.recipients; ++index) {
      recipient_command(index);
    }
    output_ += "DATA\r\n";
  }
}

void source_session::recipient_command(std::uint32_t index) {
  const auto number = first_ + index;
  const auto& domains = run_->options.domains;
  fmt::format_to(std::back_inserter(output_), "RCPT TO:<r{}@{}>\r\n", number,
                 domains[number % domains.size()]);
}

void source_session::send_content() {
  const auto& options = run_->options;
  const auto line =
      fmt::format("This is the mail to recipient {} of series {}.", first_, options.series);
  line_checksum sum;
  sum.add(line);
  run_->body.add_to(sum);
  const mail_stamp stamp{.series = options.series,
                         .first = first_,
                         .count = options.recipients,
                         .sent_ns = monotonic_ns(),
                         .checksum = sum.value()};
  fmt::format_to(std::back_inserter(output_),
                 "From: <{}>\r\nTo: <r{}@{}>\r\nSubject: load\r\n"
                 "Date: Thu, 01 Jan 2026 00:00:00 +0000\r\n"
                 "Message-ID: <{}.{}.{:x}@source.test>\r\n{}: {}\r\n",
                 options.sender, first_, options.domains[first_ % options.domains.size()],
                 options.series, first_, run_->start_ns, stamp_field, to_string(stamp));
  for (const auto& field : options.fields) {
    output_ += field + "\r\n";
  }
  output_ += "\r\n" + line + "\r\n";
  body_ = run_->body.wire();
  phase_ = phase::content;
}

void source_session::acknowledged() {
  const auto now = monotonic_ns();
  run_->latency.add((now - dot_sent_ns_) / 1000);
  run_->last_ns = now;
  ++run_->accepted;
  for (std::uint32_t index = 0; index < run_->options.recipients; ++index) {
    run_->acknowledged.insert(first_ + index);
  }
}

void source_session::refused(std::string_view line) {
  run_->note(phase_ == phase::content ? "end of data" : "command", line);
  ++(line.starts_with('5') ? run_->permanent : run_->temporary);
  if (phase_ == phase::content && !line.starts_with("421")) {
    begin_mail();
  } else {
    // Anything else in the way of a mail: a new connection is the simplest clean state.
    phase_ = phase::finished;
  }
}

} // namespace warmfront::bench
