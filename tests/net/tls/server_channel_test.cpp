#include <catch2/catch.hpp>

#include <openssl/ssl.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "actors/core/random.hpp"
#include "net/tls/server_channel.hpp"
#include "tests/net/tls/test_certificate.hpp"

using namespace warmfront;
using namespace warmfront::net;
using namespace warmfront::testing;

namespace {

/// A client in memory: what it says is read with `take`, what it hears is given with `give`.
class memory_client {
public:
  explicit memory_client(int version_max = TLS1_3_VERSION)
      : context_{SSL_CTX_new(TLS_client_method()), SSL_CTX_free}, ssl_{nullptr, SSL_free} {
    SSL_CTX_set_security_level(context_.get(), 0);
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context_.get(), version_max);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl_.get());
    SSL_do_handshake(ssl_.get());
  }

  std::string take() {
    char* data = nullptr;
    BIO* out = SSL_get_wbio(ssl_.get());
    const auto size = BIO_get_mem_data(out, &data);
    std::string octets{data, static_cast<std::size_t>(size)};
    BIO_reset(out);
    return octets;
  }
  std::string give(const std::string& octets) {
    BIO_write(SSL_get_rbio(ssl_.get()), octets.data(), static_cast<int>(octets.size()));
    std::string text;
    if (SSL_do_handshake(ssl_.get()) == 1) {
      std::string piece(4096, '\0');
      int size = 0;
      while ((size = SSL_read(ssl_.get(), piece.data(), static_cast<int>(piece.size()))) > 0) {
        text.append(piece, 0, static_cast<std::size_t>(size));
      }
    }
    return text;
  }
  void say(const std::string& text) {
    SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
  }
  void bye() { SSL_shutdown(ssl_.get()); }
  [[nodiscard]] bool heard_bye() const {
    return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0;
  }

private:
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

std::shared_ptr<const tls_server_context> test_context() {
  const temporary_directory directory;
  const auto files = make_certificate(directory, "mta.test");
  return tls_server_context::load(files.certificate_file, files.key_file).value();
}

/// Passes octets to and fro until the handshake is over.
void shake_hands(memory_client& client, tls_server_channel& server) {
  std::string text;
  for (int i = 0; i < 5; ++i) {
    std::string wire;
    server.receive(client.take(), text, wire);
    client.give(wire);
  }
}

} // namespace

TEST_CASE("tls channel: text passes both ways, in pieces of any size", "[tls]") {
  memory_client client;
  tls_server_channel server{test_context()};
  shake_hands(client, server);
  REQUIRE(server.current() == tls_server_channel::state::open);
  CHECK(server.version() == "TLSv1.3");

  std::string large(100'000, 'x');
  client.say(large);
  const auto octets = client.take();
  std::string text;
  std::string wire;
  seeded_random random{1};
  for (std::size_t at = 0; at < octets.size();) {
    const auto size = std::min<std::size_t>(octets.size() - at, 1 + random.next() % 5000);
    server.receive(std::string_view{octets}.substr(at, size), text, wire);
    at += size;
  }
  CHECK(text == large);
  server.send(large, wire);
  CHECK(client.give(wire) == large);
}

TEST_CASE("tls channel: both sides say goodbye", "[tls]") {
  memory_client client;
  tls_server_channel server{test_context()};
  shake_hands(client, server);
  client.say("last words");
  client.bye();
  std::string text;
  std::string wire;
  CHECK(server.receive(client.take(), text, wire) == tls_server_channel::state::closed);
  CHECK(text == "last words");
  server.close(wire);
  client.give(wire);
  CHECK(client.heard_bye());
}

TEST_CASE("tls channel: versions before 1.2 are refused, 1.2 is not", "[tls]") {
  for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
    memory_client client{version};
    tls_server_channel server{test_context()};
    shake_hands(client, server);
    CHECK(server.current() == tls_server_channel::state::failed);
    CHECK(server.version().empty());
  }
  memory_client client{TLS1_2_VERSION};
  tls_server_channel server{test_context()};
  shake_hands(client, server);
  CHECK(server.version() == "TLSv1.2");
}

TEST_CASE("tls channel: junk fails it, at any point", "[tls][property]") {
  const auto context = test_context();
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    memory_client client;
    tls_server_channel server{context};
    if (seed % 2 == 0) {
      shake_hands(client, server);
    }
    std::string octets = client.take();
    client.say("hello");
    octets += client.take();
    for (int i = 0; i < 20; ++i) {
      octets.insert(octets.begin() +
                        static_cast<std::ptrdiff_t>(random.next() % (octets.size() + 1)),
                    static_cast<char>(random.next()));
    }
    std::string text;
    std::string wire;
    server.receive(octets, text, wire);
    server.receive(octets, text, wire);
    CHECK((server.current() == tls_server_channel::state::failed || text.empty()));
  }
}
