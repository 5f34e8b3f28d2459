#include "admin/public/public_service.hpp"

#include <atomic>
#include <utility>

#include "admin/http/http_server.hpp"
#include "admin/public/feedback_queue_actor.hpp"
#include "admin/public/pages.hpp"
#include "admin/public/public_site.hpp"

namespace warmfront::admin {

namespace {

http_limits limits_of(const config::http_config& settings) {
  http_limits limits;
  limits.request.body_octets_max = 8 * 1024;
  limits.connections_max = 5000;
  // Behind a proxy all clients have one address.
  limits.connections_per_client_max = settings.trusted_proxies.empty() ? 200 : 5000;
  limits.buffered_octets_max = 16 * 1024 * 1024;
  limits.answer_timeout = std::chrono::milliseconds{15'000};
  return limits;
}

} // namespace

struct public_service::implementation {
  implementation(const node_services& node, smtp::network_list proxies)
      : time{node.time}, log{node.log}, site{node.tokens, std::move(proxies)},
        queue{std::make_shared<feedback_queue>(feedback_queue::limits{})},
        sender{node.system.spawn(feedback_queue_behavior, queue, node.feedback, &node.log,
                                 feedback_queue_settings{})} {}

  const clock& time;
  event_log& log;
  public_site site;
  std::shared_ptr<feedback_queue> queue;
  feedback_queue_actor sender;
  std::atomic<bool> is_overflow_told{false};
  std::unique_ptr<http_server> server;

  void serve(const http_request& request, const http_responder& respond) {
    auto found = site.answer(request, time.wall_now(), time.steady_now());
    if (!found.event) {
      return respond(std::move(found.response));
    }
    recorded then;
    if (found.promises) {
      then = [respond, response = std::move(found.response)](bool done) mutable {
        respond(done ? std::move(response) : pages::try_again());
      };
    }
    const auto outcome = queue->add(std::move(*found.event), std::move(then));
    if (!found.promises) {
      respond(std::move(found.response));
    }
    if (outcome == feedback_queue::outcome::added_first) {
      wake(sender);
    } else if (outcome == feedback_queue::outcome::full && !is_overflow_told.exchange(true)) {
      log.write(log_level::warn, "feedback_overflow",
                {{"text", std::string_view{"more opens and clicks come in than can be recorded: "
                                           "some are lost"}}});
    }
  }
};

result<std::unique_ptr<public_service>>
public_service::start(const node_services& node, const std::string& listen,
                      std::shared_ptr<const net::tls_server_context> tls) {
  const auto& settings = node.settings.http;
  WARMFRONT_TRY(proxies, smtp::network_list::parse(settings.trusted_proxies));
  auto state = std::make_unique<implementation>(node, std::move(proxies));
  auto server = http_server::start(
      node.io, node.time, listen, std::move(tls), limits_of(settings),
      [state = state.get()](const http_request& request, const http_responder& respond) {
        state->serve(request, respond);
      });
  std::unique_ptr<public_service> started{new public_service{std::move(state)}};
  if (!server) {
    auto failure = std::move(server).error();
    failure.field = "http.public";
    return failure;
  }
  started->state_->server = std::move(server).value();
  return started;
}

public_service::public_service(std::unique_ptr<implementation> state) : state_{std::move(state)} {}

public_service::~public_service() {
  stop();
}

std::string public_service::address() const {
  return state_->server->address();
}

void public_service::reload(std::shared_ptr<const net::tls_server_context> tls) {
  state_->server->reload(std::move(tls));
}

void public_service::stop() {
  state_->queue->close();
  if (state_->server) {
    state_->server->stop();
  }
  end(state_->sender);
}

} // namespace warmfront::admin
