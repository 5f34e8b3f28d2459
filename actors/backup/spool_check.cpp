#include "actors/backup/spool_check.hpp"

#include <optional>
#include <utility>

#include <fmt/core.h>

#include "actors/messages/reports.hpp"
#include "storage/copies.hpp"
#include "storage/spool.hpp"

namespace warmfront {

namespace {

using storage::family;

constexpr std::size_t checked_per_page = 500;
constexpr std::size_t faults_told_max = 10;

class spool_walk {
public:
  explicit spool_walk(const storage::store& in) : in_{in} {}

  result<void> check_messages() {
    const auto prefix = storage::all_messages_prefix();
    return each(family::spool, prefix, [this](const storage::key_value& at) {
      ++found_.messages;
      const auto message = storage::decode_message(at.value);
      return message ? check_message(message.value()) : fault(message.error().what);
    });
  }

  result<void> check_index() {
    const auto check = [this](const storage::key_value& at) {
      ++found_.entries;
      const auto entry = storage::decode_queue_entry(at.value);
      return entry ? check_entry(at.key, entry.value()) : fault(entry.error().what);
    };
    WARMFRONT_TRY(each(family::queue, storage::all_lanes_prefix(), check));
    return each(family::queue, storage::deferred_prefix(), check);
  }

  spool_findings take() { return std::move(found_); }

private:
  template <class Check>
  result<void> each(family where, const std::string& prefix, Check check) {
    auto start = prefix;
    const auto end = storage::prefix_end(prefix);
    while (true) {
      WARMFRONT_TRY(found, in_.scan(where, start, end, checked_per_page));
      for (const auto& at : found) {
        WARMFRONT_TRY(check(at));
        start = at.key + '\0';
      }
      if (found.size() < checked_per_page)
        return success();
    }
  }

  result<void> fault(std::string what) {
    ++found_.faults_count;
    if (found_.faults.size() < faults_told_max)
      found_.faults.push_back(std::move(what));
    return success();
  }

  /// Where the recipient waits; none when it does not. A record that cannot be read is a fault.
  result<std::optional<std::string>> place_of(const storage::spooled_message& message,
                                              std::uint32_t index) {
    const recipient_id id{message.id, index};
    WARMFRONT_TRY(octets, in_.get(family::spool, storage::recipient_key(id)));
    if (!octets)
      return std::optional{storage::first_queue_key(message, index)};
    const auto state = storage::decode_recipient(*octets);
    if (!state) {
      WARMFRONT_TRY(fault(fmt::format("recipient {} of message {}: {}", index, message.id.str(),
                                      state.error().what)));
      return std::optional<std::string>{};
    }
    if (is_final(static_cast<recipient_state>(state.value().state)))
      return std::optional<std::string>{};
    return std::optional{state.value().queue_key};
  }

  result<bool> is_in_question(const storage::spooled_message& message) const {
    if (!message.copy)
      return false;
    WARMFRONT_TRY(parked,
                  in_.get(family::queue, storage::parked_key(message.copy->holder, message.id)));
    return parked.has_value();
  }

  result<void> check_message(const storage::spooled_message& message) {
    WARMFRONT_TRY(in_question, is_in_question(message));
    std::uint64_t waiting = 0;
    for (std::uint32_t i = 0; !in_question && i < message.mail.recipients.size(); ++i) {
      WARMFRONT_TRY(place, place_of(message, i));
      if (!place)
        continue;
      ++waiting;
      WARMFRONT_TRY(entry, in_.get(family::queue, *place));
      if (!entry) {
        WARMFRONT_TRY(fault(fmt::format("recipient {} of message {} waits, and is in no queue", i,
                                        message.id.str())));
      }
    }
    found_.waiting += waiting;
    if (waiting == 0)
      return success();
    WARMFRONT_TRY(body, in_.get(family::spool, storage::body_key(message.id)));
    return body ? success()
                : fault(fmt::format("message {} waits, and has no body", message.id.str()));
  }

  result<void> check_entry(const std::string& key, const storage::queue_entry& entry) {
    const auto& id = entry.recipient;
    WARMFRONT_TRY(octets, in_.get(family::spool, storage::message_key(id.message)));
    if (!octets)
      return fault(fmt::format("a queue holds message {}, which is not there", id.message.str()));
    const auto message = storage::decode_message(*octets);
    if (!message)
      return success(); // told already
    if (id.index >= message.value().mail.recipients.size())
      return fault(fmt::format("a queue holds recipient {} of message {}, which has fewer",
                               id.index, id.message.str()));
    WARMFRONT_TRY(place, place_of(message.value(), id.index));
    if (place == key)
      return success();
    return fault(fmt::format("recipient {} of message {} is in a queue where it does not wait",
                             id.index, id.message.str()));
  }

  const storage::store& in_;
  spool_findings found_;
};

} // namespace

result<spool_findings> check_spool(const storage::store& in) {
  spool_walk walk{in};
  WARMFRONT_TRY(walk.check_messages());
  WARMFRONT_TRY(walk.check_index());
  return walk.take();
}

} // namespace warmfront
