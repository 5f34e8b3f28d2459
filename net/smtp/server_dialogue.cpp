#include "net/smtp/server_dialogue.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

namespace warmfront::smtp {

namespace {

constexpr std::size_t dialogue_line_max = 12288; // AUTH (RFC 4954 §4)
constexpr std::size_t progress_octets_min = 512; // less in `data_timeout` is no progress
constexpr std::size_t pending_octets_kept = 4096;
/// A client waits ten minutes for the reply to its dot (RFC 5321 §4.5.3.2.6): answer before.
constexpr std::chrono::minutes answer_timeout{9};

/// The end of the first line: the index of its CRLF, or npos. Nothing else ends a line.
std::size_t line_end(std::string_view input) noexcept {
  for (auto at = input.find('\n'); at != std::string_view::npos; at = input.find('\n', at + 1)) {
    if (at > 0 && input[at - 1] == '\r') {
      return at - 1;
    }
  }
  return std::string_view::npos;
}

} // namespace

server_dialogue::server_dialogue(const server_rules& rules, octet_budget& budget, server_peer peer,
                                 steady_time now)
    : rules_{rules}, budget_{budget}, peer_{std::move(peer)}, started_at_{now},
      deadline_{now + rules.limits.session_timeout_unauthenticated}, tls_{peer_.implicit_tls} {}

server_dialogue::~server_dialogue() {
  budget_.give_back(accounted_);
}

server_action server_dialogue::start(steady_time now) {
  assert(mode_ == mode::opening);
  mode_ = mode::command;
  say("220 " + rules_.hostname + " ESMTP");
  await_command(now);
  return run({}, now);
}

server_action server_dialogue::receive(std::string_view octets, steady_time now) {
  assert(mode_ == mode::command || mode_ == mode::sasl || mode_ == mode::data ||
         mode_ == mode::chunk);
  if (pending_.empty()) {
    return run(octets, now);
  }
  pending_.append(octets);
  return run(pending_, now);
}

/// `input` is what was just received or all of `pending_`; what is left of it becomes `pending_`.
server_action server_dialogue::run(std::string_view input, steady_time now) {
  const bool from_pending = !pending_.empty();
  next then;
  while (!then) {
    then = step(input, now);
  }
  if (from_pending) {
    pending_.erase(0, pending_.size() - input.size());
  } else {
    pending_.assign(input);
  }
  if (pending_.empty() && pending_.capacity() > pending_octets_kept) {
    pending_ = {};
  }
  return std::move(*then);
}

server_dialogue::next server_dialogue::step(std::string_view& input, steady_time now) {
  switch (mode_) {
  case mode::command:
  case mode::sasl:
    return read_line(input, now);
  case mode::data:
    return read_data(input, now);
  case mode::chunk:
    return read_chunk(input, now);
  case mode::checking_password:
  case mode::handing_over:
  case mode::delaying:
    return wait_only{};
  case mode::starting_tls:
    input = {};
    return begin_tls{};
  case mode::opening:
  case mode::closed:
    break;
  }
  input = {};
  return close_connection{};
}

server_dialogue::next server_dialogue::read_line(std::string_view& input, steady_time now) {
  if (draining_ && !mail_open_) {
    input = {};
    return close_with("421 4.3.2 " + rules_.hostname + " is shutting down");
  }
  if (input.empty()) {
    return receive_more{};
  }
  if (mode_ == mode::command && input.front() == '\x16') {
    input = {}; // the first octet of a TLS handshake
    return close_with("554 5.5.1 expected SMTP, TLS starts with STARTTLS here");
  }
  const auto end = line_end(input);
  if (std::min(end, input.size()) > dialogue_line_max) {
    input = {};
    return close_with("500 5.5.2 line too long");
  }
  if (end == std::string_view::npos) {
    return receive_more{};
  }
  const auto line = input.substr(0, end);
  input.remove_prefix(end + 2);
  auto then = on_line(line);
  await_command(now);
  if (mode_ == mode::closed || mode_ == mode::starting_tls) {
    input = {};
  }
  if (mode_ == mode::checking_password) {
    deadline_ = now + answer_timeout;
  }
  return then;
}

server_dialogue::next server_dialogue::read_data(std::string_view& input, steady_time now) {
  if (input.empty()) {
    return receive_more{};
  }
  account_for(input.size());
  const auto used = data_.read_dotted(input);
  input.remove_prefix(used);
  note_progress(used, now);
  if (!data_.ended()) {
    return receive_more{};
  }
  mode_ = mode::command;
  await_command(now);
  auto then = finish_content();
  if (mode_ == mode::handing_over) {
    deadline_ = now + answer_timeout;
  }
  return then;
}

server_dialogue::next server_dialogue::read_chunk(std::string_view& input, steady_time now) {
  const auto piece =
      input.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(chunk_left_, input.size())));
  if (chunk_refusal_.empty()) {
    account_for(piece.size());
    data_.read_counted(piece);
  }
  input.remove_prefix(piece.size());
  chunk_left_ -= piece.size();
  note_progress(piece.size(), now);
  if (chunk_left_ != 0) {
    return receive_more{};
  }
  mode_ = mode::command;
  await_command(now);
  if (!chunk_refusal_.empty()) {
    return refuse(std::exchange(chunk_refusal_, {}));
  }
  if (chunk_last_) {
    data_.end_counted();
  }
  if (chunk_last_ || data_.defect() != data_defect::none) {
    auto then = finish_content();
    if (mode_ == mode::handing_over) {
      deadline_ = now + answer_timeout;
    }
    return then;
  }
  say("250 2.0.0 " + std::to_string(chunk_octets_) + " octets received");
  return std::nullopt;
}

server_action server_dialogue::authenticated(result<authenticated_client> client, steady_time now) {
  assert(mode_ == mode::checking_password);
  mode_ = mode::command;
  trusted_ = trusted_ || client.has_value();
  await_command(now);
  if (client) {
    client_ = std::move(client.value());
    say("235 2.7.0 authentication successful");
    return run(pending_, now);
  }
  const auto code = client.error().code;
  if (code == errc::refused || code == errc::not_found || code == errc::invalid_argument) {
    mode_ = mode::delaying;
    deadline_ = now + rules_.limits.authentication_failure_delay;
    return wait_only{};
  }
  auto then = refuse(code == errc::limit_exceeded
                         ? "454 4.7.0 too many failed attempts from your address, try again later"
                         : "454 4.7.0 authentication is not possible now, try again later");
  return then ? std::move(*then) : run(pending_, now);
}

server_action server_dialogue::submitted(const submission_result& outcome, steady_time now) {
  assert(mode_ == mode::handing_over);
  mode_ = mode::command;
  end_transaction();
  const auto answer = reply_to(outcome);
  say(answer);
  await_command(now);
  if (outcome) {
    errors_ = 0;
  } else if (answer.code == 421) {
    mode_ = mode::closed;
  }
  return run(pending_, now);
}

server_action server_dialogue::tls_established(steady_time now) {
  assert(mode_ == mode::starting_tls);
  mode_ = mode::command;
  tls_ = true;
  helo_.clear();
  extended_ = false;
  client_.reset();
  await_command(now);
  return run({}, now);
}

server_action server_dialogue::expire(steady_time now) {
  switch (mode_) {
  case mode::delaying:
    mode_ = mode::command;
    ++authentication_failures_;
    await_command(now);
    say("535 5.7.8 authentication credentials invalid");
    if (authentication_failures_ >= rules_.limits.authentication_failures_max) {
      return close_with("421 4.7.0 too many failed authentications");
    }
    return run(pending_, now);
  case mode::checking_password:
    return close_with("421 4.7.0 authentication is not possible now, try again later");
  case mode::handing_over:
    return close_with("421 4.3.0 the message could not be taken in time, try again later");
  case mode::opening:
  case mode::starting_tls:
  case mode::closed:
    mode_ = mode::closed;
    return close_connection{};
  default:
    return close_with("421 4.4.2 " + rules_.hostname + " timed out waiting for you");
  }
}

server_action server_dialogue::drain(steady_time now) {
  draining_ = true;
  if (mode_ == mode::opening || mode_ == mode::starting_tls || mode_ == mode::closed) {
    mode_ = mode::closed;
    return close_connection{};
  }
  return run(pending_, now);
}

std::uint64_t server_dialogue::take_refused() noexcept {
  return std::exchange(refused_, 0);
}

void server_dialogue::note_progress(std::size_t octets, steady_time now) {
  progress_ += octets;
  if (progress_ >= progress_octets_min) {
    progress_ = 0;
    deadline_ = now + rules_.limits.data_timeout;
  }
}

/// A client nobody knows yet has one deadline for all it says.
void server_dialogue::await_command(steady_time now) {
  if (mode_ == mode::data || mode_ == mode::chunk) {
    progress_ = 0;
    deadline_ = now + rules_.limits.data_timeout;
    return;
  }
  deadline_ = now + rules_.limits.command_timeout;
  if (!trusted_) {
    deadline_ = std::min(deadline_, started_at_ + rules_.limits.session_timeout_unauthenticated);
  }
}

void server_dialogue::account_for(std::size_t octets) {
  if (data_.defect() != data_defect::none) {
    return;
  }
  if (budget_.take(octets)) {
    accounted_ += octets;
  } else {
    data_.refuse(data_defect::no_room);
  }
}

void server_dialogue::end_transaction() noexcept {
  mail_open_ = false;
  chunking_ = false;
  mail_ = {};
  data_.begin(0);
  budget_.give_back(std::exchange(accounted_, 0));
}

void server_dialogue::say(std::string_view line) {
  output_.append(line);
  output_.append("\r\n");
}

void server_dialogue::say(const reply& value) {
  output_.append(to_string(value));
  output_.append("\r\n");
}

server_dialogue::next server_dialogue::refuse(std::string_view line) {
  say(line);
  return count_error();
}

server_dialogue::next server_dialogue::refuse(const reply& value) {
  say(value);
  return count_error();
}

server_dialogue::next server_dialogue::count_error() {
  if (++errors_ <= rules_.limits.errors_max) {
    return std::nullopt;
  }
  return close_with("421 4.7.0 too many errors");
}

server_action server_dialogue::close_with(std::string_view line) {
  say(line);
  mode_ = mode::closed;
  return close_connection{};
}

} // namespace warmfront::smtp
