#include "admin/cli/top.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/core.h>

#include "admin/cli/render.hpp"
#include "admin/cli/screen.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr std::size_t reasons_max = 6;
constexpr std::size_t ledgers_max = 12;
constexpr std::size_t bounces_max = 5;
constexpr std::size_t reply_octets_max = 70;
constexpr std::size_t bar_width = 20;

using table_rows = std::vector<std::vector<std::string>>;

std::uint64_t count_in(const ordered_json& of, const char* name) {
  const auto found = of.is_object() ? of.find(name) : of.end();
  return found != of.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

std::string word_in(const ordered_json& of, const char* name) {
  const auto found = of.is_object() ? of.find(name) : of.end();
  return found != of.end() && found->is_string() ? inert(found->get<std::string>()) : std::string{};
}

ordered_json items_in(const ordered_json& of, const char* name = "items") {
  const auto found = of.is_object() ? of.find(name) : of.end();
  return found != of.end() && found->is_array() ? *found : ordered_json::array();
}

std::string clipped(std::string text, std::size_t most) {
  if (text.size() > most) {
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80) {
      --most;
    }
    text = text.substr(0, most) + "...";
  }
  return text;
}

/// Events in a minute; `-` while nothing can be said.
std::string rate_of(const char* name, const top_sample& now,
                    const std::optional<top_sample>& before) {
  if (!before || now.at <= before->at || day_of(now.at) != day_of(before->at)) {
    return "-";
  }
  const auto later = count_in(now.today, name);
  const auto earlier = count_in(before->today, name);
  if (later < earlier) {
    return "-";
  }
  const std::chrono::duration<double, std::ratio<60>> minutes = now.at - before->at;
  return fmt::format("{:.0f}", static_cast<double>(later - earlier) / minutes.count());
}

std::string head_of(const top_sample& now, const std::optional<top_sample>& before) {
  const auto nodes = items_in(now.cluster, "nodes");
  const auto alive = std::count_if(nodes.begin(), nodes.end(), [](const ordered_json& each) {
    return each.value("alive", false);
  });
  auto text =
      fmt::format("Warmfront   {}   {} of {} nodes\n\n", to_rfc3339(now.at), alive, nodes.size());
  table_rows rows;
  for (const auto* name : {"accepted", "delivered", "deferred", "bounced"}) {
    rows.push_back({name, rate_of(name, now, before),
                    now.today.is_object() ? std::to_string(count_in(now.today, name)) : "-"});
  }
  return text + text_table({"RECIPIENTS", "A MINUTE", "TODAY"}, rows);
}

std::string backlog_of(const ordered_json& queues) {
  std::map<std::string, std::uint64_t> by_reason;
  std::uint64_t waiting = 0;
  for (const auto& each : items_in(queues)) {
    const auto reason = word_in(each, "reason");
    by_reason[reason.empty() ? word_in(each, "state") : reason] += count_in(each, "waiting");
    waiting += count_in(each, "waiting");
  }
  std::vector<std::pair<std::string, std::uint64_t>> sorted{by_reason.begin(), by_reason.end()};
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  table_rows rows;
  for (const auto& [reason, count] : sorted) {
    if (rows.size() < reasons_max && count > 0) {
      rows.push_back({std::to_string(count), bar(count, waiting, bar_width), reason});
    }
  }
  return fmt::format("\n{} wait\n", waiting) +
         (rows.empty() ? "" : text_table({"WAITING", "", "REASON"}, rows));
}

/// Those nearest to their limit first.
std::string ledgers_of(const ordered_json& ledgers) {
  auto items = items_in(ledgers);
  const auto share = [](const ordered_json& of) {
    const auto limit = count_in(of, "limit");
    return limit == 0 ? -1.0
                      : static_cast<double>(count_in(of, "used")) / static_cast<double>(limit);
  };
  std::stable_sort(items.begin(), items.end(), [&](const ordered_json& a, const ordered_json& b) {
    return share(a) > share(b);
  });
  table_rows rows;
  for (const auto& each : items) {
    if (rows.size() == ledgers_max) {
      break;
    }
    const auto limit = count_in(each, "limit");
    const auto used = count_in(each, "used");
    const auto provider = word_in(each, "provider");
    rows.push_back(
        {word_in(each, "subject") + (provider == "*" ? "" : " to " + provider),
         std::to_string(count_in(each, "day")),
         limit == 0 ? fmt::format("{} / no limit", used) : fmt::format("{} / {}", used, limit),
         limit == 0 ? std::string{} : bar(used, limit, bar_width), word_in(each, "state")});
  }
  return rows.empty() ? "" : '\n' + text_table({"WARM-UP", "DAY", "TODAY", "", "STATE"}, rows);
}

std::string nodes_of(const ordered_json& cluster) {
  table_rows rows;
  for (const auto& each : items_in(cluster, "nodes")) {
    const auto free = each.contains("storage") ? count_in(each["storage"], "free_octets") : 0;
    rows.push_back({word_in(each, "name"), word_in(each, "state"),
                    each.value("ready", false) ? "ready" : word_in(each, "problem"),
                    free == 0 ? "-" : size_text(free)});
  }
  return rows.empty() ? "" : '\n' + text_table({"NODE", "STATE", "READY", "FREE"}, rows);
}

std::string bounces_of(const ordered_json& messages) {
  table_rows rows;
  for (const auto& message : items_in(messages)) {
    for (const auto& each : items_in(message, "recipients")) {
      if (word_in(each, "state") == "bounced" && rows.size() < bounces_max) {
        rows.push_back({word_in(each, "changed_at"), word_in(each, "address"),
                        clipped(word_in(each, "last_reply"), reply_octets_max)});
      }
    }
  }
  return rows.empty() ? "" : '\n' + text_table({"BOUNCED AT", "RECIPIENT", "REPLY"}, rows);
}

} // namespace

std::string top_text(const top_sample& now, const std::optional<top_sample>& before) {
  return head_of(now, before) + backlog_of(now.queues) + ledgers_of(now.ledgers) +
         nodes_of(now.cluster) + bounces_of(now.bounced);
}

ordered_json to_json(const top_sample& now) {
  return {{"at", to_rfc3339(now.at)},
          {"cluster", now.cluster},
          {"queues", items_in(now.queues)},
          {"ledgers", items_in(now.ledgers)},
          {"today", now.today},
          {"bounced", items_in(now.bounced)}};
}

} // namespace warmfront::admin::cli
