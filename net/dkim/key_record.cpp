#include "net/dkim/key_record.hpp"

#include <algorithm>

#include "net/dkim/canonical.hpp"
#include "net/dkim/hasher.hpp"
#include "net/dkim/tag_list.hpp"

namespace warmfront::dkim {

namespace {

error bad_record(std::string why) {
  return error{errc::invalid_argument, std::move(why), {}};
}

/// Whether a colon-separated list names one of two words.
bool names_either(std::string_view list, std::string_view one, std::string_view other) {
  bool found = false;
  each_part(list, ':', [&](std::string_view part) {
    found = found || is_same_text(part, one) || is_same_text(part, other);
  });
  return found;
}

/// What rules out that mail signed with a right key is trusted.
std::string obstacle(const key_record& record) {
  if (!record.accepts_sha256)
    return "its h= does not name sha256, with which mail is signed; remove h=";
  if (!record.is_for_mail)
    return "its s= does not name email; remove s=";
  if (record.is_testing)
    return "its t= says y (testing), so receivers treat the mail as unsigned; remove y";
  return {};
}

} // namespace

result<key_record> parse_key_record(std::string_view text) {
  WARMFRONT_TRY(tags, tag_list::parse(text));
  key_record record;
  if (const auto version = tags.find("v"); version && *version != "DKIM1")
    return bad_record("v= is not DKIM1");
  if (tags.find("v") && tags.all().front().first != "v")
    return bad_record("v=DKIM1 does not stand first");
  if (const auto type = tags.find("k"); type && is_same_text(*type, "ed25519"))
    record.what = algorithm::ed25519_sha256;
  else if (type && !is_same_text(*type, "rsa"))
    return bad_record("k= is neither rsa nor ed25519");
  if (const auto hashes = tags.find("h"))
    record.accepts_sha256 = names_either(*hashes, "sha256", "sha256");
  if (const auto services = tags.find("s"))
    record.is_for_mail = names_either(*services, "*", "email");
  if (const auto flags = tags.find("t")) {
    record.is_testing = names_either(*flags, "y", "y");
    record.is_same_domain = names_either(*flags, "s", "s");
  }
  const auto key = tags.find("p");
  if (!key)
    return bad_record("it has no p=, the key");
  auto octets = from_base64(*key);
  if (!octets)
    return bad_record("its p= is no base64");
  if (record.what == algorithm::ed25519_sha256 && !octets->empty() && octets->size() != 32)
    return bad_record("its p= is not the 32 octets of an Ed25519 key");
  record.key = std::move(*octets);
  return record;
}

std::string_view to_string(key_finding_kind kind) noexcept {
  switch (kind) {
  case key_finding_kind::right:
    return "right";
  case key_finding_kind::missing:
    return "missing";
  case key_finding_kind::another_key:
    return "another_key";
  case key_finding_kind::revoked:
    return "revoked";
  case key_finding_kind::unusable:
    return "unusable";
  case key_finding_kind::malformed:
    break;
  }
  return "malformed";
}

key_finding compare_key_record(const std::vector<std::string>& found, std::string_view expected) {
  using enum key_finding_kind;
  if (found.empty())
    return {missing, "there is no TXT record at this name; publish it"};
  if (found.size() > 1)
    return {malformed, "there are " + std::to_string(found.size()) +
                           " TXT records at this name, of which receivers take any (RFC 6376 "
                           "§3.6.2.2); leave only the expected one"};
  const auto record = parse_key_record(found.front());
  const auto wanted = parse_key_record(expected);
  if (!record)
    return {malformed, "the TXT record there is no DKIM key: " + record.error().what +
                           "; publish the expected one"};
  if (!wanted)
    return {malformed, "the expected record is none: " + wanted.error().what};
  if (record.value().key.empty())
    return {revoked, "the record there revokes the key (p= is empty); publish the expected one"};
  if (record.value().what != wanted.value().what || record.value().key != wanted.value().key) {
    const bool cut = wanted.value().key.starts_with(record.value().key);
    return {another_key, cut ? "the key there is cut short; publish it whole, in strings of at "
                               "most 255 octets"
                             : "the record there is of another key; publish the expected one"};
  }
  if (auto why = obstacle(record.value()); !why.empty())
    return {unusable, "the key there is right, but " + why};
  return {right, {}};
}

} // namespace warmfront::dkim
