#include "storage/copies.hpp"

#include "actors/core/octets.hpp"

namespace warmfront::storage {

namespace {

// First octet of a key, beside those of the spool itself.
constexpr char unsent_copy_mark = 'c';
constexpr char unsent_progress_mark = 'p';
constexpr char parked_mark = 'q';
constexpr char offered_mark = 'o';
constexpr char recalled_mark = 'w';
constexpr char taken_mark = 't';
constexpr char adoption_mark = 'x';
constexpr char held_message_mark = 'C';
constexpr char held_body_mark = 'B';
constexpr char held_recipient_mark = 'S';

constexpr std::size_t node_octets = 2;
constexpr std::size_t index_octets = 4;
constexpr std::size_t attempts_octets = 4;
constexpr std::size_t message_key_octets = 1 + node_octets + message_id::octets;

std::string of_node(char mark, std::uint16_t node) {
  std::string key;
  key.reserve(message_key_octets + index_octets);
  key.push_back(mark);
  append_number(key, node, node_octets);
  return key;
}

std::string of_message(char mark, std::uint16_t node, const message_id& id) {
  auto key = of_node(mark, node);
  key.append(id.octet_view());
  return key;
}

std::string of_recipient(char mark, std::uint16_t node, const recipient_id& id) {
  auto key = of_message(mark, node, id.message);
  append_number(key, id.index, index_octets);
  return key;
}

// Rendezvous hashing: when a holder comes or goes, only its share of the messages moves.
std::uint64_t rank(const message_id& id, std::uint16_t holder) {
  std::uint64_t hash = 1469598103934665603ull ^ holder;
  for (const char octet : id.octet_view())
    hash = (hash ^ static_cast<std::uint8_t>(octet)) * 1099511628211ull;
  hash ^= hash >> 32;
  return hash * 0x9e3779b97f4a7c15ull;
}

} // namespace

message_copy choose_holder(const std::vector<message_copy>& holders, const message_id& id) {
  message_copy best;
  std::uint64_t best_rank = 0;
  for (const auto& each : holders)
    if (const auto its = rank(id, each.holder); best.holder == 0 || its > best_rank) {
      best = each;
      best_rank = its;
    }
  return best;
}

std::string unsent_copy_key(std::uint16_t holder, const message_id& id) {
  return of_message(unsent_copy_mark, holder, id);
}

std::string unsent_copy_prefix(std::uint16_t holder) {
  return of_node(unsent_copy_mark, holder);
}

std::string unsent_progress_key(std::uint16_t holder, const recipient_id& id,
                                const recipient_record& state) {
  auto key = of_recipient(unsent_progress_mark, holder, id);
  append_number(key, state.attempts, attempts_octets);
  append_number(key, state.state, 1);
  return key;
}

std::string unsent_progress_prefix(std::uint16_t holder, const message_id& id) {
  return of_message(unsent_progress_mark, holder, id);
}

std::string unsent_progress_prefix(std::uint16_t holder) {
  return of_node(unsent_progress_mark, holder);
}

std::string parked_key(std::uint16_t holder, const message_id& id) {
  return of_message(parked_mark, holder, id);
}

std::string parked_prefix(std::uint16_t holder) {
  return of_node(parked_mark, holder);
}

std::string offered_key(std::uint16_t holder, const message_id& id) {
  return of_message(offered_mark, holder, id);
}

std::string offered_prefix(std::uint16_t holder) {
  return of_node(offered_mark, holder);
}

message_id marked_message(std::string_view key) {
  return message_id::from_octets(key.substr(1 + node_octets));
}

std::string taken_key(std::uint16_t from, const message_id& id) {
  auto key = taken_prefix(id);
  append_number(key, from, node_octets);
  return key;
}

std::string taken_prefix(const message_id& id) {
  return all_taken_prefix() + std::string{id.octet_view()};
}

std::string all_taken_prefix() {
  return {taken_mark};
}

taken_mail parse_taken_key(std::string_view key) {
  return {static_cast<std::uint16_t>(read_number(key.substr(1 + message_id::octets, node_octets))),
          message_id::from_octets(key.substr(1, message_id::octets))};
}

std::string recalled_key(std::uint16_t holder, const message_id& id) {
  return of_message(recalled_mark, holder, id);
}

std::string recalled_prefix(std::uint16_t holder) {
  return of_node(recalled_mark, holder);
}

std::string moved_merge_key(const message_id& id) {
  return all_moved_merges_prefix() + std::string{id.octet_view()};
}

std::string all_moved_merges_prefix() {
  return "moved/";
}

std::string adoption_key(std::uint16_t holder) {
  return of_node(adoption_mark, holder);
}

std::optional<unsent_mark> parse_unsent_key(std::string_view key) {
  const bool is_copy = key.size() == message_key_octets && key.front() == unsent_copy_mark;
  const bool is_progress = key.size() == message_key_octets + index_octets + attempts_octets + 1 &&
                           key.front() == unsent_progress_mark;
  if (!is_copy && !is_progress)
    return std::nullopt;
  unsent_mark mark;
  mark.holder = static_cast<std::uint16_t>(read_number(key.substr(1, node_octets)));
  mark.recipient.message = message_id::from_octets(key.substr(1 + node_octets, message_id::octets));
  if (is_progress)
    mark.recipient.index =
        static_cast<std::uint32_t>(read_number(key.substr(message_key_octets, index_octets)));
  return mark;
}

void withdraw_message(batch& to, const spooled_message& message) {
  to.erase(family::spool, message_key(message.id));
  to.erase(family::spool, body_key(message.id));
  const auto states = recipient_prefix(message.id);
  to.erase_range(family::spool, states, prefix_end(states));
  for (std::uint32_t i = 0; i < message.mail.recipients.size(); ++i)
    to.erase(family::queue, first_queue_key(message, i));
  if (!message.copy)
    return;
  to.erase(family::queue, unsent_copy_key(message.copy->holder, message.id));
  if (message.copy->holder != 0)
    to.put(family::queue, unsent_progress_key(message.copy->holder, {message.id, 0}, {}), {});
}

std::string held_message_key(std::uint16_t primary, const message_id& id) {
  return of_message(held_message_mark, primary, id);
}

std::string held_body_key(std::uint16_t primary, const message_id& id) {
  return of_message(held_body_mark, primary, id);
}

std::string held_recipient_key(std::uint16_t primary, const recipient_id& id) {
  return of_recipient(held_recipient_mark, primary, id);
}

std::string held_recipient_prefix(std::uint16_t primary, const message_id& id) {
  return of_message(held_recipient_mark, primary, id);
}

std::string held_messages_prefix(std::uint16_t primary) {
  return of_node(held_message_mark, primary);
}

std::optional<message_id> parse_held_message_key(std::string_view key) {
  if (key.size() != message_key_octets || key.front() != held_message_mark)
    return std::nullopt;
  return message_id::from_octets(key.substr(1 + node_octets));
}

} // namespace warmfront::storage
