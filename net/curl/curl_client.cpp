#include "net/curl/curl_client.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "net/curl/transfer.hpp"

namespace warmfront::http {

namespace {

struct multi_end {
  void operator()(CURLM* handle) const noexcept { curl_multi_cleanup(handle); }
};
using multi_handle = std::unique_ptr<CURLM, multi_end>;

constexpr int poll_at_most_ms = 1'000; // requests that wait for others grow old, too

struct waiting_request {
  outgoing_request what;
  answer_callback then;
  std::string host;
  steady_time until;
};

} // namespace

/// All but `add` and `stop` runs on its thread.
class curl_client::engine {
public:
  engine(curl_client_config config, const clock* time, multi_handle multi)
      : config_{std::move(config)}, time_{time}, multi_{std::move(multi)}, thread_{
                                                                               [this] { run(); }} {}
  ~engine() { stop(); }
  engine(const engine&) = delete;
  engine& operator=(const engine&) = delete;

  void stop() {
    {
      const std::lock_guard lock{mutex_};
      stopping_ = true;
    }
    curl_multi_wakeup(multi_.get());
    if (thread_.joinable())
      thread_.join();
  }

  void add(outgoing_request what, answer_callback then) {
    auto host = check(what, config_.allow_plain);
    if (!host) {
      then(host.error());
      return;
    }
    const auto until = time_->steady_now() + what.within;
    error refusal{errc::unavailable, "too many requests to others are under way", ""};
    {
      const std::lock_guard lock{mutex_};
      if (stopping_)
        refusal = {errc::stopping, "the node stops", ""};
      if (!stopping_ && taken_ < config_.in_flight_max + config_.waiting_max) {
        ++taken_;
        incoming_.push_back({std::move(what), std::move(then), std::move(host.value()), until});
        then = nullptr;
      }
    }
    if (then)
      then(std::move(refusal));
    else
      curl_multi_wakeup(multi_.get());
  }

private:
  void run() {
    while (take_incoming()) {
      begin_waiting();
      int running = 0;
      curl_multi_perform(multi_.get(), &running);
      end_finished();
      begin_waiting();
      curl_multi_poll(multi_.get(), nullptr, 0, poll_at_most_ms, nullptr);
    }
    give_up();
  }

  /// @returns whether there is more to come.
  bool take_incoming() {
    const std::lock_guard lock{mutex_};
    std::move(incoming_.begin(), incoming_.end(), std::back_inserter(waiting_));
    incoming_.clear();
    return !stopping_;
  }

  /// In order, but for those whose host has as much as it may.
  void begin_waiting() {
    const auto now = time_->steady_now();
    for (auto at = waiting_.begin(); at != waiting_.end();) {
      if (at->until <= now) {
        auto late = std::move(*at);
        at = waiting_.erase(at);
        answered();
        late.then(error{errc::timed_out, late.host + ": others had to be waited for", ""});
      } else if (in_flight_.size() < config_.in_flight_max &&
                 count_of(at->host) < config_.per_host_max) {
        auto next = std::move(*at);
        at = waiting_.erase(at);
        begin(std::move(next), now);
      } else {
        ++at;
      }
    }
  }

  [[nodiscard]] std::size_t count_of(const std::string& host) const {
    const auto found = per_host_.find(host);
    return found == per_host_.end() ? 0 : found->second;
  }

  void begin(waiting_request next, steady_time now) {
    const auto left = std::chrono::duration_cast<milliseconds>(next.until - now);
    auto one = std::make_unique<transfer>(std::move(next.what), std::move(next.then),
                                          std::move(next.host));
    auto ready = one->prepare(config_, left);
    if (ready && curl_multi_add_handle(multi_.get(), one->handle()) != CURLM_OK)
      ready = error{errc::unavailable, "libcurl refused a request", ""};
    if (!ready) {
      answered();
      one->fail(ready.error());
      return;
    }
    ++per_host_[one->host()];
    auto* const key = one->handle();
    in_flight_.emplace(key, std::move(one));
  }

  void end_finished() {
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi_.get(), &left)) {
      if (message->msg != CURLMSG_DONE)
        continue;
      const auto code = message->data.result; // the message goes with the handle
      auto one = remove(in_flight_.find(message->easy_handle));
      answered();
      one->finish(code);
    }
  }

  using transfers = std::map<CURL*, std::unique_ptr<transfer>>;
  std::unique_ptr<transfer> remove(transfers::iterator which) {
    auto one = std::move(which->second);
    in_flight_.erase(which);
    curl_multi_remove_handle(multi_.get(), one->handle());
    const auto host = per_host_.find(one->host());
    if (--host->second == 0)
      per_host_.erase(host);
    return one;
  }

  void give_up() {
    const error why{errc::stopping, "the node stops", ""};
    static_cast<void>(take_incoming());
    while (!in_flight_.empty())
      remove(in_flight_.begin())->fail(why);
    for (auto& each : waiting_)
      each.then(why);
    waiting_.clear();
  }

  void answered() {
    const std::lock_guard lock{mutex_};
    --taken_;
  }

  const curl_client_config config_;
  const clock* const time_;
  const multi_handle multi_;

  std::mutex mutex_; ///< of the next three
  std::deque<waiting_request> incoming_;
  std::size_t taken_ = 0; ///< and not answered
  bool stopping_ = false;

  std::deque<waiting_request> waiting_;
  transfers in_flight_;
  std::map<std::string, std::size_t> per_host_;
  std::thread thread_; ///< last: it uses all of the above
};

curl_client::curl_client(std::unique_ptr<engine> running) : engine_{std::move(running)} {}
curl_client::~curl_client() = default;

result<std::unique_ptr<curl_client>> curl_client::start(curl_client_config config,
                                                        const clock* time) {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  multi_handle multi{once == CURLE_OK ? curl_multi_init() : nullptr};
  if (multi == nullptr)
    return error{errc::unavailable, "libcurl cannot be started", ""};
  const auto connections = static_cast<long>(config.in_flight_max);
  curl_multi_setopt(multi.get(), CURLMOPT_MAXCONNECTS, connections);
  curl_multi_setopt(multi.get(), CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_NOTHING));
  auto made = std::make_unique<engine>(std::move(config), time, std::move(multi));
  return std::unique_ptr<curl_client>{new curl_client{std::move(made)}};
}

void curl_client::stop() {
  engine_->stop();
}

void curl_client::call(outgoing_request what, answer_callback then) {
  engine_->add(std::move(what), std::move(then));
}

} // namespace warmfront::http
