#include "admin/cli/run.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <thread>

#include <unistd.h>

#include <fmt/core.h>

#include "actors/core/clock.hpp"
#include "admin/cli/client.hpp"
#include "admin/cli/confirm.hpp"
#include "admin/cli/export.hpp"
#include "admin/cli/own_commands.hpp"
#include "admin/cli/screen.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr double watch_seconds_least = 0.1;
constexpr double watch_seconds_most = 86'400;

struct list_file {
  std::string name;
  std::string media_type;
};

bool is_ndjson(std::string_view file) {
  return file.ends_with(".ndjson") || file.ends_with(".jsonl");
}

/// Puts the contents of files in the place of their names. A list stays in its file.
result<void> read_files(const command& what, given_values& given, list_file& list) {
  for (const auto& each : what.arguments) {
    const auto found = given.find(each.name);
    if (found == given.end()) {
      continue;
    }
    auto& values = found->second;
    if (each.kind == shape::standard_input) {
      WARMFRONT_TRY(content, read_all("-"));
      values.front() = std::move(content);
    } else if (each.kind == shape::attachments) {
      for (auto& one : values) {
        WARMFRONT_TRY(content, read_all(std::string{attached_file(one)}));
        one = attached(one, content);
      }
    } else if (each.where == place::list && values.front() != "-") {
      list.media_type = is_ndjson(values.front()) ? "application/x-ndjson" : "";
      list.name = values.front();
    } else if (each.where == place::raw || each.where == place::list || is_file(each.kind)) {
      WARMFRONT_TRY(content, read_all(values.front()));
      values.front() = std::move(content);
    }
  }
  return success();
}

int run_locally(const invocation& asked) {
  const auto outcome = asked.locally();
  if (!outcome) {
    const auto code = outcome.error().code == errc::invalid_argument ? wrong_usage : failed;
    std::cerr << render_error(outcome.error(), asked.format == "json");
    return code;
  }
  std::cout << outcome.value() << std::flush;
  return done;
}

void note_age(const api_response& got) {
  if (!got.age.empty()) {
    std::cerr << "note: the control store has not answered this node for " << got.age
              << " s: what is said of the cluster may be as old\n";
  }
}

std::string render_answer(const invocation& asked, const api_response& got) {
  const auto answer = ordered_json::parse(got.body, nullptr, false);
  return render(*asked.what, answer, *parse_format(asked.format));
}

int refuse(const invocation& asked, const api_response& got) {
  std::cerr << render_problem(got.status, got.body, asked.format == "json");
  return failed;
}

bool is_refusal(const api_response& got) {
  return got.status < 200 || got.status > 299;
}

/// Shows the answer again and again, until somebody ends it. What fails at the first time ends it;
/// later it is told, since the node may come back.
int watch(const invocation& asked, const std::function<result<api_response>()>& ask) {
  const std::chrono::duration<double> pause{*asked.watch_seconds};
  const system_clock time;
  const bool redraws = is_output_terminal() && asked.format == "table";
  for (bool is_first = true; std::cout; is_first = false) {
    const auto got = ask();
    if (is_first && !got) {
      return complain(got.error(), asked.format);
    }
    if (is_first && is_refusal(got.value())) {
      return refuse(asked, got.value());
    }
    const auto text = !got ? render_error(got.error(), false)
                      : is_refusal(got.value())
                          ? render_problem(got.value().status, got.value().body, false)
                          : render_answer(asked, got.value());
    if (redraws) {
      const auto heading = fmt::format("{}   {}\n\n", asked.words, to_rfc3339(time.wall_now()));
      std::cout << frame(heading + text, size_of_terminal()) << std::flush;
    } else {
      std::cout << (is_first || asked.format != "table" ? "" : "\n") << text << std::flush;
    }
    std::this_thread::sleep_for(pause);
  }
  return failed;
}

result<void> check_watch(const invocation& asked) {
  if (!asked.watch_seconds) {
    return success();
  }
  const bool can_repeat =
      !asked.locally &&
      (asked.what->noun == "top" || (asked.what->method == "GET" && !asked.what->exports_all));
  if (!can_repeat) {
    return error{errc::invalid_argument, "Only what shows or lists can be watched.",
                 "leave --watch out", "watch"};
  }
  // Asked so that what is no number does not pass.
  if (!(*asked.watch_seconds >= watch_seconds_least &&
        *asked.watch_seconds <= watch_seconds_most)) {
    return error{errc::invalid_argument, "--watch takes 0.1 to 86400 seconds.",
                 "write it as --watch=5", "watch"};
  }
  return success();
}

/// A request with its files read, or what is wrong with what was given.
result<api_request> make_request(invocation& asked) {
  list_file list;
  WARMFRONT_TRY(read_files(*asked.what, asked.given, list));
  WARMFRONT_TRY(request, to_request(*asked.what, asked.given));
  if (!list.media_type.empty()) {
    request.media_type = list.media_type;
  }
  if (!list.name.empty()) {
    request.body.clear();
    request.file = list.name;
  }
  return request;
}

/// Of what takes long to send, when somebody looks on.
call_options options_of(const command& what) {
  const bool sends_list = std::any_of(what.arguments.begin(), what.arguments.end(),
                                      [](const auto& each) { return each.where == place::list; });
  call_options options;
  if (sends_list && is_error_terminal()) {
    options.on_sent = [](std::uint64_t sent, std::uint64_t total) {
      std::cerr << progress_line(sent < total ? "sending" : "sent, the node reads on", sent, total)
                << std::flush;
    };
  }
  return options;
}

/// Shows a count, and asks on a terminal whether to go on. Who cannot be asked has to have said
/// yes.
bool agree(invocation& asked, const std::string& counted) {
  std::cerr << counted;
  asked.declined = true;
  if (asked.given.contains("yes")) {
    asked.declined = false;
    return true;
  }
  if (::isatty(STDIN_FILENO) == 0) {
    std::cerr << "nothing was done: give --yes to do it\n";
    return false;
  }
  std::cerr << "Go on? [y/N] " << std::flush;
  std::string line;
  std::getline(std::cin, line);
  asked.declined = line != "y" && line != "Y" && line != "yes";
  return !asked.declined;
}

/// The answer to a command, after as many requests as it takes.
result<api_response> answer_of(invocation& asked, const api_request& request,
                               const std::function<result<api_response>(const api_request&)>& ask) {
  if (asked.what->exports_all) {
    return export_all(*asked.what, request, ask,
                      [](const std::string& rows) { std::cout << rows << std::flush; });
  }
  if (asked.what->asks_first) {
    return confirm_and_do(request, ask,
                          [&](const std::string& counted) { return agree(asked, counted); });
  }
  return ask(request);
}

} // namespace

result<std::string> read_all(const std::string& name) {
  if (name == "-") {
    return std::string{std::istreambuf_iterator<char>{std::cin}, {}};
  }
  std::ifstream file{name, std::ios::binary};
  if (!file) {
    return error{errc::invalid_argument, "The file " + name + " cannot be read.",
                 "give a file, or - for standard input"};
  }
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

std::string environment_variable(const char* name) {
  const auto* value = std::getenv(name);
  return value == nullptr ? std::string{} : std::string{value};
}

int complain(const error& failure, const std::string& format) {
  std::cerr << render_error(failure, format == "json");
  if (failure.code == errc::unavailable) {
    return unreachable;
  }
  return failure.code == errc::invalid_argument ? wrong_usage : failed;
}

int run(invocation& asked) {
  if (const auto checked = check_watch(asked); !checked) {
    return complain(checked.error(), asked.format);
  }
  if (asked.locally) {
    return run_locally(asked);
  }
  if (asked.what->method.empty()) {
    return run_own_command(asked);
  }
  const auto request = make_request(asked);
  if (!request) {
    return complain(request.error(), asked.format);
  }
  const auto where = find_connection(asked.options, environment_variable);
  if (!where) {
    return complain(where.error(), asked.format);
  }
  const auto options = options_of(*asked.what);
  const auto ask = [&](const api_request& one) {
    return call(where.value().server, where.value().key, one, options);
  };
  if (asked.watch_seconds) {
    return watch(asked, [&] { return ask(request.value()); });
  }
  const auto response = answer_of(asked, request.value(), ask);
  if (options.on_sent) {
    std::cerr << "\r\x1b[K" << std::flush;
  }
  if (!response) {
    return complain(response.error(), asked.format);
  }
  if (is_refusal(response.value())) {
    return refuse(asked, response.value());
  }
  note_age(response.value());
  if (!asked.what->exports_all) {
    std::cout << render_answer(asked, response.value()) << std::flush;
  }
  return std::cout && !asked.declined ? done : failed;
}

} // namespace warmfront::admin::cli
