#include "storage/etcd/gateway.hpp"

#include <algorithm>
#include <array>
#include <mutex>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <pplx/threadpool.h>

#include "storage/etcd/client_tls.hpp"
#include "storage/etcd/etcd_codec.hpp"

namespace warmfront::storage {

namespace {

constexpr std::size_t pool_threads = 2;

void start_thread_pool() {
  static std::once_flag once;
  std::call_once(once, [] {
    try {
      crossplat::threadpool::initialize_with_threads(pool_threads);
    } catch (const std::exception&) { // NOLINT: somebody has started it, which serves as well
    }
  });
}

web::http::http_request make_request(const std::string& path, const std::string& body) {
  web::http::http_request request{web::http::methods::POST};
  request.set_request_uri("/v3/" + path);
  request.set_body(body, "application/json");
  return request;
}

web::http::client::http_client_config make_settings(const etcd_options& options,
                                                    milliseconds patience) {
  web::http::client::http_client_config settings;
  settings.set_timeout(patience);
  settings.set_ssl_context_callback([options](boost::asio::ssl::context& context) {
    // What fails here makes the handshake fail: nobody is believed, or nothing is shown.
    static_cast<void>(prepare_client_tls(context.native_handle(), options).has_value());
  });
  return settings;
}

/// What cpprestsdk says when not one octet of the body has left; another text means nothing.
bool certainly_not_sent(std::string_view why) {
  constexpr std::array<std::string_view, 5> texts{
      "Failed to connect to any resolved endpoint", "Error resolving address",
      "Failed to resolve address", "Error in SSL handshake", "Failed to write request headers"};
  return std::find(texts.begin(), texts.end(), why) != texts.end();
}

struct http_answer {
  web::http::status_code status;
  std::string body;
};

pplx::task<http_answer> with_body(const web::http::http_response& response) {
  return response.extract_utf8string(true).then(
      [status = response.status_code()](std::string body) {
        return http_answer{status, std::move(body)};
      });
}

} // namespace

struct gateway::question {
  std::string attempted;
  std::string path;
  std::string body;
  asking how;
  answered then;
  std::size_t attempts = 0;
};

result<std::shared_ptr<gateway>> gateway::open(const etcd_options& options) {
  bool secure = false;
  if (options.endpoints.empty()) {
    return error{errc::invalid_argument, "use etcd: no endpoint is given",
                 "name at least one, as in http://127.0.0.1:2379", "endpoints"};
  }
  for (const auto& endpoint : options.endpoints) {
    const bool valid = web::uri::validate(endpoint);
    const auto uri = valid ? web::uri{endpoint} : web::uri{};
    if ((uri.scheme() != "http" && uri.scheme() != "https") || uri.host().empty()) {
      return error{errc::invalid_argument,
                   fmt::format("use etcd at '{}': that is no URL", endpoint),
                   "write it as in http://127.0.0.1:2379", "endpoints"};
    }
    secure = secure || uri.scheme() == "https";
  }
  if (secure) {
    WARMFRONT_TRY(check_client_tls(options));
  }
  start_thread_pool();
  return std::shared_ptr<gateway>{new gateway{options}}; // NOLINT: the constructor is private
}

gateway::gateway(const etcd_options& options)
    : settings_{make_settings(options, options.request_timeout)},
      stream_settings_{make_settings(options, options.watch_idle)} {
  for (const auto& endpoint : options.endpoints) {
    endpoints_.emplace_back(endpoint);
    clients_.emplace_back(endpoints_.back(), settings_);
  }
}

void gateway::close() {
  closing_.cancel();
}

void gateway::leave(std::size_t endpoint) noexcept {
  current_.compare_exchange_strong(endpoint, (endpoint + 1) % endpoints_.size());
}

void gateway::post(std::string attempted, std::string path, std::string body, asking how,
                   answered then) {
  auto asked = std::make_shared<question>();
  *asked = {std::move(attempted), std::move(path), std::move(body), how, std::move(then)};
  // Connecting reads files of certificates, and failing at once would call back inside the call.
  crossplat::threadpool::shared_instance().service().post(
      [self = shared_from_this(), asked] { self->attempt(asked); });
}

void gateway::attempt(const std::shared_ptr<question>& asked) {
  const auto endpoint = current();
  ++asked->attempts;
  try {
    // The library itself repeats a request when a kept connection turns out to be closed, whatever
    // has become of the first: what must not happen twice gets a connection of its own.
    auto client = asked->how == asking::again
                      ? clients_[endpoint]
                      : web::http::client::http_client{endpoints_[endpoint], settings_};
    client.request(make_request(asked->path, asked->body), closing_.get_token())
        .then(&with_body)
        .then([self = shared_from_this(), asked, endpoint](const pplx::task<http_answer>& ended) {
          self->finish(asked, endpoint, self->read(*asked, endpoint, ended));
        });
  } catch (const std::exception& failure) {
    finish(asked, endpoint, {no_answer(*asked, endpoint, failure.what()), true});
  }
}

template <class Task>
gateway::outcome gateway::read(const question& asked, std::size_t endpoint,
                               const Task& ended) const {
  try {
    auto answer = ended.get();
    if (answer.status == web::http::status_codes::OK) {
      return {std::move(answer.body), false};
    }
    return {etcd_failure(asked.attempted, answer.body), asked.how == asking::again};
  } catch (const web::http::http_exception& failure) {
    const bool in_time = failure.error_code() != std::errc::timed_out;
    return {no_answer(asked, endpoint, failure.what()),
            in_time && (asked.how == asking::again || certainly_not_sent(failure.what()))};
  } catch (const std::exception& failure) {
    return {no_answer(asked, endpoint, failure.what()), false};
  }
}

error gateway::no_answer(const question& asked, std::size_t endpoint, std::string_view why) const {
  return {errc::unavailable,
          fmt::format("{}: etcd at {}: {}", asked.attempted, endpoints_[endpoint].to_string(), why),
          "check that a majority of etcd's members runs and can be reached"};
}

void gateway::finish(const std::shared_ptr<question>& asked, std::size_t endpoint,
                     const outcome& ended) {
  if (!ended.answer && (ended.answer.error().code == errc::unavailable ||
                        ended.answer.error().code == errc::protocol)) {
    leave(endpoint);
    if (ended.may_ask_next && asked->attempts < endpoints_.size() &&
        !closing_.get_token().is_canceled()) {
      attempt(asked);
      return;
    }
  }
  asked->then(ended.answer);
}

pplx::task<web::http::http_response>
gateway::connect_stream(std::size_t endpoint, const std::string& path, const std::string& body,
                        const pplx::cancellation_token& until) const {
  auto request = make_request(path, body);
  // A member that has lost its majority ends the stream instead of falling silent.
  request.headers().add("Grpc-Metadata-hasleader", "true");
  web::http::client::http_client client{endpoints_[endpoint], stream_settings_};
  return client.request(request, until);
}

} // namespace warmfront::storage
