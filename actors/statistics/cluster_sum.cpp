#include "actors/statistics/cluster_sum.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace warmfront {

namespace {

/// Cuts an answer into frames of at most `frame_rows_max` rows.
std::vector<sum_part> in_parts(std::uint64_t number, std::vector<sum_of_origin> sums) {
  std::vector<sum_part> parts(1);
  std::size_t rows = 0;
  for (auto& sum : sums) {
    auto from = sum.rows.begin();
    do {
      if (rows == frame_rows_max) {
        parts.emplace_back();
        rows = 0;
      }
      const auto count = std::min<std::size_t>(
          frame_rows_max - rows, static_cast<std::size_t>(std::distance(from, sum.rows.end())));
      const auto end = from + static_cast<std::ptrdiff_t>(count);
      parts.back().origins.push_back(
          {sum.origin,
           sum.is_own,
           sum.as_of,
           {std::make_move_iterator(from), std::make_move_iterator(end)}});
      rows += count;
      from = end;
    } while (from != sum.rows.end());
  }
  for (auto& part : parts)
    part.number = number;
  parts.back().is_last = true;
  return parts;
}

/// A sum that came in several frames is one again.
void join(std::vector<sum_of_origin>& to, std::vector<sum_of_origin> more) {
  for (auto& each : more) {
    const auto same = std::ranges::find(to, each.origin, &sum_of_origin::origin);
    if (same == to.end())
      to.push_back(std::move(each));
    else
      std::ranges::move(each.rows, std::back_inserter(same->rows));
  }
}

std::size_t rows_in(const std::vector<sum_of_origin>& parts) {
  std::size_t rows = 0;
  for (const auto& each : parts)
    rows += each.rows.size();
  return rows;
}

} // namespace

void cluster_sum::joined(const node_name& peer) {
  effects_.send(peer, encode_hello(self_));
}

void cluster_sum::lost(const node_name& peer) {
  peers_.erase(peer);
  std::vector<std::uint64_t> complete;
  for (const auto& [number, question] : open_)
    if (question->missing.erase(peer) > 0 && question->missing.empty())
      complete.push_back(number);
  for (const auto number : complete)
    finish(number);
}

void cluster_sum::tick() {
  std::vector<std::uint64_t> late;
  for (const auto& [number, question] : open_)
    if (effects_.steady_now() >= question->until)
      late.push_back(number);
  for (const auto number : late)
    finish(number);
}

result<void> cluster_sum::hello(const node_name& from, const std::string& octets) {
  WARMFRONT_TRY(origin, decode_hello(octets));
  peers_.insert_or_assign(from, origin);
  return success();
}

void cluster_sum::ask(sum_statistics question, callback then) {
  if (const auto good = check_question(question); !good)
    return then(good.error());
  if (open_.size() >= questions_max)
    return then(error{errc::unavailable, "too many ask for statistics", "try again in a moment"});
  const bool here_only = question.here_only;
  auto asked = std::make_shared<open_question>(std::move(question));
  asked->then = std::move(then);
  asked->until = effects_.steady_now() + answer_within;
  const auto number = next_number_++;
  open_.emplace(number, asked);
  sum_question frame{number, asked->what, {self_}};
  for (const auto& [name, origin] : peers_)
    if (!here_only) {
      frame.answering.push_back(origin);
      asked->missing.try_emplace(name);
    }
  for (const auto& [name, told] : asked->missing)
    effects_.send(name, encode(frame));
  auto own = effects_.own_rows(asked->what);
  auto kept =
      own && !here_only
          ? effects_.kept_rows(asked->what, {frame.answering.begin(), frame.answering.end()})
          : result<std::vector<sum_of_origin>>{std::vector<sum_of_origin>{}};
  if (!own || !kept) {
    asked->failure = own ? kept.error() : own.error();
  } else {
    absorb(*asked, {{self_, true, {}, std::move(own).value()}});
    absorb(*asked, std::move(kept).value());
  }
  if (asked->missing.empty() || asked->failure)
    finish(number);
}

void cluster_sum::note(open_question& question, const result<void>& added) {
  if (!added && !question.failure)
    question.failure = added.error();
}

void cluster_sum::absorb(open_question& question, std::vector<sum_of_origin> parts) {
  for (auto& each : parts) {
    if (each.is_own) {
      if (question.told_themselves.insert(each.origin).second)
        for (const auto& row : each.rows)
          note(question, question.total.add(row));
      continue;
    }
    const auto known = question.kept.find(each.origin);
    if (known == question.kept.end() || known->second.as_of < each.as_of)
      question.kept.insert_or_assign(each.origin, std::move(each));
  }
}

result<void> cluster_sum::told(const node_name& from, const std::string& octets) {
  WARMFRONT_TRY(part, decode_sum_part(octets));
  const auto found = open_.find(part.number);
  if (found == open_.end())
    return success(); // too late
  auto& question = *found->second;
  const auto waits = question.missing.find(from);
  if (waits == question.missing.end())
    return success();
  join(waits->second, std::move(part.origins));
  if (part.failure)
    question.failure = part.failure;
  else if (rows_in(waits->second) > statistics_sum::rows_max * 2)
    question.failure = error{errc::limit_exceeded, "these are too many rows", "ask for less", "by"};
  if (question.failure) {
    finish(part.number);
    return success();
  }
  if (!part.is_last)
    return success();
  absorb(question, std::move(waits->second));
  question.missing.erase(waits);
  if (question.missing.empty())
    finish(part.number);
  return success();
}

// Dead and removed nodes do not answer; what is kept of them stands for them. Whoever may have more
// is named.
std::vector<node_name> cluster_sum::unanswered(const open_question& question) const {
  std::vector<node_name> names;
  const auto is_told = [&](const member& of) {
    return std::ranges::any_of(question.told_themselves, [&](const counters_origin& origin) {
      return origin.node == of.number;
    });
  };
  const auto is_kept = [&](const member& of) {
    return std::ranges::any_of(question.kept, [&](const auto& each) {
      return each.first.node == of.number && each.second.as_of != wall_time{};
    });
  };
  for (const auto& each : members_)
    if (!each.self && !is_told(each) && each.state != node_state::removed &&
        !(each.ended && is_kept(each)))
      names.push_back(each.name);
  return names;
}

void cluster_sum::finish(std::uint64_t number) {
  const auto question = open_.extract(number).mapped();
  for (const auto& [origin, sum] : question->kept)
    if (!question->told_themselves.contains(origin))
      for (const auto& row : sum.rows)
        note(*question, question->total.add(row));
  if (question->failure)
    return question->then(*question->failure);
  question->then(statistics_report{question->total.rows(), question->what.here_only
                                                               ? std::vector<node_name>{}
                                                               : unanswered(*question)});
}

result<void> cluster_sum::asked(const node_name& from, const std::string& octets) {
  WARMFRONT_TRY(question, decode_sum_question(octets));
  sum_part failed{question.number, {}, true, std::nullopt};
  if (const auto good = check_question(question.what); !good) {
    failed.failure = good.error();
    effects_.send(from, encode(failed));
    return success();
  }
  auto own = effects_.own_rows(question.what);
  std::set<counters_origin> but{question.answering.begin(), question.answering.end()};
  but.insert(self_);
  auto kept = effects_.kept_rows(question.what, but);
  if (!own || !kept) {
    failed.failure = own ? kept.error() : own.error();
    effects_.send(from, encode(failed));
    return success();
  }
  auto sums = std::move(kept).value();
  sums.insert(sums.begin(), {self_, true, {}, std::move(own).value()});
  for (auto& part : in_parts(question.number, std::move(sums)))
    effects_.send(from, encode(part));
  return success();
}

} // namespace warmfront
