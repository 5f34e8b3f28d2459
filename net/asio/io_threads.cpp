#include "net/asio/io_threads.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <atomic>
#include <future>
#include <thread>
#include <vector>

namespace warmfront::net {

namespace {

struct io_thread {
  // The hint 1 spares Asio wake-ups of other threads; posting from outside stays safe.
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      context.get_executor()};
  std::thread thread;
};

} // namespace

struct io_threads::state {
  std::vector<std::unique_ptr<io_thread>> threads;
  std::atomic<std::size_t> turn{0};
};

io_threads::io_threads(std::size_t count) : state_{std::make_unique<state>()} {
  count = std::max<std::size_t>(count, 1);
  for (std::size_t i = 0; i < count; ++i) {
    state_->threads.push_back(std::make_unique<io_thread>());
  }
  for (auto& one : state_->threads) {
    one->thread = std::thread{[context = &one->context] { context->run(); }};
  }
}

io_threads::~io_threads() {
  stop();
}

std::size_t io_threads::size() const noexcept {
  return state_->threads.size();
}

boost::asio::io_context& io_threads::context(std::size_t index) noexcept {
  return state_->threads[index % size()]->context;
}

boost::asio::io_context& io_threads::next() noexcept {
  return context(state_->turn.fetch_add(1, std::memory_order_relaxed));
}

bool io_threads::all_turn(std::chrono::milliseconds within) {
  std::vector<std::future<void>> turns;
  for (auto& one : state_->threads) {
    auto turned = std::make_shared<std::promise<void>>();
    turns.push_back(turned->get_future());
    boost::asio::post(one->context, [turned] { turned->set_value(); });
  }
  // The first that is late ends it: nobody waits twice.
  return std::all_of(turns.begin(), turns.end(), [within](const std::future<void>& turn) {
    return turn.wait_for(within) == std::future_status::ready;
  });
}

void io_threads::stop() {
  for (auto& one : state_->threads) {
    one->context.stop();
  }
  for (auto& one : state_->threads) {
    if (one->thread.joinable()) {
      one->thread.join();
    }
  }
}

} // namespace warmfront::net
