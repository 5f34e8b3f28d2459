// A client's talk with a `server_dialogue`: what a shell would do, with answers at once.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/core/random.hpp"
#include "net/smtp/server_dialogue.hpp"

namespace warmfront::smtp::testing {

/// Runs a session. The password `secret` is right for every user; every mail is taken, unless
/// `verdict` says otherwise. Time stands still but for `wait`.
class conversation {
public:
  /// `accepts_recipient`: set for a server that receives.
  explicit conversation(server_peer peer = relay_peer(), server_limits limits = {},
                        std::function<bool(std::string_view)> accepts_recipient = {})
      : rules_{"mta.test",
               limits,
               [this] { return accepts_mail; },
               {},
               std::move(accepts_recipient)},
        budget_{limits.buffered_octets_max}, dialogue_{std::make_unique<server_dialogue>(
                                                 rules_, budget_, std::move(peer), now_)} {
    obey(dialogue_->start(now_));
  }

  static server_peer relay_peer() {
    server_peer peer;
    peer.address = "192.0.2.7";
    peer.relay = true;
    return peer;
  }
  static server_peer loopback_peer() {
    server_peer peer;
    peer.address = "127.0.0.1";
    peer.loopback = true;
    return peer;
  }
  static server_peer tls_peer() {
    server_peer peer;
    peer.address = "192.0.2.7";
    peer.starttls = true;
    return peer;
  }

  /// Sends octets as they are; @returns everything said in answer.
  std::string send(std::string_view octets) {
    if (open()) {
      obey(dialogue_->receive(octets, now_));
    }
    return heard();
  }
  /// Sends a line with its CRLF.
  std::string line(const std::string& text) { return send(text + "\r\n"); }
  /// Sends octets cut into pieces of 1 to `pieces_max` octets.
  std::string send_in_pieces(std::string_view octets, random_source& random,
                             std::size_t pieces_max) {
    std::string all;
    while (!octets.empty() && open()) {
      const auto size = std::min<std::size_t>(octets.size(), 1 + random.next() % pieces_max);
      all += send(octets.substr(0, size));
      octets.remove_prefix(size);
    }
    return all;
  }
  /// A session with EHLO and, for clients that need it, AUTH behind it.
  conversation& greeted() {
    line("EHLO client.test");
    return *this;
  }
  conversation& with_mail() {
    greeted().line("MAIL FROM:<a@example.org>");
    line("RCPT TO:<b@example.net>");
    return *this;
  }
  conversation& in_data() {
    with_mail().line("DATA");
    return *this;
  }
  /// Lets time pass; a deadline that is reached expires.
  std::string wait(std::chrono::milliseconds by) {
    now_ += by;
    if (!closed && now_ >= dialogue_->deadline()) {
      obey(dialogue_->expire(now_));
    }
    return heard();
  }
  std::string drain() {
    if (!closed) {
      obey(dialogue_->drain(now_));
    }
    return heard();
  }
  /// Answers a mail that `hold_mails` kept waiting.
  std::string answer(const submission_result& outcome) {
    obey(dialogue_->submitted(outcome, now_));
    return heard();
  }
  /// What was said since the last call.
  std::string heard() { return std::exchange(heard_, {}); }
  [[nodiscard]] bool open() const { return !closed && !waiting; }
  [[nodiscard]] std::size_t budget_used() const { return budget_.used(); }
  [[nodiscard]] steady_time deadline() const { return dialogue_->deadline(); }
  [[nodiscard]] steady_time now() const { return now_; }
  [[nodiscard]] std::uint64_t refused() { return dialogue_->take_refused(); }

  std::vector<submission> mails;
  std::vector<check_password> passwords;
  submission_result verdict = message_id{wall_time{}, 7, 42};
  bool accepts_mail = true;
  bool hold_mails = false; ///< mails wait for `answer`
  bool hold_delay = false; ///< a delayed 535 waits for `wait`
  bool closed = false;
  bool lingers = false;
  bool waiting = false;

private:
  void obey(server_action action) {
    while (true) {
      heard_ += std::exchange(dialogue_->output(), {});
      waiting = false;
      if (auto* mail = std::get_if<hand_over>(&action)) {
        mails.push_back(std::move(mail->mail));
        if (hold_mails) {
          waiting = true;
          return;
        }
        action = dialogue_->submitted(verdict, now_);
      } else if (auto* shown = std::get_if<check_password>(&action)) {
        passwords.push_back(*shown);
        action = dialogue_->authenticated(judge(*shown), now_);
      } else if (std::holds_alternative<begin_tls>(action)) {
        action = dialogue_->tls_established(now_);
      } else if (std::holds_alternative<wait_only>(action)) {
        if (hold_delay || hold_mails) {
          waiting = true;
          return;
        }
        now_ = std::max(now_, dialogue_->deadline());
        action = dialogue_->expire(now_);
      } else if (const auto* closing = std::get_if<close_connection>(&action)) {
        closed = true;
        lingers = closing->linger;
        return;
      } else {
        return;
      }
    }
  }

  static result<authenticated_client> judge(const check_password& shown) {
    if (shown.secret == "secret") {
      return authenticated_client{account_name{"acme"}, "key-" + shown.user};
    }
    if (shown.secret == "banned") {
      return error{errc::limit_exceeded, "banned", ""};
    }
    if (shown.secret == "later") {
      return error{errc::unavailable, "the store is away", ""};
    }
    return error{errc::refused, "wrong", ""};
  }

  steady_time now_{std::chrono::hours{1}};
  server_rules rules_;
  octet_budget budget_;
  std::unique_ptr<server_dialogue> dialogue_;
  std::string heard_;
};

} // namespace warmfront::smtp::testing
