// warmfrontd: reads the configuration, starts the node and its admin room, waits for a signal.

#include <atomic>
#include <csignal>
#include <iostream>

#include <CLI/CLI.hpp>
#include <sys/resource.h>
#include <unistd.h>

#include "actors/node/node.hpp"
#include "admin/service.hpp"
#include "cluster-config/config.hpp"

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
  if (const auto tls = load_http_tls(changed.value); !tls)
    report(tls.error());
  else if (tls.value())
    admin.reload(tls.value());
}

constexpr int start_anew = -1;

/// @returns the exit code, or `start_anew` when what this process knows is out of date.
int run(const config::config& settings, const std::string& path, const sigset_t& signals) {
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
  for (const auto& address : running.smtp_addresses())
    running.services().log.write(
        log_level::info, "listening",
        {{"for", std::string_view{"smtp"}}, {"address", std::string_view{address}}});
  const auto admin_address = admin.value()->address();
  running.services().log.write(
      log_level::info, "listening",
      {{"for", std::string_view{"admin"}}, {"address", std::string_view{admin_address}}});
  const auto public_address = admin.value()->public_address();
  running.services().log.write(
      log_level::info, "listening",
      {{"for", std::string_view{"public"}}, {"address", std::string_view{public_address}}});
  int signal = 0;
  while (sigwait(&signals, &signal) == 0 && signal == SIGHUP)
    reload(running, *admin.value(), path);
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
  app.add_option("--config", path, "the node's configuration, node.toml")->required();
  app.add_flag("--check", check, "check the configuration and stop");
  app.set_version_flag("--version", WARMFRONT_VERSION);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return app.exit(wrong) == 0 ? 0 : 2;
  }
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
