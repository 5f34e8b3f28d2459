// What a node remembers of actions by hand and of attempts, what receivers said, and what clients
// confirm: whatever is read comes back as it was.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "actors/delivery/queue_job.hpp"
#include "actors/delivery/timeline.hpp"
#include "admin/api/queue_confirmation.hpp"
#include "storage/spool.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace warmfront;
  const std::string_view octets{reinterpret_cast<const char*>(data), size};
  if (const auto job = decode_queue_job(octets);
      job && !(decode_queue_job(encode(job.value())).value() == job.value()))
    std::abort();
  if (auto record = storage::decode_recipient(octets)) {
    auto& value = record.value();
    if (value.past.size() > storage::past_attempts_max)
      std::abort();
    storage::remember_attempt(value);
    const auto again = storage::decode_recipient(storage::encode(value));
    if (!again || again.value().past.size() != value.past.size())
      std::abort();
  }
  if (read_reply(octets).text.size() > 600 || read_tls(octets).cipher.size() > 100)
    std::abort();
  static_cast<void>(admin::read_token(octets, "x", wall_time{}));
  return 0;
}
