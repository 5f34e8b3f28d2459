#include "actors/identities/password_hash.hpp"

#include <catch2/catch.hpp>

#include "actors/identities/sender_verdicts.hpp"

using namespace warmfront;

TEST_CASE("password: matches itself and nothing else", "[identities]") {
  const auto made = hash_password("correct horse").value();
  CHECK(is_password(made, "correct horse"));
  CHECK_FALSE(is_password(made, "correct horsf"));
  CHECK_FALSE(is_password(made, ""));
  CHECK(made.digest.find("correct") == std::string::npos);
  CHECK(hash_password("correct horse").value() != made); // another salt
}

TEST_CASE("password: nothing matches where there is none", "[identities]") {
  CHECK_FALSE(is_password({}, ""));
  CHECK_FALSE(is_password({}, std::string(16, '\0')));
  auto damaged = hash_password("correct horse").value();
  damaged.digest.resize(31);
  CHECK_FALSE(is_password(damaged, "correct horse"));
  damaged.log2_cost = 63;
  CHECK_FALSE(is_password(damaged, "correct horse"));
}

TEST_CASE("password: the hash is scrypt", "[identities][golden]") {
  // RFC 7914 has no vector with r = 8 and p = 1 of 32 octets but N = 2^14: the first half of its
  // third vector (PBKDF2 gives octets in blocks of 32).
  const password_hash known{14, "SodiumChloride",
                            "\x70\x23\xbd\xcb\x3a\xfd\x73\x48\x46\x1c\x06\xcd\x81\xfd\x38\xeb"
                            "\xfd\xa8\xfb\xba\x90\x4f\x8e\x3e\xa9\xb5\x43\xf6\x54\x5d\xa1\xf2"};
  CHECK(is_password(known, "pleaseletmein"));
}

TEST_CASE("password: too short, too long or with control characters is refused", "[identities]") {
  CHECK(check_password("123456789").error().field == "password");
  CHECK(check_password("1234567890"));
  CHECK(check_password(std::string(64, 'x')));
  CHECK_FALSE(check_password(std::string(65, 'x')));
  CHECK_FALSE(check_password("1234567890\n"));
  CHECK_FALSE(check_password(std::string("12345678901\0", 12)));
  CHECK(check_password("pässwörter"));
}

TEST_CASE("sender verdicts: hold for a minute, for the hash that they were of", "[identities]") {
  sender_verdicts verdicts{"0123456789abcdef"};
  const password_hash first{14, "a", "b"};
  const password_hash second{14, "a", "c"};
  const steady_time start{};
  CHECK_FALSE(verdicts.knows("ada@a.example", "secret", first, start));
  verdicts.remember("ada@a.example", "secret", first, start);
  CHECK(verdicts.knows("ada@a.example", "secret", first, start + seconds{59}));
  CHECK_FALSE(verdicts.knows("ada@a.example", "secret", first, start + seconds{60}));
  CHECK_FALSE(verdicts.knows("ada@a.example", "secres", first, start));
  CHECK_FALSE(verdicts.knows("bob@a.example", "secret", first, start));
  CHECK_FALSE(verdicts.knows("ada@a.example", "secret", second, start));
}

TEST_CASE("sender verdicts: do not grow without end", "[identities]") {
  sender_verdicts verdicts{"0123456789abcdef"};
  for (std::size_t i = 0; i < 2 * sender_verdicts::entries_max; ++i)
    verdicts.remember(std::to_string(i), "secret", {}, {});
  CHECK(verdicts.size() <= sender_verdicts::entries_max);
}
