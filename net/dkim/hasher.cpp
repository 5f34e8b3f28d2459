#include "net/dkim/hasher.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>
#include <new>

namespace warmfront::dkim {

namespace {

/// Looked up once: with `EVP_sha256` each hash would look for its implementation again.
const EVP_MD* sha256() {
  static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return found;
}

/// Hashing octets in memory fails for lack of memory only.
void expect(int code) {
  if (code != 1)
    throw std::bad_alloc{};
}

/// The six bits of a character; 64 for none.
constexpr std::array<std::uint8_t, 256> sextets = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(64);
  std::uint8_t value = 0;
  for (const char c : std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "abcdefghijklmnopqrstuvwxyz0123456789+/"})
    table[static_cast<unsigned char>(c)] = value++;
  return table;
}();

} // namespace

void hasher::context_free::operator()(evp_md_ctx_st* context) const noexcept {
  EVP_MD_CTX_free(context);
}

hasher::hasher() : context_{EVP_MD_CTX_new()} {
  if (context_ == nullptr)
    throw std::bad_alloc{};
}

void hasher::begin() {
  waiting_ = 0;
  expect(EVP_DigestInit_ex2(context_.get(), sha256(), nullptr));
}

void hasher::begin(hasher& other) {
  other.flush();
  waiting_ = 0;
  expect(EVP_MD_CTX_copy_ex(context_.get(), other.context_.get()));
}

void hasher::flush() {
  expect(EVP_DigestUpdate(context_.get(), gathered_.data(), waiting_));
  waiting_ = 0;
}

void hasher::add(std::string_view octets) {
  if (octets.size() > gathered_.size() - waiting_)
    flush();
  if (octets.size() > gathered_.size() / 8) {
    flush();
    expect(EVP_DigestUpdate(context_.get(), octets.data(), octets.size()));
    return;
  }
  std::copy(octets.begin(), octets.end(), gathered_.data() + waiting_);
  waiting_ += octets.size();
}

sha256_digest hasher::finish() {
  flush();
  sha256_digest digest{};
  expect(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
  return digest;
}

std::string to_base64(std::string_view octets) {
  std::string text((octets.size() + 2) / 3 * 4 + 1, '\0'); // the library ends it with a NUL
  const auto written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                       reinterpret_cast<const unsigned char*>(octets.data()),
                                       static_cast<int>(octets.size()));
  text.resize(static_cast<std::size_t>(written));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string octets;
  std::uint32_t bits = 0;
  std::size_t characters = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
      continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const auto value = sextets[static_cast<unsigned char>(c)];
    if (value == 64 || padding > 0)
      return std::nullopt;
    bits = bits << 6 | value;
    if (++characters % 4 != 1)
      octets += static_cast<char>(bits >> (6 - 2 * ((characters - 1) % 4)) & 0xff);
  }
  const auto missing = (4 - characters % 4) % 4;
  if (missing == 3 || padding > 2 || (padding > 0 && padding != missing))
    return std::nullopt; // no padding at all is forgiven
  return octets;
}

} // namespace warmfront::dkim
