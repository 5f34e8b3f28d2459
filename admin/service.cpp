#include "admin/service.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <fmt/core.h>

#include "actors/core/random.hpp"
#include "admin/admin_actor.hpp"
#include "admin/api/router.hpp"
#include "admin/console_site.hpp"
#include "admin/http/http_server.hpp"
#include "admin/public/public_service.hpp"
#include "admin/shown_certificates.hpp"
#include "admin/tencent/signed_request.hpp"

namespace warmfront::admin {

namespace {

/// A body is JSON: base64 makes attachments a third larger, escapes add some; plus the rest. What
/// is too large for the API compatible with a cloud's has to be read to be refused as it does.
std::size_t body_octets_max(std::uint64_t message_octets_max) {
  return std::max(static_cast<std::size_t>(message_octets_max + message_octets_max * 2 / 5),
                  tencent::json_octets_max) +
         64 * 1024;
}

operation_view operation_of(const node_services& node,
                            std::shared_ptr<const shown_certificates> certificates) {
  using config::replication_mode;
  operation_view view;
  const auto& settings = node.settings;
  view.started_at = node.time.wall_now();
  view.admin_listen = settings.http.admin;
  view.admin_tls = settings.http.tls.has_value();
  view.require_verified = settings.identity.require_verified;
  if (settings.cluster) {
    view.control = settings.cluster->etcd.empty() ? "embedded" : "etcd";
    view.replication = settings.cluster->replication == replication_mode::required    ? "required"
                       : settings.cluster->replication == replication_mode::preferred ? "preferred"
                                                                                      : "none";
  }
  view.certificates = [shown = std::move(certificates)] { return shown->list(); };
  return view;
}

std::shared_ptr<const node_view> view_of(const node_services& node,
                                         std::shared_ptr<const shown_certificates> certificates) {
  auto view = std::make_shared<node_view>();
  view->node = node.settings.node.name;
  view->hostname = node.settings.node.hostname;
  view->version = WARMFRONT_VERSION;
  view->message_octets_max = node.settings.smtp.max_message_size;
  view->readiness = node.readiness;
  view->alone = !node.cluster;
  view->storage = node.storage_health;
  view->smtp = node.smtp_counts;
  view->inbound = node.inbound_counts;
  view->control_silence = node.control_silence;
  if (node.tokens)
    view->complaint_address = [key = node.tokens,
                               host = node.settings.node.hostname](const account_name& account) {
      const auto local = feedback::make_complaint_local_part(*key, account);
      return local.empty() ? local : local + '@' + host;
    };
  view->sealing = node.sealing;
  view->operation = operation_of(node, std::move(certificates));
  if (node.backups != nullptr) {
    view->backups = [from = node.backups] { return from->state(); };
    view->begin_backup = [from = node.backups] { return from->begin(); };
  }
  view->cloud = {node.settings.cloud_api.time_zone, node.settings.identity.require_verified};
  return view;
}

/// The console of the configuration has to be there; one that is looked for may be missing.
result<console_site> open_console(const node_services& node) {
  std::error_code failure;
  const auto folder = node.settings.http.console.empty()
                          ? find_console(std::filesystem::read_symlink("/proc/self/exe", failure))
                          : std::filesystem::path{node.settings.http.console};
  if (folder.empty()) {
    node.log.write(log_level::warn, "console_missing", {});
    return console_site{};
  }
  WARMFRONT_TRY(site, console_site::load(folder));
  node.log.write(log_level::info, "console",
                 {{"folder", std::string_view{folder.native()}},
                  {"files", static_cast<std::int64_t>(site.files())}});
  return site;
}

} // namespace

struct service::implementation {
  std::vector<admin_actor> actors;
  std::shared_ptr<shown_certificates> certificates;
  console_site console;
  std::atomic<std::size_t> turn{0};
  std::unique_ptr<http_server> server;
  std::unique_ptr<public_service> links;

  void spawn(const node_services& node) {
    certificates = std::make_shared<shown_certificates>(node.settings);
    const auto view = view_of(node, certificates);
    const auto start = random_seed();
    const auto rates =
        std::make_shared<tencent::request_rates>(node.settings.cloud_api.requests_per_second);
    const auto strangers = std::make_shared<stranger_limits>();
    // As many actors as I/O threads: reading JSON and composing mail is what costs here.
    for (std::size_t i = 0; i < node.io.size(); ++i) {
      admin_parts parts{.access = node.access,
                        .warmup = node.warmup,
                        .ip_pool = node.ip_pool,
                        .provisioning = node.provisioning,
                        .chunks = node.chunks,
                        .templates = node.templates,
                        .unsubscribes = node.unsubscribes,
                        .groups = node.groups,
                        .scheduler = node.scheduler,
                        .identities = node.identities,
                        .suppressions = node.suppressions,
                        .statistics = node.statistics,
                        .intake = node.intake,
                        .delivery = node.delivery,
                        .cluster = node.cluster,
                        .inquiries = node.inquiries,
                        .idempotency = node.idempotency,
                        .webhooks = node.webhooks,
                        .time = &node.time,
                        .log = &node.log,
                        .node = view,
                        .unique_prefix = fmt::format("{:x}.{}.", start, i),
                        .rates = rates,
                        .strangers = strangers,
                        .audit = node.audit,
                        .transport_policy = node.transport_policy,
                        .history = node.history};
      actors.push_back(node.system.spawn(admin_behavior, std::move(parts)));
    }
    if (node.inquiries)
      caf::anon_send(node.inquiries,
                     connect_answerer{caf::actor_cast<caf::strong_actor_ptr>(actors.front())});
  }

  /// Files are answered on the I/O thread; all else is the actors' work.
  void serve(http_request request, http_responder respond) {
    if (!tencent::is_call(request)) {
      if (auto page = console.answer(request)) {
        return respond(std::move(*page));
      }
    }
    auto value = std::make_shared<exchange>();
    value->request = std::move(request);
    value->respond = std::move(respond);
    const auto index = turn.fetch_add(1, std::memory_order_relaxed) % actors.size();
    caf::anon_send(actors[index], serve_exchange{std::move(value)});
  }
};

result<std::unique_ptr<service>> service::start(const node_services& node, options wanted) {
  auto state = std::make_unique<implementation>();
  http_limits limits;
  limits.request.body_octets_max = body_octets_max(node.settings.smtp.max_message_size);
  limits.request.streams = [](std::string_view method, std::string_view target) {
    const auto found = find_route(method, target);
    const auto* const known = std::get_if<matched_route>(&found);
    return known != nullptr && known->where->takes_list;
  };
  WARMFRONT_TRY(console, open_console(node));
  state->console = std::move(console);
  state->spawn(node);
  // From here on whatever fails ends what was spawned.
  auto started = std::unique_ptr<service>{new service{std::move(state)}};
  auto& its = *started->state_;
  if (!wanted.public_listen.empty()) {
    WARMFRONT_TRY(links,
                  public_service::start(node, wanted.public_listen,
                                        node.settings.http.public_tls ? wanted.tls : nullptr));
    its.links = std::move(links);
  }
  WARMFRONT_TRY(server,
                http_server::start(node.io, node.time, wanted.listen, std::move(wanted.tls), limits,
                                   [&its](http_request request, http_responder respond) {
                                     its.serve(std::move(request), std::move(respond));
                                   }));
  its.server = std::move(server);
  return started;
}

service::service(std::unique_ptr<implementation> state) : state_{std::move(state)} {}

service::~service() {
  stop();
}

std::string service::address() const {
  return state_->server->address();
}

std::string service::public_address() const {
  return state_->links ? state_->links->address() : std::string{};
}

void service::reload(const config::config& changed,
                     std::shared_ptr<const net::tls_server_context> tls) {
  state_->certificates->read(changed);
  if (!tls) {
    return;
  }
  if (state_->links) {
    state_->links->reload(tls);
  }
  state_->server->reload(std::move(tls));
}

void service::stop() {
  if (state_->links) {
    state_->links->stop();
  }
  if (state_->server) {
    state_->server->stop();
  }
  for (const auto& each : state_->actors) {
    caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
  }
  state_->actors.clear();
}

} // namespace warmfront::admin
