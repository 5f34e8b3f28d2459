#include <cstdio>
#include <fcntl.h>
#include <fstream>
#include <unistd.h>

#include "actors/node/node_parts.hpp"

namespace warmfront {

namespace {

result<void> unwritable(const std::filesystem::path& path) {
  return error{errc::storage_failed, "the key file " + path.string() + " cannot be written",
               "give this user the right to write there"};
}

} // namespace

result<std::string> read_key_file(const std::filesystem::path& path) {
  std::ifstream file{path};
  std::string secret;
  if (!file || !std::getline(file, secret) || secret.empty())
    return error{errc::refused, "the key file " + path.string() + " cannot be read",
                 "give this user the right to read it, or remove it when other keys exist"};
  return secret;
}

// Under another name until it is complete: a start that is killed leaves no half of a key behind.
result<void> write_key_file(const std::filesystem::path& path, const std::string& secret) {
  const auto line = secret + "\n";
  const auto draft = path.string() + ".new";
  ::unlink(draft.c_str());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool written = file >= 0 &&
                 ::write(file, line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                 ::fsync(file) == 0;
  if (file >= 0)
    ::close(file);
  return written ? rename_key_file(draft, path) : unwritable(path);
}

result<void> rename_key_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  bool renamed = ::rename(from.c_str(), to.c_str()) == 0;
  const int folder = ::open(to.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  renamed = renamed && folder >= 0 && ::fsync(folder) == 0;
  if (folder >= 0)
    ::close(folder);
  return renamed ? success() : unwritable(to);
}

} // namespace warmfront
