#include "admin/cli/own_commands.hpp"

#include <algorithm>
#include <iostream>
#include <thread>
#include <utility>

#include "actors/core/clock.hpp"

#include "admin/cli/apply.hpp"
#include "admin/cli/client.hpp"
#include "admin/cli/completion.hpp"
#include "admin/cli/doctor.hpp"
#include "admin/cli/screen.hpp"
#include "admin/cli/top.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr std::chrono::milliseconds completion_patience{1000};
constexpr std::chrono::milliseconds doctor_patience{5000};
constexpr const char* default_config_file = "/etc/warmfront/node.toml";
constexpr double top_seconds = 2;

std::string value_of(const invocation& asked, std::string_view name) {
  const auto found = asked.given.find(name);
  return found == asked.given.end() ? std::string{} : found->second.front();
}

int print(const std::string& text) {
  std::cout << text << std::flush;
  return std::cout ? done : failed;
}

int run_completion(const invocation& asked) {
  const auto shell = value_of(asked, "shell");
  const auto script = completion_script(shell);
  if (script.empty()) {
    return complain({errc::invalid_argument, "There is no completion for \"" + shell + "\".",
                     "name bash, zsh or fish", "shell"},
                    asked.format);
  }
  return print(script);
}

int run_reference(const invocation& asked) {
  const auto reference = asked.reference();
  if (asked.format != "table") {
    return print(render(*asked.what, reference, *parse_format(asked.format)));
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& each : reference["commands"]) {
    auto words = each["noun"].get<std::string>();
    words += each["verb"] == "" ? "" : ' ' + each["verb"].get<std::string>();
    for (const auto& argument : each["arguments"]) {
      words += " <" + argument["name"].get<std::string>() + '>';
    }
    rows.push_back({words, each["about"].get<std::string>()});
  }
  return print(text_table({"COMMAND", "ABOUT"}, rows));
}

/// Asks the node that the options, the environment or the profile name.
result<api_caller> caller_of(const invocation& asked) {
  WARMFRONT_TRY(where, find_connection(asked.options, environment_variable));
  return api_caller{
      [where](const api_request& request) { return call(where.server, where.key, request); }};
}

int run_apply(const invocation& asked) {
  const auto text = read_all(value_of(asked, "file"));
  if (!text) {
    return complain(text.error(), asked.format);
  }
  const auto ask = caller_of(asked);
  if (!ask) {
    return complain(ask.error(), asked.format);
  }
  const apply_options options{asked.given.contains("dry_run"), asked.given.contains("prune"),
                              asked.format == "json",
                              [](const std::string& one) { std::cout << one << std::flush; },
                              [](const std::string& one) { std::cerr << one << std::flush; }};
  const auto code = apply_state(text.value(), ask.value(), options);
  return code ? code.value() : complain(code.error(), asked.format);
}

int run_export(const invocation& asked) {
  const auto ask = caller_of(asked);
  if (!ask) {
    return complain(ask.error(), asked.format);
  }
  const auto text = export_state(ask.value());
  return text ? print(text.value()) : complain(text.error(), asked.format);
}

/// Shows what was found; fails where there is a problem.
int tell(const invocation& asked, const findings_list& all) {
  print(asked.format == "table" ? to_text(all)
                                : render(*asked.what, to_json(all), *parse_format(asked.format)));
  const bool has_problem = std::any_of(
      all.begin(), all.end(), [](const finding& each) { return each.state == health::problem; });
  return has_problem ? failed : done;
}

int run_verify(const invocation& asked) {
  const auto ask = caller_of(asked);
  if (!ask) {
    return complain(ask.error(), asked.format);
  }
  const auto got = ask.value()({"GET", "/v1/overview", ""});
  if (!got) {
    return complain(got.error(), asked.format);
  }
  if (got.value().status != 200) {
    std::cerr << render_problem(got.value().status, got.value().body, asked.format == "json");
    return failed;
  }
  return tell(asked, judge_overview(ordered_json::parse(got.value().body, nullptr, false)));
}

int run_doctor(const invocation& asked) {
  doctor_options options;
  options.config_file = value_of(asked, "config");
  if (options.config_file.empty()) {
    options.config_file = default_config_file;
  }
  // Another node than the one of the configuration only where somebody asks for it here: the
  // profile may be about a cluster far away.
  options.server = asked.options.server;
  options.key = asked.options.key;
  options.mail_domain = value_of(asked, "mx");
  return tell(asked, examine(options, [](const std::string& server, const std::string& key,
                                         const std::string& path) {
                return call(server, key, {"GET", path, ""}, {.patience = doctor_patience});
              }));
}

/// What a node says; the first failure is the answer when there is one.
result<top_sample> take_sample(const api_caller& ask, wall_time now) {
  top_sample sample;
  sample.at = now;
  const auto today = to_date(day_of(now));
  const std::pair<std::string, ordered_json*> parts[] = {
      {"/v1/cluster", &sample.cluster},
      {"/v1/queues?limit=500", &sample.queues},
      {"/v1/ledgers?limit=500", &sample.ledgers},
      {"/v1/statistics?by=day&from=" + today + "&to=" + today, &sample.today},
      {"/v1/messages?state=bounced&limit=5", &sample.bounced},
  };
  for (const auto& [path, into] : parts) {
    WARMFRONT_TRY(got, ask({"GET", path, ""}));
    if (got.status != 200 && into == &sample.cluster) {
      return error{errc::refused, "The node does not tell about its cluster.",
                   "give a key that may read it: --key or WARMFRONT_KEY"};
    }
    *into = got.status == 200 ? ordered_json::parse(got.body, nullptr, false) : ordered_json();
  }
  const auto rows = sample.today.find("items");
  sample.today = sample.today.is_object() && rows != sample.today.end() && !rows->empty()
                     ? ordered_json(rows->front())
                     : ordered_json();
  return sample;
}

int run_top(const invocation& asked) {
  const auto ask = caller_of(asked);
  if (!ask) {
    return complain(ask.error(), asked.format);
  }
  const bool once =
      asked.given.contains("once") || !is_output_terminal() || asked.format != "table";
  const system_clock time;
  std::optional<top_sample> before;
  while (std::cout) {
    auto now = take_sample(ask.value(), time.wall_now());
    if (!now && (once || !before)) {
      return complain(now.error(), asked.format);
    }
    if (once) {
      return print(asked.format == "table"
                       ? top_text(now.value(), before)
                       : render(*asked.what, to_json(now.value()), *parse_format(asked.format)));
    }
    print(
        frame(now ? top_text(now.value(), before) : render_error(now.error()), size_of_terminal()));
    if (now) {
      before = std::move(now.value());
    }
    std::this_thread::sleep_for(
        std::chrono::duration<double>{asked.watch_seconds.value_or(top_seconds)});
  }
  return failed;
}

} // namespace

int run_own_command(const invocation& asked) {
  const auto noun = asked.what->noun;
  if (noun == "apply") {
    return run_apply(asked);
  }
  if (noun == "export") {
    return run_export(asked);
  }
  if (noun == "cluster") {
    return run_verify(asked);
  }
  if (noun == "completion") {
    return run_completion(asked);
  }
  if (noun == "doctor") {
    return run_doctor(asked);
  }
  if (noun == "top") {
    return run_top(asked);
  }
  return run_reference(asked);
}

int complete(const invocation& asked, const std::vector<std::string>& words) {
  const auto names = [&](const std::string& path, std::vector<std::string> options) {
    connection where = asked.options;
    where.server = options.at(0).empty() ? where.server : options.at(0);
    where.key = options.at(1).empty() ? where.key : options.at(1);
    const auto found = find_connection(where, environment_variable);
    if (!found) {
      return ordered_json();
    }
    const auto got = call(found.value().server, found.value().key, {"GET", path, ""},
                          {.patience = completion_patience});
    return got && got.value().status == 200 ? ordered_json::parse(got.value().body, nullptr, false)
                                            : ordered_json();
  };
  return print(completions(asked.reference(), words, names));
}

} // namespace warmfront::admin::cli
