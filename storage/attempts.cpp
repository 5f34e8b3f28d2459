#include "storage/attempts.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <string_view>

#include "storage/formats/spool.pb.h"
#include "storage/record.hpp"
#include "storage/spool.hpp"

namespace warmfront::storage {

namespace {

/// What is the same as in the attempt after it.
enum shared_part : std::uint32_t {
  shared_reply = 1,
  shared_host = 2,
  shared_source = 4,
  shared_tls = 8,
  shared_provider = 16,
};

/// Cut between characters.
std::string_view bounded(std::string_view text) {
  if (text.size() <= past_reply_octets_max)
    return text;
  auto end = past_reply_octets_max;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80)
    --end;
  return text.substr(0, end);
}

/// The last attempt as the first link of the chain.
past_attempt last_of(const recipient_record& record) {
  return {record.attempts,    record.changed_at, std::string{bounded(record.last_reply)},
          record.remote_host, record.source,     record.tls,
          record.provider,    record.tried_by,   static_cast<std::uint32_t>(record.charged.size())};
}

void write_one(formats::past_attempt_record& to, const past_attempt& from,
               const past_attempt& after) {
  std::uint32_t shared = 0;
  const auto put = [&shared](bool is_shared, shared_part part, const auto& write) {
    if (is_shared)
      shared |= part;
    else
      write();
  };
  put(from.reply == after.reply, shared_reply, [&] { to.set_reply(from.reply); });
  put(from.remote_host == after.remote_host, shared_host,
      [&] { to.set_remote_host(from.remote_host); });
  put(from.source == after.source, shared_source, [&] { to.set_source(from.source.str()); });
  put(from.tls == after.tls, shared_tls, [&] { to.set_tls(from.tls); });
  put(from.provider == after.provider, shared_provider,
      [&] { to.set_provider(from.provider.str()); });
  to.set_shared(shared);
  to.set_number(from.number);
  to.set_before_next((after.at - from.at).count());
  to.set_node(from.node);
  to.set_charged(from.charged);
}

/// Octets may say anything: no time runs over.
wall_time earlier(wall_time at, std::int64_t by) {
  constexpr auto most = std::numeric_limits<std::int64_t>::max() / 4;
  const auto from = at.time_since_epoch().count();
  return std::abs(from / 2) >= most / 2 || by >= most || by <= -most ? at : at - microseconds{by};
}

past_attempt read_one(const formats::past_attempt_record& from, const past_attempt& after) {
  const auto shared = from.shared();
  past_attempt value;
  value.number = from.number();
  value.at = earlier(after.at, from.before_next());
  value.reply = (shared & shared_reply) != 0 ? after.reply : from.reply();
  value.remote_host = (shared & shared_host) != 0 ? after.remote_host : from.remote_host();
  value.source = (shared & shared_source) != 0 ? after.source : ip_address{from.source()};
  value.tls = (shared & shared_tls) != 0 ? after.tls : from.tls();
  value.provider =
      (shared & shared_provider) != 0 ? after.provider : provider_name{from.provider()};
  value.node = static_cast<std::uint16_t>(from.node());
  value.charged = from.charged();
  return value;
}

} // namespace

bool tells_last_attempt(const recipient_record& record) {
  return record.attempts > 0 &&
         (record.past.empty() || record.past.back().number < record.attempts);
}

void remember_attempt(recipient_record& record) {
  if (!tells_last_attempt(record))
    return;
  auto& past = record.past;
  if (past.size() >= past_attempts_max)
    past.erase(past.begin() + 1); // the first one stays: it says when all began
  past.push_back(last_of(record));
}

void write_attempts(formats::recipient_state_record& to, const recipient_record& from) {
  auto after = last_of(from);
  for (auto each = from.past.rbegin(); each != from.past.rend(); ++each) {
    write_one(*to.add_past(), *each, after);
    after = *each;
  }
}

void read_attempts(recipient_record& to, const formats::recipient_state_record& from) {
  auto after = last_of(to);
  for (const auto& each : from.past()) {
    if (to.past.size() == past_attempts_max)
      break;
    after = read_one(each, after);
    to.past.push_back(after);
  }
  std::ranges::reverse(to.past);
}

} // namespace warmfront::storage
