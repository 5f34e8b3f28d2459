#include <fcntl.h>
#include <fstream>
#include <unistd.h>

#include "actors/node/node_parts.hpp"

namespace warmfront {

result<std::string> read_key_file(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::string secret;
  if (!file || !std::getline(file, secret) || secret.empty())
    return error{errc::refused, "the key file " + path.string() + " cannot be read",
                 "give this user the right to read it, or remove it when other keys exist"};
  return secret;
}

result<void> write_key_file(const std::filesystem::path& path, const std::string& secret) {
  const auto failure = [&path] {
    return error{errc::storage_failed, "the key file " + path.string() + " cannot be written",
                 "give this user the right to write there"};
  };
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0)
    return failure();
  const auto line = secret + "\n";
  const bool written =
      ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
      ::fsync(file) == 0;
  ::close(file);
  return written ? success() : result<void>{failure()};
}

} // namespace warmfront
