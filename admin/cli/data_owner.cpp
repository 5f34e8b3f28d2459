#include "admin/cli/data_owner.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

namespace warmfront::admin::cli {

std::string user_name(::uid_t of) {
  const auto* const known = ::getpwuid(of);
  return known == nullptr ? fmt::format("#{}", of) : known->pw_name;
}

result<void> check_user(const std::filesystem::path& folder, std::string_view command) {
  struct stat found {};
  if (::stat(folder.c_str(), &found) != 0 || found.st_uid == ::geteuid())
    return success();
  const auto owner = user_name(found.st_uid);
  return error{errc::refused,
               fmt::format("{} belongs to {}, and what {} makes there would not be its own.",
                           folder.string(), owner, user_name(::geteuid())),
               fmt::format("run it as that user: runuser -u {} -- warmfront {} …", owner, command)};
}

} // namespace warmfront::admin::cli
