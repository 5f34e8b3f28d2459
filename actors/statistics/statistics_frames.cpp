#include "actors/statistics/statistics_frames.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "storage/counter.hpp"
#include "storage/formats/peer.pb.h"
#include "storage/record.hpp"
#include "storage/statistics.hpp"

namespace warmfront {

namespace {

constexpr int origins_max = 1'000;
constexpr int splits_max = 7;

error unreadable_statistics_frame() {
  return {errc::protocol, "a peer's frame about statistics cannot be read", {}};
}

template <class Frame>
peer_frame statistics_frame_of(statistics_frame kind, const Frame& value) {
  return {static_cast<std::uint16_t>(kind), value.SerializeAsString()};
}

void write_origin(formats::counters_origin& to, const counters_origin& from) {
  to.set_node(from.node);
  to.set_instance(from.instance);
}

counters_origin read_origin(const formats::counters_origin& from) {
  return {static_cast<std::uint16_t>(from.node()), from.instance()};
}

bool is_counter_key(const std::string& key) {
  return key.size() <= counter_key_octets_max &&
         (storage::parse_statistics_key(key) || storage::parse_way_key(key));
}

void write_row(formats::sum_row& to, const statistics_row& from) {
  to.add_of(from.of);
  for (const auto& each : from.further)
    to.add_of(each);
  for (const auto& field : count_fields)
    to.add_counts(static_cast<std::int64_t>(from.counts.*field.value));
}

result<statistics_row> read_row(const formats::sum_row& from) {
  if (from.of_size() == 0 || from.of_size() > splits_max)
    return unreadable_statistics_frame();
  statistics_row row;
  row.of = from.of(0);
  row.further.assign(from.of().begin() + 1, from.of().end());
  // A later release counts more, an earlier one less.
  const auto known =
      std::min<std::size_t>(count_fields.size(), static_cast<std::size_t>(from.counts_size()));
  for (std::size_t i = 0; i < known; ++i)
    row.counts.*count_fields[i].value =
        static_cast<std::uint64_t>(from.counts(static_cast<int>(i)));
  return row;
}

result<sum_of_origin> read_sum(const formats::sum_of_origin& from) {
  sum_of_origin value{
      read_origin(from.origin()), from.is_own(), storage::read_time(from.as_of()), {}};
  for (const auto& each : from.rows()) {
    WARMFRONT_TRY(row, read_row(each));
    value.rows.push_back(std::move(row));
  }
  return value;
}

utc_day read_day(std::int32_t day) {
  return utc_day{std::chrono::days{day}};
}

std::int32_t day_number(utc_day day) {
  return static_cast<std::int32_t>(day.time_since_epoch().count());
}

} // namespace

peer_frame encode_hello(const counters_origin& value) {
  formats::statistics_hello frame;
  write_origin(*frame.mutable_origin(), value);
  return statistics_frame_of(statistics_frame::hello, frame);
}

result<counters_origin> decode_hello(const std::string& octets) {
  formats::statistics_hello frame;
  if (!frame.ParseFromString(octets))
    return unreadable_statistics_frame();
  return read_origin(frame.origin());
}

peer_frame encode(const kept_counters& value) {
  formats::keep_counters frame;
  frame.set_number(value.number);
  write_origin(*frame.mutable_origin(), value.origin);
  for (const auto& each : value.rows) {
    auto& row = *frame.add_rows();
    row.set_key(each.key);
    row.set_value(storage::parse_counter(each.value).value_or(0));
  }
  frame.set_is_complete(value.is_complete);
  frame.set_as_of(storage::stored_time(value.as_of));
  return statistics_frame_of(statistics_frame::keep_counters, frame);
}

result<kept_counters> decode_kept_counters(const std::string& octets) {
  formats::keep_counters frame;
  if (!frame.ParseFromString(octets) ||
      static_cast<std::size_t>(frame.rows_size()) > frame_rows_max || frame.as_of() < 0)
    return unreadable_statistics_frame();
  kept_counters value{frame.number(),
                      read_origin(frame.origin()),
                      {},
                      frame.is_complete(),
                      storage::read_time(frame.as_of())};
  for (const auto& each : frame.rows()) {
    // A later release may count what this one does not know: it keeps what it does.
    if (is_counter_key(each.key()))
      value.rows.push_back({each.key(), std::to_string(each.value())});
  }
  return value;
}

peer_frame encode(const counters_receipt& value) {
  formats::counters_kept frame;
  frame.set_number(value.number);
  frame.set_is_kept(value.is_kept);
  frame.set_was_complete(value.was_complete);
  return statistics_frame_of(statistics_frame::counters_kept, frame);
}

result<counters_receipt> decode_receipt(const std::string& octets) {
  formats::counters_kept frame;
  if (!frame.ParseFromString(octets))
    return unreadable_statistics_frame();
  return counters_receipt{frame.number(), frame.is_kept(), frame.was_complete()};
}

peer_frame encode(const sum_question& value) {
  const auto& what = value.what;
  formats::ask_sum frame;
  frame.set_number(value.number);
  frame.set_account(what.account.str());
  frame.set_from_day(day_number(what.from));
  frame.set_to_day(day_number(what.to));
  frame.set_sender_domain(what.sender_domain.str());
  frame.set_receiver(what.receiver.str());
  frame.add_by(static_cast<std::uint32_t>(what.by));
  for (const auto each : what.further_by)
    frame.add_by(static_cast<std::uint32_t>(each));
  frame.set_provider(what.provider.str());
  frame.set_source(what.source.str());
  frame.set_of_task(what.task.has_value());
  frame.set_task(static_cast<std::uint64_t>(what.task.value_or(task_id::none)));
  frame.set_from_template(what.from_template.str());
  for (const auto& each : value.answering)
    write_origin(*frame.add_answering(), each);
  return statistics_frame_of(statistics_frame::ask_sum, frame);
}

result<sum_question> decode_sum_question(const std::string& octets) {
  formats::ask_sum frame;
  if (!frame.ParseFromString(octets) || frame.by_size() == 0 || frame.by_size() > splits_max ||
      frame.answering_size() > origins_max)
    return unreadable_statistics_frame();
  sum_question value;
  value.number = frame.number();
  auto& what = value.what;
  what.account = account_name{frame.account()};
  what.from = read_day(frame.from_day());
  what.to = read_day(frame.to_day());
  what.sender_domain = domain_name{frame.sender_domain()};
  what.receiver = domain_name{frame.receiver()};
  for (const auto each : frame.by()) {
    if (each > static_cast<std::uint32_t>(counted_by::from_template))
      return unreadable_statistics_frame();
    what.further_by.push_back(static_cast<counted_by>(each));
  }
  what.by = what.further_by.front();
  what.further_by.erase(what.further_by.begin());
  what.provider = provider_name{frame.provider()};
  what.source = ip_address{frame.source()};
  if (frame.of_task())
    what.task = task_id{frame.task()};
  what.from_template = template_name{frame.from_template()};
  for (const auto& each : frame.answering())
    value.answering.push_back(read_origin(each));
  return value;
}

peer_frame encode(const sum_part& value) {
  formats::sum_part frame;
  frame.set_number(value.number);
  for (const auto& each : value.origins) {
    auto& sum = *frame.add_origins();
    write_origin(*sum.mutable_origin(), each.origin);
    sum.set_is_own(each.is_own);
    sum.set_as_of(storage::stored_time(each.as_of));
    for (const auto& row : each.rows)
      write_row(*sum.add_rows(), row);
  }
  frame.set_is_last(value.is_last);
  if (value.failure) {
    frame.set_failure(static_cast<std::uint32_t>(value.failure->code));
    frame.set_what(value.failure->what);
  }
  return statistics_frame_of(statistics_frame::sum_part, frame);
}

result<sum_part> decode_sum_part(const std::string& octets) {
  formats::sum_part frame;
  if (!frame.ParseFromString(octets) || frame.origins_size() > origins_max)
    return unreadable_statistics_frame();
  sum_part value{frame.number(), {}, frame.is_last(), std::nullopt};
  std::size_t rows = 0;
  for (const auto& each : frame.origins()) {
    WARMFRONT_TRY(sum, read_sum(each));
    rows += sum.rows.size();
    value.origins.push_back(std::move(sum));
  }
  if (rows > frame_rows_max)
    return unreadable_statistics_frame();
  if (frame.failure() != 0)
    value.failure = error{frame.failure() == static_cast<std::uint32_t>(errc::limit_exceeded)
                              ? errc::limit_exceeded
                              : errc::unavailable,
                          frame.what(), "ask for less, or again"};
  return value;
}

} // namespace warmfront
