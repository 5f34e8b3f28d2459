// warmfrontd: reads the configuration, starts the node and its admin room, waits for a signal.

#include <atomic>
#include <csignal>
#include <iostream>
#include <optional>

#include <CLI/CLI.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include "actors/node/node.hpp"
#include "actors/node/supervisor.hpp"
#include "admin/api/openapi.hpp"
#include "admin/service.hpp"
#include "cluster-config/config.hpp"
#include "cluster-config/reference.hpp"

namespace {

using namespace warmfront;

int report(const error& failure) {
  std::cerr << "error: " << failure.what << "\n";
  if (!failure.remedy.empty())
    std::cerr << "try: " << failure.remedy << "\n";
  return 1;
}

result<std::shared_ptr<const net::tls_server_context>>
load_http_tls(const config::config& settings) {
  if (!settings.http.tls)
    return std::shared_ptr<const net::tls_server_context>{};
  return net::tls_server_context::load(settings.http.tls->certificate, settings.http.tls->key);
}

void reload(node& running, admin::service& admin, const std::string& path) {
  const auto changed = config::load(path);
  for (const auto& fault : changed.faults)
    std::cerr << to_string(fault) << "\n";
  if (!changed.faults.empty())
    return;
  if (const auto outcome = running.reload(changed.value); !outcome)
    report(outcome.error());
  const auto tls = load_http_tls(changed.value);
  if (!tls)
    report(tls.error());
  admin.reload(changed.value, tls ? tls.value() : nullptr);
}

void tell_addresses(const node& running, const admin::service& admin) {
  const auto tell = [&](std::string_view what, const std::string& address) {
    running.services().log.write(log_level::info, "listening",
                                 {{"for", what}, {"address", std::string_view{address}}});
  };
  for (const auto& address : running.smtp_addresses())
    tell("smtp", address);
  tell("admin", admin.address());
  tell("public", admin.public_address());
}

std::string status_of(const node& running) {
  const auto unready = running.services().readiness();
  return unready.empty() ? "Ready for mail" : "Not ready: " + unready;
}

/// @returns the signal that came, or 0 when `within` is over.
int wait_for_signal(const sigset_t& signals, std::optional<milliseconds> within) {
  int signal = 0;
  if (!within)
    return sigwait(&signals, &signal) == 0 ? signal : SIGTERM;
  timespec rest{};
  rest.tv_sec = within->count() / 1000;
  rest.tv_nsec = within->count() % 1000 * 1'000'000;
  const int got = sigtimedwait(&signals, nullptr, &rest);
  return got > 0 ? got : 0;
}

/// Until a signal ends it. The supervisor's watchdog hears a beat whenever nothing hangs.
void serve(node& running, admin::service& admin, const std::string& path, const sigset_t& signals,
           const supervisor& watcher) {
  watcher.ready(status_of(running));
  for (;;) {
    const auto every = watcher.beat_every();
    const int signal = wait_for_signal(signals, every);
    if (signal == SIGHUP) {
      watcher.reloading(running.services().time.steady_now());
      reload(running, admin, path);
      watcher.ready(status_of(running));
    } else if (signal != 0) {
      return;
    }
    if (every && running.is_turning(*every))
      watcher.beat(status_of(running));
    else if (every)
      running.services().log.write(log_level::error, "process_hangs", {});
  }
}

constexpr int start_anew = -1;

/// @returns the exit code, or `start_anew` when what this process knows is out of date.
int run(const config::config& settings, const std::string& path, const sigset_t& signals) {
  const auto watcher = supervisor::from_environment();
  std::atomic<bool> failed{false};
  std::atomic<bool> anew{false};
  const auto on_failure = [&](const error& why) {
    failed = true;
    anew = why.code == errc::conflict;
    report(why);
    kill(getpid(), SIGTERM);
  };
  // Signals stay pending until the node runs; one that ends it must also end a start that waits.
  const auto must_stop = [] {
    sigset_t pending;
    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
  };
  auto started = node::start(settings, on_failure, must_stop);
  if (!started)
    return report(started.error());
  auto& running = *started.value();
  const auto tls = load_http_tls(settings);
  if (!tls)
    return report(tls.error());
  auto admin = admin::service::start(
      running.services(), {settings.http.admin, tls.value(), settings.http.public_address});
  if (!admin)
    return report(admin.error());
  tell_addresses(running, *admin.value());
  serve(running, *admin.value(), path, signals, watcher);
  if (anew)
    watcher.starting_anew(running.services().time.steady_now());
  else
    watcher.stopping();
  admin.value()->stop();
  running.stop();
  if (anew)
    return start_anew;
  return failed ? 1 : 0;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"warmfrontd: a node of a Warmfront cluster"};
  std::string path;
  bool check = false;
  bool reference = false;
  bool openapi = false;
  auto* const config_option =
      app.add_option("--config", path, "the node's configuration, node.toml")->type_name("FILE");
  app.add_flag("--check", check, "check the configuration and stop")->needs(config_option);
  app.add_flag("--reference", reference, "print what node.toml may hold, as JSON, and stop")
      ->excludes(config_option);
  app.add_flag("--openapi", openapi, "print the document of the REST interface and stop")
      ->excludes(config_option);
  app.set_version_flag("--version", WARMFRONT_VERSION);
  try {
    app.parse(argc, argv);
    if (!reference && !openapi && path.empty())
      throw CLI::RequiredError{"--config"};
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? 0 : 2;
  }
  if (reference)
    return std::cout << config::reference_json(WARMFRONT_VERSION), 0;
  if (openapi)
    return std::cout << admin::openapi_text(WARMFRONT_VERSION) << "\n", 0;
  const auto loaded = config::load(path);
  for (const auto& fault : loaded.faults)
    std::cerr << to_string(fault) << "\n";
  if (!loaded.faults.empty())
    return 1;
  if (check)
    return std::cout << path << ": no fault found\n", 0;
  // Mail and secrets are in this process's memory: never in a core file.
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  // Blocked before any thread starts: all signals come to sigwait.
  sigset_t signals;
  sigemptyset(&signals);
  for (const int each : {SIGTERM, SIGINT, SIGHUP})
    sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  const int code = run(loaded.value, path, signals);
  if (code != start_anew)
    return code;
  // In the same process, so that whoever supervises it sees no crash.
  execv("/proc/self/exe", argv);
  return report({errc::unavailable, "the node could not start anew", "start it again"});
}
