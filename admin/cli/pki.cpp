#include "admin/cli/pki.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fcntl.h>
#include <unistd.h>

#include "net/tls/certificate_authority.hpp"

namespace warmfront::admin::cli {

namespace {

namespace fs = std::filesystem;

constexpr int secret_mode = 0600;
constexpr int public_mode = 0644;

result<std::string> read_file(const fs::path& path) {
  std::ifstream file{path, std::ios::binary};
  if (!file)
    return error{errc::not_found, "The file " + path.string() + " cannot be read.",
                 "make the authority first: warmfront pki init"};
  return std::string{std::istreambuf_iterator<char>{file}, {}};
}

/// All of a file or nothing: it appears when it is whole, and what it replaces is there until then.
result<void> write_file(const fs::path& path, const std::string& text, int mode, bool force) {
  const auto draft = path.string() + ".new";
  ::unlink(draft.c_str());
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  bool written = file >= 0 &&
                 ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
                 ::fsync(file) == 0;
  // A link, unlike a new name, does not replace.
  written = written && (force ? ::rename(draft.c_str(), path.c_str())
                              : ::link(draft.c_str(), path.c_str())) == 0;
  const int why = errno;
  if (file >= 0) {
    ::close(file);
    ::unlink(draft.c_str());
  }
  if (written)
    return success();
  if (why == EEXIST)
    return error{errc::already_exists, "The file " + path.string() + " exists.",
                 "remove it, or say --force"};
  return error{errc::refused,
               "The file " + path.string() + " cannot be written: " + std::strerror(why),
               "choose a folder that you may write to, with --dir"};
}

result<void> write_pair(const fs::path& folder, const std::string& name,
                        const net::certified_key& pair, bool force) {
  const auto key = folder / (name + ".key");
  const auto certificate = folder / (name + ".pem");
  // Looked at before, so that no half of a pair is left behind.
  if (!force && (fs::exists(key) || fs::exists(certificate)))
    return error{errc::already_exists,
                 "There are files of " + name + " in " + folder.string() + " already.",
                 "remove them, or say --force"};
  WARMFRONT_TRY(write_file(key, pair.key, secret_mode, force));
  return write_file(certificate, pair.certificate, public_mode, force);
}

} // namespace

result<std::string> make_authority_files(const std::string& folder, bool force) {
  std::error_code failure;
  fs::create_directories(folder, failure);
  if (failure)
    return error{errc::refused, "The folder " + folder + " cannot be made: " + failure.message(),
                 "choose a folder that you may write to, with --dir"};
  WARMFRONT_TRY(authority, net::make_authority());
  WARMFRONT_TRY(write_pair(folder, "ca", authority, force));
  return "Made " + (fs::path{folder} / "ca.pem").string() + " and ca.key.\n" +
         "Keep ca.key off the nodes: whoever has it can join the cluster.\n" +
         "Next: warmfront pki node NAME --address ADDRESS, for every node.\n";
}

result<std::string> make_node_files(const std::string& folder, const std::string& name,
                                    const std::vector<std::string>& addresses, bool force) {
  const fs::path at{folder};
  WARMFRONT_TRY(certificate, read_file(at / "ca.pem"));
  WARMFRONT_TRY(key, read_file(at / "ca.key"));
  WARMFRONT_TRY(made, net::make_node({std::move(certificate), std::move(key)}, name, addresses));
  WARMFRONT_TRY(write_pair(at, name, made, force));
  return "Made " + (at / (name + ".pem")).string() + " and " + name + ".key.\n" +
         "Next: copy both and ca.pem to the node and name them in [cluster] of its node.toml.\n";
}

} // namespace warmfront::admin::cli
