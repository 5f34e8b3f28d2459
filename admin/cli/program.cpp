#include "admin/cli/program.hpp"

#include <algorithm>
#include <map>

#include "admin/api/route.hpp"
#include "admin/cli/examples.hpp"

namespace warmfront::admin::cli {

namespace {

const char* type_of(shape kind) {
  if (is_file(kind) || kind == shape::attachments) {
    return "FILE";
  }
  return kind == shape::number ? "NUMBER" : "TEXT";
}

void add_argument(CLI::App& app, const argument& each, invocation& target) {
  auto name = each.positional ? std::string{each.name} : option_of(each);
  if (each.letter != 0) {
    name = std::string{'-', each.letter, ','} + name;
  }
  const auto keep = [&target, key = std::string{each.name}](const std::string& value) {
    target.given[key].push_back(value);
  };
  if (is_flag(each.kind)) {
    app.add_flag_callback(
        name, [keep] { keep("true"); }, std::string{each.about});
    return;
  }
  CLI::Option* option = nullptr;
  if (each.kind == shape::texts || names_one_of_many(each)) {
    option = app.add_option_function<std::vector<std::string>>(
        name,
        [keep](const std::vector<std::string>& values) {
          std::for_each(values.begin(), values.end(), keep);
        },
        std::string{each.about});
    // Without this a list takes all words that follow.
    option->expected(1)->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  } else {
    option = app.add_option_function<std::string>(name, keep, std::string{each.about});
  }
  option->type_name(type_of(each.kind))->required(each.required);
  if (each.kind == shape::number) {
    option->check(CLI::NonNegativeNumber);
  }
}

/// The route that a command asks for, as the API names it: `GET /v1/pools/{name}`.
std::string route_of(const command& what) {
  const auto path = what.path.substr(0, what.path.find('?'));
  for (const auto& each : routes()) {
    std::string pattern;
    bool within = false;
    for (const char c : each.pattern) {
      within = within && c != '}';
      if (!within) {
        pattern += c;
      }
      within = within || c == '{';
    }
    if (each.method == what.method && pattern == path) {
      return std::string{each.method} + ' ' + std::string{each.pattern};
    }
  }
  return {};
}

const command* find_command(std::string_view noun, std::string_view verb) {
  const auto all = commands();
  const auto found = std::find_if(all.begin(), all.end(), [&](const command& each) {
    return each.noun == noun && each.verb == verb;
  });
  return found == all.end() ? nullptr : &*found;
}

ordered_json describe(const CLI::Option& option) {
  ordered_json target;
  target["name"] =
      option.get_positional() ? option.get_name(true) : "--" + option.get_lnames().front();
  if (!option.get_snames().empty()) {
    target["short"] = '-' + option.get_snames().front();
  }
  target["about"] = option.get_description();
  // Without what is checked of it.
  const auto type = option.get_type_name();
  target["value"] =
      option.get_items_expected_max() == 0 ? std::string{} : type.substr(0, type.find(':'));
  target["required"] = option.get_required();
  target["repeated"] = option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  return target;
}

void add_options(const CLI::App& app, ordered_json& arguments, ordered_json& options) {
  for (const auto* each : app.get_options()) {
    if (each == app.get_help_ptr()) {
      continue;
    }
    (each->get_positional() ? arguments : options).push_back(describe(*each));
  }
}

ordered_json describe_command(const CLI::App& app, const CLI::App* noun) {
  ordered_json target;
  target["noun"] = noun != nullptr ? noun->get_name() : app.get_name();
  target["verb"] = noun != nullptr ? app.get_name() : "";
  target["about"] = app.get_description();
  auto arguments = ordered_json::array();
  auto options = ordered_json::array();
  add_options(app, arguments, options);
  if (noun != nullptr && find_command(noun->get_name(), {}) == nullptr) {
    add_options(*noun, arguments, options);
  }
  const auto* const what = find_command(target["noun"].get_ref<const std::string&>(),
                                        target["verb"].get_ref<const std::string&>());
  target["arguments"] = std::move(arguments);
  target["options"] = std::move(options);
  target["example"] = example_of(target["noun"].get_ref<const std::string&>(),
                                 target["verb"].get_ref<const std::string&>());
  target["route"] = what != nullptr ? route_of(*what) : "";
  return target;
}

} // namespace

void add_commands(CLI::App& app, invocation& target) {
  std::map<std::string, CLI::App*> nouns;
  for (const auto& each : commands()) {
    const std::string noun{each.noun};
    CLI::App* app_of = nullptr;
    if (each.verb.empty()) {
      app_of = app.add_subcommand(noun, std::string{each.about});
      nouns[noun] = app_of; // a command that others may be below
    } else {
      auto*& parent = nouns[noun];
      if (parent == nullptr) {
        parent = app.add_subcommand(noun, "Commands about: " + noun);
        parent->require_subcommand(1)->fallthrough();
      }
      app_of = parent->add_subcommand(std::string{each.verb}, std::string{each.about});
    }
    app_of->fallthrough();
    // The callback of what is below comes first.
    app_of->callback(
        [&target, &each] { target.what = target.what == nullptr ? &each : target.what; });
    for (const auto& one : each.arguments) {
      add_argument(*app_of, one, target);
    }
  }
}

void add_examples(CLI::App& app) {
  const auto add = [](CLI::App& to, const std::string& noun, const std::string& verb) {
    if (const auto example = example_of(noun, verb); !example.empty()) {
      to.footer("Example:\n  " + example);
    }
  };
  for (auto* noun : app.get_subcommands([](const CLI::App*) { return true; })) {
    add(*noun, noun->get_name(), "");
    for (auto* verb : noun->get_subcommands([](const CLI::App*) { return true; })) {
      add(*verb, noun->get_name(), verb->get_name());
    }
  }
}

ordered_json describe(const CLI::App& app, std::string_view version) {
  ordered_json target;
  target["version"] = version;
  auto arguments = ordered_json::array();
  auto options = ordered_json::array();
  add_options(app, arguments, options);
  target["options"] = std::move(options);
  auto all = ordered_json::array();
  for (const auto* noun : app.get_subcommands([](const CLI::App*) { return true; })) {
    const auto verbs = noun->get_subcommands([](const CLI::App*) { return true; });
    if (verbs.empty() || find_command(noun->get_name(), {}) != nullptr) {
      all.push_back(describe_command(*noun, nullptr));
    }
    for (const auto* verb : verbs) {
      all.push_back(describe_command(*verb, noun));
    }
  }
  target["commands"] = std::move(all);
  return target;
}

std::vector<std::string> with_watch_interval(int count, const char* const* words) {
  std::vector<std::string> all(words + 1, words + count);
  for (auto& each : all) {
    if (each == "--") {
      break;
    }
    if (each == "--watch") {
      each = "--watch=2";
    }
  }
  return all;
}

} // namespace warmfront::admin::cli
