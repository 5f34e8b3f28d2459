#include "actors/replication/peer_codec.hpp"

#include <catch2/catch.hpp>

#include "actors/core/random.hpp"

using namespace warmfront;

namespace {

stored_copy copy_of(std::uint64_t number) {
  auto mail = std::make_shared<spooled_mail>();
  mail->record.id = message_id{wall_time{seconds{1'767'225'600}}, 3, number};
  mail->record.mail.reverse_path = "s@a.example";
  mail->record.mail.recipients = {{"r@b.example", notify::unspecified, {}},
                                  {"q@b.example", notify::unspecified, {}}};
  mail->record.pool = pool_name{"shared"};
  mail->record.copy = storage::message_copy{2, 7};
  mail->content = std::make_shared<const std::string>("Subject: x\r\n\r\nbody\r\n");
  storage::recipient_record state;
  state.attempts = 4;
  state.last_reply = "451 later";
  return {mail, {{1, state}}};
}

} // namespace

TEST_CASE("peer codec: copies come out as they went in", "[replication]") {
  const auto sent = copy_of(1);
  const auto read = decode_copies(encode_copies(9, {sent, copy_of(2)}));
  REQUIRE(read);
  CHECK(read.value().number == 9);
  REQUIRE(read.value().mails.size() == 2);
  CHECK(read.value().mails[0].mail->record == sent.mail->record);
  CHECK(*read.value().mails[0].mail->content == *sent.mail->content);
  CHECK(read.value().mails[0].recipients == sent.recipients);
}

TEST_CASE("peer codec: outcomes and answers come out as they went in", "[replication]") {
  const auto id = copy_of(1).mail->record.id;
  copy_progress outcome;
  outcome.recipient = {id, 1};
  outcome.record.attempts = 2;
  outcome.last_of_message = true;
  const auto read = decode_progress(encode_progress(4, {outcome}));
  REQUIRE(read);
  CHECK(read.value().number == 4);
  REQUIRE(read.value().recipients.size() == 1);
  CHECK(read.value().recipients[0].recipient.message == id);
  CHECK(read.value().recipients[0].recipient.index == 1);
  CHECK(read.value().recipients[0].record == outcome.record);
  CHECK(read.value().recipients[0].last_of_message);
  CHECK(decode_progress_answer(encode_progress_answer(4)).value() == 4);
  const auto answer = decode_copies_answer(encode_copies_answer({5, {id}}));
  REQUIRE(answer);
  CHECK(answer.value().number == 5);
  CHECK(answer.value().refused == std::vector{id});
}

TEST_CASE("peer codec: a recipient that the mail does not have is refused", "[replication]") {
  auto sent = copy_of(1);
  sent.recipients[0].first = 2;
  CHECK(decode_copies(encode_copies(9, {sent})).error().code == errc::protocol);
}

TEST_CASE("peer codec: any octets are a frame or an error", "[replication]") {
  seeded_random random{7};
  const auto whole = encode_copies(9, {copy_of(1), copy_of(2)});
  for (int i = 0; i < 20'000; ++i) {
    auto octets = i % 2 == 0 ? whole : std::string(random.next() % 80, '\0');
    for (auto changes = 1 + random.next() % 6; changes > 0 && !octets.empty(); --changes)
      octets[random.next() % octets.size()] = static_cast<char>(random.next());
    octets.resize(random.next() % (octets.size() + 1));
    (void)decode_copies(octets).has_value();
    (void)decode_copies_answer(octets).has_value();
    (void)decode_progress(octets).has_value();
    (void)decode_progress_answer(octets).has_value();
  }
}
