// What needs a person, of addresses, ledgers, senders and what is sent.
#include <algorithm>
#include <set>

#include <fmt/core.h>
#include <fmt/ranges.h>

#include "admin/api/overview.hpp"
#include "admin/api/target.hpp"

namespace warmfront::admin {

namespace {

constexpr std::chrono::hours lowered_lately{24};
constexpr std::chrono::minutes webhook_failing_for{10};
/// Below this many delivered a share of complaints says little.
constexpr std::uint64_t delivered_for_complaints = 1000;

std::string page_of(std::string_view page, const std::string& name) {
  return fmt::format("/{}/{}", page, percent_encode(name));
}

std::string shown_days(const ledger_move& move) {
  return move.from == move.to ? fmt::format("day {}", move.to)
                              : fmt::format("from day {} to day {}", move.from, move.to);
}

/// The numbers that moved a ledger.
std::string shown_quality(const quality_counts& quality) {
  return fmt::format("of {} recipients {} were delivered, {} unknown, {} refused as spam; {} "
                     "complaints",
                     quality.outcomes, quality.delivered, quality.invalid, quality.spam,
                     quality.complaints);
}

void judge_moves(const overview_snapshot& seen, const ledger_report& ledger, found_actions& to) {
  if (ledger.moves.empty()) {
    return;
  }
  const auto& last = ledger.moves.back();
  const bool is_lower = last.cause == move_cause::lowered || last.cause == move_cause::weakened;
  if (!is_lower || seen.now - last.at > lowered_lately) {
    return;
  }
  const auto& subject = ledger.subject.str();
  to.push_back({"ledger_lowered:" + subject, severity::warning,
                fmt::format("{} may send less today", subject),
                fmt::format("{} ({}): {}", to_string(last.cause), shown_days(last),
                            shown_quality(last.quality)),
                page_of("warmup", subject), "warmfront warmup history " + subject});
}

/// Records of a kind that are looked at, and wrong.
std::vector<std::string> wrong_records(const identity_report& identity, bool required) {
  std::set<std::string> purposes;
  for (const auto& each : identity.records) {
    if (!each.is_right && each.is_required == required && identity.checked_at) {
      purposes.insert(each.purpose);
    }
  }
  return {purposes.begin(), purposes.end()};
}

} // namespace

void judge_addresses(const overview_snapshot& seen, found_actions& to) {
  std::set<std::string> told;
  for (const auto& pool : seen.pools) {
    for (const auto& each : pool.addresses) {
      const auto& address = each.address.str();
      if (each.state != address_state::quarantined || !told.insert(address).second) {
        continue;
      }
      to.push_back({"ip_quarantined:" + address, severity::problem,
                    fmt::format("{} is out of use", address),
                    each.reason.empty() ? "it was quarantined by hand" : each.reason,
                    page_of("pools", pool.name.str()), "warmfront ip release " + address});
    }
  }
  std::uint64_t without_address = 0;
  for (const auto& part : seen.parts) {
    const auto found = part.by_reason.find("no_ip");
    without_address += found == part.by_reason.end() ? 0 : found->second;
  }
  if (without_address > 0) {
    to.push_back(
        {"no_ip", severity::problem, "Mail waits for an IP",
         fmt::format("{} recipients are of pools without an IP that may send", without_address),
         "/queue", "warmfront queue list"});
  }
}

/// A step that needs something done elsewhere, such as a record in the DNS.
void judge_step(const provisioning& run, const provisioning_step& step, found_actions& to) {
  const auto failed = std::ranges::find_if(step.checks, [](const address_check& each) {
    return each.verdict == check_verdict::failed && each.name != "dns_list";
  });
  if (step.reason.empty() || failed == step.checks.end()) {
    return;
  }
  to.push_back({"step_waits:" + step.address.str(), severity::warning,
                fmt::format("{} waits to enter pool {}", step.address.str(), run.pool.str()),
                step.reason, page_of("provisioning", run.id),
                "warmfront provision show " + run.id});
}

void judge_runs(const overview_snapshot& seen, found_actions& to) {
  for (const auto& run : seen.runs) {
    if (run.state == run_state::paused) {
      to.push_back({"run_paused:" + run.id, severity::warning,
                    fmt::format("Provisioning of {} is paused", run.pool.str()),
                    run.reason.empty() ? "by hand" : run.reason, page_of("provisioning", run.id),
                    "warmfront provision resume " + run.id});
    }
    if (is_over(run.state)) {
      continue;
    }
    for (const auto& step : run.steps) {
      judge_step(run, step, to);
      const auto listed = std::ranges::find_if(step.checks, [](const address_check& each) {
        return each.name == "dns_list" && each.verdict == check_verdict::failed;
      });
      if (listed != step.checks.end()) {
        to.push_back({"ip_listed:" + step.address.str(), severity::problem,
                      fmt::format("{} is on a block list", step.address.str()), listed->text,
                      page_of("provisioning", run.id), "warmfront ip show " + step.address.str()});
      }
    }
  }
}

void judge_ledgers(const overview_snapshot& seen, found_actions& to) {
  for (const auto& each : seen.ledgers) {
    if (each.provider != "*") {
      continue;
    }
    const auto& subject = each.subject.str();
    if (each.state == ledger_state::blocked) {
      to.push_back({"ledger_blocked:" + subject, severity::problem,
                    fmt::format("{} sends no batches any more today", subject),
                    each.moves.empty() ? "its quality is very bad"
                                       : shown_quality(each.moves.back().quality),
                    page_of("warmup", subject), "warmfront warmup history " + subject});
    } else if (each.state == ledger_state::paused) {
      to.push_back({"ledger_paused:" + subject, severity::warning,
                    fmt::format("The warm-up of {} is paused", subject),
                    "nothing is sent by it until it is resumed", page_of("warmup", subject),
                    "warmfront warmup resume " + subject});
    } else {
      judge_moves(seen, each, to);
    }
  }
}

void judge_identities(const overview_snapshot& seen, found_actions& to) {
  const bool is_one_account = std::ranges::all_of(seen.identities, [&](const auto& each) {
    return each.account == seen.identities.front().account;
  });
  for (const auto& each : seen.identities) {
    const auto& domain = each.domain.str();
    const auto& account = each.account.str();
    const auto whose = is_one_account ? std::string{} : " --account " + account;
    overview_action found{"identity:" + domain + (is_one_account ? "" : ":" + account),
                          severity::warning,
                          {},
                          {},
                          page_of("identities", domain) +
                              (is_one_account ? "" : "?account=" + percent_encode(account)),
                          "warmfront identity verify " + domain + whose};
    const auto missing = wrong_records(each, true);
    const auto unmet = wrong_records(each, false);
    if (each.wrong_since) {
      found.how = each.verified ? severity::warning : severity::problem;
      found.title = each.verified ? fmt::format("Records of {} are wrong", domain)
                                  : fmt::format("{} is not verified any more", domain);
      found.why =
          fmt::format("since {}: {}", to_rfc3339(*each.wrong_since), fmt::join(missing, ", "));
    } else if (!each.verified && each.checked_at) {
      found.title = fmt::format("{} is not verified", domain);
      found.why = fmt::format("not found in the DNS: {}", fmt::join(missing, ", "));
      found.how = seen.operation.require_verified ? severity::warning : severity::hint;
    } else if (each.verified && !unmet.empty()) {
      found.id = "bulk_rules" + found.id.substr(std::string_view{"identity"}.size());
      found.title = fmt::format("{} does not meet large receivers' rules", domain);
      found.why = fmt::format("wrong or missing: {}", fmt::join(unmet, ", "));
      found.command = "warmfront identity check " + domain + whose;
    } else {
      continue;
    }
    to.push_back(std::move(found));
  }
}

void judge_complaints(const overview_snapshot& seen, found_actions& to) {
  for (const auto& [domain, counts] : seen.by_domain) {
    const auto delivered = std::max<std::uint64_t>(1, counts.delivered);
    // 0.1 % is what large receivers want it to stay below, 0.3 % where they refuse.
    if (counts.delivered < delivered_for_complaints || counts.complained * 1000 < delivered) {
      continue;
    }
    to.push_back({"complaints:" + domain,
                  counts.complained * 1000 >= delivered * 3 ? severity::problem : severity::warning,
                  fmt::format("Recipients complain about mail of {}", domain),
                  fmt::format("{} of {} delivered since yesterday: receivers want less than 0.1 %",
                              counts.complained, counts.delivered),
                  "/statistics", "warmfront stats --domain " + domain});
  }
}

void judge_tasks(const overview_snapshot& seen, found_actions& to) {
  for (const auto& each : seen.tasks) {
    const auto id = std::to_string(static_cast<std::uint64_t>(each.value.id));
    const auto page = page_of("tasks", id);
    if (each.value.state == task_state::paused) {
      to.push_back({"task_paused:" + id, severity::warning, fmt::format("Task {} is paused", id),
                    each.value.reason.empty() ? "by hand" : each.value.reason, page,
                    "warmfront task resume " + id});
    }
    if (!each.occurrences.empty() && each.occurrences.front().state == occurrence_state::failed) {
      to.push_back({"task_failed:" + id, severity::problem,
                    fmt::format("Task {} could not begin", id), each.occurrences.front().reason,
                    page, "warmfront task occurrences " + id});
    }
  }
}

void judge_webhooks(const overview_snapshot& seen, found_actions& to) {
  for (const auto& each : seen.webhooks) {
    std::uint64_t dead = 0;
    std::optional<wall_time> since;
    std::string reason;
    for (const auto& part : seen.parts) {
      for (const auto& of : part.webhooks) {
        if (of.number != each.number) {
          continue;
        }
        dead += of.dead_letters;
        if (of.failing_since && (!since || *of.failing_since < *since)) {
          since = of.failing_since;
          reason = of.error;
        }
      }
    }
    const auto id = std::to_string(each.number);
    if (each.is_active && since && seen.now - *since >= webhook_failing_for) {
      to.push_back({"webhook_failing:" + id, severity::warning,
                    fmt::format("Webhook {} takes nothing", id),
                    fmt::format("since {}: {}", to_rfc3339(*since), reason),
                    page_of("webhooks", id), "warmfront webhook test " + id});
    }
    if (dead > 0) {
      to.push_back({"webhook_dead_letters:" + id, severity::warning,
                    fmt::format("{} events were given up for webhook {}", dead, id),
                    "they were not taken for a day, and are kept for a week",
                    page_of("webhooks", id), "warmfront webhook replay " + id});
    }
  }
}

} // namespace warmfront::admin
