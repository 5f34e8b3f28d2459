#include "net/asio/smtp_server_core.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace warmfront::net {

void answer_queue::push(session_id session, session_answer what) {
  const std::lock_guard lock{mutex_};
  const auto worker = worker_.lock();
  if (!worker) {
    return;
  }
  answers_.push_back({session, std::move(what)});
  if (answers_.size() == 1) {
    boost::asio::post(worker->context(), [worker] { worker->deliver_answers(); });
  }
}

std::vector<answer_queue::answer> answer_queue::take() {
  const std::lock_guard lock{mutex_};
  return std::exchange(answers_, {});
}

void answer_queue::open(std::shared_ptr<smtp_worker> worker) {
  const std::lock_guard lock{mutex_};
  worker_ = std::move(worker);
}

void answer_queue::close() {
  const std::lock_guard lock{mutex_};
  worker_.reset();
  answers_.clear();
}

smtp_server_core::smtp_server_core(smtp_server_options given, smtp_server_handlers callbacks,
                                   const clock& source)
    : options{std::move(given)}, handlers{std::move(callbacks)}, time{source},
      rules{options.hostname, options.limits, handlers.accepts_mail, handlers.drains,
            handlers.accepts_recipient},
      budget{options.limits.buffered_octets_max}, clients_{options.limits} {}

std::shared_ptr<const tls_server_context> smtp_server_core::tls() const {
  const std::lock_guard lock{mutex_};
  return tls_;
}

void smtp_server_core::set_tls(std::shared_ptr<const tls_server_context> context) {
  const std::lock_guard lock{mutex_};
  tls_ = std::move(context);
}

const char* smtp_server_core::connect(const std::string& address) {
  const char* refusal = nullptr;
  {
    const std::lock_guard lock{mutex_};
    refusal = draining ? "shutting down" : clients_.connect(address, time.steady_now());
  }
  ++(refusal == nullptr ? connections : connections_refused);
  connections_open += refusal == nullptr ? 1 : 0;
  return refusal;
}

void smtp_server_core::disconnect(const std::string& address) {
  {
    const std::lock_guard lock{mutex_};
    clients_.disconnect(address, time.steady_now());
  }
  --connections_open;
  notice_drained();
}

void smtp_server_core::authentication_failed(const std::string& address) {
  ++authentication_failures;
  const std::lock_guard lock{mutex_};
  clients_.authentication_failed(address, time.steady_now());
}

bool smtp_server_core::banned(const std::string& address) {
  const std::lock_guard lock{mutex_};
  return clients_.banned(address, time.steady_now());
}

void smtp_server_core::drain(std::function<void()> drained) {
  {
    const std::lock_guard lock{mutex_};
    draining = true;
    drained_ = std::move(drained);
  }
  notice_drained();
}

void smtp_server_core::notice_drained() {
  std::function<void()> drained;
  {
    const std::lock_guard lock{mutex_};
    if (draining && clients_.connections() == 0) {
      drained = std::exchange(drained_, nullptr);
    }
  }
  if (drained) {
    drained();
  }
}

} // namespace warmfront::net
