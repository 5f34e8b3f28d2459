#include "actors/templates/templates_actor.hpp"

#include <utility>

#include <caf/typed_response_promise.hpp>

#include "actors/control_mirror/control_mirror.hpp"
#include "actors/messages/once_loaded.hpp"
#include "actors/messages/run_later.hpp"
#include "actors/templates/template_book.hpp"
#include "actors/templates/template_cache.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds chunk_within{10};

error no_chunk_answer() {
  return {errc::timed_out, "the template's texts were not stored or found in time", "try again"};
}

} // namespace

/// What the actor does around its book. Lives in the actor's state and only on its thread.
class templates_host {
public:
  using self_pointer = templates_shell::stateful_pointer<templates_state>;
  template <class T>
  using promise_of = caf::typed_response_promise<answer<T>>;
  using compiled_pointer = std::shared_ptr<const compiled_template>;

  templates_host(self_pointer self, templates_ports ports)
      : self_{self}, ports_{std::move(ports)},
        mirror_{*ports_.control,
                std::string{templates_prefix},
                {[this](const auto& all) { note(book_.load(all)); },
                 [this](const auto& event) { note(book_.apply(event)); }},
                run_later(self)} {}

  void start() { mirror_.start(); }
  /// Runs `work` now, or once the templates are read.
  void when_loaded(std::function<void()> work) { mirror_.when_loaded(std::move(work)); }

  void put(const put_template& m, promise_of<template_report> promise);
  void remove(const delete_template& m, promise_of<done> promise);
  void review(const review_template& m, promise_of<template_report> promise);
  void use(const use_template& m, promise_of<compiled_pointer> promise);
  [[nodiscard]] const template_book& book() const { return book_; }

private:
  void note(const result<void>& outcome) {
    if (!outcome)
      ports_.log->write(log_level::error, "template_record_unreadable",
                        {{"what", std::string_view{outcome.error().what}}});
  }
  void store(const put_template& m, const template_draft& draft,
             promise_of<template_report> promise);
  control_mirror::change_callback tell(const account_name& account, const template_name& name,
                                       promise_of<template_report> promise);

  self_pointer self_;
  templates_ports ports_;
  template_book book_;
  template_cache cache_;
  control_mirror mirror_;
};

control_mirror::change_callback templates_host::tell(const account_name& account,
                                                     const template_name& name,
                                                     promise_of<template_report> promise) {
  return [this, account, name, promise](const result<void>& outcome) mutable {
    const auto* found = outcome ? book_.find(account, name) : nullptr;
    if (!outcome)
      promise.deliver(answer<template_report>{outcome.error()});
    else if (found == nullptr)
      promise.deliver(answer<template_report>{
          error{errc::conflict, "the template was deleted meanwhile", "make it anew"}});
    else
      promise.deliver(answer<template_report>{*found});
  };
}

// The texts are durable before anything refers to them.
void templates_host::put(const put_template& m, promise_of<template_report> promise) {
  auto compiled = mime::mail_template::compile(m.source);
  if (!compiled)
    return static_cast<void>(promise.deliver(answer<template_report>{compiled.error()}));
  template_draft draft;
  draft.octets = m.source.subject.size() + m.source.html.size() + m.source.text.size();
  draft.required = compiled.value().required();
  draft.optional = compiled.value().optional();
  store_chunks content{{std::make_shared<const std::string>(encode(m.source))}};
  self_->request(ports_.chunks, chunk_within, std::move(content))
      .then(
          [this, m, draft, promise](const answer<stored_chunks>& stored) mutable {
            if (!stored.value)
              return static_cast<void>(
                  promise.deliver(answer<template_report>{stored.value.error()}));
            draft.content = stored.value.value().ids.front();
            store(m, draft, promise);
          },
          [promise](const caf::error&) mutable {
            promise.deliver(answer<template_report>{no_chunk_answer()});
          });
}

void templates_host::store(const put_template& m, const template_draft& draft,
                           promise_of<template_report> promise) {
  mirror_.change(
      [this, m, draft] { return book_.build(m, draft, ports_.reviewed, ports_.time->wall_now()); },
      tell(m.account, m.name, std::move(promise)));
}

void templates_host::remove(const delete_template& m, promise_of<done> promise) {
  mirror_.change([this, m] { return book_.build(m); },
                 [promise](const result<void>& outcome) mutable {
                   promise.deliver(outcome ? answer<done>{done{}} : answer<done>{outcome.error()});
                 });
}

void templates_host::review(const review_template& m, promise_of<template_report> promise) {
  mirror_.change([this, m] { return book_.build(m); }, tell(m.account, m.name, std::move(promise)));
}

void templates_host::use(const use_template& m, promise_of<compiled_pointer> promise) {
  const auto chosen = book_.choose(m);
  if (!chosen)
    return static_cast<void>(promise.deliver(answer<compiled_pointer>{chosen.error()}));
  auto deliver = [promise, about = *chosen.value().first,
                  version = chosen.value().second->number](const auto& found) mutable {
    promise.deliver(answer<compiled_pointer>{std::make_shared<const compiled_template>(
        compiled_template{std::move(about), version, found->source, found->content})});
  };
  const auto id = chosen.value().second->content;
  if (const auto cached = cache_.find(id))
    return deliver(cached);
  self_->request(ports_.chunks, chunk_within, fetch_chunk{id})
      .then(
          [this, id, promise, deliver](const answer<chunk_octets>& octets) mutable {
            if (!octets.value)
              return static_cast<void>(
                  promise.deliver(answer<compiled_pointer>{octets.value.error()}));
            auto source = decode_template_source(*octets.value.value());
            if (!source)
              return static_cast<void>(promise.deliver(answer<compiled_pointer>{source.error()}));
            auto compiled = mime::mail_template::compile(source.value());
            if (!compiled)
              return static_cast<void>(promise.deliver(answer<compiled_pointer>{compiled.error()}));
            const auto made = std::make_shared<const cached_template>(
                cached_template{std::move(source).value(), std::move(compiled).value()});
            cache_.add(id, made);
            deliver(made);
          },
          [promise](const caf::error&) mutable {
            promise.deliver(answer<compiled_pointer>{no_chunk_answer()});
          });
}

templates_shell::behavior_type
templates_behavior(templates_shell::stateful_pointer<templates_state> self, templates_ports ports) {
  self->state.host = std::make_shared<templates_host>(self, std::move(ports));
  auto* const host = self->state.host.get();
  host->start();
  using reports = std::vector<template_report>;
  using compiled_pointer = templates_host::compiled_pointer;
  return {
      once_loaded<put_template, template_report>(
          self, [](auto& of, const auto& m, auto promise) { of.put(m, promise); }),
      once_loaded<delete_template, done>(
          self, [](auto& of, const auto& m, auto promise) { of.remove(m, promise); }),
      once_loaded<review_template, template_report>(
          self, [](auto& of, const auto& m, auto promise) { of.review(m, promise); }),
      once_loaded<list_templates, reports>(self,
                                           [](auto& of, const auto& m, auto promise) {
                                             promise.deliver(answer<reports>{of.book().list(m)});
                                           }),
      once_loaded<use_template, compiled_pointer>(
          self, [](auto& of, const auto& m, auto promise) { of.use(m, promise); }),
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
