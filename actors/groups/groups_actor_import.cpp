// How a list becomes a version of a group: its segments are durable before the version refers to
// them.

#include <utility>

#include "actors/groups/csv_reader.hpp"
#include "actors/groups/groups_actor_host.hpp"
#include "actors/groups/ndjson_reader.hpp"

namespace warmfront {

namespace {

std::unique_ptr<list_reader> reader_of(list_format format) {
  if (format == list_format::ndjson)
    return std::make_unique<ndjson_reader>();
  return std::make_unique<csv_reader>();
}

} // namespace

struct groups_host::import_run {
  import_list what;
  promise_of<import_report> promise;
  std::uint32_t base_version = 0;
  list_manifest base;
  std::unique_ptr<memory_address_index> seen;
  std::unique_ptr<list_reader> reader;
  std::unique_ptr<list_builder> builder;

  [[nodiscard]] group_identity identity() const { return {what.account, what.name}; }
};

void groups_host::import(const import_list& m, promise_of<import_report> promise) {
  auto run = std::make_shared<import_run>();
  run->what = m;
  run->promise = std::move(promise);
  auto& waiting = imports_[run->identity()];
  waiting.push_back(run);
  if (waiting.size() == 1)
    begin(run);
}

void groups_host::begin(const run_pointer& run) {
  run->seen = std::make_unique<memory_address_index>(ports_.recipients_max);
  run->reader = reader_of(run->what.format);
  if (book_.find(run->what.account, run->what.name) != nullptr)
    return read_base(run);
  const create_group made{run->what.account, run->what.name, {}};
  mirror_.change([this, made] { return book_.build(made, ports_.time->wall_now()); },
                 [this, run](const result<void>& outcome) {
                   if (!outcome && outcome.error().code != errc::already_exists)
                     return fail(run, outcome.error());
                   read_base(run);
                 });
}

void groups_host::read_base(const run_pointer& run) {
  const auto* const found = book_.find(run->what.account, run->what.name);
  if (found == nullptr)
    return fail(run, no_group(run->what.name));
  run->base_version = found->version;
  if (run->what.replaces || found->version == 0)
    return read_base_segment(run, 0);
  fetch(found->list, [this, run](const result<chunk_octets>& octets) {
    auto list = octets ? decode_manifest(*octets.value()) : result<list_manifest>{octets.error()};
    if (!list)
      return fail(run, list.error());
    run->base = std::move(list).value();
    read_base_segment(run, 0);
  });
}

void groups_host::read_base_segment(const run_pointer& run, std::size_t number) {
  if (number >= run->base.segments.size()) {
    run->builder = std::make_unique<list_builder>(*run->seen, std::move(run->base));
    return read_piece(run);
  }
  fetch(run->base.segments[number].content,
        [this, run, number](const result<chunk_octets>& octets) {
          const auto read =
              octets ? decode_segment(*octets.value()) : result<list_segment>{octets.error()};
          if (!read)
            return fail(run, read.error());
          std::vector<address_digest> digests;
          for (const auto& each : read.value().recipients)
            digests.push_back(digest_of_address(each.address));
          if (const auto added = run->seen->add(digests); !added)
            return fail(run, added.error());
          read_base_segment(run, number + 1);
        });
}

void groups_host::read_piece(const run_pointer& run) {
  run->what.octets->next([this, run, later = run_](result<std::string> piece) {
    later(std::chrono::milliseconds{0},
          [this, run, piece = std::move(piece)] { take_piece(run, piece); });
  });
}

void groups_host::take_piece(const run_pointer& run, const result<std::string>& piece) {
  if (!piece)
    return fail(run, piece.error());
  const bool is_last = piece.value().empty();
  auto outcome = run->reader->push(piece.value(), *run->builder);
  if (outcome && is_last)
    outcome = run->reader->end(*run->builder);
  if (outcome && is_last)
    outcome = run->builder->finish();
  if (!outcome)
    return fail(run, outcome.error());
  store_segments(run, [this, run, is_last] { is_last ? finish(run) : read_piece(run); });
}

void groups_host::store_segments(const run_pointer& run, std::function<void()> then) {
  std::vector<chunk_octets> chunks;
  for (auto& each : run->builder->take_segments())
    chunks.push_back(std::make_shared<const std::string>(std::move(each.octets)));
  if (chunks.empty())
    return then();
  store(std::move(chunks), [this, run, then](const result<stored_chunks>& stored) {
    if (!stored)
      return fail(run, stored.error());
    then();
  });
}

void groups_host::finish(const run_pointer& run) {
  store({std::make_shared<const std::string>(encode(run->builder->manifest()))},
        [this, run](const result<stored_chunks>& stored) {
          if (!stored)
            return fail(run, stored.error());
          make_version(run, stored.value().ids.front());
        });
}

void groups_host::make_version(const run_pointer& run, const chunk_id& list) {
  const auto& made = run->builder->manifest();
  group_draft draft;
  draft.list = list;
  draft.recipients = made.recipients;
  draft.segments = static_cast<std::uint32_t>(made.segments.size());
  for (const auto& each : made.variables)
    draft.variables.push_back({each.name, each.recipients});
  mirror_.change(
      [this, run, draft] {
        return book_.build(run->what.account, run->what.name, run->base_version, draft,
                           ports_.time->wall_now());
      },
      [this, run](const result<void>& outcome) {
        if (!outcome)
          return fail(run, outcome.error());
        const auto& read = run->builder->report();
        import_report report;
        if (const auto* const found = book_.find(run->what.account, run->what.name))
          report.group = *found;
        report.lines = read.lines;
        report.accepted = read.accepted;
        report.repeated = read.repeated;
        report.rejected = read.rejected;
        for (const auto& each : read.rejections)
          report.rejections.push_back({each.line, each.reason, each.excerpt});
        report.repeated_lines = read.repeated_lines;
        run->promise.deliver(answer<import_report>{std::move(report)});
        ended(run);
      });
}

void groups_host::fail(const run_pointer& run, const error& why) {
  run->promise.deliver(answer<import_report>{why});
  ended(run);
}

void groups_host::ended(const run_pointer& run) {
  const auto found = imports_.find(run->identity());
  found->second.pop_front();
  if (found->second.empty())
    imports_.erase(found);
  else
    begin(found->second.front());
}

} // namespace warmfront
