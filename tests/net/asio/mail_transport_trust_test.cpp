// What mail hosts have to prove before mail goes to them, against real TLS.
#include <catch2/catch.hpp>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>

#include <algorithm>

#include "net/asio/mail_transport.hpp"
#include "tests/net/asio/mail_transport_peer.hpp"
#include "tests/net/tls/test_authority.hpp"

using namespace warmfront;
using namespace warmfront::net;
using namespace std::chrono_literals;
using trust::hop_trust;
using trust::policy_type;
using trust::tls_demand;
using trust::tls_result;
using trust::tls_session;
using warmfront::testing::event_log;
using warmfront::testing::peer_session;
using warmfront::testing::scripted_host;
using warmfront::testing::test_authority;
using warmfront::testing::test_certificate;

namespace {

/// A host's certificate, as a server shows it and as a TLSA record names it.
class shown_certificate {
public:
  explicit shown_certificate(const test_certificate& files)
      : context_{SSL_CTX_new(TLS_server_method())} {
    SSL_CTX_use_certificate_chain_file(context_, files.certificate_file.c_str());
    SSL_CTX_use_PrivateKey_file(context_, files.key_file.c_str(), SSL_FILETYPE_PEM);
  }
  ~shown_certificate() { SSL_CTX_free(context_); }
  shown_certificate(const shown_certificate&) = delete;
  shown_certificate& operator=(const shown_certificate&) = delete;

  ssl_ctx_st* context() const { return context_; }
  /// `3 1 1`
  dns::tlsa_record record() const {
    unsigned char* octets = nullptr;
    const int length =
        i2d_X509_PUBKEY(X509_get_X509_PUBKEY(SSL_CTX_get0_certificate(context_)), &octets);
    std::string digest(32, '\0');
    SHA256(octets, static_cast<std::size_t>(length),
           reinterpret_cast<unsigned char*>(digest.data()));
    OPENSSL_free(octets);
    return {3, 1, 1, digest};
  }

private:
  SSL_CTX* context_;
};

/// `2 0 1` of an authority's certificate.
dns::tlsa_record anchor_record(const test_authority& authority) {
  BIO* const text = BIO_new_mem_buf(authority.pair().certificate.data(), -1);
  X509* const certificate = PEM_read_bio_X509(text, nullptr, nullptr, nullptr);
  std::string digest(32, '\0');
  X509_digest(certificate, EVP_sha256(), reinterpret_cast<unsigned char*>(digest.data()), nullptr);
  X509_free(certificate);
  BIO_free(text);
  return {2, 0, 1, digest};
}

/// Certificate and key of a mail host, signed by an authority, with its certificate behind.
test_certificate host_files(const test_authority& authority, const std::string& host,
                            std::chrono::days lifetime = std::chrono::days{9}) {
  const auto made = make_node(authority.pair(), "n1", {host}, lifetime).value();
  test_certificate files{authority.file(host + ".pem"), authority.file(host + ".key")};
  std::ofstream{files.certificate_file} << made.certificate << authority.pair().certificate;
  std::ofstream{files.key_file} << made.key;
  return files;
}

std::shared_ptr<const hop_trust> by_sts(tls_demand demand, std::string name = "mx.example") {
  hop_trust made{demand, policy_type::sts, "to.example", std::move(name)};
  return std::make_shared<const hop_trust>(std::move(made));
}
std::shared_ptr<const hop_trust> by_dane(std::vector<dns::tlsa_record> records,
                                         std::string name = "mx.example") {
  hop_trust made{tls_demand::dane, policy_type::tlsa, name, name};
  made.tlsa = std::move(records);
  return std::make_shared<const hop_trust>(std::move(made));
}

struct trust_fixture {
  test_authority authority;
  shown_certificate good{host_files(authority, "mx.example")};
  io_threads threads{1};
  event_log events;
  std::unique_ptr<mail_transport> transport = make_mail_transport(
      threads, [this](std::vector<transport_event> some) { events.add(std::move(some)); }, nullptr,
      tls_client_context::load(authority.ca_file()).value());
  connection_id last = 0;
  std::string last_sni;
  std::vector<std::string> heard; ///< MAIL commands, with `clear ` before those in clear text

  /// A host that offers STARTTLS with a certificate; null: that does not offer it.
  scripted_host::behaviour serve(const shown_certificate* shown, std::string more = "") {
    return [this, shown, more](peer_session& peer, std::size_t) {
      peer.say("220 mx.example ESMTP\r\n");
      peer.hear();
      bool secret = false;
      if (shown != nullptr) {
        peer.say("250-mx.example\r\n250 STARTTLS\r\n");
        if (peer.hear() == "STARTTLS") {
          peer.say("220 go\r\n");
          if (!peer.shake_hands(shown->context())) {
            return;
          }
          secret = true;
          last_sni = peer.sni;
          peer.hear();
        }
      }
      peer.say("250-mx.example\r\n" + more + "250 SIZE\r\n");
      for (std::string line = peer.hear(); !line.empty(); line = peer.hear()) {
        if (line.starts_with("MAIL")) {
          heard.push_back((secret ? "" : "clear ") + line);
        }
        if (line == "DATA") {
          peer.say("354 go\r\n");
          peer.hear_data();
        }
        peer.say(line == "QUIT" ? "221 bye\r\n" : "250 ok\r\n");
      }
    };
  }
  void send(std::vector<next_hop> hops, bool require_tls = false) {
    connection_plan plan;
    plan.hops = std::move(hops);
    plan.helo = "me.example";
    transport->open(++last, plan);
    transmission mail;
    mail.id = last;
    mail.reverse_path = "s@from.example";
    mail.recipients.push_back({"r@to.example", notify::unspecified, {}});
    mail.content = std::make_shared<const std::string>("S: x\r\n\r\nhi\r\n");
    mail.require_tls = require_tls;
    std::vector<transmission> some;
    some.push_back(std::move(mail));
    transport->transmit(last, std::move(some));
    transport->close(last);
  }
  static next_hop hop(const scripted_host& host, trust::shared_trust trust) {
    auto made = host.hop();
    made.trust = std::move(trust);
    return made;
  }
  /// The mail is sent to a host with this certificate under this demand.
  connection_opened delivered(const shown_certificate* shown, trust::shared_trust trust) {
    scripted_host host{serve(shown)};
    send({hop(host, std::move(trust))});
    REQUIRE(events.wait_for<connection_closed>());
    REQUIRE(events.all<transmission_finished>().at(0).recipients.at(0).code == 250);
    return events.all<connection_opened>().at(0);
  }
  connection_failed refused(const shown_certificate* shown, trust::shared_trust trust) {
    scripted_host host{serve(shown)};
    send({hop(host, std::move(trust))});
    REQUIRE(events.wait_for<connection_failed>());
    CHECK(heard.empty());
    return events.all<connection_failed>().at(0);
  }
};

using sessions = std::vector<tls_session>;

} // namespace

TEST_CASE_METHOD(trust_fixture, "trust: a host with a certificate for its name gets mail",
                 "[transport][trust]") {
  const auto opened = delivered(&good, by_sts(tls_demand::verified));
  CHECK(opened.proof == "sts");
  CHECK(opened.tls_version == "TLSv1.3");
  CHECK_FALSE(opened.tls_cipher.empty());
  CHECK(opened.counted == sessions{{policy_type::sts, "to.example", tls_result::success}});
  CHECK(heard == std::vector<std::string>{"MAIL FROM:<s@from.example> SIZE=12"});
}

TEST_CASE_METHOD(trust_fixture, "trust: a certificate for another name gets nothing",
                 "[transport][trust]") {
  const shown_certificate other{host_files(authority, "other.example")};
  const auto failed = refused(&other, by_sts(tls_demand::verified));
  CHECK(failed.last.code == 451);
  CHECK(failed.last.status == "4.7.5");
  CHECK(failed.last.text.find("MTA-STS policy of to.example") != std::string::npos);
  CHECK(failed.counted ==
        sessions{{policy_type::sts, "to.example", tls_result::certificate_host_mismatch}});
}

TEST_CASE_METHOD(trust_fixture, "trust: an expired certificate and a strange authority get nothing",
                 "[transport][trust]") {
  const shown_certificate old{host_files(authority, "mx.example", std::chrono::days{-1})};
  CHECK(refused(&old, by_sts(tls_demand::verified)).counted ==
        sessions{{policy_type::sts, "to.example", tls_result::certificate_expired}});
  const test_authority strange;
  const shown_certificate foreign{host_files(strange, "mx.example")};
  scripted_host host{serve(&foreign)};
  send({hop(host, by_sts(tls_demand::verified))});
  REQUIRE(events.wait_for<connection_failed>(2));
  CHECK(events.all<connection_failed>()[1].counted ==
        sessions{{policy_type::sts, "to.example", tls_result::certificate_not_trusted}});
  CHECK(heard.empty());
}

TEST_CASE_METHOD(trust_fixture, "trust: where STARTTLS was taken away nothing goes in clear text",
                 "[transport][trust]") {
  const auto failed = refused(nullptr, by_sts(tls_demand::verified));
  CHECK(failed.last.code == 451);
  CHECK(failed.last.status == "4.7.4");
  CHECK(failed.counted ==
        sessions{{policy_type::sts, "to.example", tls_result::starttls_not_supported}});
}

TEST_CASE_METHOD(trust_fixture, "trust: STARTTLS refused is STARTTLS taken away",
                 "[transport][trust]") {
  scripted_host host{[&](peer_session& peer, std::size_t) {
    peer.say("220 mx.example ESMTP\r\n");
    peer.hear();
    peer.say("250-mx.example\r\n250 STARTTLS\r\n");
    peer.hear();
    peer.say("454 4.7.0 not now\r\n");
    peer.stall();
  }};
  send({hop(host, by_dane({good.record()}))});
  REQUIRE(events.wait_for<connection_failed>());
  CHECK(events.all<connection_failed>()[0].last.status == "4.7.4");
}

TEST_CASE_METHOD(trust_fixture, "trust: testing counts what enforcing would refuse, and sends",
                 "[transport][trust]") {
  const shown_certificate other{host_files(authority, "other.example")};
  const auto opened = delivered(&other, by_sts(tls_demand::tested));
  CHECK(opened.tls);
  CHECK(opened.proof.empty());
  CHECK(opened.counted ==
        sessions{{policy_type::sts, "to.example", tls_result::certificate_host_mismatch}});
}

TEST_CASE_METHOD(trust_fixture, "trust: testing sends in clear text, and counts it",
                 "[transport][trust]") {
  const auto opened = delivered(nullptr, by_sts(tls_demand::tested));
  CHECK_FALSE(opened.tls);
  CHECK(opened.counted ==
        sessions{{policy_type::sts, "to.example", tls_result::starttls_not_supported}});
}

TEST_CASE_METHOD(trust_fixture, "trust: a TLSA record of the key needs no name, date or authority",
                 "[transport][trust]") {
  const test_authority strange;
  const shown_certificate own{host_files(strange, "whatever.example", std::chrono::days{-1})};
  const auto opened = delivered(&own, by_dane({good.record(), own.record()}));
  CHECK(opened.proof == "dane");
  CHECK(opened.counted == sessions{{policy_type::tlsa, "mx.example", tls_result::success}});
  CHECK(last_sni == "mx.example");
}

TEST_CASE_METHOD(trust_fixture, "trust: a key that no TLSA record names gets nothing",
                 "[transport][trust]") {
  auto other = good.record();
  other.data[0] = static_cast<char>(other.data[0] ^ 1);
  const auto failed = refused(&good, by_dane({other}));
  CHECK(failed.last.code == 451);
  CHECK(failed.last.status == "4.7.5");
  CHECK(failed.last.text.find("TLSA records of mx.example") != std::string::npos);
  CHECK(failed.counted ==
        sessions{{policy_type::tlsa, "mx.example", tls_result::validation_failure}});
}

TEST_CASE_METHOD(trust_fixture, "trust: a TLSA record of an authority needs the name and a date",
                 "[transport][trust]") {
  const auto anchor = anchor_record(authority);
  const shown_certificate right{host_files(authority, "mx.example")};
  const shown_certificate other{host_files(authority, "other.example")};
  CHECK(delivered(&right, by_dane({anchor})).proof == "dane");
  heard.clear();
  CHECK(refused(&other, by_dane({anchor})).counted ==
        sessions{{policy_type::tlsa, "mx.example", tls_result::certificate_host_mismatch}});
}

TEST_CASE_METHOD(trust_fixture, "trust: TLSA records of which none can be used still demand TLS",
                 "[transport][trust]") {
  hop_trust blunt{tls_demand::encrypted, policy_type::tlsa, "mx.example", "mx.example"};
  const auto shared = std::make_shared<const hop_trust>(blunt);
  const auto failed = refused(nullptr, shared);
  CHECK(failed.last.status == "4.7.4");
  const auto opened = delivered(&good, shared);
  CHECK(opened.tls);
  CHECK(opened.proof.empty());
}

TEST_CASE_METHOD(trust_fixture, "trust: the next host is tried when one cannot prove who it is",
                 "[transport][trust]") {
  const shown_certificate other{host_files(authority, "other.example")};
  scripted_host bad{serve(&other)};
  scripted_host fine{serve(&good)};
  send({hop(bad, by_sts(tls_demand::verified)), hop(fine, by_sts(tls_demand::verified))});
  REQUIRE(events.wait_for<connection_closed>());
  CHECK(heard.size() == 1);
  CHECK(fine.connections() == 1);
  CHECK(events.all<connection_opened>().at(0).counted.size() == 2);
}

TEST_CASE_METHOD(trust_fixture, "trust: REQUIRETLS goes only to a host that passes it on",
                 "[transport][trust]") {
  hop_trust strict{tls_demand::verified, policy_type::none, "to.example", "mx.example"};
  strict.requiretls = true;
  const auto shared = std::make_shared<const hop_trust>(strict);
  scripted_host careless{serve(&good)};
  send({hop(careless, shared)}, true);
  REQUIRE(events.wait_for<connection_failed>());
  CHECK(events.all<connection_failed>()[0].last.code == 550);
  CHECK(events.all<connection_failed>()[0].last.status == "5.7.30");
  CHECK(heard.empty());
  scripted_host careful{serve(&good, "250-REQUIRETLS\r\n")};
  send({hop(careful, shared)}, true);
  REQUIRE(events.wait_for<connection_closed>());
  CHECK(heard == std::vector<std::string>{"MAIL FROM:<s@from.example> SIZE=12 REQUIRETLS"});
  CHECK(events.all<connection_opened>().at(0).proof == "pkix");
  heard.clear();
  scripted_host naked{serve(nullptr)};
  send({hop(naked, shared)}, true);
  REQUIRE(events.wait_for<connection_failed>(2));
  CHECK(events.all<connection_failed>()[1].last.status == "5.7.10");
  CHECK(heard.empty());
}
