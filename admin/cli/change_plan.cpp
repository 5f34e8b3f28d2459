#include "admin/cli/change_plan.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/core.h>

#include "admin/cli/change_requests.hpp"
#include "admin/cli/render.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr const char* pool_of_all = "shared";
constexpr std::string_view overflow_mark = "pool:";
constexpr std::size_t shown_octets_max = 60;

using item_index = std::map<std::pair<thing, std::string>, const declared_item*>;

item_index index_of(const declared_state& state) {
  item_index index;
  for (const auto& each : state.items) {
    index.emplace(std::pair{each.what, each.name}, &each);
  }
  return index;
}

const declared_item* find_item(const item_index& index, thing what, const std::string& name) {
  const auto found = index.find({what, name});
  return found == index.end() ? nullptr : found->second;
}

/// Fields of an object say the same in any order.
bool is_same(const ordered_json& before, const ordered_json& after) {
  return before.is_null() ? after == "" : json(before) == json(after);
}

/// Each threshold counts alone: those that are not said stay.
std::vector<field_change> differences(const ordered_json& wanted, const ordered_json& actual,
                                      const std::string& within = {}) {
  std::vector<field_change> found;
  for (const auto& [name, value] : wanted.items()) {
    const auto known = actual.find(name);
    const auto before = known == actual.end() ? ordered_json() : ordered_json(*known);
    if (name == "thresholds" && before.is_object() && value.is_object()) {
      const auto inner = differences(value, before, name + '.');
      found.insert(found.end(), inner.begin(), inner.end());
    } else if (!is_same(before, value)) {
      found.push_back({within + name, before, value});
    }
  }
  return found;
}

std::vector<field_change> all_fields(const declared_item& of, bool come) {
  std::vector<field_change> found;
  for (const auto& [name, value] : of.fields.items()) {
    found.push_back({name, come ? ordered_json() : value, come ? value : ordered_json()});
  }
  return found;
}

std::string overflow_target(const declared_item& pool) {
  const auto overflow = pool.fields.value("overflow", "");
  return overflow.starts_with(overflow_mark) ? overflow.substr(overflow_mark.size()) : "";
}

/// Pools in an order in which each comes after the one it overflows into.
class pool_order {
public:
  explicit pool_order(const std::vector<const declared_item*>& pools) {
    for (const auto* each : pools) {
      by_name_.emplace(each->name, each);
    }
  }
  result<std::vector<const declared_item*>> sort() {
    for (const auto& [name, pool] : by_name_) {
      WARMFRONT_TRY(visit(*pool));
    }
    return std::move(sorted_);
  }

private:
  enum class mark : std::uint8_t { none, begun, done };

  // A chain of overflows is followed in a loop: it may be as long as there are pools.
  result<void> visit(const declared_item& first) {
    std::vector<const declared_item*> chain;
    for (const auto* at = &first; at != nullptr && marks_[at->name] != mark::done;) {
      if (marks_[at->name] == mark::begun) {
        return error{errc::invalid_argument,
                     "The pool " + at->name + " overflows into itself, by way of others.",
                     "let one of them hold or reject what is over the limit", "pools"};
      }
      marks_[at->name] = mark::begun;
      chain.push_back(at);
      const auto next = by_name_.find(overflow_target(*at));
      at = next == by_name_.end() ? nullptr : next->second;
    }
    for (auto each = chain.rbegin(); each != chain.rend(); ++each) {
      marks_[(*each)->name] = mark::done;
      sorted_.push_back(*each);
    }
    return success();
  }

  std::map<std::string, const declared_item*> by_name_;
  std::map<std::string, mark> marks_;
  std::vector<const declared_item*> sorted_;
};

std::string title_of(const declared_item& of) {
  return fmt::format("{} {}", to_string(of.what), of.name);
}

/// Makes a plan of changes, kind after kind.
class change_planner {
public:
  change_planner(const declared_state& wanted, const declared_state& actual, bool prune)
      : wanted_{wanted}, actual_{actual}, wanted_index_{index_of(wanted)},
        actual_index_{index_of(actual)}, prune_{prune} {}

  result<change_plan> make() {
    for (const auto what : {thing::plan, thing::pool, thing::ip, thing::identity, thing::sender,
                            thing::mail_template, thing::webhook}) {
      WARMFRONT_TRY(put_all(what));
    }
    for (const auto what : {thing::webhook, thing::mail_template, thing::sender, thing::identity,
                            thing::ip, thing::pool, thing::plan}) {
      WARMFRONT_TRY(leave_all(what));
    }
    return std::move(plan_);
  }

private:
  static result<std::vector<const declared_item*>> of_kind(const declared_state& state,
                                                           thing what) {
    std::vector<const declared_item*> found;
    for (const auto& each : state.items) {
      if (each.what == what) {
        found.push_back(&each);
      }
    }
    if (what == thing::pool) {
      return pool_order{found}.sort();
    }
    return found;
  }

  result<void> put_all(thing what) {
    WARMFRONT_TRY(items, of_kind(wanted_, what));
    if (what == thing::ip) {
      move_away(items);
    }
    // A pool may overflow into one that comes to be only now: all are made before any is changed.
    for (const bool creates : {true, false}) {
      for (const auto* each : items) {
        const auto* const before = find_item(actual_index_, what, each->name);
        if ((before == nullptr) == creates) {
          WARMFRONT_TRY(put(*each, before));
        }
      }
    }
    return success();
  }

  result<void> put(const declared_item& wanted, const declared_item* before) {
    if (before == nullptr) {
      plan_.steps.push_back({change_kind::create, wanted.what, wanted.name,
                             all_fields(wanted, true), requests_to_create(wanted)});
      return success();
    }
    auto fields = differences(wanted.fields, before->fields);
    if (fields.empty()) {
      return success();
    }
    for (const auto& each : fields) {
      WARMFRONT_TRY(check_change(wanted, each));
    }
    plan_.steps.push_back({change_kind::change, wanted.what, wanted.name, std::move(fields),
                           requests_to_change(wanted, *before, ips_of(wanted))});
    return success();
  }

  static result<void> check_change(const declared_item& wanted, const field_change& change) {
    if (wanted.what == thing::ip && change.field == "plan" && change.after == "") {
      return error{errc::conflict,
                   fmt::format("The plan of {} cannot be taken away.", title_of(wanted)),
                   "leave it out, or say warm, which has no limits", change.field};
    }
    if (!can_change(wanted.what, change.field)) {
      return error{errc::conflict,
                   fmt::format("The {} of {} cannot be changed.", change.field, title_of(wanted)),
                   "let the file say what is so (warmfront export), or remove it and add it again",
                   change.field};
    }
    return success();
  }

  /// What a pool has now: its IPs are changed by steps of their own.
  ordered_json ips_of(const declared_item& pool) const {
    auto ips = ordered_json::array();
    for (const auto& each : actual_.items) {
      if (each.what == thing::ip && pool.what == thing::pool &&
          each.fields.value("pool", "") == pool.name) {
        ips.push_back(each.fields);
      }
    }
    return ips;
  }

  /// Whether a pool ends, as its IPs in it do.
  bool goes(const std::string& pool) const {
    return prune_ && pool != pool_of_all && wanted_.declared.contains(thing::pool) &&
           find_item(wanted_index_, thing::pool, pool) == nullptr;
  }

  /// An IP is in one dedicated pool at a time. Where the file has it in another pool than now, it
  /// first leaves the one that the file does not have it in, or that goes.
  void move_away(const std::vector<const declared_item*>& wanted) {
    for (const auto& each : actual_.items) {
      const auto pool = each.fields.value("pool", "");
      if (each.what != thing::ip || find_item(wanted_index_, thing::ip, each.name) != nullptr ||
          (!wanted_.complete.contains(pool) && !goes(pool))) {
        continue;
      }
      const auto moves = std::any_of(wanted.begin(), wanted.end(), [&](const auto* other) {
        return other->fields.value("address", "") == each.fields.value("address", "") &&
               find_item(actual_index_, thing::ip, other->name) == nullptr;
      });
      if (moves) {
        remove(each);
        moved_.insert(each.name);
      }
    }
  }

  void remove(const declared_item& actual) {
    plan_.steps.push_back({change_kind::remove, actual.what, actual.name, all_fields(actual, false),
                           requests_to_delete(actual)});
  }

  /// Whether the document could have had it. The IPs of a pool that goes are told one by one, and
  /// go before it, as the addresses of a domain.
  bool is_spoken_of(const declared_item& actual) const {
    if (actual.what == thing::ip) {
      const auto pool = actual.fields.value("pool", "");
      return wanted_.complete.contains(pool) || goes(pool);
    }
    if (actual.what == thing::sender) {
      const auto domain = actual.fields.value("domain", "");
      const bool stays = find_item(wanted_index_, thing::identity, domain) != nullptr;
      return stays ? wanted_.complete.contains(domain)
                   : prune_ && wanted_.declared.contains(thing::identity);
    }
    return wanted_.declared.contains(actual.what);
  }

  result<void> leave_all(thing what) {
    WARMFRONT_TRY(items, of_kind(actual_, what));
    std::reverse(items.begin(), items.end());
    for (const auto* each : items) {
      if (find_item(wanted_index_, what, each->name) != nullptr || moved_.contains(each->name) ||
          !is_spoken_of(*each)) {
        continue;
      }
      if (prune_ && (what != thing::pool || each->name != pool_of_all)) {
        remove(*each);
      } else {
        plan_.kept.push_back(fmt::format("{} {}", to_string(what), each->name));
      }
    }
    return success();
  }

  const declared_state& wanted_;
  const declared_state& actual_;
  item_index wanted_index_;
  item_index actual_index_;
  bool prune_;
  std::set<std::string> moved_;
  change_plan plan_;
};

/// A value on one line, not longer than a terminal is wide.
std::string shown(const ordered_json& value) {
  auto text = inert(value.dump(-1, ' ', false, ordered_json::error_handler_t::replace));
  if (text.size() > shown_octets_max) {
    auto end = shown_octets_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0U) == 0x80) {
      --end;
    }
    text = text.substr(0, end) + "...";
  }
  return text;
}

char mark_of(change_kind kind) {
  return kind == change_kind::create ? '+' : kind == change_kind::change ? '~' : '-';
}

} // namespace

std::string_view to_string(change_kind kind) noexcept {
  return kind == change_kind::create ? "create" : kind == change_kind::change ? "change" : "delete";
}

result<change_plan> plan_changes(const declared_state& wanted, const declared_state& actual,
                                 bool prune) {
  return change_planner{wanted, actual, prune}.make();
}

std::string to_text(const change_step& step) {
  return fmt::format("{} {}", to_string(step.what), inert(step.name));
}

std::string to_text(const change_plan& plan) {
  std::string text;
  std::map<change_kind, std::size_t> sums;
  for (const auto& step : plan.steps) {
    ++sums[step.kind];
    text += fmt::format("{} {}\n", mark_of(step.kind), to_text(step));
    for (const auto& each : step.fields) {
      if (step.kind == change_kind::create) {
        text += fmt::format("    {}: {}\n", each.field, shown(each.after));
      } else if (step.kind == change_kind::change) {
        text +=
            fmt::format("    {}: {} -> {}\n", each.field, shown(each.before), shown(each.after));
      }
    }
  }
  for (const auto& each : plan.kept) {
    text += fmt::format("  stays, though the file does not have it: {}\n", inert(each));
  }
  if (plan.steps.empty()) {
    return text + "Nothing to change.\n";
  }
  return text + fmt::format("{} to create, {} to change, {} to delete.\n",
                            sums[change_kind::create], sums[change_kind::change],
                            sums[change_kind::remove]);
}

ordered_json to_json(const change_plan& plan) {
  auto target = ordered_json::object();
  target["changes"] = ordered_json::array();
  for (const auto& step : plan.steps) {
    ordered_json one{
        {"action", to_string(step.kind)}, {"kind", to_string(step.what)}, {"name", step.name}};
    one["fields"] = ordered_json::array();
    for (const auto& each : step.fields) {
      one["fields"].push_back(
          {{"field", each.field}, {"before", each.before}, {"after", each.after}});
    }
    target["changes"].push_back(std::move(one));
  }
  target["kept"] = plan.kept;
  return target;
}

} // namespace warmfront::admin::cli
