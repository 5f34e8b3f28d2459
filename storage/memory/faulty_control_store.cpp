#include "storage/memory/faulty_control_store.hpp"

#include <utility>

namespace warmfront::storage {

namespace {

using answers = std::deque<std::function<void()>>;

error no_answer() {
  return {errc::unavailable, "ask the control store: no answer", "try again later"};
}

std::size_t give(answers due) {
  for (const auto& answer : due) {
    answer();
  }
  return due.size();
}

/// Keeps the watch of the target as long as the node keeps this one.
class broken_handle final : public watch_handle {
public:
  broken_handle(std::shared_ptr<control_watch> watch, std::unique_ptr<watch_handle> inner)
      : watch_{std::move(watch)}, inner_{std::move(inner)} {}
  ~broken_handle() override { watch_->end(); }

private:
  std::shared_ptr<control_watch> watch_;
  std::unique_ptr<watch_handle> inner_;
};

} // namespace

struct faulty_control_store::pending {
  std::mutex mutex;
  answers due;
  answers delayed;

  void add(answers& to, std::function<void()> answer) {
    const std::scoped_lock lock{mutex};
    to.push_back(std::move(answer));
  }
  answers take(answers& from) {
    const std::scoped_lock lock{mutex};
    return std::exchange(from, {});
  }
};

faulty_control_store::faulty_control_store(control_store& target,
                                           std::function<control_fault()> choose)
    : target_{target}, choose_{std::move(choose)}, pending_{std::make_shared<pending>()} {}

template <class Value, class Call>
void faulty_control_store::pass(answer<Value> done, Call call) {
  switch (choose_()) {
  case control_fault::none:
    call(std::move(done));
    break;
  case control_fault::lost_call:
    pending_->add(pending_->due, [done = std::move(done)] { done(no_answer()); });
    break;
  case control_fault::lost_answer:
    call(answer<Value>{[of = pending_, done = std::move(done)](const result<Value>&) {
      of->add(of->due, [done] { done(no_answer()); });
    }});
    break;
  case control_fault::delayed:
    call(answer<Value>{[of = pending_, done = std::move(done)](const result<Value>& value) {
      of->add(of->delayed, [done, value] { done(value); });
    }});
    break;
  case control_fault::dropped:
    call(answer<Value>{[](const result<Value>&) {}});
    break;
  }
}

void faulty_control_store::range(std::string prefix,
                                 std::function<void(const result<control_snapshot>&)> done) {
  pass<control_snapshot>(std::move(done),
                         [&](auto next) { target_.range(std::move(prefix), std::move(next)); });
}

void faulty_control_store::transact(control_transaction what,
                                    std::function<void(const result<transaction_outcome>&)> done) {
  pass<transaction_outcome>(std::move(done),
                            [&](auto next) { target_.transact(std::move(what), std::move(next)); });
}

std::unique_ptr<watch_handle> faulty_control_store::watch(std::string prefix, revision from,
                                                          watch_callback changed) {
  auto made = std::make_shared<control_watch>(prefix, from, std::move(changed));
  {
    const std::scoped_lock lock{mutex_};
    std::erase_if(watches_, [](const auto& watch) { return watch.expired(); });
    watches_.push_back(made);
  }
  auto inner = target_.watch(std::move(prefix), from,
                             [made](const result<std::vector<control_event>>& events) {
                               events ? made->deliver(events.value()) : made->fail(events.error());
                             });
  return std::make_unique<broken_handle>(std::move(made), std::move(inner));
}

void faulty_control_store::grant_lease(std::chrono::milliseconds time_to_live,
                                       std::function<void(const result<lease_id>&)> done) {
  pass<lease_id>(std::move(done),
                 [&](auto next) { target_.grant_lease(time_to_live, std::move(next)); });
}

void faulty_control_store::keep_lease(lease_id lease,
                                      std::function<void(const result<void>&)> done) {
  pass<void>(std::move(done), [&](auto next) { target_.keep_lease(lease, std::move(next)); });
}

void faulty_control_store::revoke_lease(lease_id lease,
                                        std::function<void(const result<void>&)> done) {
  pass<void>(std::move(done), [&](auto next) { target_.revoke_lease(lease, std::move(next)); });
}

std::size_t faulty_control_store::deliver() {
  return give(pending_->take(pending_->due));
}

std::size_t faulty_control_store::release() {
  return give(pending_->take(pending_->delayed));
}

void faulty_control_store::break_watches() {
  std::vector<std::weak_ptr<control_watch>> broken;
  {
    const std::scoped_lock lock{mutex_};
    broken.swap(watches_);
  }
  for (const auto& watch : broken) {
    if (const auto still = watch.lock()) {
      still->fail(no_answer());
    }
  }
}

} // namespace warmfront::storage
