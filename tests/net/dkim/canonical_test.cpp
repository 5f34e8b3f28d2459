#include "net/dkim/canonical.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;
using namespace warmfront::dkim;

namespace {

std::string form_of(std::string_view line, canonicalization how) {
  split_mail mail;
  split(line, mail);
  std::string form;
  append_field(mail.fields.at(0), how, form);
  return form;
}

sha256_digest hash_of(std::string_view text) {
  hasher hash;
  hash.begin();
  hash.add(text);
  return hash.finish();
}

sha256_digest body_hash(std::string_view body, canonicalization how,
                        std::optional<std::uint64_t> octets_max = {}) {
  hasher hash;
  hash.begin();
  add_body(body, how, hash, octets_max);
  return hash.finish();
}

/// RFC 6376 §3.4.4 word by word, line after line.
std::string relaxed_model(std::string_view body) {
  std::string whole;
  std::string empty_lines;
  while (!body.empty()) {
    const auto end = body.find("\r\n");
    const auto line = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 2);
    std::string form;
    for (const char c : line)
      if (c != ' ' && c != '\t')
        form += c;
      else if (form.empty() || form.back() != ' ')
        form += ' ';
    if (!form.empty() && form.back() == ' ')
      form.pop_back();
    empty_lines += form.empty() ? "\r\n" : "";
    if (!form.empty()) {
      whole += empty_lines + form + "\r\n";
      empty_lines.clear();
    }
  }
  return whole;
}

} // namespace

TEST_CASE("canonical: the examples of RFC 6376 §3.4.5", "[dkim]") {
  const std::string mail = "A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
  split_mail parts;
  split(mail, parts);
  REQUIRE(parts.fields.size() == 2);
  std::string fields;
  for (const auto& field : parts.fields) {
    append_field(field, canonicalization::relaxed, fields);
    fields += "\r\n";
  }
  CHECK(fields == "a:X\r\nb:Y Z\r\n");
  CHECK(form_of("B : Y\t\r\n\tZ  \r\n", canonicalization::simple) == "B : Y\t\r\n\tZ  ");
  CHECK(body_hash(parts.body, canonicalization::relaxed) == hash_of(" C\r\nD E\r\n"));
  CHECK(body_hash(parts.body, canonicalization::simple) == hash_of(" C \r\nD \t E\r\n"));
}

TEST_CASE("canonical: bodies that are empty or do not end", "[dkim]") {
  for (const char* empty : {"", "\r\n", "\r\n\r\n"}) {
    CHECK(body_hash(empty, canonicalization::simple) == hash_of("\r\n"));
    CHECK(body_hash(empty, canonicalization::relaxed) == hash_of(""));
  }
  CHECK(body_hash(" \t\r\n  ", canonicalization::relaxed) == hash_of(""));
  CHECK(body_hash("a", canonicalization::relaxed) == hash_of("a\r\n"));
  CHECK(body_hash("a", canonicalization::simple) == hash_of("a\r\n"));
  CHECK(body_hash("a \t\r\n \r\n", canonicalization::relaxed) == hash_of("a\r\n"));
  CHECK(body_hash("abc\r\ndef\r\n", canonicalization::simple, 4) == hash_of("abc\r"));
}

TEST_CASE("canonical: a mail is split where its first empty line is", "[dkim]") {
  split_mail mail;
  split("no colon\r\n of a field\r\nA: 1\r\n 2\r\nb:\r\n\r\nbody\r\n\r\n", mail);
  REQUIRE(mail.fields.size() == 2);
  CHECK(mail.fields[0].name == "A");
  CHECK(mail.fields[0].value() == " 1\r\n 2\r\n");
  CHECK(mail.fields[1].line == "b:\r\n");
  CHECK(mail.body == "body\r\n\r\n");
  split("A: 1", mail);
  CHECK(mail.fields.at(0).line == "A: 1");
  CHECK(mail.body.empty());
  split("\r\nA: 1\r\n", mail);
  CHECK(mail.fields.empty());
  CHECK(mail.body == "A: 1\r\n");
}

TEST_CASE("canonical: bodies of random lines have the form that the RFC describes",
          "[dkim][property]") {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    std::string body;
    // Long words now and then, so that whole vectors are skipped.
    for (auto pieces = random.next() % 60; pieces > 0; --pieces)
      switch (random.next() % 7) {
      case 0:
        body += "\r\n";
        break;
      case 1:
        body += "\t";
        break;
      case 2:
      case 3:
        body += " ";
        break;
      case 4:
        body += std::string(random.next() % 150, 'x');
        break;
      case 5:
        body += "a b c";
        break;
      default:
        body += "y";
      }
    CAPTURE(body);
    CHECK(body_hash(body, canonicalization::relaxed) == hash_of(relaxed_model(body)));
    hasher hash;
    hash.begin();
    CHECK(add_body(body, canonicalization::relaxed, hash, {}) == relaxed_model(body).size());
  }
}

TEST_CASE("canonical: base64 of any length comes back, white space is ignored", "[dkim]") {
  std::string octets;
  for (int size = 0; size < 70; ++size) {
    auto text = to_base64(octets);
    CHECK(from_base64(text) == octets);
    text.insert(text.size() / 2, "\r\n ");
    CHECK(from_base64(text) == octets);
    octets += static_cast<char>(size * 37);
  }
  CHECK(to_base64("Man") == "TWFu");
  CHECK(from_base64("TWE") == "Ma"); // without padding
  for (const char* bad : {"T", "T===", "TW=u", "TWFu=", "TW*u", "TWF=="})
    CHECK_FALSE(from_base64(bad));
}
