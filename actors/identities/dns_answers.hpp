// What one look at the DNS asks and is answered. Pure.
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "net/dns/resolver.hpp"

namespace warmfront {

/// Each question is asked once, however many rules want to know. A look is worked out again and
/// again until it wants nothing that is not there. Bounded: beyond `questions_max` everything is a
/// failure.
class dns_answers {
public:
  struct question {
    std::string name;
    dns::record_type type = dns::record_type::a;
    friend auto operator<=>(const question&, const question&) = default;
  };
  static constexpr std::size_t questions_max = 500;

  /// The answer; null: not yet, it will be asked for.
  [[nodiscard]] const dns::record_answer* want(const std::string& name, dns::record_type type);
  /// What is to be asked now, each once.
  [[nodiscard]] std::vector<question> take_questions();
  void answer(const question& asked, dns::record_answer found);
  /// Whether all that was taken has been answered.
  [[nodiscard]] bool has_all() const noexcept { return unanswered_ == 0; }
  /// What is not answered yet counts as failed, and so does all that is asked later.
  void give_up(const std::string& why);

private:
  struct entry {
    bool is_taken = false;
    bool is_there = false;
    dns::record_answer found;
  };
  std::map<question, entry> entries_;
  std::size_t unanswered_ = 0;
  dns::record_answer given_up_; ///< what answers everything once `has_given_up_`
  bool has_given_up_ = false;
};

} // namespace warmfront
