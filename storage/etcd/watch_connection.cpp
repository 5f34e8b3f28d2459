#include "storage/etcd/watch_connection.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace warmfront::storage {

namespace {

constexpr milliseconds shortest_pause{50};
constexpr milliseconds longest_pause{2'000};
constexpr std::size_t piece_octets_max = std::size_t{1} << 16;

} // namespace

/// Reads the answer of one connection, piece by piece, until its end.
class watch_connection::reading : public std::enable_shared_from_this<reading> {
public:
  reading(std::shared_ptr<watch_connection> of, std::size_t connection,
          const web::http::http_response& response)
      : of_{std::move(of)}, connection_{connection}, octets_{response.body().streambuf()},
        piece_(piece_octets_max) {}

  /// Waits for one octet and takes those behind it that are there.
  void next() {
    octets_.getn(piece_.data(), 1)
        .then([self = shared_from_this()](const pplx::task<std::size_t>& got) { self->got(got); });
  }

private:
  void got(const pplx::task<std::size_t>& first) {
    try {
      auto count = first.get();
      if (count != 0) {
        const auto more = std::min(octets_.in_avail(), piece_.size() - 1);
        count += more == 0 ? 0 : octets_.getn(piece_.data() + 1, more).get();
        of_->take(connection_, {reinterpret_cast<const char*>(piece_.data()), count});
        next();
        return;
      }
    } catch (const std::exception&) { // NOLINT: lost, timed out or cancelled: all are an end
    }
    of_->ended(connection_);
  }

  std::shared_ptr<watch_connection> of_;
  std::size_t connection_;
  concurrency::streams::streambuf<std::uint8_t> octets_;
  std::vector<std::uint8_t> piece_;
};

watch_connection::watch_connection(std::shared_ptr<gateway> over,
                                   std::shared_ptr<control_watch> watch, watch_stream stream)
    : gateway_{std::move(over)}, watch_{std::move(watch)}, stream_{std::move(stream)},
      pause_{crossplat::threadpool::shared_instance().service()}, next_pause_{shortest_pause} {}

void watch_connection::start() {
  crossplat::threadpool::shared_instance().service().post(
      [self = shared_from_this()] { self->connect(); });
}

void watch_connection::stop() {
  watch_->end();
  disconnect();
}

void watch_connection::disconnect() {
  auto source = [this] {
    const std::scoped_lock lock{mutex_};
    stopped_ = true;
    pause_.cancel();
    return source_;
  }();
  source.cancel();
}

void watch_connection::connect() {
  std::unique_lock lock{mutex_};
  if (stopped_) {
    return;
  }
  source_ = {};
  endpoint_ = gateway_->current();
  const auto connection = ++connection_;
  const auto endpoint = endpoint_;
  const auto token = source_.get_token();
  const auto body = stream_.connect();
  lock.unlock();
  try {
    gateway_->connect_stream(endpoint, "watch", body, token)
        .then([self = shared_from_this(),
               connection](const pplx::task<web::http::http_response>& connected) {
          try {
            std::make_shared<reading>(self, connection, connected.get())->next();
          } catch (const std::exception&) {
            self->ended(connection);
          }
        });
  } catch (const std::exception&) {
    ended(connection);
  }
}

void watch_connection::take(std::size_t connection, std::string_view octets) {
  watch_step step;
  {
    const std::scoped_lock lock{mutex_};
    if (stopped_ || connection != connection_) {
      return;
    }
    step = stream_.take(octets);
    if (stream_.answered()) {
      next_pause_ = shortest_pause;
    }
  }
  if (!step.events.empty()) {
    watch_->deliver(step.events);
  }
  if (!step.failure) {
    return;
  }
  const auto code = step.failure->code;
  if (code == errc::not_found || code == errc::refused || code == errc::limit_exceeded) {
    watch_->fail(*step.failure);
    disconnect();
    return;
  }
  auto source = [this] {
    const std::scoped_lock lock{mutex_};
    return source_;
  }();
  source.cancel(); // the reading ends, and another connection begins
}

void watch_connection::ended(std::size_t connection) {
  const std::scoped_lock lock{mutex_};
  if (stopped_ || connection != connection_) {
    return;
  }
  if (!stream_.answered()) {
    gateway_->leave(endpoint_);
  }
  pause_.expires_after(next_pause_);
  next_pause_ = std::min(next_pause_ * 2, longest_pause);
  pause_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
    if (!cancelled) {
      self->connect();
    }
  });
}

} // namespace warmfront::storage
