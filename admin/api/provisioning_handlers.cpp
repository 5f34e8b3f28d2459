#include "admin/api/handlers.hpp"

namespace warmfront::admin::handlers {

namespace {

std::uint32_t gate_of(const json& body) {
  const auto gate = body.find("gate");
  if (gate == body.end()) {
    return 0;
  }
  return static_cast<std::uint32_t>(number_of(*gate, "day", number_of(*gate, "level", 0)));
}

/// Steps come in the order of `add`; what is removed follows.
provisioning read_run(const call& request) {
  const auto& body = request.body;
  provisioning run;
  run.pool = pool_name{text_of(body, "pool")};
  run.parallel = static_cast<std::uint32_t>(number_of(body, "parallel", 1));
  run.gate_day = gate_of(body);
  run.failure =
      text_of(body, "on_failure") == "rollback" ? on_failure::roll_back : on_failure::pause;
  if (const auto waived = body.find("waive"); waived != body.end()) {
    run.waived = waived->get<std::vector<std::string>>();
  }
  if (const auto added = body.find("add"); added != body.end()) {
    for (const auto& each : *added) {
      provisioning_step step;
      step.address = address_in(text_of(each, "address"));
      step.node = node_name{text_of(each, "node", request.node->node)};
      step.plan = plan_name{text_of(each, "plan")};
      step.weight = static_cast<std::uint32_t>(number_of(each, "weight", 1));
      run.steps.push_back(std::move(step));
    }
  }
  if (const auto removed = body.find("remove"); removed != body.end()) {
    for (const auto& each : *removed) {
      provisioning_step step;
      step.address = address_in(each.get<std::string>());
      step.removes = true;
      run.steps.push_back(std::move(step));
    }
  }
  return run;
}

std::optional<problem> contradiction(const json& body) {
  const bool proposes = body.contains("daily_volume");
  const bool begins = body.contains("add") || body.contains("remove");
  if (proposes && begins) {
    return problem{422, "invalid_field", "A volume is proposed for, IPs are begun with: not both.",
                   "daily_volume",
                   "ask for a proposal first, then begin with the IPs that you get"};
  }
  if (body.contains("plan") && !proposes) {
    return problem{422, "invalid_field", "The plan belongs to each IP.", "plan",
                   "name it in the entries of add"};
  }
  if (const auto gate = body.find("gate");
      gate != body.end() && gate->contains("day") == gate->contains("level")) {
    return problem{422, "invalid_field", "A gate is a day or a level.", "gate", "give one of them"};
  }
  return std::nullopt;
}

outcome propose(const call& request, const answers& given) {
  const auto& body = request.body;
  if (given.empty()) {
    return then(warmfront::list_pools{});
  }
  const auto name = text_of(body, "pool");
  const auto volume = number_of(body, "daily_volume", 0);
  if (given.size() == 1) {
    const auto* const target = find_pool(answer_at<std::vector<pool>>(given, 0), name);
    if (target == nullptr) {
      return fail(not_found("pool", name));
    }
    propose_addresses question;
    for (const auto& each : target->addresses) {
      if (each.weight > 0 && each.state == address_state::active) {
        question.present.push_back(each.address);
      }
    }
    question.daily_volume = volume;
    question.plan = plan_name{text_of(body, "plan", "standard")};
    question.parallel = static_cast<std::uint32_t>(number_of(body, "parallel", 1));
    question.gate_day = gate_of(body);
    return then(question);
  }
  auto run = read_run(request);
  run.created_at = run.changed_at = request.now;
  auto target = to_json(run);
  target["state"] = "proposed";
  target["proposal"] = to_json(answer_at<address_proposal>(given, 1));
  target["proposal"]["daily_volume"] = volume;
  auto response = respond(request, target);
  response.status = request.where->status_of_proposals;
  return response;
}

} // namespace

outcome list_provisionings(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_provisionings{});
  }
  // Pages go up: the token of a later run is the smaller one.
  return page(request, answer_at<std::vector<provisioning>>(given, 0), [](const auto& each) {
    auto token = each.id;
    for (auto& digit : token) {
      const auto value = digit <= '9' ? digit - '0' : digit - 'a' + 10;
      digit = "fedcba9876543210"[value & 15];
    }
    return token;
  });
}

outcome start_provisioning(call& request, const answers& given) {
  if (const auto wrong = contradiction(request.body)) {
    return fail(*wrong);
  }
  if (request.body.contains("daily_volume")) {
    return propose(request, given);
  }
  if (given.empty()) {
    return then(warmfront::start_provisioning{read_run(request)});
  }
  return respond(request, to_json(answer_at<provisioning>(given, 0)));
}

outcome show_provisioning(call& request, const answers& given) {
  if (given.empty()) {
    return then(warmfront::list_provisionings{request.parameters.front()});
  }
  return respond(request, to_json(answer_at<std::vector<provisioning>>(given, 0).front()));
}

outcome act_on_provisioning(call& request, const answers& given) {
  if (!given.empty()) {
    return respond(request, to_json(answer_at<provisioning>(given, 0)));
  }
  const auto action = text_of(request.body, "action");
  const auto what = action == "pause"    ? provisioning_change::pause
                    : action == "resume" ? provisioning_change::resume
                                         : provisioning_change::roll_back;
  return then(warmfront::act_on_provisioning{request.parameters.front(), what});
}

} // namespace warmfront::admin::handlers
