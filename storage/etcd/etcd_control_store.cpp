#include "storage/etcd/etcd_control_store.hpp"

#include <chrono>
#include <iterator>
#include <mutex>
#include <utility>

#include <fmt/core.h>

#include "storage/control_check.hpp"
#include "storage/etcd/gateway.hpp"
#include "storage/etcd/open_questions.hpp"
#include "storage/etcd/watch_connection.hpp"

namespace warmfront::storage {

namespace {

template <class Value>
using answer_callback = std::function<void(const result<Value>&)>;

/// Views of one range that may be compacted away between their pages before it is given up.
constexpr int views_max = 5;

class connected_watch final : public watch_handle {
public:
  explicit connected_watch(std::shared_ptr<watch_connection> connection)
      : connection_{std::move(connection)} {}
  ~connected_watch() override { connection_->stop(); }

private:
  std::shared_ptr<watch_connection> connection_;
};

error store_is_closed() {
  return {errc::unavailable, "use etcd: the connection is closed", ""};
}

/// What outlives the store as long as answers are under way.
class etcd_client : public std::enable_shared_from_this<etcd_client> {
public:
  etcd_client(etcd_codec codec, std::shared_ptr<gateway> over)
      : codec_{std::move(codec)}, gateway_{std::move(over)} {}

  /// `read` makes the value of the body.
  template <class Value, class Read>
  void ask(std::string attempted, std::string path, std::string body, asking how, Read read,
           answer_callback<Value> done) {
    const auto number = questions_.open([done](const error& why) { done(why); });
    gateway_->post(std::move(attempted), std::move(path), std::move(body), how,
                   [self = shared_from_this(), number, read = std::move(read),
                    done = std::move(done)](const result<std::string>& body_or) {
                     const auto answer =
                         body_or ? read(body_or.value()) : result<Value>{body_or.error()};
                     self->questions_.answer(number, [&] { done(answer); });
                   });
  }

  void range(std::string prefix, answer_callback<control_snapshot> done) {
    const auto number = questions_.open([done](const error& why) { done(why); });
    auto sought = std::make_shared<search>();
    sought->prefix = std::move(prefix);
    sought->done = [self = shared_from_this(), number,
                    done = std::move(done)](const result<control_snapshot>& answer) {
      self->questions_.answer(number, [&] { done(answer); });
    };
    next_page(sought);
  }

  std::unique_ptr<watch_handle> watch(std::string prefix, revision from, watch_callback changed) {
    auto told = std::make_shared<control_watch>(std::move(prefix), from, std::move(changed));
    auto connection =
        std::make_shared<watch_connection>(gateway_, std::move(told), watch_stream{codec_, from});
    {
      const std::scoped_lock lock{mutex_};
      std::erase_if(watches_, [](const auto& each) { return each.expired(); });
      watches_.push_back(connection);
    }
    connection->start();
    return std::make_unique<connected_watch>(std::move(connection));
  }

  /// Answers without asking, but not inside the call.
  void refuse(error why, std::function<void(const error&)> done) {
    const auto number = questions_.open(done);
    crossplat::threadpool::shared_instance().service().post(
        [self = shared_from_this(), number, why = std::move(why), done = std::move(done)] {
          self->questions_.answer(number, [&] { done(why); });
        });
  }

  void close() {
    const auto watches = [this] {
      const std::scoped_lock lock{mutex_};
      return std::exchange(watches_, {});
    }();
    for (const auto& each : watches) {
      if (const auto connection = each.lock()) {
        connection->stop();
      }
    }
    gateway_->close();
    questions_.close(store_is_closed());
  }

  [[nodiscard]] const etcd_codec& codec() const { return codec_; }

private:
  struct search {
    std::string prefix;
    answer_callback<control_snapshot> done;
    control_snapshot found;
    int views = 1;
  };

  void next_page(const std::shared_ptr<search>& sought) {
    const auto& records = sought->found.records;
    auto body = codec_.range_request(sought->prefix, records.empty() ? "" : records.back().key,
                                     sought->found.at);
    gateway_->post(fmt::format("read control records '{}'", sought->prefix), "kv/range",
                   std::move(body), asking::again,
                   [self = shared_from_this(), sought](const result<std::string>& answer) {
                     self->take_page(sought, answer);
                   });
  }

  void take_page(const std::shared_ptr<search>& sought, const result<std::string>& answer) {
    auto page = answer ? codec_.range_answer(answer.value()) : result<range_page>{answer.error()};
    auto& found = sought->found;
    if (!page) {
      const bool compacted = page.error().code == errc::not_found;
      if (compacted && sought->views++ < views_max) {
        found = {};
        next_page(sought);
        return;
      }
      auto why = page.error();
      why.code = compacted ? errc::unavailable : why.code;
      sought->done(why);
      return;
    }
    auto& records = page.value().records;
    found.at = found.at == 0 ? page.value().at : found.at;
    found.records.insert(found.records.end(), std::move_iterator{records.begin()},
                         std::move_iterator{records.end()});
    if (page.value().more) {
      next_page(sought);
    } else {
      sought->done(std::move(found));
    }
  }

  const etcd_codec codec_;
  const std::shared_ptr<gateway> gateway_;
  open_questions questions_;
  std::mutex mutex_;
  std::vector<std::weak_ptr<watch_connection>> watches_;
};

class etcd_control_store final : public control_store {
public:
  explicit etcd_control_store(std::shared_ptr<etcd_client> client) : client_{std::move(client)} {}
  etcd_control_store(const etcd_control_store&) = delete;
  etcd_control_store& operator=(const etcd_control_store&) = delete;
  ~etcd_control_store() override { client_->close(); }

  void range(std::string prefix,
             std::function<void(const result<control_snapshot>&)> done) override {
    client_->range(std::move(prefix), std::move(done));
  }

  void transact(control_transaction what,
                std::function<void(const result<transaction_outcome>&)> done) override {
    const auto checked = check_transaction(what);
    if (!checked) {
      refuse<transaction_outcome>(checked.error(), std::move(done));
      return;
    }
    client_->ask<transaction_outcome>("change control records", "kv/txn",
                                      client_->codec().transaction_request(what), asking::once,
                                      &etcd_codec::transaction_answer, std::move(done));
  }

  std::unique_ptr<watch_handle> watch(std::string prefix, revision from,
                                      watch_callback changed) override {
    return client_->watch(std::move(prefix), from, std::move(changed));
  }

  void grant_lease(milliseconds time_to_live,
                   std::function<void(const result<lease_id>&)> done) override {
    if (time_to_live <= milliseconds{0}) {
      refuse<lease_id>({errc::invalid_argument,
                        fmt::format("ask for a lease of {} ms", time_to_live.count()),
                        "ask for more than nothing"},
                       std::move(done));
      return;
    }
    client_->ask<lease_id>("ask for a lease", "lease/grant",
                           etcd_codec::grant_request(std::chrono::ceil<seconds>(time_to_live)),
                           asking::again, &etcd_codec::grant_answer, std::move(done));
  }

  void keep_lease(lease_id lease, std::function<void(const result<void>&)> done) override {
    client_->ask<void>(
        fmt::format("keep lease {}", lease), "lease/keepalive", etcd_codec::lease_request(lease),
        asking::again,
        [lease](const std::string& body) { return etcd_codec::keep_answer(body, lease); },
        std::move(done));
  }

  void revoke_lease(lease_id lease, std::function<void(const result<void>&)> done) override {
    client_->ask<void>(
        fmt::format("end lease {}", lease), "lease/revoke", etcd_codec::lease_request(lease),
        asking::once, [](const std::string&) { return success(); }, std::move(done));
  }

private:
  template <class Value>
  void refuse(error why, answer_callback<Value> done) {
    client_->refuse(std::move(why), [done = std::move(done)](const error& said) { done(said); });
  }

  std::shared_ptr<etcd_client> client_;
};

} // namespace

result<std::unique_ptr<control_store>> open_etcd_control_store(etcd_options options) {
  WARMFRONT_TRY(over, gateway::open(options));
  return std::unique_ptr<control_store>{std::make_unique<etcd_control_store>(
      std::make_shared<etcd_client>(etcd_codec{options.prefix}, std::move(over)))};
}

} // namespace warmfront::storage
