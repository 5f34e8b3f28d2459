// The part of an outgoing connection that makes TLS, and asks the host to prove who it is.
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>

#include <string>
#include <utility>

#include "net/asio/mail_transport_connection.hpp"
#include "net/tls/mail_verification.hpp"

namespace warmfront::net {

namespace {

/// Who demands TLS, for people.
std::string demanding(const trust::hop_trust& trust) {
  if (trust.requiretls) {
    return "the mail (REQUIRETLS)";
  }
  return trust.policy == trust::policy_type::tlsa ? "the TLSA records of " + trust.domain
                                                  : "the MTA-STS policy of " + trust.domain;
}

} // namespace

trust::tls_demand mail_connection::demand() const noexcept {
  return hop().trust != nullptr ? hop().trust->demand : trust::tls_demand::opportunistic;
}

smtp::session_terms mail_connection::terms() const {
  smtp::session_terms made;
  made.starttls = wants_tls();
  if (hop().trust != nullptr && trust::needs_tls(demand())) {
    made.tls_required = true;
    made.requiretls = hop().trust->requiretls;
    made.required_by = demanding(*hop().trust);
  }
  return made;
}

void mail_connection::shake_hands() {
  stage_ = stage::handshaking;
  deadline_ = lane_.tick_after(plan_.timeouts.connect);
  parser_.reset();
  link_->tls.emplace(link_->socket, lane_.tls());
  failure ec;
  static_cast<void>(boost::asio::ip::make_address(hop().host, ec));
  if (hop().trust != nullptr) {
    link_->demand = demand_proof(link_->tls->native_handle(), *hop().trust);
  } else if (ec && !hop().host.empty()) { // RFC 6066 §3: a name, never an address
    SSL_ctrl(link_->tls->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(hop().host.c_str()));
  }
  link_->tls->async_handshake(boost::asio::ssl::stream_base::client,
                              [self = shared_from_this(), attempt = link_](const failure& result) {
                                if (self->link_ == attempt && self->stage_ == stage::handshaking) {
                                  self->on_handshake(result);
                                }
                              });
}

void mail_connection::on_handshake(const failure& ec) {
  if (ec) {
    handshake_failed(ec.message());
    return;
  }
  stage_ = stage::talking;
  dialogue_.on_tls();
  read();
  settle(true);
}

void mail_connection::handshake_failed(std::string why) {
  const proof_result proof = result_of(link_->tls->native_handle(), false);
  count(proof.result);
  if (!trust::needs_tls(demand())) {
    // RFC 7435: opportunistic means the mail goes in clear rather than not at all. The connection
    // is in an unknown state, so a new one is made.
    tls_allowed_ = false;
    connect();
    return;
  }
  if (proof.result != trust::tls_result::validation_failure) {
    why = proof.why;
  } else if (trust::needs_proof(demand()) && !proof.why.empty()) {
    why = proof.why + " (" + why + ')';
  }
  std::string text =
      "TLS with " + hop().host + ", required by " + demanding(*hop().trust) + ", failed: " + why;
  next_hop(hop().trust->requiretls ? smtp::reply{550, "5.7.10", std::move(text)}
                                   : smtp::reply{451, "4.7.5", std::move(text)});
}

void mail_connection::count(trust::tls_result result) {
  if (hop().trust != nullptr) {
    counted_.push_back({hop().trust->policy, hop().trust->domain, result});
  }
}

connection_opened mail_connection::opened_event() {
  connection_opened opened{hop(), link_->tls.has_value(), {}};
  if (!opened.tls) {
    if (tls_allowed_) { // else the failed handshake is counted
      count(trust::tls_result::starttls_not_supported);
    }
    opened.counted = std::exchange(counted_, {});
    return opened;
  }
  SSL* const session = link_->tls->native_handle();
  opened.tls_version = SSL_get_version(session);
  opened.tls_cipher = SSL_get_cipher_name(session);
  const proof_result proof = result_of(session, true);
  count(proof.result);
  const bool proved = link_->demand != trust::tls_demand::opportunistic &&
                      link_->demand != trust::tls_demand::encrypted &&
                      proof.result == trust::tls_result::success;
  if (proved) {
    opened.proof = trust::proof_of(*hop().trust);
  }
  opened.counted = std::exchange(counted_, {});
  return opened;
}

} // namespace warmfront::net
