#include <cmath>

#include <fmt/core.h>

#include "actors/core/ip.hpp"
#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

plan read_plan(const call& request, std::string name) {
  plan target;
  target.name = plan_name{std::move(name)};
  const auto& body = request.body;
  target.days = body["days"].get<std::vector<std::uint64_t>>();
  // Checked before: the texts are choices, the numbers in their bounds.
  target.advance =
      parse_plan_advance(text_of(body, "advance", "calendar")).value_or(target.advance);
  target.spread = parse_plan_spread(text_of(body, "spread", "none")).value_or(target.spread);
  target.time_zone = text_of(body, "time_zone");
  if (const auto providers = body.find("providers"); providers != body.end()) {
    for (const auto& [provider, days] : providers->items()) {
      target.providers[provider_name{provider}] = days.get<std::vector<std::uint64_t>>();
    }
  }
  if (const auto given = body.find("thresholds"); given != body.end()) {
    for (const auto& each : threshold_fields) {
      if (const auto value = given->find(each.name); value != given->end()) {
        target.thresholds.*each.value = static_cast<std::uint32_t>(
            std::lround(value->get<double>() * (each.is_rate ? percent : 1)));
      }
    }
  }
  return target;
}

put_plan to_command(const call& request, const plan& value) {
  const auto allowed = request.body.find("allow_decrease");
  return {value, allowed != request.body.end() && allowed->get<bool>()};
}

const plan* find_plan(const std::vector<plan>& all, std::string_view name) {
  const auto found = std::find_if(all.begin(), all.end(),
                                  [name](const plan& each) { return each.name.str() == name; });
  return found == all.end() ? nullptr : &*found;
}

/// IPs in their canonical form, domains in lower case: as ledgers are named.
ledger_subject subject_of(std::string text) {
  if (auto address = canonical_ip(text)) {
    return ledger_subject{std::move(*address)};
  }
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return ledger_subject{std::move(text)};
}

problem built_in(std::string_view name) {
  return {409, "conflict", fmt::format("The plan \"{}\" is built in.", name), "",
          "create a plan of another name"};
}

/// Changing and deleting begin alike: the plan must not be a built-in one.
const plan* find_built_in(const answers& given, const std::string& name) {
  const auto* found = find_plan(answer_at<std::vector<plan>>(given, 0), name);
  return found != nullptr && found->built_in ? found : nullptr;
}

} // namespace

outcome list_plans(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_plans{});
  }
  return page(request, answer_at<std::vector<plan>>(given, 0),
              [](const plan& each) { return each.name.str(); });
}

outcome create_plan(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_plans{});
  }
  const auto value = read_plan(request, text_of(request.body, "name"));
  if (given.size() == 1) {
    if (find_plan(answer_at<std::vector<plan>>(given, 0), value.name.str()) != nullptr) {
      return fail({409, "already_exists", "There is a plan of that name already.", "name",
                   "choose another name, or change the plan with PUT"});
    }
    return then(to_command(request, value));
  }
  return respond(request, to_json(value));
}

outcome show_plan(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_plans{});
  }
  const auto& name = request.parameters.front();
  const auto* found = find_plan(answer_at<std::vector<plan>>(given, 0), name);
  return found != nullptr ? respond(request, to_json(*found)) : fail(not_found("plan", name));
}

outcome change_plan(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_plans{});
  }
  const auto& name = request.parameters.front();
  const auto value = read_plan(request, name);
  if (given.size() == 1) {
    return find_built_in(given, name) != nullptr ? fail(built_in(name))
                                                 : then(to_command(request, value));
  }
  return respond(request, to_json(value));
}

outcome delete_plan(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_plans{});
  }
  const auto& name = request.parameters.front();
  if (given.size() == 1) {
    return find_built_in(given, name) != nullptr ? fail(built_in(name))
                                                 : then(warmfront::delete_plan{plan_name{name}});
  }
  return no_content();
}

outcome list_ledgers(call& request, const answers& given) {
  if (given.empty()) {
    const auto subject = text_of(request.query, "subject");
    return then(warmfront::list_ledgers{subject.empty() ? ledger_subject{} : subject_of(subject)});
  }
  return page(request, answer_at<std::vector<ledger_report>>(given, 0),
              [](const ledger_report& each) { return each.subject.str() + ' ' + each.provider; });
}

outcome show_ledger(call& request, const answers& given) {
  const auto subject = subject_of(request.parameters.front());
  if (given.empty()) {
    return then(warmfront::list_ledgers{subject});
  }
  for (const auto& each : answer_at<std::vector<ledger_report>>(given, 0)) {
    if (each.subject == subject && each.provider == "*") {
      return respond(request, to_json(each));
    }
  }
  return fail(not_found("ledger", subject.str()));
}

outcome act_on_ledger(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<ledger_report>(given, 0)));
  }
  const auto subject = subject_of(request.parameters.front());
  const auto action = text_of(request.body, "action");
  const auto wanted = action == "set_day" ? "day" : action == "set_plan" ? "plan" : "";
  for (const std::string name : {"day", "plan"}) {
    const bool is_given = request.body.contains(name);
    if (is_given != (name == wanted)) {
      return fail({422, is_given ? "unknown_field" : "missing_field",
                   fmt::format("The action {} {} the field {}.", action,
                               is_given ? "does not take" : "needs", name),
                   name, is_given ? "leave it out" : "give it"});
    }
  }
  if (action == "pause") {
    return then(pause_ledger{subject});
  }
  if (action == "resume") {
    return then(resume_ledger{subject});
  }
  if (action == "set_day") {
    return then(
        set_ledger_day{subject, static_cast<std::uint32_t>(number_of(request.body, "day", 1))});
  }
  return then(set_ledger_plan{subject, plan_name{text_of(request.body, "plan")}});
}

} // namespace warmfront::admin::handlers
