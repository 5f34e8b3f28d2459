#include "actors/access/access_actor.hpp"

#include "actors/access/key_book.hpp"
#include "actors/control_mirror/control_mirror.hpp"
#include "actors/messages/once_loaded.hpp"
#include "actors/messages/run_later.hpp"

namespace warmfront {

/// What the actor does around its book. Lives in the actor's state and only on its thread.
class access_host {
public:
  using self_pointer = access_shell::stateful_pointer<access_state>;
  using key_promise = caf::typed_response_promise<answer<created_key>>;
  using done_promise = caf::typed_response_promise<answer<done>>;

  access_host(self_pointer self, storage::control_store& control, const clock& time, event_log& log,
              std::optional<seal_key> sealing)
      : time_{time}, log_{log}, sealing_{sealing},
        mirror_{control,
                std::string{access_prefix},
                {[this](const auto& all) { note(book_.load(all)); },
                 [this](const auto& event) { note(book_.apply(event)); }},
                run_later(self)} {}

  void start() { mirror_.start(); }
  /// Runs `work` now, or once the keys are read.
  void when_loaded(std::function<void()> work) { mirror_.when_loaded(std::move(work)); }

  void create(const create_key& m, const key_promise& promise);
  void ensure_first(const ensure_first_key& m, const key_promise& promise);
  void revoke(const revoke_key& m, done_promise promise) {
    mirror_.change([this, m] { return book_.build(m); }, answer_done(std::move(promise)));
  }
  void create(const create_account& m, done_promise promise) {
    mirror_.change([this, m] { return book_.build(m, time_.wall_now()); },
                   answer_done(std::move(promise)));
  }
  void remove(const delete_account& m, done_promise promise) {
    mirror_.change([this, m] { return book_.build(m); }, answer_done(std::move(promise)));
  }
  [[nodiscard]] result<signature_key> use(const use_signature_key& m);
  [[nodiscard]] const key_book& book() const { return book_; }

private:
  void note(const result<void>& outcome) {
    if (!outcome)
      log_.write(log_level::error, "key_record_unreadable",
                 {{"what", std::string_view{outcome.error().what}}});
  }
  static control_mirror::change_callback answer_with(created_key made, key_promise promise);
  static control_mirror::change_callback answer_done(done_promise promise) {
    return [promise](const result<void>& outcome) mutable {
      promise.deliver(outcome ? answer<done>{done{}} : answer<done>{outcome.error()});
    };
  }
  [[nodiscard]] result<std::string> sealed_for(const create_key& m, const created_key& made) const;

  const clock& time_;
  event_log& log_;
  std::optional<seal_key> sealing_;
  bool told_of_seal_ = false;
  key_book book_;
  control_mirror mirror_;
};

control_mirror::change_callback access_host::answer_with(created_key made, key_promise promise) {
  return [made = std::move(made), promise](const result<void>& outcome) mutable {
    promise.deliver(outcome ? answer<created_key>{made} : answer<created_key>{outcome.error()});
  };
}

namespace {

error no_seal() {
  return {errc::unavailable, "this node has no key that secrets of signature keys are sealed with",
          "give all nodes of the cluster the same [secrets] key_file or WARMFRONT_SECRETS_KEY"};
}

/// What the client is shown.
created_key shown(const std::string& secret, bool signs) {
  const auto id = id_of_secret(secret).value_or(std::string{});
  return {id, signs ? secret.substr(id.size() + 1) : secret};
}

} // namespace

result<std::string> access_host::sealed_for(const create_key& m, const created_key& made) const {
  if (m.kind != signature_kind)
    return std::string{};
  if (!sealing_)
    return no_seal();
  return seal(*sealing_, made.secret, made.id);
}

void access_host::create(const create_key& m, const key_promise& promise) {
  const auto secret = make_secret();
  if (!secret)
    return answer_with({}, promise)(secret.error());
  auto made = shown(secret.value(), m.kind == signature_kind);
  const auto sealed = sealed_for(m, made);
  if (!sealed)
    return answer_with({}, promise)(sealed.error());
  mirror_.change(
      [this, m, secret, sealed] {
        return book_.build(m, secret.value(), time_.wall_now(), sealed.value());
      },
      answer_with(std::move(made), promise));
}

void access_host::ensure_first(const ensure_first_key& m, const key_promise& promise) {
  const auto secret = m.secret.empty() ? make_secret() : result<std::string>{m.secret};
  if (!secret)
    return answer_with({}, promise)(secret.error());
  mirror_.change([this, secret] { return book_.build_first(secret.value(), time_.wall_now()); },
                 answer_with(shown(secret.value(), false), promise));
}

result<signature_key> access_host::use(const use_signature_key& m) {
  const auto* const found = book_.find_signature_key(m.id);
  if (found == nullptr)
    return error{errc::not_found, "there is no signature key of that id", {}, "id"};
  auto secret = sealing_ ? open_seal(*sealing_, found->sealed, m.id) : std::nullopt;
  if (secret)
    return signature_key{{found->account, m.id, found->role}, std::move(*secret)};
  if (!std::exchange(told_of_seal_, true))
    log_.write(log_level::error, "signature_key_unreadable",
               {{"key", std::string_view{m.id}},
                {"text", std::string_view{"it was sealed with another secrets key: signature keys "
                                          "do not work on this node"}}});
  return no_seal();
}

access_shell::behavior_type access_behavior(access_shell::stateful_pointer<access_state> self,
                                            storage::control_store* control, const clock* time,
                                            event_log* log, std::optional<seal_key> sealing) {
  self->state.host = std::make_shared<access_host>(self, *control, *time, *log, sealing);
  auto* const host = self->state.host.get();
  host->start();
  return {
      once_loaded<create_key, created_key>(
          self, [](auto& of, const auto& m, auto promise) { of.create(m, promise); }),
      once_loaded<list_keys, std::vector<key_report>>(
          self,
          [](auto& of, const auto&, auto promise) {
            promise.deliver(answer<std::vector<key_report>>{of.book().list()});
          }),
      once_loaded<revoke_key, done>(
          self, [](auto& of, const auto& m, auto promise) { of.revoke(m, promise); }),
      once_loaded<authenticate_key, client_identity>(self,
                                                     [](auto& of, const auto& m, auto promise) {
                                                       promise.deliver(answer<client_identity>{
                                                           of.book().authenticate(m)});
                                                     }),
      once_loaded<use_signature_key, signature_key>(
          self, [](auto& of, const auto& m,
                   auto promise) { promise.deliver(answer<signature_key>{of.use(m)}); }),
      once_loaded<identify_key, client_identity>(self,
                                                 [](auto& of, const auto& m, auto promise) {
                                                   promise.deliver(answer<client_identity>{
                                                       of.book().identify(m)});
                                                 }),
      once_loaded<list_accounts, std::vector<account_report>>(
          self,
          [](auto& of, const auto&, auto promise) {
            promise.deliver(answer<std::vector<account_report>>{of.book().accounts()});
          }),
      once_loaded<create_account, done>(
          self, [](auto& of, const auto& m, auto promise) { of.create(m, promise); }),
      once_loaded<delete_account, done>(
          self, [](auto& of, const auto& m, auto promise) { of.remove(m, promise); }),
      once_loaded<ensure_first_key, created_key>(
          self, [](auto& of, const auto& m, auto promise) { of.ensure_first(m, promise); }),
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
