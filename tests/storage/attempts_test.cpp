// Attempts before the last one: what is kept of them, and what that costs.
#include "storage/attempts.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"
#include "storage/spool.hpp"

using namespace warmfront;
using namespace warmfront::storage;

namespace {

const wall_time first_attempt{microseconds{1'767'225'600'000'000}};

/// Another attempt, as the actors record it.
void try_again(recipient_record& record, const std::string& reply, seconds after = seconds{300}) {
  remember_attempt(record);
  record.changed_at = record.attempts == 0 ? first_attempt : record.changed_at + after;
  ++record.attempts;
  record.last_reply = reply;
  record.remote_host = "mx1.receiver.example";
  record.source = ip_address{"192.0.2.1"};
  record.tls = "TLSv1.3 TLS_AES_256_GCM_SHA384 none";
  record.provider = provider_name{"gmail"};
}

recipient_record tried(int times, const std::string& reply = "451 4.3.0 try again later") {
  recipient_record record;
  for (int i = 0; i < times; ++i)
    try_again(record, reply);
  return record;
}

std::string any_text(seeded_random& random, std::size_t most) {
  std::string text(random.next() % (most + 1), ' ');
  for (auto& c : text)
    c = static_cast<char>(random.next());
  return text;
}

} // namespace

TEST_CASE("attempts: one attempt costs nothing more than its own record", "[attempts]") {
  const auto once = tried(1);
  CHECK(once.past.empty());
  CHECK(tells_last_attempt(once));
  CHECK(decode_recipient(encode(once)).value() == once);
}

TEST_CASE("attempts: the first and the last ones are kept, eight in all", "[attempts]") {
  const auto record = tried(20);
  REQUIRE(record.past.size() == past_attempts_max);
  CHECK(record.past.front().number == 1);
  CHECK(record.past.front().at == first_attempt);
  CHECK(record.past[1].number == 14);
  CHECK(record.past.back().number == 19);
  CHECK(record.past.back().at == record.changed_at - seconds{300});
  CHECK(decode_recipient(encode(record)).value() == record);
}

TEST_CASE("attempts: equal deferrals cost some ten octets each", "[attempts]") {
  const auto one = encode(tried(1)).size();
  const auto eight = encode(tried(8)).size();
  CHECK(eight - one <= 7 * 20);
  // One that says something else costs what it says, and no more than its bound.
  auto record = tried(2);
  const auto before = encode(record).size();
  try_again(record, "452 4.2.2 " + std::string(4000, 'x'));
  try_again(record, "451 4.3.0 try again later");
  CHECK(encode(record).size() - before <= 2 * (past_reply_octets_max + 40));
}

TEST_CASE("attempts: what is written over the last one is remembered once", "[attempts]") {
  auto record = tried(2);
  remember_attempt(record);
  record.last_reply = "its task is paused";
  CHECK_FALSE(tells_last_attempt(record));
  remember_attempt(record);
  CHECK(record.past.size() == 2);
  CHECK(record.past.back().reply == "451 4.3.0 try again later");
  CHECK(decode_recipient(encode(record)).value() == record);
  try_again(record, "250 2.0.0 ok");
  CHECK(tells_last_attempt(record));
  CHECK(record.past.size() == 2);
  CHECK(record.attempts == 3);
}

TEST_CASE("attempts: a long reply is cut between characters", "[attempts]") {
  auto record = tried(0);
  try_again(record, std::string(past_reply_octets_max - 1, 'x') + "\xc3\xa9");
  try_again(record, "250 ok");
  CHECK(record.past.front().reply == std::string(past_reply_octets_max - 1, 'x'));
}

TEST_CASE("attempts: any history comes back as it was", "[attempts][property]") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    CAPTURE(seed);
    seeded_random random{seed};
    recipient_record record;
    for (auto count = random.next() % 14; count > 0; --count) {
      if (random.next() % 4 == 0)
        remember_attempt(record);
      try_again(record, any_text(random, 300),
                seconds{static_cast<std::int64_t>(random.next() % 1'000'000) - 1000});
      if (random.next() % 2 == 0)
        record.charged.push_back({ledger_subject{"192.0.2.1"}, 3});
      if (random.next() % 3 == 0)
        record.remote_host = any_text(random, 40);
      record.tried_by = static_cast<std::uint16_t>(random.next() % 3);
    }
    REQUIRE(decode_recipient(encode(record)).value() == record);
  }
}

TEST_CASE("attempts: a record of an earlier release has no past", "[attempts]") {
  recipient_record old;
  old.attempts = 3;
  old.last_reply = "451 later";
  const auto read = decode_recipient(encode(old)).value();
  CHECK(read.past.empty());
  CHECK(tells_last_attempt(read));
}

TEST_CASE("spool: a Message-ID is found with and without its brackets", "[spool]") {
  CHECK(header_id_of("<a@b.example>") == header_id_of("a@b.example"));
  CHECK(header_id_of("<a@b.example>") != header_id_of("<b@b.example>"));
  CHECK(header_id_of("") != 0);
}
