// What needs a person, of nodes and what they stand on.
#include <algorithm>
#include <set>

#include <fmt/core.h>

#include "actors/core/ip.hpp"
#include "admin/api/overview.hpp"

namespace warmfront::admin {

namespace {

using std::chrono::hours;

constexpr std::chrono::days certificate_soon{21};
constexpr std::chrono::days certificate_urgent{3};
/// Answers come within six seconds: a difference below that says nothing.
constexpr std::chrono::seconds clock_difference_max{10};
constexpr std::uint64_t free_octets_low = std::uint64_t{5} << 30;

overview_action about_node(std::string_view what, const std::string& node, severity how,
                           std::string title, std::string why) {
  return {fmt::format("{}:{}", what, node), how, std::move(title), std::move(why), "/cluster",
          "warmfront node show " + node};
}

void judge_member(const overview_snapshot& seen, const node_report& node, found_actions& to) {
  const auto& name = node.name.str();
  if (node.state == node_state::removed || node.self) {
    return;
  }
  if (node.state == node_state::dead) {
    to.push_back(about_node("node_gone", name, severity::problem,
                            fmt::format("Node {} is gone", name),
                            "it was declared dead, and others took over what it had: start it "
                            "again, or remove it"));
  } else if (!node.alive) {
    to.push_back(about_node("node_gone", name, severity::problem,
                            fmt::format("Node {} gives no sign of life", name),
                            "its lease has run out: others take over what it has"));
  } else if (std::ranges::find(seen.unanswered, name) != seen.unanswered.end()) {
    to.push_back(about_node("node_silent", name, severity::problem,
                            fmt::format("Node {} does not answer", name),
                            "it holds its lease, but gave no answer to this node"));
  } else if (node.state == node_state::draining) {
    to.push_back(about_node("node_draining", name, severity::hint,
                            fmt::format("Node {} drains", name),
                            node.drained ? "nothing is left on it: it can be stopped or removed"
                                         : "it takes no new mail and hands over what it has"));
  }
}

} // namespace

void judge_nodes(const overview_snapshot& seen, found_actions& to) {
  for (const auto& each : seen.nodes) {
    judge_member(seen, each, to);
  }
  for (const auto& part : seen.parts) {
    if (!part.problem.empty() && part.accepts_mail) {
      to.push_back(about_node("node_not_ready", part.node, severity::problem,
                              fmt::format("Node {} cannot do its work", part.node), part.problem));
    }
  }
  if (seen.control_silence > std::chrono::seconds{0}) {
    to.push_back({"control_store_silent", severity::problem, "The control store does not answer",
                  fmt::format("for {} s: leases are spent, then nothing is sent; changes are "
                              "refused",
                              seen.control_silence.count()),
                  "/cluster", "warmfront cluster status"});
  }
  for (const auto& each : seen.unknown) {
    to.push_back({"not_known:" + each, severity::warning, "Not all is known", each, "/cluster",
                  "warmfront cluster status"});
  }
}

void judge_clocks(const overview_snapshot& seen, found_actions& to) {
  for (const auto& part : seen.parts) {
    const auto apart = part.now > seen.now ? part.now - seen.now : seen.now - part.now;
    if (part.now == wall_time{} || apart <= clock_difference_max) {
      continue;
    }
    auto found =
        about_node("clock", part.node, severity::problem,
                   fmt::format("The clocks of {} and {} differ", seen.self, part.node),
                   fmt::format("by {} s: days of plans begin at different times",
                               std::chrono::duration_cast<std::chrono::seconds>(apart).count()));
    found.command = "timedatectl timesync-status";
    to.push_back(std::move(found));
  }
}

void judge_copies(const overview_snapshot& seen, found_actions& to) {
  if (seen.operation.replication == "none" || seen.alone) {
    return;
  }
  const auto able = std::ranges::count_if(seen.nodes, [](const node_report& each) {
    return each.alive && each.state == node_state::active;
  });
  std::uint64_t single = 0;
  for (const auto& part : seen.parts) {
    single += part.single_copies;
  }
  if (able < 2) {
    to.push_back({"single_copies", severity::warning, "New mail has one copy alone",
                  "no second node can keep copies: what this one has would be lost with it",
                  "/cluster", "warmfront cluster status"});
  } else if (single > 0) {
    to.push_back({"single_copies_were", severity::hint, "Mail was taken over with one copy",
                  fmt::format("{} mails since the nodes started, while no second node could keep "
                              "one",
                              single),
                  "/cluster", "warmfront cluster status"});
  }
}

void judge_storage(const overview_snapshot& seen, found_actions& to) {
  for (const auto& part : seen.parts) {
    const auto free = part.free_octets >> 20;
    if (!part.storage_failure.empty()) {
      to.push_back(about_node("storage_failed", part.node, severity::problem,
                              fmt::format("The storage of {} has failed", part.node),
                              part.storage_failure));
    } else if (!part.accepts_mail) {
      to.push_back(about_node("disk_full", part.node, severity::problem,
                              fmt::format("The disk of {} is full", part.node),
                              fmt::format("{} MiB are free, which is the reserve: no new mail is "
                                          "taken",
                                          free)));
    } else if (part.free_octets > 0 && part.free_octets < free_octets_low) {
      to.push_back(
          about_node("disk_low", part.node, severity::warning,
                     fmt::format("The disk of {} is nearly full", part.node),
                     fmt::format("{} MiB are free; at the reserve no new mail is taken", free)));
    }
  }
}

void judge_certificates(const overview_snapshot& seen, found_actions& to) {
  for (const auto& part : seen.parts) {
    for (const auto& each : part.certificates) {
      overview_action found{fmt::format("certificate:{}:{}", part.node, each.what),
                            severity::warning,
                            {},
                            each.file,
                            "/cluster",
                            "openssl x509 -noout -dates -in " + each.file};
      if (!each.expires_at) {
        found.title = fmt::format("The {} certificate of {} cannot be read", each.what, part.node);
      } else if (*each.expires_at <= seen.now) {
        found.how = severity::problem;
        found.title = fmt::format("The {} certificate of {} has expired", each.what, part.node);
      } else if (*each.expires_at < seen.now + certificate_soon) {
        const auto days = std::chrono::duration_cast<hours>(*each.expires_at - seen.now) / 24;
        if (*each.expires_at < seen.now + certificate_urgent) {
          found.how = severity::problem;
        }
        found.title = fmt::format("The {} certificate of {} expires in {} days", each.what,
                                  part.node, days.count());
      } else {
        continue;
      }
      found.why += ": renew it, then let the node read it with SIGHUP";
      to.push_back(std::move(found));
    }
  }
}

bool is_reachable_from_elsewhere(std::string_view listen) {
  auto host = listen.substr(0, listen.rfind(':'));
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  const auto address = canonical_ip(std::string{host});
  const std::string_view text = address ? std::string_view{*address} : host;
  return text != "localhost" && !text.starts_with("127.") && text != "::1";
}

void judge_exposure(const overview_snapshot& seen, found_actions& to) {
  for (const auto& part : seen.parts) {
    if (!part.exposed_at.empty()) {
      to.push_back({"admin_without_tls:" + part.node, severity::problem,
                    fmt::format("Keys travel in clear text to {}", part.node),
                    fmt::format("its admin address {} can be reached from elsewhere, without TLS: "
                                "set [http.tls], or listen on 127.0.0.1 alone",
                                part.exposed_at),
                    "/cluster", "warmfrontd --config node.toml --check"});
    }
  }
}

} // namespace warmfront::admin
