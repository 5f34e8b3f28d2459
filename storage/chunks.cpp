#include "storage/chunks.hpp"

#include <array>

#include <openssl/sha.h>

namespace warmfront::storage {

namespace {

constexpr std::string_view chunk_prefix = "chunk/";
constexpr std::string_view chunk_time_prefix = "chunk_time/";

std::optional<chunk_id> parse_after(std::string_view prefix, std::string_view key) {
  if (!key.starts_with(prefix) || key.size() != prefix.size() + chunk_id::octets)
    return std::nullopt;
  return chunk_id::from_octets(key.substr(prefix.size()));
}

} // namespace

chunk_id chunk_id_of(std::string_view octets) {
  std::array<std::uint8_t, chunk_id::octets> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(octets.data()), octets.size(), digest.data());
  return chunk_id{digest};
}

std::string chunk_key(const chunk_id& id) {
  return std::string{chunk_prefix}.append(id.octet_view());
}

std::string all_chunks_prefix() {
  return std::string{chunk_prefix};
}

std::optional<chunk_id> parse_chunk_key(std::string_view key) {
  return parse_after(chunk_prefix, key);
}

std::string chunk_time_key(const chunk_id& id) {
  return std::string{chunk_time_prefix}.append(id.octet_view());
}

std::string all_chunk_times_prefix() {
  return std::string{chunk_time_prefix};
}

std::optional<chunk_id> parse_chunk_time_key(std::string_view key) {
  return parse_after(chunk_time_prefix, key);
}

} // namespace warmfront::storage
