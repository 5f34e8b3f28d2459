// A DNS for tests: what is not in it does not exist.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "actors/identities/dns_answers.hpp"

namespace warmfront::testing {

struct fake_zone {
  using values = std::vector<std::string>;
  std::map<dns_answers::question, dns::record_answer> records;
  std::set<std::string> broken; ///< names that get no answer
  std::size_t asked = 0;

  void put(const std::string& name, dns::record_type type, values what) {
    records[{name, type}] = {dns::answer_kind::found, std::move(what), {}};
  }
  void text(const std::string& name, values what) {
    put(name, dns::record_type::txt, std::move(what));
  }
  void erase(const std::string& name, dns::record_type type = dns::record_type::txt) {
    records.erase({name, type});
  }
  [[nodiscard]] dns::record_answer answer(const dns_answers::question& question) {
    ++asked;
    if (broken.contains(question.name))
      return {dns::answer_kind::failed, {}, "SERVFAIL"};
    const auto found = records.find(question);
    if (found != records.end())
      return found->second;
    for (const auto& [other, each] : records)
      if (other.name == question.name)
        return {dns::answer_kind::no_data, {}, {}};
    return {dns::answer_kind::no_domain, {}, {}};
  }
  /// Works a look out: `step` returns nothing until it has all answers.
  template <class Step>
  auto look(Step step) {
    dns_answers answers;
    for (;;) {
      auto made = step(answers);
      if (made)
        return *std::move(made);
      for (const auto& question : answers.take_questions())
        answers.answer(question, answer(question));
    }
  }
};

} // namespace warmfront::testing
