#include "net/asio/run_on.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace warmfront::net {

void run_on(boost::asio::io_context& context, const std::function<void()>& work) {
  struct shared_flag {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
  };
  if (!context.stopped()) {
    const auto flag = std::make_shared<shared_flag>();
    boost::asio::post(context, [flag, work] {
      work();
      const std::lock_guard lock{flag->mutex};
      flag->done = true;
      flag->changed.notify_all();
    });
    std::unique_lock lock{flag->mutex};
    // The thread may be stopped at the same time, and then never runs what was posted.
    while (!flag->done && !context.stopped()) {
      flag->changed.wait_for(lock, std::chrono::milliseconds{20});
    }
    if (flag->done) {
      return;
    }
  }
  work();
}

} // namespace warmfront::net
