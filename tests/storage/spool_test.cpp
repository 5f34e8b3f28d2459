// The spool's keys and records: what is on disk, pinned.
#include "storage/spool.hpp"

#include <algorithm>

#include <array>

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;
using namespace warmfront::storage;

namespace {

const wall_time when{microseconds{1'767'225'600'000'000}};
const message_id id{when, 0x0102, 0x1122334455667788};
const std::string id_hex = "019b76daa800"
                           "0102"
                           "1122334455667788"; // time, node, unique

std::string hex(std::string_view octets) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string text;
  for (const char octet : octets) {
    text.push_back(digits[static_cast<std::uint8_t>(octet) >> 4]);
    text.push_back(digits[static_cast<std::uint8_t>(octet) & 15]);
  }
  return text;
}

lane sample_lane() {
  return {pool_name{"shared"}, domain_name{"a.example"}, domain_name{"b.example"},
          mail_class::batch, lane::writer::delivery};
}

spooled_message sample_message() {
  spooled_message value;
  value.id = id;
  value.mail.reverse_path = "s@a.example";
  value.mail.recipients = {{"r@b.example", notify::failure | notify::delay, "rfc822;r@b.example"},
                           {"q@b.example", notify::unspecified, {}}};
  value.mail.body = body_encoding::eight_bit;
  value.mail.smtputf8 = true;
  value.mail.ret = return_content::headers;
  value.mail.envelope_id = "QQ314159";
  value.source = {"ESMTPSA", "client.example", "192.0.2.7", account_name{"default"}, "k1"};
  value.pool = pool_name{"shared"};
  value.importance = mail_class::batch;
  value.accepted_at = when;
  value.octets = 4096;
  value.first_lane = sample_lane();
  value.first_sequence = 99;
  return value;
}

recipient_record sample_record() {
  recipient_record value;
  value.state = 2;
  value.attempts = 3;
  value.last_reply = "451 4.3.0 later";
  value.remote_host = "mx.b.example";
  value.source = ip_address{"192.0.2.1"};
  value.changed_at = when;
  value.first_attempt_at = when - seconds{10};
  value.next_attempt_at = when + seconds{300};
  value.charged = {{ledger_subject{"192.0.2.1"}, 4}, {ledger_subject{"a.example"}, 0}};
  value.queue_key = deferred_key(when + seconds{300}, {id, 1});
  return value;
}

std::string random_octets(seeded_random& dice, std::size_t most) {
  std::string octets;
  for (auto left = dice.next() % (most + 1); left > 0; --left)
    octets.push_back(static_cast<char>(dice.next()));
  return octets;
}

std::string random_name(seeded_random& dice) {
  auto name = random_octets(dice, 12);
  std::erase(name, '\0');
  return name;
}

lane random_lane(seeded_random& dice) {
  lane made{pool_name{random_name(dice)}, domain_name{random_name(dice)},
            domain_name{random_name(dice)},
            dice.next() % 2 == 0 ? mail_class::triggered : mail_class::batch,
            dice.next() % 2 == 0 ? lane::writer::intake : lane::writer::delivery};
  constexpr std::array<const char*, 4> providers{"", "gmail", "mx.a,mx.b", "g"};
  made.provider = provider_name{providers[dice.next() % providers.size()]};
  made.task = dice.next() % 2 == 0 ? task_id::none : task_id{dice.next() % 20};
  return made;
}

/// Whether junk was taken for something, or refused with its name.
template <class T>
bool taken_or_named(const result<T>& decoded) {
  return decoded || decoded.error().code == errc::storage_corrupt ||
         decoded.error().code == errc::storage_newer;
}

} // namespace

TEST_CASE("spool: keys on disk are as they were", "[spool][golden]") {
  CHECK(hex(message_key(id)) == "6d" + id_hex);
  CHECK(hex(body_key(id)) == "62" + id_hex);
  CHECK(hex(recipient_key({id, 258})) == "73" + id_hex + "00000102");
  CHECK(hex(recipient_prefix(id)) == "73" + id_hex);
  CHECK(hex(lane_key(sample_lane(), 0x0a0b)) == "72"                   // r
                                                "73686172656400"       // shared
                                                "612e6578616d706c6500" // a.example
                                                "622e6578616d706c6500" // b.example
                                                "0101"                 // batch, delivery
                                                "0000000000000a0b");
  auto of_provider = sample_lane();
  of_provider.provider = provider_name{"gmail"};
  CHECK(hex(lane_prefix(of_provider)) == "72"
                                         "73686172656400"
                                         "612e6578616d706c6500"
                                         "01676d61696c01622e6578616d706c6500" // gmail, b.example
                                         "0101");
  auto of_task = sample_lane();
  of_task.task = task_id{17};
  CHECK(hex(lane_prefix(of_task)) == "72"
                                     "73686172656400"
                                     "612e6578616d706c6500"
                                     "02313702622e6578616d706c6500" // 17, b.example
                                     "0101");
  CHECK(hex(deferred_key(when, {id, 1})) == "64"
                                            "0006474846204000" +
                                                id_hex + "00000001");
}

TEST_CASE("spool: records on disk are as they were", "[spool][golden]") {
  CHECK(hex(encode(queue_entry{{id, 258}})) == id_hex + "00000102");
  CHECK(hex(encode(recipient_record{})) == "0801");
  CHECK(hex(encode(sample_record())) == "0801"
                                        "1002"
                                        "1803" // schema, state, attempts
                                        "220f34353120342e332e30206c61746572" // last reply
                                        "2a0c6d782e622e6578616d706c65"
                                        "32093139322e302e322e31" // host, source
                                        "38808081b184e99103"
                                        "4080d39eac84e99103"
                                        "4880c687c085e99103"             // the three times
                                        "520d0a093139322e302e322e311004" // charged
                                        "520b0a09612e6578616d706c65"
                                        "5a1d64000647485801e300" +
                                            id_hex + "00000001"); // queue key
}

TEST_CASE("spool: records come back as they went in", "[spool]") {
  CHECK(decode_message(encode(sample_message())).value() == sample_message());
  CHECK(decode_recipient(encode(sample_record())).value() == sample_record());
  CHECK(decode_queue_entry(encode(queue_entry{{id, 7}})).value() == queue_entry{{id, 7}});
  CHECK(decode_message(encode(spooled_message{})).value() == spooled_message{});
  auto secret = sample_message();
  secret.mail.tls = tls_wish::required;
  CHECK(decode_message(encode(secret)).value() == secret);
  CHECK(encode(secret)[1] == 4); // who does not know the demand must not read it
  auto tried = sample_record();
  tried.tls = "TLSv1.3 TLS_AES_256_GCM_SHA384 dane";
  CHECK(decode_recipient(encode(tried)).value() == tried);
}

TEST_CASE("spool: keys sort by time and by number", "[spool]") {
  const message_id later{when + milliseconds{1}, 0, 0};
  CHECK(message_key(id) < message_key(later));
  CHECK(lane_key(sample_lane(), 255) < lane_key(sample_lane(), 256));
  CHECK(deferred_key(when, {later, 9}) < deferred_key(when + microseconds{1}, {id, 0}));
  CHECK(deferred_key(when, {id, 0}) < deferred_bound(when));
  CHECK(deferred_bound(when) <= deferred_key(when + microseconds{1}, {message_id{}, 0}));
  CHECK(parse_deferred_key(deferred_key(when, {id, 3})) == when);
  CHECK(parse_message_key(message_key(id)) == id);
  CHECK_FALSE(parse_message_key(body_key(id)));
}

TEST_CASE("spool: a new mail is a message, a body and an entry per recipient", "[spool]") {
  batch changes;
  add_message(changes, sample_message(), "content");
  REQUIRE(changes.changes().size() == 4);
  CHECK(changes.changes()[0].key == message_key(id));
  CHECK(changes.changes()[1].key == body_key(id));
  CHECK(changes.changes()[1].value == "content");
  CHECK(changes.changes()[2].key == lane_key(sample_lane(), 99));
  CHECK(changes.changes()[3].key == lane_key(sample_lane(), 100));
  CHECK(decode_queue_entry(changes.changes()[3].value).value().recipient == recipient_id{id, 1});
}

TEST_CASE("spool: lane keys parse back, and lanes never mix", "[spool][property]") {
  for (std::uint64_t seed = 1; seed <= 2000; ++seed) {
    CAPTURE(seed);
    seeded_random dice{seed};
    const auto a = random_lane(dice);
    const auto b = random_lane(dice);
    const auto m = dice.next();
    const auto n = dice.next();
    const auto parsed = parse_lane_key(lane_key(a, m));
    REQUIRE(parsed);
    REQUIRE(parsed->where == a);
    REQUIRE(parsed->sequence == m);
    REQUIRE((lane_key(a, m) < lane_key(a, n)) == (m < n));
    if (a != b) {
      // All entries of one lane lie before or behind all of another.
      const bool before = lane_prefix(a) < lane_prefix(b);
      REQUIRE_FALSE(lane_key(b, m).starts_with(lane_prefix(a)));
      REQUIRE((lane_key(a, m) < lane_key(b, n)) == before);
      REQUIRE((prefix_end(lane_prefix(a)) <= lane_key(b, n)) == before);
    }
  }
}

TEST_CASE("spool: junk is refused and never crashes", "[spool][robustness]") {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    seeded_random dice{seed};
    auto octets = random_octets(dice, 80);
    if (dice.next() % 2 == 0) {
      octets = dice.next() % 2 == 0 ? encode(sample_message()) : encode(sample_record());
      if (dice.next() % 4 == 0)
        octets.resize(dice.next() % octets.size());
      for (int i = 0; i < 3 && !octets.empty(); ++i)
        octets[dice.next() % octets.size()] = static_cast<char>(dice.next());
    }
    REQUIRE(taken_or_named(decode_message(octets)));
    REQUIRE(taken_or_named(decode_recipient(octets)));
    if (octets.size() < 20)
      REQUIRE_FALSE(decode_queue_entry(octets));
    for (const char mark : {'r', 'd', 'm'}) {
      const auto key = mark + octets;
      if (const auto position = parse_lane_key(key))
        REQUIRE(lane_key(position->where, position->sequence) == key);
      static_cast<void>(parse_deferred_key(key));
      static_cast<void>(parse_message_key(key));
    }
  }
}

TEST_CASE("spool: a record of a later release is named as such", "[spool]") {
  auto later = encode(sample_record());
  REQUIRE(later.substr(0, 2) == "\x08\x01");
  later[1] = 2;
  CHECK(decode_recipient(later).error().code == errc::storage_newer);
  auto message = encode(sample_message());
  message[1] = 5; // 2 is a mail merge, 3 one that is for later, 4 one that demands TLS
  CHECK(decode_message(message).error().code == errc::storage_newer);
  CHECK(decode_message("").error().code == errc::storage_corrupt);
}

TEST_CASE("spool: who has ended when a mail is taken over waits nowhere", "[spool]") {
  auto message = sample_message();
  message.mail.recipients.resize(3, message.mail.recipients.front());
  recipient_record state;
  state.state = 6;
  batch changes;
  add_message(changes, message, "content", {{1, state}});
  std::vector<std::string> keys;
  for (const auto& each : changes.changes())
    keys.push_back(each.key);
  const auto has = [&](const std::string& key) {
    return std::find(keys.begin(), keys.end(), key) != keys.end();
  };
  CHECK(has(body_key(message.id)));
  CHECK(has(recipient_key({message.id, 1})));
  CHECK_FALSE(has(recipient_key({message.id, 0})));
  CHECK(has(lane_key(message.first_lane, message.first_sequence)));
  CHECK_FALSE(has(lane_key(message.first_lane, message.first_sequence + 1)));
  CHECK(has(lane_key(message.first_lane, message.first_sequence + 2)));
}

TEST_CASE("spool: a mail that is over when it is taken over is its record alone", "[spool]") {
  auto message = sample_message();
  message.mail.recipients.resize(1);
  batch changes;
  add_message(changes, message, "content", {{0, {}}});
  REQUIRE(changes.changes().size() == 2);
  CHECK(changes.changes()[0].key == message_key(message.id));
  CHECK(changes.changes()[1].key == recipient_key({message.id, 0}));
}
