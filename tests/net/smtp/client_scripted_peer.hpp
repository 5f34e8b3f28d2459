// A client dialogue talking to a peer whose every word the test writes.
#pragma once

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/smtp/client_dialogue.hpp"
#include "net/smtp/reply_parser.hpp"

namespace warmfront::testing {

inline smtp::transmission make_mail(smtp::transmission_id id,
                                    std::string content = "S: x\r\n\r\nhi\r\n",
                                    std::vector<std::string> recipients = {"r@to.example"}) {
  smtp::transmission mail;
  mail.id = id;
  mail.reverse_path = "s@from.example";
  for (std::string& address : recipients) {
    mail.recipients.push_back({std::move(address), notify::unspecified, {}});
  }
  mail.content = std::make_shared<const std::string>(std::move(content));
  return mail;
}

class scripted_peer {
public:
  explicit scripted_peer(bool starttls = false) { client.on_connected(starttls); }

  /// The peer greets and offers `extensions` (lines without code).
  void greet(const std::vector<std::string>& extensions) {
    say("220 mx.example ESMTP\r\n");
    CHECK(heard() == "EHLO me.example\r\n");
    std::string answer = "250-mx.example at your service\r\n";
    for (const std::string& keyword : extensions) {
      answer += "250-" + keyword + "\r\n";
    }
    say(answer + "250 HELP\r\n");
  }
  /// What the client wants to say; the kernel takes all of it.
  std::string heard() {
    std::string text;
    for (;;) {
      const std::string some = heard_at_most(1 << 20);
      if (some.empty()) {
        return text;
      }
      text += some;
    }
  }
  /// The kernel takes only so much.
  std::string heard_at_most(std::size_t octets) {
    smtp::client_output::pieces pieces;
    const std::size_t count = client.output().gather(pieces);
    std::string text;
    for (std::size_t index = 0; index < count && text.size() < octets; ++index) {
      text += pieces[index].substr(0, octets - text.size());
    }
    client.output().consume(text.size());
    return text;
  }
  void say(std::string_view text) {
    while (!text.empty()) {
      auto answer = parser.next(text);
      if (!answer) {
        return;
      }
      if (answer->has_error()) {
        client.on_lost(answer->error().what, actions);
        return;
      }
      client.on_reply(std::move(answer->value()), actions);
    }
  }
  void send(std::vector<smtp::transmission> mails) { client.transmit(std::move(mails), actions); }
  void send(smtp::transmission mail) {
    std::vector<smtp::transmission> mails;
    mails.push_back(std::move(mail));
    send(std::move(mails));
  }
  void hang_up() { client.on_lost("the peer closed the connection", actions); }

  /// All of one kind that were asked for so far.
  template <class Action>
  [[nodiscard]] std::vector<Action> all() const {
    std::vector<Action> found;
    for (const smtp::client_action& action : actions) {
      if (const auto* one = std::get_if<Action>(&action)) {
        found.push_back(*one);
      }
    }
    return found;
  }
  [[nodiscard]] std::vector<smtp::transmission_finished> finished() const {
    return all<smtp::transmission_finished>();
  }
  [[nodiscard]] std::vector<smtp::session_ended> ended() const {
    return all<smtp::session_ended>();
  }

  smtp::client_dialogue client{"me.example"};
  smtp::reply_parser parser;
  smtp::client_actions actions;
};

} // namespace warmfront::testing
