#include "actors/unsubscribes/unsubscribes_actor.hpp"

#include <utility>
#include <vector>

#include <caf/typed_response_promise.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/messages/once_loaded.hpp"
#include "actors/messages/run_later.hpp"
#include "actors/unsubscribes/unsubscribe_book.hpp"

namespace warmfront {

/// What the actor does around its book. Lives in the actor's state and only on its thread.
class unsubscribes_host {
public:
  using self_pointer = unsubscribes_shell::stateful_pointer<unsubscribes_state>;
  using done_promise = caf::typed_response_promise<answer<done>>;

  unsubscribes_host(self_pointer self, storage::control_store& control, event_log& log)
      : log_{log}, mirror_{control,
                           std::string{unsubscribes_prefix},
                           {[this](const auto& all) { note(book_.load(all)); },
                            [this](const auto& event) { note(book_.apply(event)); }},
                           run_later(self)} {}

  void start() { mirror_.start(); }
  /// Runs `work` now, or once the settings are read.
  void when_loaded(std::function<void()> work) { mirror_.when_loaded(std::move(work)); }
  template <class Command>
  void change(const Command& m, done_promise promise) {
    mirror_.change([this, m] { return book_.build(m); },
                   [promise](const result<void>& outcome) mutable {
                     promise.deliver(outcome ? answer<done>{done{}}
                                             : answer<done>{outcome.error()});
                   });
  }
  [[nodiscard]] const unsubscribe_book& book() const { return book_; }

private:
  void note(const result<void>& outcome) {
    if (!outcome)
      log_.write(log_level::error, "unsubscribe_record_unreadable",
                 {{"what", std::string_view{outcome.error().what}}});
  }

  event_log& log_;
  unsubscribe_book book_;
  control_mirror mirror_;
};

unsubscribes_shell::behavior_type
unsubscribes_behavior(unsubscribes_shell::stateful_pointer<unsubscribes_state> self,
                      storage::control_store* control, event_log* log) {
  self->state.host = std::make_shared<unsubscribes_host>(self, *control, *log);
  auto* const host = self->state.host.get();
  host->start();
  using settings = std::vector<unsubscribe_setting>;
  const auto change = [](auto& of, const auto& m, auto promise) { of.change(m, promise); };
  return {
      once_loaded<put_unsubscribe_setting, done>(self, change),
      once_loaded<delete_unsubscribe_setting, done>(self, change),
      once_loaded<list_unsubscribe_settings, settings>(
          self, [](auto& of, const auto& m,
                   auto promise) { promise.deliver(answer<settings>{of.book().list(m)}); }),
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
