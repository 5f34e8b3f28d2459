#include "admin/cli/profile.hpp"

#include <filesystem>

#include <fmt/core.h>
#include <toml++/toml.h>

namespace warmfront::admin::cli {

namespace {

constexpr const char* default_server = "http://127.0.0.1:8080";

std::filesystem::path profile_path(const environment& variable) {
  const std::filesystem::path base = variable("XDG_CONFIG_HOME").empty()
                                         ? std::filesystem::path{variable("HOME")} / ".config"
                                         : std::filesystem::path{variable("XDG_CONFIG_HOME")};
  return base / "warmfront" / "config.toml";
}

result<connection> read_profile(const std::filesystem::path& path) {
  std::error_code missing;
  if (!std::filesystem::exists(path, missing)) {
    return connection{};
  }
  try {
    const auto table = toml::parse_file(path.string());
    for (const auto& [name, value] : table) {
      if ((name.str() != "server" && name.str() != "key") || !value.is_string()) {
        return error{errc::invalid_argument,
                     fmt::format("{}:{}: \"{}\" is not a setting", path.string(),
                                 value.source().begin.line, name.str()),
                     "give server and key, both strings"};
      }
    }
    return connection{table["server"].value_or(std::string{}),
                      table["key"].value_or(std::string{})};
  } catch (const toml::parse_error& fault) {
    return error{
        errc::invalid_argument,
        fmt::format("{}:{}: {}", path.string(), fault.source().begin.line, fault.description()),
        "write it as TOML: server = \"http://127.0.0.1:8080\""};
  }
}

void fill(std::string& target, const std::string& from) {
  if (target.empty()) {
    target = from;
  }
}

} // namespace

result<connection> find_connection(connection options, const environment& variable) {
  fill(options.server, variable("WARMFRONT_SERVER"));
  fill(options.key, variable("WARMFRONT_KEY"));
  if (options.server.empty() || options.key.empty()) {
    WARMFRONT_TRY(profile, read_profile(profile_path(variable)));
    fill(options.server, profile.server);
    fill(options.key, profile.key);
  }
  fill(options.server, default_server);
  return options;
}

} // namespace warmfront::admin::cli
