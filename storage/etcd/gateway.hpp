// HTTP to the members of etcd: which one is used, what may be sent twice. Needs cpprestsdk.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <cpprest/http_client.h>

#include "storage/etcd/etcd_control_store.hpp"

namespace warmfront::storage {

/// Whether a question that may have arrived may be asked again of another member.
enum class asking { again, once };

/// Thread-safe. Answers come from the thread pool of cpprestsdk.
class gateway : public std::enable_shared_from_this<gateway> {
public:
  using answered = std::function<void(const result<std::string>&)>;

  [[nodiscard]] static result<std::shared_ptr<gateway>> open(const etcd_options& options);

  /// POST to a path below `/v3/`. `then` is called once, with the body of the answer, or the error
  /// that etcd reports, or `unavailable`. Never inside the call.
  void post(std::string attempted, std::string path, std::string body, asking how, answered then);

  /// Breaks off everything that is under way.
  void close();

  /// The endpoint in use, for `connect_stream` and `leave`.
  [[nodiscard]] std::size_t current() const noexcept { return current_; }
  /// The endpoint has failed: if it is still the one in use, the next one is.
  void leave(std::size_t endpoint) noexcept;
  /// POST whose answer has no end. The task fails, or gives the answer as soon as its head is here.
  [[nodiscard]] pplx::task<web::http::http_response>
  connect_stream(std::size_t endpoint, const std::string& path, const std::string& body,
                 const pplx::cancellation_token& until) const;

private:
  struct question;
  struct outcome {
    result<std::string> answer;
    bool may_ask_next; ///< another endpoint, if this one was of no use
  };
  explicit gateway(const etcd_options& options);
  void attempt(const std::shared_ptr<question>& asked);
  template <class Task>
  [[nodiscard]] outcome read(const question& asked, std::size_t endpoint, const Task& ended) const;
  [[nodiscard]] error no_answer(const question& asked, std::size_t endpoint,
                                std::string_view why) const;
  void finish(const std::shared_ptr<question>& asked, std::size_t endpoint, const outcome& ended);

  std::vector<web::uri> endpoints_;
  web::http::client::http_client_config settings_;
  web::http::client::http_client_config stream_settings_;
  std::vector<web::http::client::http_client> clients_; ///< with connections that are kept
  std::atomic<std::size_t> current_ = 0;
  pplx::cancellation_token_source closing_;
};

} // namespace warmfront::storage
