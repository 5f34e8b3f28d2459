#include "actors/node/node.hpp"

#include <filesystem>
#include <utility>
#include <vector>

#include <caf/scoped_actor.hpp>

#include "actors/node/cluster_parts.hpp"
#include "actors/node/node_parts.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds ready_within{30};
constexpr std::chrono::milliseconds smtp_drain_within{2000};
constexpr std::chrono::seconds stop_step_within{7};

error not_ready(const char* role) {
  return {errc::unavailable, std::string{"the "} + role + " role did not start in time",
          "see the log for what it waits for"};
}

/// Asks an actor and waits, for start and stop only. @returns whether it answered.
template <class Answer, class Handle, class Question>
bool ask(caf::scoped_actor& self, const Handle& whom, std::chrono::seconds within,
         Question question, Answer& into) {
  bool answered = false;
  self->request(whom, within, std::move(question))
      .receive(
          [&](Answer& value) {
            into = std::move(value);
            answered = true;
          },
          [](const caf::error&) {});
  return answered;
}

} // namespace

node::node(std::unique_ptr<parts> all) : parts_{std::move(all)} {}

node::~node() {
  stop();
}

result<std::unique_ptr<node>> node::start(config::config settings,
                                          std::function<void(const error&)> failed,
                                          std::function<bool()> must_stop) {
  auto all = std::make_unique<parts>();
  all->must_stop = std::move(must_stop);
  all->settings = std::move(settings);
  all->failed = std::move(failed);
  WARMFRONT_TRY(all->open_log());
  WARMFRONT_TRY(all->open_storage());
  WARMFRONT_TRY(all->open_network());
  all->make_system();
  WARMFRONT_TRY(all->join());
  WARMFRONT_TRY(all->spawn_actors());
  std::unique_ptr<node> started{new node{std::move(all)}};
  WARMFRONT_TRY(started->parts_->wait_until_loaded());
  WARMFRONT_TRY(started->parts_->ensure_admin_key());
  WARMFRONT_TRY(started->parts_->listen());
  started->parts_->make_services();
  started->parts_->log->write(log_level::info, "started",
                              {{"node", std::string_view{started->parts_->settings.node.name}}});
  return started;
}

const node_services& node::services() const {
  return *parts_->services;
}

std::vector<std::string> node::smtp_addresses() const {
  return parts_->smtp->addresses();
}

std::vector<std::string> node::inbound_addresses() const {
  return parts_->inbound_smtp ? parts_->inbound_smtp->addresses() : std::vector<std::string>{};
}

result<void> node::reload(const config::config& changed) {
  parts_->log->set_level(changed.log.level);
  if (parts_->event_lines)
    parts_->event_lines->reopen();
  if (changed.tls && parts_->smtp) {
    WARMFRONT_TRY(context,
                  net::tls_server_context::load(changed.tls->certificate, changed.tls->key));
    parts_->smtp->reload(context);
    if (parts_->inbound_smtp)
      parts_->inbound_smtp->reload(context);
  }
  if (changed.cluster && parts_->cluster) {
    const auto& files = *changed.cluster;
    WARMFRONT_TRY(tls, net::peer_context::load(files.certificate, files.key, files.ca));
    parts_->cluster->tunnels->reload(tls);
  }
  parts_->log->write(log_level::info, "reloaded", {});
  return success();
}

bool node::is_turning(std::chrono::milliseconds within) const {
  auto turned = std::make_shared<std::promise<void>>();
  const auto turn = turned->get_future();
  // A new actor has its turn on a thread of the scheduler, and ends.
  parts_->system->spawn([turned] { turned->set_value(); });
  return parts_->io->all_turn(within) && turn.wait_for(within) == std::future_status::ready;
}

void node::stop() {
  parts_->stop();
}

// ---- the parts ----------------------------------------------------------------------------

result<void> node::parts::wait_until_loaded() {
  caf::scoped_actor self{*system};
  answer<std::vector<pool>> pools{std::vector<pool>{}};
  if (!ask(self, ip_pool, ready_within, list_pools{}, pools))
    return not_ready("ip_pool");
  if (!pools.value)
    return pools.value.error();
  answer<std::vector<ledger_report>> ledgers{std::vector<ledger_report>{}};
  if (!ask(self, warmup, ready_within, list_ledgers{}, ledgers))
    return not_ready("warmup");
  if (!ledgers.value)
    return ledgers.value.error();
  // Intake takes no mail before it can ask who is not sent to.
  answer<suppression_page> entries{suppression_page{}};
  if (!ask(self, suppressions, ready_within, list_suppressions{}, entries))
    return not_ready("suppressions");
  // Nor before it knows who may send from where.
  answer<std::vector<identity_report>> identified{std::vector<identity_report>{}};
  if (!ask(self, identities, ready_within, list_identities{}, identified))
    return not_ready("identities");
  return success();
}

// Of several nodes that start at once one makes the key, and only that one gets the file: whoever
// reads it must find a key that counts.
result<void> node::parts::ensure_admin_key() {
  const auto path = std::filesystem::path{settings.node.data_dir} / "admin.key";
  const auto pending = std::filesystem::path{path.string() + ".pending"};
  const bool existed = std::filesystem::exists(path);
  const bool was_pending = !existed && std::filesystem::exists(pending);
  WARMFRONT_TRY(secret, existed       ? read_key_file(path)
                        : was_pending ? read_key_file(pending)
                                      : make_secret());
  if (!existed && !was_pending) {
    WARMFRONT_TRY(write_key_file(pending, secret));
  }
  caf::scoped_actor self{*system};
  answer<created_key> made{created_key{}};
  if (!ask(self, access, ready_within, ensure_first_key{secret}, made))
    return not_ready("access");
  if (!made.value && made.value.error().code != errc::already_exists)
    return made.value.error(); // it may have been made all the same: the next start finds out
  if (existed)
    return success(); // keys exist: those count, whatever became of the file
  bool counts = made.value.has_value();
  if (!counts && was_pending) {
    answer<client_identity> known{client_identity{}};
    if (!ask(self, access, ready_within, authenticate_key{"", secret}, known))
      return not_ready("access");
    counts = known.value.has_value();
  }
  if (counts)
    return rename_key_file(pending, path);
  std::error_code ignored;
  std::filesystem::remove(pending, ignored);
  return success();
}

void node::parts::stop() {
  if (stopped)
    return;
  stopped = true;
  if (log)
    log->write(log_level::info, "stopping", {});
  if (system) {
    stop_smtp();
    stop_actors();
  }
  smtp.reset();
  inbound_smtp.reset();
  services.reset();
  backups.reset();
  if (cluster)
    cluster->stop();
  system_stop();
  cluster.reset();
  resolver.reset();
  if (io)
    io->stop();
  control.reset();
  store.reset();
  io.reset();
  if (log)
    log->write(log_level::info, "stopped", {});
}

// New mail is refused at once; sessions with a mail under way get their reply first.
void node::parts::stop_smtp() {
  std::vector<std::future<void>> over;
  for (auto* server : {smtp.get(), inbound_smtp.get()}) {
    if (server == nullptr)
      continue;
    auto drained = std::make_shared<std::promise<void>>();
    over.push_back(drained->get_future());
    server->drain([drained] { drained->set_value(); });
  }
  const auto until = time.steady_now() + smtp_drain_within;
  for (auto& each : over)
    each.wait_for(until - time.steady_now());
}

void node::parts::stop_actors() {
  caf::scoped_actor self{*system};
  done finished;
  if (intake)
    ask(self, intake, stop_step_within, stop_intake{}, finished);
  if (delivery)
    ask(self, delivery, stop_step_within, drain_delivery{}, finished);
  if (warmup)
    ask(self, warmup, stop_step_within, stop_warmup{}, finished);
}

} // namespace warmfront
