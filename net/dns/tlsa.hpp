// TLSA records: which certificates a mail host may show (RFC 6698, RFC 7671, RFC 7672). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace warmfront::dns {

/// The numbers as they are in the record; see `is_usable`.
struct tlsa_record {
  std::uint8_t usage = 0;    ///< 2: trust anchor, 3: the host's own certificate
  std::uint8_t selector = 0; ///< 0: whole certificate, 1: its public key
  std::uint8_t matching = 0; ///< 0: the octets themselves, 1: SHA-256, 2: SHA-512
  std::string data;          ///< binary

  friend bool operator==(const tlsa_record&, const tlsa_record&) = default;
};

/// From wire form. Empty when it is cut short or has no data.
[[nodiscard]] std::optional<tlsa_record> parse_tlsa(std::string_view data);
/// `3 1 1 0a1b…`
[[nodiscard]] std::string to_string(const tlsa_record& value);

/// Whether mail can be authenticated by it (RFC 7672 §3.1): usages 0 and 1 are for the web's
/// authorities and mean nothing here, nor do unknown numbers and digests of a wrong length.
[[nodiscard]] bool is_usable(const tlsa_record& record) noexcept;

/// What has been found of a host's addresses, as far as it matters for DANE.
struct address_evidence {
  bool found = false;     ///< there are addresses
  bool is_secure = false; ///< all answers that were found are validated
  std::string canonical;  ///< what the host is an alias of; its own name or empty: of nothing
};
/// The names below which TLSA records of a host are looked for, in this order (RFC 7672 §2.2.2);
/// none when its addresses are not validated.
[[nodiscard]] std::vector<std::string> tlsa_bases(const std::string& host,
                                                  const address_evidence& evidence);
/// `_25._tcp.mx.example.net`
[[nodiscard]] std::string tlsa_name(const std::string& base);

} // namespace warmfront::dns
