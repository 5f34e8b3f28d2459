// SHA-256 of what comes in pieces, and base64 of what comes out.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

extern "C" {
struct evp_md_ctx_st;
}

namespace warmfront::dkim {

using sha256_digest = std::array<unsigned char, 32>;

/// Hashes one text after the other with one context: making one costs more than a header's hash.
/// Not thread-safe.
class hasher {
public:
  hasher();
  /// Begins a new text.
  void begin();
  /// Begins with what `other` has taken so far, which goes on as it was.
  void begin(hasher& other);
  /// Small pieces are gathered: a call of the library costs as much as 64 octets.
  void add(std::string_view octets);
  /// The hash of all since `begin`, which is needed before more is added.
  [[nodiscard]] sha256_digest finish();

private:
  struct context_free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  void flush();

  std::unique_ptr<evp_md_ctx_st, context_free> context_;
  std::size_t waiting_ = 0;
  std::array<char, 4096> gathered_;
};

/// RFC 4648 §4, on one line.
[[nodiscard]] std::string to_base64(std::string_view octets);
/// White space is left out (RFC 6376 §2.10: FWS may stand anywhere); none when it is no base64.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

/// Digests as octets.
[[nodiscard]] inline std::string_view octets_of(const sha256_digest& digest) noexcept {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

} // namespace warmfront::dkim
