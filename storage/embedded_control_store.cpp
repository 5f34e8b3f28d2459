#include "storage/embedded_control_store.hpp"

#include <utility>

#include "storage/control_core.hpp"
#include "storage/control_watch.hpp"

namespace warmfront::storage {

embedded_control_store::embedded_control_store(std::shared_ptr<control_core> of)
    : core_{std::move(of)} {}

embedded_control_store::~embedded_control_store() = default;

result<std::unique_ptr<embedded_control_store>>
embedded_control_store::open(store& over, const clock& time, task_runner run,
                             embedded_control_options options) {
  auto made = std::make_shared<control_core>(over, time, std::move(run), options);
  WARMFRONT_TRY(made->load());
  return std::unique_ptr<embedded_control_store>{new embedded_control_store{std::move(made)}};
}

void embedded_control_store::range(std::string prefix,
                                   std::function<void(const result<control_snapshot>&)> done) {
  core_->add([core = core_.get(), prefix = std::move(prefix), done = std::move(done)] {
    done(core->range(prefix));
  });
}

void embedded_control_store::transact(
    control_transaction what, std::function<void(const result<transaction_outcome>&)> done) {
  core_->add_transaction([core = core_.get(), what = std::move(what), done = std::move(done)] {
    core->transact(what, done);
  });
}

std::unique_ptr<watch_handle> embedded_control_store::watch(std::string prefix, revision from,
                                                            watch_callback changed) {
  auto made = std::make_shared<control_watch>(std::move(prefix), from, std::move(changed));
  core_->add([core = core_.get(), made] { core->watch(made); });
  return make_watch_handle(std::move(made));
}

void embedded_control_store::grant_lease(milliseconds time_to_live,
                                         std::function<void(const result<lease_id>&)> done) {
  core_->add([core = core_.get(), time_to_live, done = std::move(done)] {
    core->grant(time_to_live, done);
  });
}

void embedded_control_store::keep_lease(lease_id lease,
                                        std::function<void(const result<void>&)> done) {
  core_->add([core = core_.get(), lease, done = std::move(done)] { done(core->keep(lease)); });
}

void embedded_control_store::revoke_lease(lease_id lease,
                                          std::function<void(const result<void>&)> done) {
  core_->add([core = core_.get(), lease, done = std::move(done)] { core->revoke(lease, done); });
}

void embedded_control_store::tick() {
  core_->look_at_leases();
}

bool embedded_control_store::idle() const {
  return core_->idle();
}

} // namespace warmfront::storage
