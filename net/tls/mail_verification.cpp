#include "net/tls/mail_verification.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace warmfront::net {

namespace {

using trust::tls_demand;
using trust::tls_result;

extern "C" int warmfront_look_and_go_on(int, X509_STORE_CTX*) {
  return 1; // the result stays in the session
}

/// RFC 6066 §3: names only, no addresses. That it is no name is for the caller to know.
void ask_for_name(SSL* session, const std::string& name) {
  SSL_ctrl(session, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
           const_cast<char*>(name.c_str()));
}

void check_by_authorities(SSL* session, const std::string& name, bool only_look) {
  // RFC 8461 §4.2: a DNS-ID, never the subject; `*` only as a whole label.
  SSL_set_hostflags(session,
                    X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  SSL_set1_host(session, name.c_str());
  SSL_set_verify(session, SSL_VERIFY_PEER, only_look ? &warmfront_look_and_go_on : nullptr);
}

bool check_by_records(SSL* session, const trust::hop_trust& trust) {
  SSL_set_hostflags(session, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  if (SSL_dane_enable(session, trust.name.c_str()) <= 0) {
    return false;
  }
  // RFC 7672 §3.1.1: who shows the very certificate or key needs no name.
  SSL_dane_set_flags(session, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
  int usable = 0;
  for (const auto& record : trust.tlsa) {
    const int added = SSL_dane_tlsa_add(session, record.usage, record.selector, record.matching,
                                        reinterpret_cast<const unsigned char*>(record.data.data()),
                                        record.data.size());
    usable += added > 0 ? 1 : 0;
  }
  ERR_clear_error(); // a record with a broken certificate leaves one
  if (usable == 0) {
    return false;
  }
  for (const auto& name : trust.more_names) {
    SSL_add1_host(session, name.c_str());
  }
  SSL_set_verify(session, SSL_VERIFY_PEER, nullptr);
  return true;
}

tls_result meaning_of(long verification) {
  switch (verification) {
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH:
    return tls_result::certificate_host_mismatch;
  case X509_V_ERR_CERT_HAS_EXPIRED:
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return tls_result::certificate_expired;
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_CERT_CHAIN_TOO_LONG:
  case X509_V_ERR_CERT_REVOKED:
  case X509_V_ERR_CERT_UNTRUSTED:
  case X509_V_ERR_CERT_REJECTED:
  case X509_V_ERR_INVALID_CA:
    return tls_result::certificate_not_trusted;
  default:
    return tls_result::validation_failure;
  }
}

} // namespace

tls_demand demand_proof(ssl_st* session, const trust::hop_trust& trust) {
  ask_for_name(session, trust.name);
  switch (trust.demand) {
  case tls_demand::opportunistic:
  case tls_demand::encrypted:
    break;
  case tls_demand::tested:
  case tls_demand::verified:
    check_by_authorities(session, trust.name, trust.demand == tls_demand::tested);
    break;
  case tls_demand::dane:
    if (!check_by_records(session, trust)) {
      SSL_set_verify(session, SSL_VERIFY_NONE, nullptr);
      return tls_demand::encrypted;
    }
    break;
  }
  return trust.demand;
}

proof_result result_of(const ssl_st* session, bool handshake_succeeded) {
  if (SSL_get_verify_mode(session) != SSL_VERIFY_NONE) {
    const long verification = SSL_get_verify_result(session);
    if (verification != X509_V_OK) {
      return {meaning_of(verification), X509_verify_cert_error_string(verification)};
    }
  }
  if (!handshake_succeeded) {
    return {tls_result::validation_failure, "the TLS handshake failed"};
  }
  return {};
}

} // namespace warmfront::net
