#include <catch2/catch.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <future>
#include <thread>

#include "net/asio/io_threads.hpp"

using namespace warmfront::net;

TEST_CASE("io threads: each context has a thread of its own, in turn", "[io_threads]") {
  io_threads threads{3};
  CHECK(threads.size() == 3);
  CHECK(io_threads{0}.size() == 1);
  CHECK(&threads.context(0) == &threads.context(3));
  auto& first = threads.next();
  auto& second = threads.next();
  CHECK(&first != &second);
  std::promise<std::thread::id> one;
  std::promise<std::thread::id> other;
  boost::asio::post(first, [&] { one.set_value(std::this_thread::get_id()); });
  boost::asio::post(second, [&] { other.set_value(std::this_thread::get_id()); });
  CHECK(one.get_future().get() != other.get_future().get());
}

TEST_CASE("io threads: stopping abandons what is pending and may be repeated", "[io_threads]") {
  io_threads threads{1};
  threads.stop();
  bool ran = false;
  boost::asio::post(threads.context(0), [&] { ran = true; });
  threads.stop();
  CHECK_FALSE(ran);
}
