#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/dns/rdata.hpp"
#include "net/dns/tlsa.hpp"
#include "net/trust/hop_trust.hpp"
#include "storage/transport_policy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  if (const auto record = dns::parse_tlsa(input)) {
    if (dns::is_usable(*record) && record->data.empty()) {
      std::abort();
    }
    dns::mail_host host{"mx.example", 10, {"192.0.2.1"}};
    host.dane = {dns::dane_state::found, "mx.example", {*record}};
    const auto verdict = trust::judge_host("to.example", host, std::nullopt);
    if (!trust::needs_tls(verdict.trust.demand)) {
      std::abort();
    }
  }
  static_cast<void>(dns::parse_record(dns::record_type::tlsa, input));
  static_cast<void>(storage::decode_policy(input));
  static_cast<void>(storage::parse_tls_counter_key(input));
  return 0;
}
