#include "admin/cli/apply.hpp"

#include <utility>

#include <fmt/core.h>

#include "admin/api/target.hpp"
#include "admin/cli/exit_code.hpp"
#include "admin/cli/render.hpp"
#include "admin/cli/yaml_reader.hpp"
#include "admin/cli/yaml_text.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr std::string_view export_head =
    "# The declared state of a Warmfront cluster: warmfront apply -f FILE makes it so.\n"
    "# Secrets are not in it: keys to sign with, passwords of senders, secrets of webhooks.\n";

bool was_refused(const api_response& got) {
  return got.status < 200 || got.status > 299;
}

error refusal_of(const api_response& got, const std::string& path) {
  const auto document = ordered_json::parse(got.body, nullptr, false);
  const auto detail = document.is_object() ? document.value("detail", "") : "";
  return {errc::refused,
          fmt::format("{} was refused with HTTP {}: {}", path, got.status,
                      detail.empty() ? "no reason given" : detail),
          "use a key of the role admin or operator"};
}

result<ordered_json> get(const api_caller& ask, const std::string& path) {
  WARMFRONT_TRY(got, ask({"GET", path, ""}));
  if (was_refused(got)) {
    return refusal_of(got, path);
  }
  auto answer = ordered_json::parse(got.body, nullptr, false);
  if (!answer.is_object()) {
    return error{errc::protocol, "The answer to " + path + " is not one of a node.", {}};
  }
  return answer;
}

/// All pages of a list.
result<ordered_json> list(const api_caller& ask, const std::string& path) {
  auto all = ordered_json::array();
  std::string after;
  while (true) {
    WARMFRONT_TRY(page, get(ask, path + "?limit=500" + after));
    const auto items = page.find("items");
    if (items == page.end() || !items->is_array()) {
      return error{errc::protocol, "The answer to " + path + " is no list.", {}};
    }
    for (auto& each : *items) {
      all.push_back(std::move(each));
    }
    const auto next = page.find("next");
    if (next == page.end() || !next->is_string()) {
      return all;
    }
    after = "&after=" + percent_encode(next->get<std::string>());
  }
}

std::string encoded(const ordered_json& of, const char* field) {
  return percent_encode(of.value(field, ""));
}

/// Carries out steps one by one.
class carrier {
public:
  carrier(const change_plan& plan, const api_caller& ask, const apply_options& options)
      : plan_{plan}, ask_{ask}, options_{options} {}

  result<int> run() {
    for (const auto& step : plan_.steps) {
      for (const auto& request : step.requests) {
        const auto got = ask_(request);
        if (!got) {
          tell_rest(step, render_error(got.error(), options_.as_json));
          return got.error().code == errc::unavailable ? int{unreachable} : int{failed};
        }
        if (was_refused(got.value())) {
          tell_rest(step, render_problem(got.value().status, got.value().body, options_.as_json));
          return int{failed};
        }
        keep_secret(step, got.value());
      }
      ++done_;
      tell(step);
    }
    finish();
    return int{done};
  }

private:
  /// A webhook's secret is shown this once.
  void keep_secret(const change_step& step, const api_response& got) {
    const auto answer = ordered_json::parse(got.body, nullptr, false);
    secret_ = step.what == thing::webhook && answer.is_object() ? answer.value("secret", "") : "";
  }

  void tell(const change_step& step) {
    if (options_.as_json) {
      auto one = to_json(change_plan{{step}, {}}).at("changes").at(0);
      if (!secret_.empty()) {
        one["secret"] = secret_;
      }
      told_.push_back(std::move(one));
      return;
    }
    const auto* const verb = step.kind == change_kind::create   ? "created"
                             : step.kind == change_kind::change ? "changed"
                                                                : "deleted";
    options_.print(fmt::format("{} {}{}\n", verb, to_text(step),
                               secret_.empty() ? "" : ", its secret: " + secret_));
  }

  void finish() const {
    if (options_.as_json) {
      const ordered_json document{{"done", told_}, {"kept", plan_.kept}};
      options_.print(document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n');
    } else {
      options_.print(done_ == 0 ? "Nothing to change.\n" : fmt::format("{} done.\n", done_));
    }
  }

  /// A refusal in the middle: what came before is done and stays.
  void tell_rest(const change_step& step, const std::string& problem) const {
    if (options_.as_json) {
      finish();
    }
    options_.complain(problem);
    if (!options_.as_json) {
      options_.complain(
          fmt::format("note: {} of {} steps were done; this was step {}, to {} {}. Apply it again "
                      "when the cause is gone.\n",
                      done_, plan_.steps.size(), done_ + 1, to_string(step.kind), to_text(step)));
    }
  }

  const change_plan& plan_;
  const api_caller& ask_;
  const apply_options& options_;
  std::size_t done_ = 0;
  std::string secret_;
  ordered_json told_ = ordered_json::array();
};

} // namespace

result<ordered_json> list_all(const api_caller& ask) {
  ordered_json all;
  for (const auto* section : {"plans", "pools", "identities", "templates", "webhooks"}) {
    WARMFRONT_TRY(items, list(ask, std::string{"/v1/"} + section));
    all[section] = std::move(items);
  }
  for (auto& each : all["identities"]) {
    WARMFRONT_TRY(senders,
                  list(ask, fmt::format("/v1/identities/{}/senders", encoded(each, "domain"))));
    each["senders"] = std::move(senders);
  }
  for (auto& each : all["templates"]) {
    WARMFRONT_TRY(whole, get(ask, fmt::format("/v1/templates/{}?account={}", encoded(each, "name"),
                                              encoded(each, "account"))));
    each = std::move(whole);
  }
  return all;
}

result<std::string> export_state(const api_caller& ask) {
  WARMFRONT_TRY(all, list_all(ask));
  return std::string{export_head} + yaml_text(to_document(all));
}

result<int> apply_state(const std::string& text, const api_caller& ask,
                        const apply_options& options) {
  WARMFRONT_TRY(document, read_yaml(text));
  WARMFRONT_TRY(wanted, read_state(document));
  WARMFRONT_TRY(all, list_all(ask));
  WARMFRONT_TRY(actual, read_listed(all));
  WARMFRONT_TRY(plan, plan_changes(wanted, actual, options.prune));
  if (!options.only_shows) {
    return carrier{plan, ask, options}.run();
  }
  options.print(options.as_json
                    ? to_json(plan).dump(2, ' ', false, ordered_json::error_handler_t::replace) +
                          '\n'
                    : to_text(plan));
  return plan.steps.empty() ? int{done} : int{would_change};
}

} // namespace warmfront::admin::cli
