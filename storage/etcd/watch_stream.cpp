#include "storage/etcd/watch_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/core.h>

namespace warmfront::storage {

namespace {

/// One message holds up to a thousand revisions; control records are small.
constexpr std::size_t line_octets_max = std::size_t{256} << 20;

} // namespace

watch_stream::watch_stream(etcd_codec codec, revision from)
    : codec_{std::move(codec)}, next_{std::max<revision>(from, 1)} {}

std::string watch_stream::connect() {
  line_.clear();
  answered_ = false;
  // Before 3.4.33 a watch from exactly the compacted revision misses the deletions of it without
  // a word. So it begins one earlier: then etcd says that the revision is compacted. 0 means "from
  // now on" to etcd, and nothing happens at revision 1.
  return codec_.watch_request(std::max<revision>(next_ - 1, 1));
}

watch_step watch_stream::take(std::string_view octets) {
  watch_step step;
  while (!octets.empty()) {
    const auto end = octets.find('\n');
    line_ += octets.substr(0, end);
    if (line_.size() > line_octets_max) {
      step.failure = error{errc::limit_exceeded,
                           fmt::format("watch control records from revision {}: a message of more "
                                       "than {} octets",
                                       next_, line_octets_max),
                           "read the records anew"};
      break;
    }
    if (end == std::string_view::npos) {
      break;
    }
    if (const auto taken = take_line(std::exchange(line_, {}), step.events); !taken) {
      step.failure = taken.error();
      break;
    }
    octets.remove_prefix(end + 1);
  }
  return step;
}

result<void> watch_stream::take_line(const std::string& line, std::vector<control_event>& events) {
  if (line.empty()) {
    return success();
  }
  WARMFRONT_TRY(message, codec_.watch_answer(line));
  answered_ = true;
  if (message.compacted != 0) {
    return error{errc::not_found,
                 fmt::format("watch control records from revision {}: compacted up to {}", next_,
                             message.compacted),
                 "read the records anew, then watch from there"};
  }
  if (message.canceled) {
    return error{errc::unavailable,
                 fmt::format("watch control records from revision {}: ended by etcd", next_),
                 "it is tried again"};
  }
  const bool progress = message.events.empty() && !message.created;
  auto last = progress ? message.at : revision{0};
  for (auto& event : message.events) {
    last = std::max(last, event.record.modified);
    if (event.record.modified >= next_) {
      events.push_back(std::move(event));
    }
  }
  next_ = std::max(next_, last + 1);
  return success();
}

} // namespace warmfront::storage
