#include "actors/webhooks/event_file.hpp"

#include <utility>

#include "actors/core/octets.hpp"
#include "actors/webhooks/event_json.hpp"

namespace warmfront {

namespace {

constexpr std::string_view file_position_prefix = "wf";

std::string file_position_key(storage::event_stream stream) {
  return std::string{file_position_prefix} + static_cast<char>(stream);
}

} // namespace

event_file::event_file(storage::store& store, event_log& log, std::string node,
                       std::function<result<void>(const std::string& lines)> write)
    : store_{store}, log_{log}, node_{std::move(node)}, write_{std::move(write)} {}

bool event_file::turn(event_pages& pages) {
  if (!std::exchange(is_open_, true))
    for (const auto stream : event_streams) {
      const auto stored = store_.get(storage::family::events, file_position_key(stream));
      if (stored && stored.value() && stored.value()->size() == 8)
        written_.at(index_of(stream)) = read_number(*stored.value());
    }
  std::string lines;
  auto after = written_;
  for (const auto stream : event_streams)
    for (const auto& each : pages.read(stream, written_.at(index_of(stream)) + 1)) {
      lines += event_line(each.value, node_);
      lines += '\n';
      after.at(index_of(stream)) = each.number;
    }
  if (lines.empty())
    return false;
  const auto outcome = write_(lines);
  if (!outcome) {
    if (!std::exchange(has_complained_, true))
      log_.write(log_level::error, "event_file_not_written",
                 {{"what", std::string_view{outcome.error().what}}});
    return false; // the log keeps them
  }
  has_complained_ = false;
  storage::batch position;
  for (const auto stream : event_streams) {
    auto& written = written_.at(index_of(stream));
    if (std::exchange(written, after.at(index_of(stream))) == after.at(index_of(stream)))
      continue;
    std::string value;
    append_number(value, written, 8);
    position.put(storage::family::events, file_position_key(stream), std::move(value));
  }
  store_.commit(std::move(position), storage::priority::upkeep, [](const result<void>&) {});
  return true;
}

} // namespace warmfront
