#include "actors/cluster/caf_link.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>
#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <caf/io/basp_broker.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/middleman_actor_impl.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/doorman_impl.hpp>
#include <caf/scoped_actor.hpp>

#include "actors/messages/type_ids.hpp"

namespace warmfront {

namespace {

constexpr std::chrono::seconds answer_within{5};
constexpr int connections_waiting = 8;

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

const sockaddr* as_address(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

int listen_on(const std::string& path) {
  const int handle = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::unlink(path.c_str());
  const auto address = address_of(path);
  if (handle >= 0 && ::bind(handle, as_address(address), sizeof address) == 0 &&
      ::listen(handle, connections_waiting) == 0)
    return handle;
  if (handle >= 0)
    ::close(handle);
  return -1;
}

// BASP names what is published by a port: each peer's socket has a number of its own.
class peer_doorman final : public caf::io::network::doorman_impl {
public:
  peer_doorman(caf::io::network::default_multiplexer& backend, int handle, std::uint16_t port)
      : doorman_impl{backend, handle}, port_{port} {}
  std::uint16_t port() const override { return port_; }
  std::string addr() const override { return "local"; }

private:
  const std::uint16_t port_;
};

} // namespace

/// Connected descriptors on their way to CAF, which asks for them by name.
struct caf_link::descriptors {
  std::mutex mutex;
  std::map<std::string, int> waiting;
  std::uint64_t next = 0;

  std::string add(int handle) {
    const std::lock_guard lock{mutex};
    auto name = std::to_string(next++);
    waiting.emplace(name, handle);
    return name;
  }
  int take(const std::string& name) {
    const std::lock_guard lock{mutex};
    const auto found = waiting.extract(name);
    return found ? found.mapped() : -1;
  }
  ~descriptors() {
    for (const auto& [name, handle] : waiting)
      ::close(handle);
  }
};

namespace {

/// Connects by the name of a waiting descriptor, opens by the path of a Unix socket.
template <class Descriptors>
class unix_middleman final : public caf::io::middleman_actor_impl {
public:
  unix_middleman(caf::actor_config& config, caf::actor broker, std::shared_ptr<Descriptors> waiting)
      : middleman_actor_impl{config, std::move(broker)}, waiting_{std::move(waiting)} {}

protected:
  caf::expected<caf::io::scribe_ptr> connect(const std::string& name, std::uint16_t) override {
    const int handle = waiting_->take(name);
    if (handle < 0)
      return caf::sec::cannot_connect_to_node;
    return system().middleman().backend().new_scribe(handle);
  }
  caf::expected<caf::io::doorman_ptr> open(std::uint16_t port, const char* path, bool) override {
    const int handle = path == nullptr ? -1 : listen_on(path);
    if (handle < 0)
      return caf::sec::cannot_open_port;
    auto& backend =
        static_cast<caf::io::network::default_multiplexer&>(system().middleman().backend());
    return caf::io::doorman_ptr{caf::make_counted<peer_doorman>(backend, handle, port)};
  }
  caf::expected<caf::io::datagram_servant_ptr> contact(const std::string&, std::uint16_t) override {
    return caf::sec::cannot_connect_to_node;
  }
  caf::expected<caf::io::datagram_servant_ptr> open_udp(std::uint16_t, const char*, bool) override {
    return caf::sec::cannot_open_port;
  }

private:
  std::shared_ptr<Descriptors> waiting_;
};

} // namespace

void caf_link::configure(caf::actor_system_config& settings) {
  settings.load<caf::io::middleman>();
  settings.add_message_type<peer_frame>("peer_frame");
  settings.set("middleman.enable-automatic-connections", false);
}

caf_link::caf_link(caf::actor_system& system, std::string directory)
    : system_{system}, directory_{std::move(directory)}, descriptors_{
                                                             std::make_shared<descriptors>()} {}

result<std::unique_ptr<caf_link>> caf_link::open(caf::actor_system& system,
                                                 const std::string& directory) {
  std::unique_ptr<caf_link> opened{new caf_link{system, directory}};
  std::error_code failure;
  std::filesystem::remove_all(directory, failure);
  if (::mkdir(directory.c_str(), 0700) != 0)
    return error{errc::storage_failed,
                 "the directory " + directory + " cannot be made: " + std::strerror(errno),
                 "give this user the right to write there", "node.data_dir"};
  opened->directory_handle_ = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  auto broker = system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"));
  opened->middleman_ = caf::actor_cast<caf::io::middleman_actor>(
      system.spawn<unix_middleman<descriptors>, caf::detached + caf::hidden>(std::move(broker),
                                                                             opened->descriptors_));
  return opened;
}

caf_link::~caf_link() {
  if (middleman_)
    caf::anon_send_exit(middleman_, caf::exit_reason::user_shutdown);
  if (directory_handle_ >= 0)
    ::close(directory_handle_);
}

// A socket's path has room for 107 octets only; the way over the descriptor is always short.
std::string caf_link::path_of(const node_name& peer) const {
  return "/proc/self/fd/" + std::to_string(directory_handle_) + "/" + peer.str();
}

result<void> caf_link::publish(const node_name& peer, const caf::actor& whom) {
  caf::scoped_actor self{system_};
  auto outcome = success();
  self->request(middleman_, answer_within, caf::publish_atom::value, next_port_++,
                caf::actor_cast<caf::strong_actor_ptr>(whom), std::set<std::string>{},
                path_of(peer), true)
      .receive([](std::uint16_t) {},
               [&](const caf::error& why) {
                 outcome = error{errc::unavailable,
                                 "the socket for peer " + peer.str() +
                                     " cannot be opened: " + system_.render(why),
                                 {}};
               });
  return outcome;
}

int caf_link::connect_to(const node_name& peer) const {
  const int handle = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = address_of(path_of(peer));
  if (handle >= 0 && ::connect(handle, as_address(address), sizeof address) == 0)
    return handle;
  if (handle >= 0)
    ::close(handle);
  return -1;
}

void caf_link::reach(caf::event_based_actor* asker, int descriptor,
                     std::function<void(const caf::actor&)> done) {
  const auto name = descriptors_->add(descriptor);
  asker->request(middleman_, answer_within, caf::connect_atom::value, name, std::uint16_t{1})
      .then([done](const caf::node_id&, const caf::strong_actor_ptr& found,
                   const std::set<std::string>&) { done(caf::actor_cast<caf::actor>(found)); },
            [done, waiting = descriptors_, name](const caf::error&) {
              if (const int handle = waiting->take(name); handle >= 0)
                ::close(handle);
              done({});
            });
}

} // namespace warmfront
