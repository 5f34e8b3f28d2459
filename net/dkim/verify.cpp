#include "net/dkim/verify.hpp"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "net/dkim/key_record.hpp"

namespace warmfront::dkim {

namespace {

constexpr std::size_t signatures_max = 8;
constexpr std::size_t mail_fields_max = 2000;
constexpr std::size_t records_max = 4;

struct free_public {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using public_key = std::unique_ptr<EVP_PKEY, free_public>;

const unsigned char* bytes(std::string_view octets) noexcept {
  return reinterpret_cast<const unsigned char*>(octets.data());
}

/// None for what is no key, or RSA of a size that proves nothing (RFC 8301 §3.2) or costs too much.
public_key read_key(const key_record& record) {
  if (record.what == algorithm::ed25519_sha256)
    return public_key{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(record.key),
                                                  record.key.size())};
  const auto* at = bytes(record.key);
  public_key key{d2i_PUBKEY(nullptr, &at, static_cast<long>(record.key.size()))};
  if (key == nullptr) { // some publish the inner structure alone
    at = bytes(record.key);
    key.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(record.key.size())));
  }
  if (key != nullptr &&
      (EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key.get()) < 1024 ||
       EVP_PKEY_get_bits(key.get()) > 4096))
    key.reset();
  return key;
}

bool is_signed(EVP_PKEY* key, algorithm what, const sha256_digest& digest,
               std::string_view signature) {
  if (what == algorithm::ed25519_sha256) {
    const std::unique_ptr<EVP_MD_CTX, free_public> context{EVP_MD_CTX_new()};
    return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), bytes(signature), signature.size(), digest.data(),
                            digest.size()) == 1;
  }
  const std::unique_ptr<EVP_PKEY_CTX, free_public> context{
      EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
  return context != nullptr && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha256()) == 1 &&
         EVP_PKEY_verify(context.get(), bytes(signature), signature.size(), digest.data(),
                         digest.size()) == 1;
}

/// What one key record makes of a signature.
verdict judge_by_record(const signature& of, const sha256_digest& digest, std::string_view text) {
  verdict found{verdict_kind::permanent_error, of.domain, of.selector, false, {}};
  const auto record = parse_key_record(text);
  if (!record) {
    found.why = "its key record is none: " + record.error().what;
    return found;
  }
  const auto& key = record.value();
  found.is_testing = key.is_testing;
  if (key.key.empty())
    found.why = "its key is revoked";
  else if (key.what != of.what || !key.accepts_sha256 || !key.is_for_mail)
    found.why = "its key record is not for such signatures";
  else if (key.is_same_domain && of.agent_domain != of.domain)
    found.why = "its key record forbids domains below d=";
  else if (const auto read = read_key(key); read == nullptr)
    found.why = "its key record holds no usable key";
  else if (!is_signed(read.get(), of.what, digest, of.octets)) {
    found.kind = verdict_kind::fail;
    found.why = "the signature is not of this header and key";
  } else {
    found.kind = verdict_kind::pass;
  }
  ERR_clear_error();
  return found;
}

/// Empty: the body is what was signed.
std::string body_fault(const signature& of, std::string_view body) {
  hasher hash;
  hash.begin();
  const auto octets = add_body(body, of.body, hash, of.body_octets);
  if (of.body_octets.value_or(0) > octets)
    return "l= is more than the body has";
  if (octets_of(hash.finish()) != of.body_hash)
    return "the body is not what was signed";
  return {};
}

} // namespace

std::string_view to_string(verdict_kind kind) noexcept {
  switch (kind) {
  case verdict_kind::pass:
    return "pass";
  case verdict_kind::fail:
    return "fail";
  case verdict_kind::temporary_error:
    return "temperror";
  case verdict_kind::permanent_error:
    break;
  }
  return "permerror";
}

verification::verification(std::string_view content) {
  split(content, mail_);
  if (mail_.fields.size() > mail_fields_max)
    return;
  for (std::size_t place = 0; place < mail_.fields.size() && candidates_.size() < signatures_max;
       ++place)
    if (is_same_text(mail_.fields[place].name, "DKIM-Signature"))
      candidates_.push_back({place, parse_signature(mail_.fields[place].value())});
}

std::vector<std::string> verification::questions() const {
  std::vector<std::string> names;
  for (const auto& each : candidates_)
    if (each.read &&
        std::find(names.begin(), names.end(), each.read.value().key_name()) == names.end())
      names.push_back(each.read.value().key_name());
  return names;
}

std::vector<verdict> verification::conclude(const key_answers& answers, wall_time now) const {
  std::vector<verdict> verdicts;
  for (const auto& each : candidates_)
    verdicts.push_back(judge(each, answers, now));
  return verdicts;
}

verdict verification::judge(const candidate& of, const key_answers& answers, wall_time now) const {
  if (!of.read)
    return {verdict_kind::permanent_error, {}, {}, false, of.read.error().what};
  const auto& read = of.read.value();
  verdict found{verdict_kind::fail, read.domain, read.selector, false, {}};
  if (read.expires_at && *read.expires_at <= now) {
    found.why = "it has expired";
    return found;
  }
  const auto answer = answers.find(read.key_name());
  if (answer == answers.end() || answer->second.kind == dns::answer_kind::failed) {
    found.kind = verdict_kind::temporary_error;
    found.why = "its key could not be looked up";
    return found;
  }
  if (answer->second.values.empty()) {
    found.kind = verdict_kind::permanent_error;
    found.why = "there is no key at " + read.key_name();
    return found;
  }
  if (found.why = body_fault(read, mail_.body); !found.why.empty())
    return found;
  const auto digest = digest_of(of);
  const auto& texts = answer->second.values;
  for (std::size_t at = 0; at < std::min(texts.size(), records_max); ++at)
    if (found = judge_by_record(read, digest, texts[at]); found.kind == verdict_kind::pass)
      break;
  return found;
}

sha256_digest verification::digest_of(const candidate& of) const {
  const auto& read = of.read.value();
  std::vector<bool> taken(mail_.fields.size());
  taken[of.place] = true; // a signature is not over itself
  std::string canonical;
  for (const auto& name : read.names)
    for (std::size_t place = mail_.fields.size(); place > 0; --place)
      if (!taken[place - 1] && is_same_text(mail_.fields[place - 1].name, name)) {
        taken[place - 1] = true;
        append_field(mail_.fields[place - 1], read.fields, canonical);
        canonical += "\r\n";
        break;
      }
  const auto& own = mail_.fields[of.place];
  const auto bare = without_signature(own.line);
  append_field({own.name, bare}, read.fields, canonical);
  hasher hash;
  hash.begin();
  hash.add(canonical);
  return hash.finish();
}

} // namespace warmfront::dkim
