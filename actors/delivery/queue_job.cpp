#include "actors/delivery/queue_job.hpp"

#include <utility>

#include "storage/formats/queue_actions.pb.h"
#include "storage/record.hpp"

namespace warmfront {

namespace {

constexpr std::uint32_t queue_job_schema = 1;
constexpr char queue_job_mark = 'a';

std::int64_t stored_or_none(const std::optional<wall_time>& at) {
  return at ? storage::stored_time(*at) : 0;
}

std::optional<wall_time> time_or_none(std::int64_t stored) {
  return stored == 0 ? std::nullopt : std::optional{storage::read_time(stored)};
}

} // namespace

bool operator==(const queue_job& a, const queue_job& b) {
  return encode(a) == encode(b);
}

std::string queue_job_prefix() {
  return std::string(1, queue_job_mark);
}

std::string queue_job_key(std::string_view id) {
  return queue_job_mark + std::string{id};
}

std::string encode(const queue_job& value) {
  const auto& [id, action, filter, by, expected, recipients, busy, started_at, finished_at] =
      value.report;
  formats::queue_job_record record;
  record.set_schema(queue_job_schema);
  record.set_id(id);
  record.set_action(static_cast<std::uint32_t>(action));
  record.set_pool(filter.pool.str());
  record.set_provider(filter.provider.str());
  record.set_reason(filter.reason);
  record.set_sender_domain(filter.sender_domain.str());
  record.set_task(static_cast<std::uint64_t>(filter.task));
  record.set_accepted_before(stored_or_none(filter.accepted_before));
  record.set_by(by);
  record.set_expected(expected);
  record.set_recipients(recipients);
  record.set_busy(busy);
  record.set_started_at(storage::stored_time(started_at));
  record.set_finished_at(stored_or_none(finished_at));
  record.set_cursor(value.cursor);
  return record.SerializeAsString();
}

result<queue_job> decode_queue_job(std::string_view octets) {
  formats::queue_job_record record;
  WARMFRONT_TRY(
      storage::parse_record_into(record, octets, queue_job_schema, "an action on the queue"));
  if (record.action() < 1 || record.action() > 3)
    return error{errc::storage_corrupt, "read an action on the queue: there is no such action",
                 "restore the data directory from a backup or a peer"};
  queue_job value;
  auto& report = value.report;
  report.id = record.id();
  report.action = static_cast<queue_action>(record.action());
  report.filter = {pool_name{record.pool()}, provider_name{record.provider()},
                   record.reason(),          domain_name{record.sender_domain()},
                   task_id{record.task()},   time_or_none(record.accepted_before())};
  report.by = record.by();
  report.expected = record.expected();
  report.recipients = record.recipients();
  report.busy = record.busy();
  report.started_at = storage::read_time(record.started_at());
  report.finished_at = time_or_none(record.finished_at());
  value.cursor = record.cursor();
  return value;
}

} // namespace warmfront
