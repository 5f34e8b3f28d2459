#include "actors/provisioning/inspector.hpp"

namespace warmfront {

void inspector::inspect(address_inspection::subject of, std::optional<result<void>> binding,
                        done then) {
  auto begun = std::make_shared<inspection>(
      inspection{address_inspection{std::move(of), std::move(binding)}, std::move(then)});
  run_({}, [this, begun] { go_on(begun); });
}

void inspector::go_on(const std::shared_ptr<inspection>& of) {
  for (const auto& question : of->rules.take_questions())
    // The answer may come when the owner is gone: only what runs there may use it.
    ask_(question, [this, run = run_, of, question](dns::record_answer found) {
      run({}, [this, of, question, found = std::move(found)]() mutable {
        of->rules.answer(question, std::move(found));
        go_on(of);
      });
    });
  if (!of->rules.is_complete() || !of->then)
    return;
  const auto then = std::exchange(of->then, {});
  then(of->rules.checks());
}

} // namespace warmfront
