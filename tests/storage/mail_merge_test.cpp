#include "storage/mail_merge.hpp"

#include <catch2/catch.hpp>

#include "storage/spool.hpp"

using namespace warmfront;

TEST_CASE("mail merge record: what is written is read, absent is not empty", "[storage]") {
  storage::mail_merge merge;
  merge.from = "Ada <ada@example.net>";
  merge.reply_to = {"a@example.net", "b@example.net"};
  merge.content = {"s", "h", "t"};
  merge.headers = {{"X-A", "1"}, {"X-A", "2"}};
  merge.attachments = {{"a.pdf", "application/pdf", std::string("\0\xff", 2), "logo"}};
  merge.defaults = {{"city", "Oslo"}};
  merge.names = {"name", "city"};
  merge.rows = {{"b@example.org", {"Bob", std::nullopt}},
                {"c@example.org", {std::nullopt, ""}},
                {"d@example.org", {std::nullopt, std::nullopt}}};
  CHECK(storage::decode_mail_merge(storage::encode(merge)).value() == merge);
  CHECK(storage::decode_mail_merge("").error().code == errc::storage_corrupt);
  CHECK(storage::decode_mail_merge("nonsense").error().code == errc::storage_corrupt);
}

TEST_CASE("mail merge record: an older release does not take one for a mail", "[storage]") {
  storage::spooled_message message;
  const auto usual = storage::encode(message);
  message.is_merge = true;
  const auto merge = storage::encode(message);
  CHECK(storage::decode_message(merge).value().is_merge);
  CHECK_FALSE(storage::decode_message(usual).value().is_merge);
  // Field 1 is the schema: releases before merges read up to 1.
  CHECK(usual.substr(0, 2) == "\x08\x01");
  CHECK(merge.substr(0, 2) == "\x08\x02");
}
