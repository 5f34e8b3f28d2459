#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "net/smtp/client_dialogue.hpp"
#include "net/smtp/reply_parser.hpp"

namespace {

using namespace warmfront;

smtp::transmission make_mail(smtp::transmission_id id) {
  smtp::transmission mail;
  mail.id = id;
  mail.recipients.push_back({"a@x.example", notify::unspecified, {}});
  mail.recipients.push_back({"b@x.example", notify::unspecified, {}});
  mail.content = std::make_shared<const std::string>("S: x\r\n\r\n.\r\n");
  return mail;
}

void write(smtp::client_output& output, std::size_t octets) {
  smtp::client_output::pieces pieces;
  while (octets > 0 && !output.empty()) {
    const std::size_t count = output.gather(pieces);
    std::size_t offered = 0;
    for (std::size_t index = 0; index < count; ++index) {
      offered += pieces[index].size();
    }
    const std::size_t taken = offered < octets ? offered : octets;
    output.consume(taken);
    octets -= taken;
  }
}

} // namespace

// A line beginning with `!` queues a mail, with `>` lets some octets be written, with `#` closes,
// with `t` completes a handshake; any other line is what the peer says. Every mail must end once.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view script{reinterpret_cast<const char*>(data), size};
  smtp::client_dialogue client{"me.example"};
  smtp::reply_parser parser;
  smtp::client_actions actions;
  std::size_t queued = 0;
  client.on_connected(true);
  while (!script.empty()) {
    const std::string_view line = script.substr(0, script.find('\n') + 1);
    std::string_view input = line.empty() ? script : line;
    script.remove_prefix(input.size());
    if (input[0] == '!') {
      client.transmit({make_mail(++queued)}, actions);
    } else if (input[0] == '>') {
      write(client.output(), input.size() > 2 ? static_cast<unsigned char>(input[1]) : 1000);
    } else if (input[0] == '#') {
      client.close(actions);
    } else {
      while (!input.empty()) {
        auto answer = parser.next(input);
        if (!answer || answer->has_error()) {
          break;
        }
        client.on_reply(std::move(answer->value()), actions);
        if (!actions.empty() && std::holds_alternative<smtp::tls_wanted>(actions.back())) {
          actions.pop_back();
          client.on_tls();
        }
      }
    }
  }
  client.on_lost("end", actions);
  std::size_t ends = client.take_unsent().size();
  for (const smtp::client_action& action : actions) {
    if (std::holds_alternative<smtp::transmission_finished>(action)) {
      ++ends;
    } else if (const auto* ended = std::get_if<smtp::session_ended>(&action)) {
      ends += ended->unsent.size();
    }
  }
  if (ends != queued) {
    std::abort();
  }
  return 0;
}
