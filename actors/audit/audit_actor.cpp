#include "actors/audit/audit_actor.hpp"

#include <optional>
#include <utility>

#include <caf/typed_response_promise.hpp>

#include "actors/messages/run_later.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::hours prune_every{1};

} // namespace

/// Lives in the actor's state and only on its thread.
class audit_host {
public:
  using self_pointer = audit_shell::stateful_pointer<audit_state>;
  using done_promise = caf::typed_response_promise<answer<done>>;

  audit_host(self_pointer self, audit_ports ports)
      : ports_{std::move(ports)}, later_{run_later(self)} {
    prune();
  }

  void record(const audit_record& what, done_promise promise) {
    storage::batch changes;
    auto logged = open();
    if (logged) {
      auto id = log_->append(changes, what);
      if (!id)
        logged = id.error();
    }
    if (!logged)
      return fail(logged.error(), std::move(promise));
    // For the record of a change that has been made there has to be space.
    constexpr unsigned refused_from = 400;
    const auto how =
        what.status < refused_from ? storage::priority::progress : storage::priority::growth;
    ports_.store->commit(std::move(changes), how,
                         [later = later_, this, promise](const result<void>& durable) {
                           later({}, [this, promise, durable] { settle(durable, promise); });
                         });
  }

  [[nodiscard]] result<audit_page> list(const list_audit& m) {
    WARMFRONT_TRY(open());
    WARMFRONT_TRY(found,
                  log_->find({m.from, m.to, m.actor, m.resource, m.action, m.after, m.limit}));
    return audit_page{std::move(found.items), std::move(found.next)};
  }

private:
  result<void> open() {
    if (!log_) {
      WARMFRONT_TRY(opened, storage::audit_log::open(*ports_.store, ports_.node, ports_.limits));
      log_.emplace(std::move(opened));
    } else if (is_miscounted_) {
      WARMFRONT_TRY(log_->recount());
    }
    is_miscounted_ = false;
    return success();
  }
  void settle(const result<void>& durable, done_promise promise) {
    is_miscounted_ = is_miscounted_ || !durable;
    if (durable)
      promise.deliver(answer<done>{done{}});
    else
      fail(durable.error(), std::move(promise));
  }
  void fail(const error& why, done_promise promise) {
    ports_.log->write(log_level::error, "audit_not_kept", {{"what", std::string_view{why.what}}});
    promise.deliver(answer<done>{why});
  }

  void prune() {
    storage::batch changes;
    result<bool> is_more = false;
    if (const auto opened = open(); !opened)
      is_more = opened.error();
    else
      is_more = log_->prune(changes, ports_.time->wall_now());
    if (!is_more)
      ports_.log->write(log_level::warn, "audit_not_pruned",
                        {{"what", std::string_view{is_more.error().what}}});
    const bool again = is_more && is_more.value();
    if (changes.empty())
      return later_(prune_every, [this] { prune(); });
    ports_.store->commit(std::move(changes), storage::priority::upkeep,
                         [later = later_, this, again](const result<void>& durable) {
                           later(again && durable ? milliseconds{0} : prune_every, [this, durable] {
                             is_miscounted_ = is_miscounted_ || !durable;
                             prune();
                           });
                         });
  }

  audit_ports ports_;
  std::function<void(milliseconds, std::function<void()>)> later_;
  std::optional<storage::audit_log> log_;
  bool is_miscounted_ = false; ///< a commit has failed
};

audit_shell::behavior_type audit_behavior(audit_shell::stateful_pointer<audit_state> self,
                                          audit_ports ports) {
  self->state.host = std::make_shared<audit_host>(self, std::move(ports));
  auto* const host = self->state.host.get();
  return {
      [self, host](const record_audit& m) -> caf::typed_response_promise<answer<done>> {
        auto promise = self->make_response_promise<answer<done>>();
        host->record(*m.what, promise);
        return promise;
      },
      [host](const list_audit& m) { return answer<audit_page>{host->list(m)}; },
      [](const run_step& m) { m.step(); },
  };
}

} // namespace warmfront
