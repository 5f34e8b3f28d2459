#include "storage/spool.hpp"

#include <cassert>
#include <charconv>
#include <utility>

#include "actors/core/octets.hpp"
#include "storage/copies.hpp"

namespace warmfront::storage {

namespace {

// First octet of a key: what the record is. `spool` and `queue` are separate families.
constexpr char message_mark = 'm';
constexpr char body_mark = 'b';
constexpr char recipient_mark = 's';
constexpr char lane_mark = 'r';
constexpr char deferred_mark = 'd';

std::string marked(char mark, const message_id& id, std::size_t more = 0) {
  std::string key;
  key.reserve(1 + message_id::octets + more);
  key.push_back(mark);
  key.append(id.octet_view());
  return key;
}

/// Around a provider before the destination: no name holds it.
constexpr char provider_mark = '\x01';

/// Around a task before both.
constexpr char task_mark = '\x02';

bool begins_with_mark(std::string_view text) {
  return text.starts_with(provider_mark) || text.starts_with(task_mark);
}

/// A destination alone, but for one that would be taken for a provider or a task.
std::string towards_of(task_id task, const std::string& provider, const std::string& destination) {
  auto text = provider.empty() && !begins_with_mark(destination)
                  ? destination
                  : provider_mark + provider + provider_mark + destination;
  if (task != task_id::none)
    text = task_mark + std::to_string(static_cast<std::uint64_t>(task)) + task_mark + text;
  return text;
}

/// Takes what stands between two marks away from the front.
std::optional<std::string_view> take_marked(std::string_view& text, char mark) {
  const auto end = text.find(mark, 1);
  if (end == std::string_view::npos)
    return std::nullopt;
  const auto inner = text.substr(1, end - 1);
  text.remove_prefix(end + 1);
  return inner;
}

/// @returns whether the text is one of `towards_of`.
bool take_towards(lane& to, std::string_view text) {
  const auto whole = text;
  if (text.starts_with(task_mark)) {
    const auto task = take_marked(text, task_mark);
    std::uint64_t number = 0;
    if (!task ||
        std::from_chars(task->data(), task->data() + task->size(), number).ec != std::errc{})
      return false;
    to.task = task_id{number};
  }
  if (text.starts_with(provider_mark)) {
    const auto provider = take_marked(text, provider_mark);
    if (!provider)
      return false;
    to.provider = provider_name{std::string{*provider}};
  }
  to.destination = domain_name{std::string{text}};
  return towards_of(to.task, to.provider.str(), to.destination.str()) == whole;
}

std::optional<std::string_view> take_name(std::string_view& rest) {
  const auto end = rest.find('\0');
  if (end == std::string_view::npos)
    return std::nullopt;
  const auto name = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return name;
}

} // namespace

std::uint64_t header_id_of(std::string_view message_id) noexcept {
  if (message_id.starts_with('<'))
    message_id.remove_prefix(1);
  if (message_id.ends_with('>'))
    message_id.remove_suffix(1);
  // FNV-1a: what it finds is only a candidate among the messages of one search.
  std::uint64_t digest = 0xcbf29ce484222325;
  for (const char c : message_id)
    digest = (digest ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return digest == 0 ? 1 : digest;
}

std::string message_key(const message_id& id) {
  return marked(message_mark, id);
}

std::string all_messages_prefix() {
  return std::string(1, message_mark);
}

std::string body_key(const message_id& id) {
  return marked(body_mark, id);
}

std::string recipient_prefix(const message_id& id) {
  return marked(recipient_mark, id);
}

std::string recipient_key(const recipient_id& id) {
  auto key = marked(recipient_mark, id.message, 4);
  append_number(key, id.index, 4);
  return key;
}

std::uint32_t recipient_index(std::string_view key) {
  return static_cast<std::uint32_t>(read_number(key.substr(key.size() - 4)));
}

std::optional<message_id> parse_message_key(std::string_view key) {
  if (key.size() != 1 + message_id::octets || key.front() != message_mark)
    return std::nullopt;
  return message_id::from_octets(key.substr(1));
}

std::string all_lanes_prefix() {
  return std::string(1, lane_mark);
}

std::string lane_prefix(const lane& value) {
  const auto& [pool, sender_domain, destination, importance, writer, provider, task] = value;
  std::string key;
  key.reserve(16 + pool.str().size() + sender_domain.str().size() + destination.str().size() +
              provider.str().size());
  key.push_back(lane_mark);
  const auto towards = towards_of(task, provider.str(), destination.str());
  for (const auto* name : {&pool.str(), &sender_domain.str(), &towards}) {
    assert(name->find('\0') == std::string::npos);
    key.append(*name);
    key.push_back('\0');
  }
  key.push_back(static_cast<char>(importance));
  key.push_back(static_cast<char>(writer));
  return key;
}

std::string lane_key(const lane& value, std::uint64_t sequence) {
  auto key = lane_prefix(value);
  append_number(key, sequence, 8);
  return key;
}

std::optional<lane_position> parse_lane_key(std::string_view key) {
  if (key.empty() || key.front() != lane_mark)
    return std::nullopt;
  auto rest = key.substr(1);
  const auto pool = take_name(rest);
  const auto sender_domain = pool ? take_name(rest) : std::nullopt;
  const auto destination = sender_domain ? take_name(rest) : std::nullopt;
  if (!destination || rest.size() != 10 || rest[0] < 0 || rest[0] > 1 || rest[1] < 0 || rest[1] > 1)
    return std::nullopt;
  lane_position position;
  position.where.pool = pool_name{std::string{*pool}};
  position.where.sender_domain = domain_name{std::string{*sender_domain}};
  if (!take_towards(position.where, *destination))
    return std::nullopt;
  position.where.importance = static_cast<mail_class>(rest[0]);
  position.where.appended_by = static_cast<lane::writer>(rest[1]);
  position.sequence = read_number(rest.substr(2));
  return position;
}

std::string deferred_prefix() {
  return std::string(1, deferred_mark);
}

std::string deferred_key(wall_time due, const recipient_id& id) {
  auto key = deferred_bound(due - microseconds{1});
  key.append(id.message.octet_view());
  append_number(key, id.index, 4);
  return key;
}

std::string deferred_bound(wall_time now) {
  auto key = deferred_prefix();
  append_number(key, static_cast<std::uint64_t>(now.time_since_epoch().count() + 1), 8);
  return key;
}

std::optional<wall_time> parse_deferred_key(std::string_view key) {
  if (key.size() != 1 + 8 + message_id::octets + 4 || key.front() != deferred_mark)
    return std::nullopt;
  return wall_time{microseconds{static_cast<std::int64_t>(read_number(key.substr(1, 8)))}};
}

std::string first_queue_key(const spooled_message& message, std::uint32_t index) {
  return message.send_at ? deferred_key(*message.send_at, {message.id, index})
                         : lane_key(message.first_lane, message.first_sequence + index);
}

void add_message(batch& to, const spooled_message& message, std::string content,
                 const ended_recipients& ended) {
  to.put(family::spool, message_key(message.id), encode(message));
  for (const auto& [index, record] : ended)
    to.put(family::spool, recipient_key({message.id, index}), encode(record));
  if (ended.size() == message.mail.recipients.size())
    return;
  to.put(family::spool, body_key(message.id), std::move(content));
  const auto prefix = message.send_at ? std::string{} : lane_prefix(message.first_lane);
  auto next_ended = ended.begin();
  for (std::uint32_t i = 0; i < message.mail.recipients.size(); ++i) {
    if (next_ended != ended.end() && next_ended->first == i) {
      ++next_ended;
      continue;
    }
    // As `first_queue_key` has it: the lane's part is the same for all of a thousand.
    auto key = message.send_at ? deferred_key(*message.send_at, {message.id, i}) : prefix;
    if (!message.send_at)
      append_number(key, message.first_sequence + i, 8);
    to.put(family::queue, std::move(key), encode(queue_entry{{message.id, i}}));
  }
  if (message.copy)
    to.put(family::queue, unsent_copy_key(message.copy->holder, message.id), {});
}

} // namespace warmfront::storage
