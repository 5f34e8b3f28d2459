#include "net/feedback/token.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cctype>

#include "actors/core/random.hpp"
#include "net/feedback/token_text.hpp"

using namespace warmfront;
using namespace warmfront::feedback;

namespace {

token_key test_key(char octet = 'k') {
  return token_key::make(std::string(token_key::octets, octet)).value();
}

recipient_id random_recipient(random_source& random) {
  return {message_id{wall_time{std::chrono::milliseconds{random.next() >> 24U}},
                     static_cast<std::uint16_t>(random.next()), random.next()},
          static_cast<std::uint32_t>(random.next())};
}

std::string random_text(random_source& random, std::size_t most) {
  std::string text(random.next() % (most + 1), '\0');
  for (char& c : text)
    c = static_cast<char>(random.next());
  return text;
}

mail_subject random_subject(random_source& random) {
  mail_subject about;
  about.recipient = random_recipient(random);
  about.account = account_name{random_text(random, 64)};
  about.address = random_text(random, 254);
  about.sender_domain = domain_name{random_text(random, 40)};
  about.provider = provider_name{random_text(random, 20)};
  about.source = ip_address{random_text(random, 39)};
  about.task = static_cast<task_id>(random.next());
  about.from_template = template_name{random_text(random, 64)};
  return about;
}

std::string upper_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

/// Another character at a random place.
std::string altered(random_source& random, std::string text) {
  constexpr std::string_view digits = "abcdefghijklmnopqrstuvwxyz0123456789-_ABCXYZ";
  const auto at = random.next() % text.size();
  const char before = text[at];
  while (std::tolower(text[at]) == std::tolower(before))
    text[at] = digits[random.next() % digits.size()];
  return text;
}

} // namespace

TEST_CASE("token: a key has 32 octets", "[feedback]") {
  CHECK(token_key::make(std::string(31, 'x')).error().code == errc::invalid_argument);
  CHECK(token_key::make(std::string(33, 'x')).error().code == errc::invalid_argument);
  CHECK(test_key().authenticate("a", "b").size() == 32);
  CHECK(test_key().authenticate("a", "b") != test_key().authenticate("b", "b"));
  const auto copy = test_key();
  auto moved = copy;
  const auto taken = std::move(moved);
  CHECK(taken.authenticate("a", "b") == copy.authenticate("a", "b"));
}

TEST_CASE("token: an address comes back as what it was made of, in any case", "[feedback]") {
  const auto key = test_key();
  const auto seed = GENERATE(range(0, 50));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  const auto of = random_recipient(random);
  for (const auto use : {address_use::bounce, address_use::unsubscribe}) {
    const auto text = make_local_part(key, use, of);
    CHECK(text.size() == 59);
    CHECK(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string::npos);
    for (const auto& seen : {text, upper_case(text)}) {
      const auto parsed = parse_local_part(key, seen);
      REQUIRE(parsed);
      CHECK(parsed->use == use);
      CHECK(parsed->of == of);
    }
    CHECK_FALSE(parse_local_part(test_key('l'), text));
    CHECK_FALSE(parse_local_part(key, altered(random, text)));
    CHECK_FALSE(parse_local_part(key, text.substr(0, text.size() - 1)));
    CHECK_FALSE(parse_local_part(key, text + 'a'));
  }
}

TEST_CASE("token: an address for one use is none for another", "[feedback]") {
  const auto key = test_key();
  auto text = make_local_part(key, address_use::bounce, {message_id{wall_time{}, 1, 2}, 3});
  text[0] = 'u';
  CHECK_FALSE(parse_local_part(key, text));
  text[0] = 'f';
  CHECK_FALSE(parse_local_part(key, text));
  CHECK_FALSE(parse_complaint_local_part(key, text));
  CHECK_FALSE(parse_local_part(key, ""));
  CHECK_FALSE(parse_local_part(key, std::string(1000, 'b')));
}

TEST_CASE("token: the wire form of an address is pinned: mail on its way comes back later",
          "[feedback]") {
  CHECK(make_local_part(test_key(), address_use::bounce, {message_id{wall_time{}, 1, 2}, 3}) ==
        "baaaaaaaaaaaacaaaaaaaaaaaaiaaaaadylab6slridquqtzl5oy62akmti");
  CHECK(make_complaint_local_part(test_key(), account_name{"shop-1"}) == "fsxdbhj4cyaml55eqshop-1");
  mail_subject about;
  about.recipient = {message_id{wall_time{}, 1, 2}, 3};
  about.account = account_name{"shop"};
  about.address = "a@b.example";
  const auto token = make_link_token(test_key(), about);
  CHECK(token == "fg0_F-PJQyV357hmI-csgm51iOzR8ud8Vzu29MWx60x4Nl4ZX5mwX-cY-Z4Yud7h7MQDb641KpI");
  CHECK(sign_target(test_key(), token, "https://shop.example/") == "o00jigymu2fFkJA4wIScfg");
}

TEST_CASE("token: a complaint address carries its account", "[feedback]") {
  const auto key = test_key();
  for (const std::string name : {"a", "shop-1", "default", "under_score"}) {
    const auto text = make_complaint_local_part(key, account_name{name});
    CHECK(text.size() <= 64);
    CHECK(parse_complaint_local_part(key, text) == account_name{name});
    CHECK(parse_complaint_local_part(key, upper_case(text)) == account_name{name});
    CHECK_FALSE(parse_complaint_local_part(key, text + "x"));
    CHECK_FALSE(parse_complaint_local_part(test_key('l'), text));
    seeded_random random{7};
    CHECK_FALSE(parse_complaint_local_part(key, altered(random, text)));
  }
  CHECK(make_complaint_local_part(key, account_name{}).empty());
  CHECK(make_complaint_local_part(key, account_name{std::string(47, 'a')}).size() == 64);
  CHECK(make_complaint_local_part(key, account_name{std::string(48, 'a')}).empty());
  CHECK_FALSE(parse_complaint_local_part(key, "f"));
}

TEST_CASE("token: a link comes back as what it is about, and tells nobody else", "[feedback]") {
  const auto key = test_key();
  const auto seed = GENERATE(range(0, 100));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  const auto about = random_subject(random);
  const auto token = make_link_token(key, about);
  CHECK(parse_link_token(key, token) == about);
  CHECK(make_link_token(key, about) == token);
  CHECK_FALSE(parse_link_token(test_key('l'), token));
  CHECK_FALSE(parse_link_token(key, altered(random, token)));
  CHECK_FALSE(parse_link_token(key, token.substr(0, token.size() - 1)));
  CHECK_FALSE(parse_link_token(key, token + "A"));
  CHECK_FALSE(parse_link_token(key, token + "="));
  const auto octets = from_base64url(token).value();
  if (about.address.size() > 3)
    CHECK(octets.find(about.address) == std::string::npos);
  auto other = about;
  ++other.recipient.index;
  // Nothing but the length is common to two tokens: the vector is another one.
  CHECK(make_link_token(key, other).substr(0, 20) != token.substr(0, 20));
}

TEST_CASE("token: a usual link token is short", "[feedback]") {
  mail_subject about;
  about.recipient = {message_id{wall_time{std::chrono::hours{500000}}, 1, 2}, 3};
  about.account = account_name{"default"};
  about.address = "somebody@receiver.example";
  about.sender_domain = domain_name{"news.shop.example"};
  about.provider = provider_name{"gmail"};
  about.source = ip_address{"192.0.2.17"};
  CHECK(make_link_token(test_key(), about).size() < 150);
}

TEST_CASE("token: random text is no token", "[feedback]") {
  const auto key = test_key();
  const auto seed = GENERATE(range(0, 200));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  const auto text = to_base64url(random_text(random, 200));
  CHECK_FALSE(parse_link_token(key, text));
  CHECK_FALSE(parse_link_token(key, random_text(random, 200)));
  CHECK_FALSE(parse_local_part(key, random_text(random, 64)));
  CHECK_FALSE(parse_local_part(key, "b" + to_base32(random_text(random, 36))));
  CHECK_FALSE(parse_complaint_local_part(key, random_text(random, 64)));
  CHECK_FALSE(parse_link_token(key, std::string(100'000, 'A')));
}

TEST_CASE("token: a redirect goes where its link was made for, and nowhere else", "[feedback]") {
  const auto key = test_key();
  const std::string target = "https://shop.example/?a=1&b=2";
  const auto signature = sign_target(key, "token", target);
  CHECK(signature.size() == 22);
  CHECK(is_signed_target(key, "token", target, signature));
  CHECK_FALSE(is_signed_target(key, "token", target + "3", signature));
  CHECK_FALSE(is_signed_target(key, "token", "https://evil.example/", signature));
  CHECK_FALSE(is_signed_target(key, "other", target, signature));
  CHECK_FALSE(is_signed_target(key, "tokenh", target.substr(1), signature));
  CHECK_FALSE(is_signed_target(test_key('l'), "token", target, signature));
  CHECK_FALSE(is_signed_target(key, "token", target, ""));
  CHECK_FALSE(is_signed_target(key, "token", target, signature + "A"));
}

TEST_CASE("token text: octets come back, and only from the text they were made into",
          "[feedback]") {
  CHECK(to_base32("") == "");
  CHECK(to_base32("foobar") == "mzxw6ytboi");
  CHECK(to_base64url("\xfb\xff") == "-_8");
  const auto seed = GENERATE(range(0, 50));
  CAPTURE(seed);
  seeded_random random{static_cast<std::uint64_t>(seed)};
  const auto octets = random_text(random, 100);
  CHECK(from_base32(to_base32(octets)) == octets);
  CHECK(from_base64url(to_base64url(octets)) == octets);
  CHECK_FALSE(from_base32("a"));
  CHECK_FALSE(from_base32("ab"));
  CHECK(from_base32("aa") == std::string(1, '\0'));
  CHECK_FALSE(from_base64url("AB"));
  CHECK_FALSE(from_base64url("A"));
  CHECK_FALSE(from_base64url("A+"));
}
