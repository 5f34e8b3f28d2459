// Octets of a client: the first octet chooses the kind of client and how its octets are cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "actors/core/random.hpp"
#include "net/smtp/server_dialogue.hpp"
#include "tests/net/smtp/server_conversation.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  using namespace warmfront::smtp::testing;
  if (size == 0) {
    return 0;
  }
  const std::string_view octets{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto peer = data[0] % 3 == 0   ? conversation::relay_peer()
                    : data[0] % 3 == 1 ? conversation::loopback_peer()
                                       : conversation::tls_peer();
  conversation whole{peer};
  whole.send(octets);
  conversation pieces{peer};
  seeded_random random{data[0]};
  pieces.send_in_pieces(octets, random, 7);
  for (const auto& mail : whole.mails) {
    for (std::size_t i = 0; i < mail.content.size(); ++i) {
      if (mail.content[i] == '\n' && (i == 0 || mail.content[i - 1] != '\r')) {
        std::abort(); // smuggling
      }
    }
  }
  return 0;
}
