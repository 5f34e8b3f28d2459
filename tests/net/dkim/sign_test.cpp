#include "net/dkim/sign.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <thread>

using namespace warmfront;
using namespace warmfront::dkim;

namespace {

const wall_time signed_at{std::chrono::seconds{1'800'000'000}};

const std::string plain_mail =
    "From: a@warm.example\r\nTo: b@example.net\r\nSubject: x\r\n\r\nHello\r\n";

std::shared_ptr<const private_key> key_of(algorithm what) {
  return private_key::generate(what).value();
}

/// The value of a tag of the first signature, unfolded and without blanks.
std::string tag_of(std::string fields, const std::string& tag) {
  fields = fields.substr(0, fields.find("\r\nDKIM-Signature:"));
  fields.erase(std::remove_if(fields.begin(), fields.end(),
                              [](char c) { return c == '\r' || c == '\n' || c == ' '; }),
               fields.end());
  const auto at = fields.find(';' + tag + '=');
  return at == std::string::npos
             ? std::string{}
             : fields.substr(at + tag.size() + 2, fields.find(';', at + 1) - at - tag.size() - 2);
}

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find("\r\n", at);
    longest = std::max(longest, end - at);
    at = end + 2;
  }
  return longest;
}

} // namespace

TEST_CASE("sign: one field for each signer, in their order, no line over 78 columns", "[dkim]") {
  const auto fields = sign(plain_mail,
                           {{"warm.example", "wf1r", key_of(algorithm::rsa_sha256)},
                            {"warm.example", "wf1e", key_of(algorithm::ed25519_sha256)}},
                           signed_at)
                          .value();
  CHECK(fields.starts_with("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;"));
  CHECK(fields.find("\r\nDKIM-Signature: v=1; a=ed25519-sha256;") != std::string::npos);
  CHECK(fields.ends_with("\r\n"));
  CHECK(longest_line(fields) <= 78);
  CHECK(tag_of(fields, "d") == "warm.example");
  CHECK(tag_of(fields, "s") == "wf1r");
  CHECK(tag_of(fields, "t") == "1800000000");
  CHECK(tag_of(fields, "l").empty());
}

TEST_CASE("sign: fields that there are, and those that may not be added", "[dkim]") {
  const auto key = key_of(algorithm::ed25519_sha256);
  CHECK(tag_of(sign(plain_mail, {{"a.example", "s", key}}, signed_at).value(), "h") ==
        "From:From:To:To:Cc:Subject:Subject:Date:Message-ID:Reply-To:MIME-Version:Content-Type:"
        "List-Unsubscribe:List-Unsubscribe-Post");
  const auto batch = sign("FROM: a@warm.example\r\nlist-unsubscribe: <https://x>\r\n"
                          "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nFeedback-ID: 1\r\n"
                          "X-Other: not signed\r\nReferences : <a>\r\nReferences: <b>\r\n\r\n",
                          {{"a.example", "s", key}}, signed_at)
                         .value();
  CHECK(tag_of(batch, "h") ==
        "From:From:To:Cc:Subject:Date:Message-ID:Reply-To:MIME-Version:Content-Type:"
        "List-Unsubscribe:List-Unsubscribe:List-Unsubscribe-Post:List-Unsubscribe-Post:"
        "References:References:Feedback-ID");
}

TEST_CASE("sign: what is put before a mail is signed as part of it", "[dkim]") {
  const signer by{"warm.example", "s", key_of(algorithm::ed25519_sha256)};
  const std::string added = "List-Unsubscribe: <https://warm.example/u>,\r\n <mailto:u@a.example>"
                            "\r\nSubject: y\r\n";
  CHECK(sign(plain_mail, {by}, signed_at, added).value() ==
        sign(added + plain_mail, {by}, signed_at).value());
  CHECK(sign(plain_mail, {by}, signed_at, added).value() !=
        sign(plain_mail, {by}, signed_at).value());
}

TEST_CASE("sign: what cannot be signed is refused", "[dkim]") {
  const auto key = key_of(algorithm::ed25519_sha256);
  const std::vector<signer> good{{"warm.example", "s", key}};
  const auto code_of = [](const result<std::string>& signing) {
    return signing ? errc{} : signing.error().code;
  };
  CHECK(code_of(sign("To: b@example.net\r\n\r\nx\r\n", good, signed_at)) == errc::invalid_argument);
  CHECK(code_of(sign("", good, signed_at)) == errc::invalid_argument);
  CHECK(code_of(sign(plain_mail, {{"warm.example", "s", nullptr}}, signed_at)) ==
        errc::invalid_argument);
  for (const char* bad : {"", "a b", "a;b", "a\r\nX: y", ".a", "a."}) {
    CHECK(code_of(sign(plain_mail, {{bad, "s", key}}, signed_at)) == errc::invalid_argument);
    CHECK(code_of(sign(plain_mail, {{"warm.example", bad, key}}, signed_at)) ==
          errc::invalid_argument);
  }
  std::string many = "From: a@warm.example\r\n";
  for (int i = 0; i < 300; ++i)
    many += "To: b@example.net\r\n";
  CHECK(code_of(sign(many + "\r\n", good, signed_at)) == errc::invalid_argument);
  CHECK(sign(plain_mail, {}, signed_at).value().empty());
}

TEST_CASE("sign: many threads sign with one key at once", "[dkim]") {
  const std::vector<signer> by{{"warm.example", "wf1e", key_of(algorithm::ed25519_sha256)}};
  // Ed25519 is deterministic (RFC 8032 §5.1.6): all must say the same.
  const auto alone = sign(plain_mail, by, signed_at).value();
  std::vector<std::string> signatures(8);
  {
    std::vector<std::jthread> threads;
    for (auto& each : signatures)
      threads.emplace_back([&each, &by, &alone] {
        for (int i = 0; i < 200; ++i)
          if (const auto made = sign(plain_mail, by, signed_at).value(); i == 0 || made != alone)
            each = made;
      });
  }
  for (const auto& each : signatures)
    CHECK(each == alone);
}
