#include "admin/cli/doctor_probes.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <memory>

#include <grp.h>
#include <netdb.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <poll.h>
#include <pwd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/timex.h>
#include <unistd.h>

#include "admin/cli/data_owner.hpp"
#include "net/tls/server_context.hpp"
#include "storage/etcd/client_tls.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr unsigned permission_bits = 07777;
constexpr const char* smtp_port = "25";
constexpr int etcd_answer_octets_max = 4096;

class open_socket {
public:
  explicit open_socket(int number) : number_{number} {}
  ~open_socket() {
    if (number_ >= 0) {
      ::close(number_);
    }
  }
  open_socket(const open_socket&) = delete;
  open_socket& operator=(const open_socket&) = delete;
  [[nodiscard]] int number() const { return number_; }

private:
  int number_;
};

using address_list = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

/// Numbers only: the DNS is asked elsewhere.
address_list parse_address(const std::string& host, const std::string& port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
    found = nullptr;
  }
  return {found, ::freeaddrinfo};
}

struct host_and_port {
  std::string host;
  std::string port;
};

/// `127.0.0.1:2587`, `[::1]:2587`, `name:2587`.
host_and_port split_address(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos) {
    return {address, ""};
  }
  auto host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return {host, address.substr(colon + 1)};
}

std::string file_system_name(long kind) {
  switch (kind) {
  case 0xEF53:
    return "ext4";
  case 0x58465342:
    return "xfs";
  case 0x9123683E:
    return "btrfs";
  case 0x01021994:
    return "tmpfs";
  case 0x6969:
    return "nfs";
  case 0x794C7630:
    return "overlayfs";
  case 0x2FC12FC1:
    return "zfs";
  default:
    return {};
  }
}

wall_time to_wall_time(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) {
    return {};
  }
  return wall_time{std::chrono::seconds{::timegm(&parts)}};
}

bool may_read(const std::optional<node_user>& reader, const struct stat& file) {
  if (!reader) {
    return true;
  }
  const auto& groups = reader->groups;
  const bool is_in_group = std::find(groups.begin(), groups.end(), file.st_gid) != groups.end();
  return (file.st_mode & (file.st_uid == reader->id ? S_IRUSR
                          : is_in_group             ? S_IRGRP
                                                    : S_IROTH)) != 0;
}

/// Why a file cannot be read; empty: it can.
std::string unreadable(const std::string& path, const std::optional<node_user>& reader) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(path.c_str(), "re"),
                                                             std::fclose};
  struct stat found {};
  if (!file || ::fstat(::fileno(file.get()), &found) != 0) {
    return std::strerror(errno);
  }
  return may_read(reader, found) ? std::string{} : "not by " + reader->name;
}

/// A file of the folder, or of its database, that belongs to another user.
std::string foreign_file_in(const std::filesystem::path& folder, ::uid_t owner) {
  for (const auto& part : {folder, folder / "rocks"}) {
    std::error_code failure;
    for (std::filesystem::directory_iterator at{part, failure}, end; !failure && at != end;
         at.increment(failure)) {
      struct stat found {};
      if (::lstat(at->path().c_str(), &found) == 0 && found.st_uid != owner) {
        return at->path().string();
      }
    }
  }
  return {};
}

bool waits_for(int socket, short event, std::chrono::milliseconds patience) {
  pollfd wanted{socket, event, 0};
  return ::poll(&wanted, 1, static_cast<int>(patience.count())) == 1;
}

} // namespace

port_facts probe_port(const std::string& key, const std::string& address) {
  const auto [host, port] = split_address(address);
  const auto target = parse_address(host, port);
  if (!target) {
    return {key, address, 0, true};
  }
  const open_socket socket{::socket(target->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  const int yes = 1;
  // As servers do: what a listener left behind does not count, a listener does.
  ::setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool is_bound = ::bind(socket.number(), target->ai_addr, target->ai_addrlen) == 0 &&
                        ::listen(socket.number(), 1) == 0;
  return {key, address, is_bound ? 0 : errno, false};
}

folder_facts probe_folder(const std::string& path) {
  folder_facts facts{.path = path};
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    auto parent = std::filesystem::path{path}.parent_path();
    std::error_code failure;
    while (parent.has_relative_path() && !std::filesystem::exists(parent, failure)) {
      parent = parent.parent_path();
    }
    if (::access(parent.c_str(), W_OK | X_OK) != 0) {
      facts.parent_problem =
          "it cannot be made in " + parent.string() + ": " + std::strerror(errno);
    }
    return facts;
  }
  facts.exists = true;
  facts.is_folder = S_ISDIR(found.st_mode);
  facts.mode = found.st_mode & permission_bits;
  facts.is_writable = ::access(path.c_str(), W_OK | X_OK) == 0;
  facts.owner = user_name(found.st_uid);
  facts.foreign_file = facts.is_folder ? foreign_file_in(path, found.st_uid) : std::string{};
  struct statfs disk {};
  if (::statfs(path.c_str(), &disk) == 0) {
    facts.file_system = file_system_name(disk.f_type);
    facts.free_octets =
        static_cast<std::uint64_t>(disk.f_bavail) * static_cast<std::uint64_t>(disk.f_bsize);
  }
  return facts;
}

std::optional<node_user> probe_node_user(const std::string& data_folder) {
  struct stat found {};
  if (::geteuid() != 0 || ::stat(data_folder.c_str(), &found) != 0 || found.st_uid == 0) {
    return std::nullopt;
  }
  node_user user{found.st_uid, {found.st_gid}, user_name(found.st_uid)};
  if (const auto* const known = ::getpwuid(found.st_uid)) {
    int count = 0;
    ::getgrouplist(known->pw_name, known->pw_gid, nullptr, &count);
    user.groups.resize(static_cast<std::size_t>(count));
    ::getgrouplist(known->pw_name, known->pw_gid, user.groups.data(), &count);
  }
  return user;
}

certificate_facts probe_certificate(const std::string& key, const config::tls_config& files,
                                    const std::optional<node_user>& reader) {
  certificate_facts facts{key, files.certificate, {}, {}, {}};
  for (const auto& file : {files.certificate, files.key}) {
    if (const auto failure = unreadable(file, reader); !failure.empty()) {
      facts.failure =
          (file == files.certificate ? "it" : "its key " + file) + " cannot be read: " + failure;
      return facts;
    }
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{
      std::fopen(files.certificate.c_str(), "re"), std::fclose};
  const std::unique_ptr<X509, decltype(&X509_free)> certificate{
      file ? PEM_read_X509(file.get(), nullptr, nullptr, nullptr) : nullptr, X509_free};
  if (!certificate) {
    facts.failure = "it is no certificate in PEM";
    return facts;
  }
  facts.not_before = to_wall_time(X509_get0_notBefore(certificate.get()));
  facts.not_after = to_wall_time(X509_get0_notAfter(certificate.get()));
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> key_file{
      std::fopen(files.key.c_str(), "re"), std::fclose};
  const auto no_phrase = [](char*, int, int, void*) { return -1; };
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> secret{
      key_file ? PEM_read_PrivateKey(key_file.get(), nullptr, no_phrase, nullptr) : nullptr,
      EVP_PKEY_free};
  if (!secret) {
    facts.failure = "its key " + files.key + " is no private key in PEM without pass phrase";
  } else if (X509_check_private_key(certificate.get(), secret.get()) != 1) {
    facts.failure = "the key " + files.key + " does not belong to it";
  }
  return facts;
}

secret_file_facts probe_secret_file(const std::string& what, const std::string& path,
                                    bool is_required, const std::optional<node_user>& reader) {
  secret_file_facts facts{.what = what, .path = path, .is_required = is_required};
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) {
    facts.failure = errno == ENOENT ? "" : std::strerror(errno);
    return facts;
  }
  facts.exists = true;
  facts.mode = found.st_mode & permission_bits;
  facts.unreadable_for = may_read(reader, found) ? std::string{} : reader->name;
  return facts;
}

std::optional<bool> probe_synchronised() {
  timex state{};
  const int answer = ::adjtimex(&state);
  if (answer < 0) {
    return std::nullopt;
  }
  return answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

open_file_limits probe_open_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return {limit.rlim_cur, limit.rlim_max};
}

std::string probe_greeting(const std::string& address, std::chrono::milliseconds patience) {
  const auto target = parse_address(address, smtp_port);
  if (!target) {
    return address + " is no address";
  }
  const open_socket socket{
      ::socket(target->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  if (::connect(socket.number(), target->ai_addr, target->ai_addrlen) != 0 &&
      errno != EINPROGRESS) {
    return std::strerror(errno);
  }
  if (!waits_for(socket.number(), POLLOUT, patience)) {
    return "no connection in time";
  }
  int failure = 0;
  socklen_t size = sizeof failure;
  ::getsockopt(socket.number(), SOL_SOCKET, SO_ERROR, &failure, &size);
  if (failure != 0) {
    return std::strerror(failure);
  }
  char digits[3] = {};
  if (!waits_for(socket.number(), POLLIN, patience) ||
      ::recv(socket.number(), digits, sizeof digits, 0) != sizeof digits) {
    return "no greeting in time";
  }
  const std::string_view code{digits, sizeof digits};
  return code == "220" ? std::string{} : "it greets with " + std::string{code};
}

result<wall_time> probe_etcd_time(const std::string& endpoint,
                                  const storage::etcd_options& options) {
  const bool is_secret = endpoint.starts_with("https://");
  const auto host = endpoint.substr(std::min(endpoint.find("://") + 3, endpoint.size()));
  const error silent{errc::unavailable, endpoint + " does not answer", {}};
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free};
  if (is_secret) {
    WARMFRONT_TRY(storage::prepare_client_tls(context.get(), options));
  }
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> connection{
      is_secret ? BIO_new_ssl_connect(context.get()) : BIO_new_connect(host.c_str()), BIO_free_all};
  if (!connection || (is_secret && BIO_set_conn_hostname(connection.get(), host.c_str()) != 1)) {
    return silent;
  }
  constexpr int patience_seconds = 3;
  BIO_set_nbio(connection.get(), 1);
  if (BIO_do_connect_retry(connection.get(), patience_seconds, -1) != 1) {
    return silent;
  }
  const auto request = "GET /version HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
  BIO_write(connection.get(), request.data(), static_cast<int>(request.size()));
  std::string answer(etcd_answer_octets_max, '\0');
  int got = -1;
  int descriptor = -1;
  BIO_get_fd(connection.get(), &descriptor);
  for (int tries = 0; got <= 0 && tries < 4; ++tries) {
    waits_for(descriptor, POLLIN, std::chrono::seconds{1});
    got = BIO_read(connection.get(), answer.data(), etcd_answer_octets_max);
  }
  answer.resize(static_cast<std::size_t>(std::max(got, 0)));
  const auto field = answer.find("\r\nDate: ");
  std::tm parts{};
  if (field == std::string::npos ||
      ::strptime(answer.c_str() + field + 8, "%a, %d %b %Y %H:%M:%S", &parts) == nullptr) {
    return silent;
  }
  return wall_time{std::chrono::seconds{::timegm(&parts)}};
}

} // namespace warmfront::admin::cli
