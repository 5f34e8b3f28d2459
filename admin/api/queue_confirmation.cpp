#include "admin/api/queue_confirmation.hpp"

#include <charconv>
#include <chrono>

#include <fmt/core.h>

#include "storage/chunks.hpp"

namespace warmfront::admin {

namespace {

constexpr std::size_t digest_octets = 16;

std::string hexadecimal(std::string_view octets) {
  std::string text;
  for (const char octet : octets)
    text += fmt::format("{:02x}", static_cast<unsigned char>(octet));
  return text;
}

std::string digest_of(std::string_view text) {
  return hexadecimal(storage::chunk_id_of(text).octet_view().substr(0, digest_octets));
}

std::uint64_t milliseconds_of(wall_time at) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count());
}

/// A number in front of a dot, which goes, too.
std::optional<std::uint64_t> take_number(std::string_view& text) {
  std::uint64_t number = 0;
  const auto end = text.find('.');
  if (end == std::string_view::npos || end == 0)
    return std::nullopt;
  const auto* const last = text.data() + end;
  const auto parsed = std::from_chars(text.data(), last, number);
  if (parsed.ec != std::errc{} || parsed.ptr != last)
    return std::nullopt;
  text.remove_prefix(end + 1);
  return number;
}

} // namespace

std::string to_token(const queue_confirmation& value, std::string_view about) {
  const auto front =
      fmt::format("{}.{}.{}.", milliseconds_of(value.counted_at), value.recipients, value.without);
  return front + digest_of(front + std::string{about});
}

std::optional<queue_confirmation> read_token(std::string_view token, std::string_view about,
                                             wall_time now) {
  auto rest = token;
  const auto counted_at = take_number(rest);
  const auto recipients = counted_at ? take_number(rest) : std::nullopt;
  const auto present = milliseconds_of(now);
  constexpr auto most = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(confirmed_within).count());
  // Another node's clock may be ahead a little.
  if (!recipients || *counted_at > present + most || present > *counted_at + most)
    return std::nullopt;
  const auto digest = rest.rfind('.');
  if (digest == std::string_view::npos)
    return std::nullopt;
  const queue_confirmation value{wall_time{std::chrono::milliseconds{*counted_at}}, *recipients,
                                 std::string{rest.substr(0, digest)}};
  return to_token(value, about) == token ? std::optional{value} : std::nullopt;
}

std::string action_id_of(std::string_view token) {
  return digest_of(token);
}

} // namespace warmfront::admin
