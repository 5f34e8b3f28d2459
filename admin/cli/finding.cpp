#include "admin/cli/finding.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/core.h>

#include "admin/cli/render.hpp"
#include "admin/cli/screen.hpp"

namespace warmfront::admin::cli {

namespace {

using std::chrono::milliseconds;

constexpr std::chrono::hours certificate_warning{21 * 24};
constexpr milliseconds clock_warning{1000};
constexpr milliseconds clock_problem{10'000};
constexpr std::uint64_t open_files_least = 1024;
constexpr std::uint64_t open_files_enough = 65'536;
constexpr unsigned for_others = 0077;
/// Of a file that somebody else has put there for the node, whose group may read it.
constexpr unsigned beyond_group = 0027;

long long days_of(wall_time::duration span) {
  return std::chrono::duration_cast<std::chrono::days>(span).count();
}

} // namespace

std::string_view to_string(health state) noexcept {
  return state == health::ok ? "ok" : state == health::warning ? "warning" : "problem";
}

findings_list judge_configuration(const std::string& file,
                                  const std::vector<config::fault>& faults) {
  if (faults.empty()) {
    return {{health::ok, "configuration", file + " is valid"}};
  }
  findings_list found;
  for (const auto& each : faults) {
    found.push_back({health::problem, "configuration", to_string(each),
                     "correct it; warmfrontd --config FILE --check looks again"});
  }
  return found;
}

finding judge_port(const port_facts& facts, node_presence node) {
  const auto check = "port " + facts.key;
  const auto& at = facts.address;
  if (facts.is_name) {
    return {health::ok, check, at + " is a name; it was not tried"};
  }
  switch (facts.bind_error) {
  case 0:
    return node == node_presence::runs
               ? finding{health::warning, check, at + " is free although the node runs",
                         "restart the node: it runs with another configuration"}
               : finding{health::ok, check, at + " is free"};
  case EADDRINUSE:
    return node == node_presence::runs
               ? finding{health::ok, check, at + " is taken while the node runs"}
           : node == node_presence::unclear
               ? finding{health::warning, check,
                         at + " is taken; whether by the node could not be asked",
                         "reach the node (--server https://NAME-IN-ITS-CERTIFICATE), or look with "
                         "ss -ltnp"}
               : finding{health::problem, check, at + " is taken by another program",
                         "end it (ss -ltnp names it), or choose another port"};
  case EACCES:
    return {health::problem, check, at + " may not be bound by this user",
            "ports below 1024 need CAP_NET_BIND_SERVICE, as the systemd unit gives it"};
  case EADDRNOTAVAIL:
    return {health::problem, check, at + " is no address of this machine",
            "give it to an interface, or name another one"};
  default:
    return {health::problem, check,
            fmt::format("{} cannot be bound: {}", at, std::strerror(facts.bind_error)),
            "name an address of this machine and a free port"};
  }
}

findings_list judge_folder(const folder_facts& facts, std::uint64_t reserve_octets) {
  const std::string check = "data folder";
  if (!facts.exists) {
    return {facts.parent_problem.empty()
                ? finding{health::ok, check, facts.path + " is made when the node starts"}
                : finding{health::problem, check, facts.path + ": " + facts.parent_problem,
                          "make it, owned by the user that the node runs as"}};
  }
  if (!facts.is_folder) {
    return {{health::problem, check, facts.path + " is no folder", "name another data_dir"}};
  }
  findings_list found;
  if (!facts.is_writable) {
    found.push_back({health::problem, check, facts.path + " cannot be written by this user",
                     "run this as the node's user, or chown the folder to it"});
  }
  if ((facts.mode & for_others) != 0) {
    found.push_back({health::warning, check,
                     fmt::format("{} can be entered by others (mode {:o})", facts.path, facts.mode),
                     "chmod 700 " + facts.path});
  }
  if (!facts.foreign_file.empty()) {
    found.push_back({health::problem, check,
                     fmt::format("{} does not belong to {}, as the folder does: the node cannot "
                                 "work with it",
                                 facts.foreign_file, facts.owner),
                     fmt::format("chown -R {} {}", facts.owner, facts.path)});
  }
  if (facts.file_system == "nfs" || facts.file_system == "tmpfs") {
    found.push_back(
        {health::warning, check,
         fmt::format("{} is on {}: what was accepted may be lost", facts.path, facts.file_system),
         "use a local disk with a file system that keeps its word, as ext4 or xfs"});
  }
  if (facts.free_octets <= reserve_octets) {
    found.push_back({health::problem, "disk",
                     fmt::format("{} free, the reserve is {}: the node takes no mail",
                                 size_text(facts.free_octets), size_text(reserve_octets)),
                     "free space, or lower storage.reserve"});
  } else if (facts.free_octets < 2 * reserve_octets) {
    found.push_back({health::warning, "disk",
                     fmt::format("{} free, the reserve is {}", size_text(facts.free_octets),
                                 size_text(reserve_octets)),
                     "free space before the reserve is reached"});
  } else {
    found.push_back({health::ok, "disk",
                     fmt::format("{} free{}", size_text(facts.free_octets),
                                 facts.file_system.empty() ? "" : " on " + facts.file_system)});
  }
  return found;
}

finding judge_certificate(const certificate_facts& facts, wall_time now) {
  const auto check = "certificate " + facts.key;
  if (!facts.failure.empty()) {
    return {health::problem, check, facts.file + ": " + facts.failure,
            "give a PEM certificate and the key that belongs to it, readable for the node"};
  }
  if (facts.not_after <= now) {
    return {health::problem, check,
            fmt::format("{} expired on {}", facts.file, to_date(day_of(facts.not_after))),
            "renew it, then reload the node (SIGHUP)"};
  }
  if (facts.not_before > now) {
    return {health::problem, check,
            fmt::format("{} is valid from {} on", facts.file, to_rfc3339(facts.not_before)),
            "check the clock of this machine"};
  }
  const auto left = facts.not_after - now;
  if (left < certificate_warning) {
    return {health::warning, check, fmt::format("{} expires in {} days", facts.file, days_of(left)),
            "renew it, then reload the node (SIGHUP)"};
  }
  return {health::ok, check,
          fmt::format("{} is valid until {}", facts.file, to_date(day_of(facts.not_after)))};
}

findings_list judge_clock(const clock_facts& facts) {
  const std::string check = "clock";
  findings_list found;
  if (!facts.is_synchronised) {
    found.push_back({health::warning, check, "the kernel does not say whether it is synchronised",
                     "run a time service, as systemd-timesyncd or chrony"});
  } else if (!*facts.is_synchronised) {
    found.push_back({health::warning, check, "it is not synchronised",
                     "run a time service, as systemd-timesyncd or chrony: days of warm-up plans "
                     "and certificates go by it"});
  } else {
    found.push_back({health::ok, check, "it is synchronised"});
  }
  for (const auto& each : facts.others) {
    const auto off = each.ahead.count() < 0 ? -each.ahead : each.ahead;
    const auto text = fmt::format("{} is {:.1f} s {} this clock", each.name,
                                  static_cast<double>(off.count()) / 1000,
                                  each.ahead.count() < 0 ? "behind" : "ahead of");
    // What others say of their time comes in whole seconds.
    found.push_back(
        off >= clock_problem
            ? finding{health::problem, check, text, "set the clocks by the same time service"}
        : off > clock_warning * 2
            ? finding{health::warning, check, text, "set the clocks by the same time service"}
            : finding{health::ok, check, each.name + " has the same time"});
  }
  return found;
}

finding judge_open_files(std::uint64_t soft, std::uint64_t hard) {
  const std::string check = "open files";
  const auto text = fmt::format("{} at once (at most {})", soft, hard);
  if (soft >= open_files_enough) {
    return {health::ok, check, text};
  }
  return {soft < open_files_least ? health::problem : health::warning, check, text,
          "raise it for the node: LimitNOFILE=65536 in its systemd unit, ulimit -n in a shell"};
}

finding judge_secret_file(const secret_file_facts& facts) {
  if (!facts.failure.empty()) {
    return {health::warning, facts.what,
            fmt::format("{} could not be looked at: {}", facts.path, facts.failure),
            "run this as the node's user, or as root"};
  }
  if (!facts.exists) {
    return facts.is_required
               ? finding{health::problem, facts.what, facts.path + " does not exist",
                         "copy the cluster's key file there, readable for the node alone"}
               : finding{health::ok, facts.what, facts.path + " is made when the node starts"};
  }
  const auto wrong = facts.mode & (facts.is_required ? beyond_group : for_others);
  if (wrong != 0) {
    return {health::problem, facts.what,
            fmt::format("{} is open to others (mode {:o})", facts.path, facts.mode),
            (facts.is_required ? "chmod g-w,o= " : "chmod 600 ") + facts.path};
  }
  if (!facts.unreadable_for.empty()) {
    return {health::problem, facts.what,
            fmt::format("{} cannot be read by {}", facts.path, facts.unreadable_for),
            fmt::format("chown {} {}", facts.unreadable_for, facts.path)};
  }
  return {health::ok, facts.what, facts.path + " is private"};
}

finding judge_node(const std::string& server, const std::string& failure) {
  if (failure.empty()) {
    return {health::ok, "node", "it answers at " + server};
  }
  return {health::warning, "node", "it does not answer at " + server + ": " + failure,
          "start it; what only it knows (pools, identities, peers) was not checked"};
}

std::string to_text(const findings_list& all) {
  auto sorted = all;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const finding& a, const finding& b) { return a.state < b.state; });
  std::size_t width = 0;
  for (const auto& each : sorted) {
    width = std::max(width, each.check.size());
  }
  std::string text;
  for (const auto& each : sorted) {
    text += fmt::format("{:<7}  {:<{}}  {}\n", to_string(each.state), inert(each.check), width,
                        inert(each.found));
    if (!each.remedy.empty()) {
      text += fmt::format("{:<7}  {:<{}}  try: {}\n", "", "", width, inert(each.remedy));
    }
  }
  const auto count = [&](health state) {
    return std::count_if(all.begin(), all.end(),
                         [state](const finding& each) { return each.state == state; });
  };
  return text + fmt::format("\n{} ok, {} warnings, {} problems.\n", count(health::ok),
                            count(health::warning), count(health::problem));
}

ordered_json to_json(const findings_list& all) {
  auto target = ordered_json::object();
  target["checks"] = ordered_json::array();
  std::size_t counts[3] = {};
  for (const auto& each : all) {
    ++counts[static_cast<std::size_t>(each.state)];
    target["checks"].push_back({{"check", each.check},
                                {"state", to_string(each.state)},
                                {"found", each.found},
                                {"remedy", each.remedy}});
  }
  target["ok"] = counts[0];
  target["warnings"] = counts[1];
  target["problems"] = counts[2];
  return target;
}

} // namespace warmfront::admin::cli
