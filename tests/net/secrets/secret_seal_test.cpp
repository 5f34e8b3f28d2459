#include "net/secrets/secret_seal.hpp"

#include <array>
#include <set>

#include <catch2/catch.hpp>

using namespace warmfront;

namespace {

const seal_key counting = [] {
  seal_key key{};
  for (std::size_t i = 0; i < key.size(); ++i)
    key[i] = static_cast<std::uint8_t>(i);
  return key;
}();

} // namespace

TEST_CASE("seals: open with their key, for their purpose, as long as nobody changed them",
          "[access]") {
  const auto sealed = seal(counting, "a secret", "for this").value();
  CHECK(sealed.size() == 12 + 8 + 16);
  CHECK(sealed.find("a secret") == std::string::npos);
  CHECK(open_seal(counting, sealed, "for this") == "a secret");
  CHECK_FALSE(open_seal(counting, sealed, "for that"));
  CHECK_FALSE(open_seal(seal_key{}, sealed, "for this"));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK_FALSE(open_seal(counting, changed, "for this"));
    CHECK_FALSE(open_seal(counting, sealed.substr(0, i), "for this"));
  }
}

TEST_CASE("seals: a nonce is never used again", "[access]") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i)
    CHECK(seen.insert(seal(counting, "x", "y").value().substr(0, 12)).second);
}

TEST_CASE("seals: what was stored stays readable", "[access]") {
  // Made by Python's cryptography.hazmat AESGCM: nonce 00..0b, "GOLDEN" for "0123456789abcdef".
  constexpr std::array<unsigned char, 34> octets{
      0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
      0x00, 0x4d, 0x9a, 0x5f, 0x80, 0xab, 0xec, 0x04, 0x47, 0x7f, 0x6d, 0x22,
      0xaf, 0xdc, 0x85, 0xdc, 0x72, 0x08, 0xfa, 0xc0, 0x84, 0x79};
  const std::string golden{octets.begin(), octets.end()};
  CHECK(open_seal(counting, golden, "0123456789abcdef") == "GOLDEN");
}

TEST_CASE("secrets keys: have two notations", "[access]") {
  const std::string hex = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  CHECK(to_text(counting) == hex);
  CHECK(parse_seal_key(hex) == counting);
  CHECK(parse_seal_key("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F") ==
        counting);
  CHECK(parse_seal_key("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=") == counting);
  for (const auto& bad : {std::string{}, hex.substr(1), hex.substr(1) + "g",
                          std::string{"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh+-"},
                          std::string{"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg=="}})
    CHECK_FALSE(parse_seal_key(bad));
}
