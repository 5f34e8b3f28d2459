#include "actors/identities/dns_answers.hpp"

#include <utility>

namespace warmfront {

const dns::record_answer* dns_answers::want(const std::string& name, dns::record_type type) {
  static const dns::record_answer too_many{
      dns::answer_kind::failed, {}, "the records lead to too many questions"};
  const auto found = entries_.find({name, type});
  if (found != entries_.end())
    return found->second.is_there ? &found->second.found : nullptr;
  if (has_given_up_)
    return &given_up_;
  if (entries_.size() >= questions_max)
    return &too_many;
  entries_.emplace(question{name, type}, entry{});
  return nullptr;
}

std::vector<dns_answers::question> dns_answers::take_questions() {
  std::vector<question> next;
  for (auto& [asked, each] : entries_)
    if (!std::exchange(each.is_taken, true))
      next.push_back(asked);
  unanswered_ += next.size();
  return next;
}

void dns_answers::answer(const question& asked, dns::record_answer found) {
  const auto at = entries_.find(asked);
  if (at == entries_.end() || at->second.is_there)
    return;
  if (at->second.is_taken)
    --unanswered_;
  at->second.is_taken = true;
  at->second.is_there = true;
  at->second.found = std::move(found);
}

void dns_answers::give_up(const std::string& why) {
  has_given_up_ = true;
  given_up_ = {dns::answer_kind::failed, {}, why};
  for (auto& [asked, each] : entries_)
    if (!each.is_there)
      answer(asked, given_up_);
}

} // namespace warmfront
