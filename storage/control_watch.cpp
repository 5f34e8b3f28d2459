#include "storage/control_watch.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace warmfront::storage {

namespace {

class ending_handle final : public watch_handle {
public:
  explicit ending_handle(std::shared_ptr<control_watch> watch) : watch_{std::move(watch)} {}
  ~ending_handle() override { watch_->end(); }

private:
  std::shared_ptr<control_watch> watch_;
};

} // namespace

control_watch::control_watch(std::string prefix, revision from, watch_callback changed)
    : prefix_{std::move(prefix)}, from_{from}, changed_{std::move(changed)} {}

bool control_watch::active() const {
  const std::scoped_lock lock{mutex_};
  return active_;
}

void control_watch::deliver(const std::vector<control_event>& events) {
  std::vector<control_event> matching;
  std::copy_if(events.begin(), events.end(), std::back_inserter(matching), [this](auto& event) {
    return event.record.modified >= from_ && event.record.key.starts_with(prefix_);
  });
  const std::scoped_lock lock{mutex_};
  if (active_ && !matching.empty()) {
    changed_(matching);
  }
}

void control_watch::fail(const error& why) {
  const std::scoped_lock lock{mutex_};
  if (std::exchange(active_, false)) {
    changed_(why);
  }
}

void control_watch::end() {
  const std::scoped_lock lock{mutex_};
  active_ = false;
}

std::unique_ptr<watch_handle> make_watch_handle(std::shared_ptr<control_watch> watch) {
  return std::make_unique<ending_handle>(std::move(watch));
}

} // namespace warmfront::storage
