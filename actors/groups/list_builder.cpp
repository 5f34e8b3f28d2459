#include "actors/groups/list_builder.hpp"

#include <algorithm>
#include <cassert>
#include <iterator>
#include <limits>
#include <utility>

#include "storage/chunks.hpp"

namespace warmfront {

namespace {

constexpr auto no_variable = std::numeric_limits<std::size_t>::max();

error too_much(std::size_t limit, const char* of_what) {
  return {errc::limit_exceeded, "a group may have at most " + std::to_string(limit) + ' ' + of_what,
          "make several groups of it"};
}

} // namespace

list_builder::list_builder(address_index& seen, list_manifest base)
    : seen_{seen}, manifest_{std::move(base)}, domains_{manifest_} {}

result<void> list_builder::take_row(const list_row& row) {
  assert(row.names.size() >= names_.size() && row.values.size() == row.names.size());
  ++report_.lines;
  for (auto i = names_.size(); i < row.names.size(); ++i) {
    names_.push_back(row.names[i]);
    variables_.push_back(no_variable);
  }
  digests_.push_back(digest_of_address(row.address));
  list_recipient recipient{std::string{row.address}, {}};
  recipient.values.assign(row.values.begin(), row.values.end());
  waiting_.push_back({row.line, std::move(recipient)});
  return waiting_.size() == address_batch_max ? settle() : success();
}

result<void> list_builder::take_rejection(list_rejection rejection) {
  ++report_.lines;
  ++report_.rejected;
  if (report_.rejections.size() < report_lines_max)
    report_.rejections.push_back(std::move(rejection));
  return success();
}

result<void> list_builder::finish() {
  WARMFRONT_TRY(settle());
  WARMFRONT_TRY(close_segment());
  domains_.put_into(manifest_);
  return success();
}

std::vector<finished_segment> list_builder::take_segments() noexcept {
  return std::exchange(finished_, {});
}

result<void> list_builder::settle() {
  WARMFRONT_TRY(fresh, seen_.add(digests_));
  assert(fresh.size() == waiting_.size());
  for (std::size_t i = 0; i < fresh.size(); ++i) {
    if (fresh[i]) {
      WARMFRONT_TRY(accept(std::move(waiting_[i].recipient)));
    } else {
      note_repeat(waiting_[i].line);
    }
  }
  waiting_.clear();
  digests_.clear();
  return success();
}

void list_builder::note_repeat(std::uint64_t line) {
  ++report_.repeated;
  if (report_.repeated_lines.size() < report_lines_max)
    report_.repeated_lines.push_back(line);
}

result<void> list_builder::accept(list_recipient recipient) {
  const auto octets = encoded_octets_max(recipient);
  if (open_.size() == segment_recipients_max || open_octets_ + octets > segment_room) {
    WARMFRONT_TRY(close_segment());
  }
  WARMFRONT_TRY(count_variables(recipient));
  domains_.add(recipient.address);
  open_octets_ += octets;
  open_.push_back(std::move(recipient));
  ++report_.accepted;
  ++manifest_.recipients;
  return success();
}

result<void> list_builder::count_variables(const list_recipient& recipient) {
  auto& known = manifest_.variables;
  for (std::size_t i = 0; i < recipient.values.size(); ++i) {
    if (!recipient.values[i])
      continue;
    if (variables_[i] == no_variable) {
      const auto found = std::find_if(known.begin(), known.end(), [&](const auto& variable) {
        return variable.name == names_[i];
      });
      variables_[i] = std::size_t(found - known.begin());
      if (found == known.end())
        known.push_back({names_[i], 0});
      if (known.size() > manifest_variables_max)
        return too_much(manifest_variables_max, "variables");
    }
    ++known[variables_[i]].recipients;
  }
  return success();
}

result<void> list_builder::close_segment() {
  if (open_.empty())
    return success();
  if (manifest_.segments.size() == manifest_segments_max)
    return too_much(manifest_segments_max, "segments");
  const auto recipients = static_cast<std::uint32_t>(open_.size());
  auto octets = encode(list_segment{names_, std::exchange(open_, {})});
  open_octets_ = 0;
  const auto content = storage::chunk_id_of(octets);
  manifest_.segments.push_back({content, recipients, octets.size()});
  finished_.push_back({content, std::move(octets)});
  return success();
}

} // namespace warmfront
