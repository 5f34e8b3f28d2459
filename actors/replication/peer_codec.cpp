#include "actors/replication/peer_codec.hpp"

#include <utility>

#include "storage/formats/peer.pb.h"
#include "storage/spool.hpp"

namespace warmfront {

namespace {

error garbled(const char* what) {
  return {errc::protocol, std::string{"a peer's frame about "} + what + " cannot be read",
          "see that the nodes run neighbouring releases"};
}

template <class Record>
result<Record> parse(const std::string& octets, const char* what) {
  Record record;
  if (!record.ParseFromString(octets) || record.number() == 0)
    return garbled(what);
  return record;
}

} // namespace

std::string encode_copies(std::uint64_t number, const std::vector<stored_copy>& mails) {
  formats::keep_copies frame;
  frame.set_number(number);
  for (const auto& each : mails) {
    auto& mail = *frame.add_mails();
    mail.set_record(storage::encode(each.mail->record));
    mail.set_content(*each.mail->content);
    for (const auto& [index, record] : each.recipients) {
      auto& recipient = *mail.add_recipients();
      recipient.set_index(index);
      recipient.set_record(storage::encode(record));
    }
  }
  return frame.SerializeAsString();
}

std::string encode_copies_answer(const copies_answer& value) {
  formats::copies_kept frame;
  frame.set_number(value.number);
  for (const auto& id : value.refused)
    frame.add_refused(std::string{id.octet_view()});
  return frame.SerializeAsString();
}

std::string encode_progress(std::uint64_t number, const std::vector<copy_progress>& recipients) {
  formats::keep_progress frame;
  frame.set_number(number);
  for (const auto& each : recipients) {
    auto& recipient = *frame.add_recipients();
    recipient.set_message(std::string{each.recipient.message.octet_view()});
    recipient.set_index(each.recipient.index);
    recipient.set_record(storage::encode(each.record));
    recipient.set_last_of_message(each.last_of_message);
  }
  return frame.SerializeAsString();
}

std::string encode_progress_answer(std::uint64_t number) {
  formats::progress_kept frame;
  frame.set_number(number);
  return frame.SerializeAsString();
}

std::string encode_taken(const mails_taken& value) {
  formats::mails_taken frame;
  frame.set_number(value.number);
  for (const auto& id : value.unknown)
    frame.add_unknown(std::string{id.octet_view()});
  for (const auto& id : value.elsewhere)
    frame.add_elsewhere(std::string{id.octet_view()});
  return frame.SerializeAsString();
}

std::string encode_messages(const numbered_messages& value) {
  formats::numbered_messages frame;
  frame.set_number(value.number);
  for (const auto& id : value.ids)
    frame.add_messages(std::string{id.octet_view()});
  return frame.SerializeAsString();
}

result<numbered_copies> decode_copies(const std::string& octets) {
  WARMFRONT_TRY(frame, parse<formats::keep_copies>(octets, "copies"));
  numbered_copies copies{frame.number(), {}};
  for (auto& each : *frame.mutable_mails()) {
    auto mail = std::make_shared<spooled_mail>();
    WARMFRONT_TRY(record, storage::decode_message(each.record()));
    mail->record = std::move(record);
    mail->content = std::make_shared<const std::string>(std::move(*each.mutable_content()));
    stored_copy copy{std::move(mail), {}};
    for (const auto& recipient : each.recipients()) {
      WARMFRONT_TRY(state, storage::decode_recipient(recipient.record()));
      if (recipient.index() >= copy.mail->record.mail.recipients.size())
        return garbled("copies");
      copy.recipients.emplace_back(recipient.index(), std::move(state));
    }
    copies.mails.push_back(std::move(copy));
  }
  return copies;
}

result<copies_answer> decode_copies_answer(const std::string& octets) {
  WARMFRONT_TRY(frame, parse<formats::copies_kept>(octets, "copies kept"));
  copies_answer answer{frame.number(), {}};
  for (const auto& id : frame.refused()) {
    if (id.size() != message_id::octets)
      return garbled("copies kept");
    answer.refused.push_back(message_id::from_octets(id));
  }
  return answer;
}

result<mails_taken> decode_taken(const std::string& octets) {
  WARMFRONT_TRY(frame, parse<formats::mails_taken>(octets, "mails taken"));
  mails_taken taken{frame.number(), {}, {}};
  for (const auto* const list : {&frame.unknown(), &frame.elsewhere()})
    for (const auto& id : *list) {
      if (id.size() != message_id::octets)
        return garbled("mails taken");
      (list == &frame.unknown() ? taken.unknown : taken.elsewhere)
          .push_back(message_id::from_octets(id));
    }
  return taken;
}

result<numbered_progress> decode_progress(const std::string& octets) {
  WARMFRONT_TRY(frame, parse<formats::keep_progress>(octets, "outcomes"));
  numbered_progress progress{frame.number(), {}};
  for (const auto& each : frame.recipients()) {
    if (each.message().size() != message_id::octets)
      return garbled("outcomes");
    copy_progress read;
    read.recipient = {message_id::from_octets(each.message()), each.index()};
    WARMFRONT_TRY(state, storage::decode_recipient(each.record()));
    read.record = std::move(state);
    read.last_of_message = each.last_of_message();
    progress.recipients.push_back(std::move(read));
  }
  return progress;
}

result<std::uint64_t> decode_progress_answer(const std::string& octets) {
  WARMFRONT_TRY(frame, parse<formats::progress_kept>(octets, "outcomes kept"));
  return frame.number();
}

result<numbered_messages> decode_messages(const std::string& octets) {
  WARMFRONT_TRY(frame, parse<formats::numbered_messages>(octets, "adopted mails"));
  numbered_messages read{frame.number(), {}};
  for (const auto& id : frame.messages()) {
    if (id.size() != message_id::octets)
      return garbled("adopted mails");
    read.ids.push_back(message_id::from_octets(id));
  }
  return read;
}

} // namespace warmfront
