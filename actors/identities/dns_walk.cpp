#include "actors/identities/dns_walk.hpp"

#include <utility>

namespace warmfront {

void dns_walk::begin(step work) {
  const auto begun = std::make_shared<look>(look{{}, std::move(work)});
  run_({}, [this, begun] { go_on(begun); });
  run_(time_max, [this, begun] {
    begun->answers.give_up("the DNS did not answer in time");
    go_on(begun);
  });
}

void dns_walk::go_on(const std::shared_ptr<look>& of) {
  if (!of->work || !of->answers.has_all())
    return;
  // With the answer of the last question at the latest; a look that is over keeps nothing alive.
  if (of->work(of->answers)) {
    of->work = {};
    return;
  }
  for (const auto& question : of->answers.take_questions())
    ask_(question, [this, run = run_, of, question](dns::record_answer found) {
      run({}, [this, of, question, found = std::move(found)]() mutable {
        of->answers.answer(question, std::move(found));
        go_on(of);
      });
    });
}

} // namespace warmfront
