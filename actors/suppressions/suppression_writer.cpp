#include "actors/suppressions/suppression_writer.hpp"

#include <utility>
#include <vector>

namespace warmfront {

namespace {

/// Entries in one commit, but for those of one command.
constexpr std::size_t entries_per_commit = 2000;

} // namespace

suppression_writer::suppression_writer(storage::store& disk, storage::suppression_reader* reader,
                                       runner run)
    : disk_{disk}, reader_{reader}, run_{std::move(run)}, alive_{std::make_shared<bool>(true)} {}

suppression_writer::~suppression_writer() {
  *alive_ = false;
}

result<void> suppression_writer::open() {
  WARMFRONT_TRY(facts, storage::read_suppression_facts(disk_));
  facts_ = std::move(facts);
  return success();
}

void suppression_writer::change(storage::priority urgency, work what, outcome then) {
  waiting_.push_back({urgency, std::move(what), std::move(then)});
  pump();
}

void suppression_writer::pump() {
  if (committing_ || waiting_.empty())
    return;
  committing_ = true;
  suppression_edit edit{disk_, facts_};
  std::vector<outcome> whom;
  const auto urgency = waiting_.front().urgency;
  while (!waiting_.empty() && waiting_.front().urgency == urgency &&
         edit.size() < entries_per_commit) {
    auto next = std::move(waiting_.front());
    waiting_.pop_front();
    const auto made = next.what(edit);
    if (made)
      whom.push_back(std::move(next.then));
    else
      whom.push_back([then = std::move(next.then), made](const result<void>&) { then(made); });
  }
  disk_.commit(edit.changes(), urgency,
               [this, run = run_, alive = alive_, changed = edit.changed(),
                whom = std::move(whom)](const result<void>& durable) {
                 run([this, alive, changed, whom, durable] {
                   if (*alive)
                     committed(changed, whom, durable);
                 });
               });
}

void suppression_writer::committed(const storage::suppression_facts& changed,
                                   const std::vector<outcome>& whom, const result<void>& durable) {
  committing_ = false;
  if (durable) {
    storage::apply_suppression_facts(facts_, changed);
    if (reader_ != nullptr)
      for (const auto& [key, count] : changed.counts)
        reader_->note_account(account_name{key.substr(0, key.find('/'))});
    if (told_)
      told_();
  }
  for (const auto& each : whom)
    each(durable);
  pump();
}

} // namespace warmfront
