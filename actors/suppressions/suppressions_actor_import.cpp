// Lists from clients: read a piece at a time, written as they come. A list that breaks off leaves
// what was read of it; it can be sent again.

#include <utility>

#include "actors/suppressions/suppression_list_reader.hpp"
#include "actors/suppressions/suppressions_actor_host.hpp"

namespace warmfront {

struct suppressions_host::import_run {
  import_suppressions what;
  promise_of<suppression_import_report> promise;
  suppression_list_reader reader;
  suppression_tally tally = {};
};

void suppressions_host::import(const import_suppressions& m,
                               promise_of<suppression_import_report> promise) {
  const auto now = ports_.time->wall_now();
  if (m.until && *m.until <= now)
    return static_cast<void>(promise.deliver(answer<suppression_import_report>{
        error{errc::invalid_argument, "the time until which it counts is over",
              "give one in the future, or none", "until"}}));
  read_piece(std::make_shared<import_run>(import_run{
      m, std::move(promise), suppression_list_reader{{m.reason, m.until, m.is_csv, now}}}));
}

void suppressions_host::read_piece(const run_pointer& run) {
  run->what.source->next([this, run, later = run_later_](result<std::string> piece) {
    later(milliseconds{0}, [this, run, piece = std::move(piece)] { take_piece(run, piece); });
  });
}

void suppressions_host::take_piece(const run_pointer& run, const result<std::string>& piece) {
  if (!piece)
    return finish(run, piece.error());
  const bool is_last = piece.value().empty();
  auto outcome = run->reader.push(piece.value());
  if (outcome && is_last)
    outcome = run->reader.end();
  if (!outcome)
    return finish(run, outcome);
  write_items(run, is_last);
}

void suppressions_host::write_items(const run_pointer& run, bool is_last) {
  const auto draft = std::make_shared<suppression_draft>();
  draft->account = run->what.account;
  draft->items = run->reader.take();
  if (draft->items.empty() && !is_last)
    return read_piece(run);
  const auto tally = std::make_shared<suppression_tally>();
  writer_.change(
      storage::priority::growth,
      [this, draft, tally](suppression_edit& edit) -> result<void> {
        WARMFRONT_TRY(made, put_entries(edit, *draft, ports_.config.node, ports_.time->wall_now()));
        *tally = made;
        return success();
      },
      [this, run, is_last, tally](const result<void>& durable) {
        if (!durable)
          return finish(run, durable);
        run->tally.added += tally->added;
        run->tally.changed += tally->changed;
        if (!is_last)
          return read_piece(run);
        when_safe([this, run](const result<void>& safe) { finish(run, safe); });
      });
}

void suppressions_host::finish(const run_pointer& run, const result<void>& outcome) {
  if (!outcome)
    return static_cast<void>(
        run->promise.deliver(answer<suppression_import_report>{outcome.error()}));
  auto report = run->reader.report();
  report.added = run->tally.added;
  report.changed = run->tally.changed;
  ports_.log->write(log_level::info, "suppressions_imported",
                    {{"account", std::string_view{run->what.account.str()}},
                     {"lines", static_cast<std::int64_t>(report.lines)},
                     {"added", static_cast<std::int64_t>(report.added)},
                     {"rejected", static_cast<std::int64_t>(report.rejected)}});
  run->promise.deliver(answer<suppression_import_report>{std::move(report)});
}

} // namespace warmfront
