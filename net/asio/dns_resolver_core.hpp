// The resolver's work on its I/O thread: questions to libunbound and what their answers make of a
// look-up. Inside `net/asio` only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "net/asio/dns_resolver_unbound.hpp"
#include "net/dns/mx_route.hpp"

namespace warmfront::net {

using dns::mail_host;
using dns::mail_route;

inline constexpr int dns_type_mx = 15;

class unbound_core;

/// One question to libunbound; it holds a pointer to this until it answers or is cancelled.
struct question {
  unbound_core* core = nullptr;
  std::uint64_t lookup = 0;
  std::size_t host = 0;
  int type = 0;
  std::size_t base = 0; ///< for TLSA: which of the host's names
  int id = 0;           ///< of libunbound
};

/// A route being looked up: first its MX, then the addresses of all hosts at once, then their TLSA
/// records as far as DNSSEC vouches for what was found.
struct lookup {
  std::string domain;
  dns::route_callback done;
  dns::record_callback records; ///< instead of `done`, when single records are asked for
  dns::route_limits limits;
  std::vector<mail_host> hosts;
  std::vector<dns::host_answer> answers;
  bool mx_secure = false;
  std::optional<mail_route> route; ///< once addresses are known: TLSA records are looked up
  std::vector<std::vector<std::string>> bases; ///< of each host of `route`
  std::unordered_map<const question*, std::unique_ptr<question>> open;
  bool asking = false; ///< more questions follow: an answer now is not the last
  boost::asio::steady_timer timer;
  explicit lookup(boost::asio::io_context& context) : timer{context} {}
};

/// Lives on one I/O thread; handlers hold it.
class unbound_core : public std::enable_shared_from_this<unbound_core> {
public:
  unbound_core(unbound_options options, unbound_context unbound, boost::asio::io_context& context,
               std::unique_ptr<random_source> random)
      : options_{std::move(options)}, unbound_{std::move(unbound)}, context_{context},
        pipe_{context}, random_{std::move(random)} {}
  ~unbound_core() { release(); }

  void start() {
    pipe_.assign(ub_fd(unbound_.get()));
    listen();
  }
  /// Any thread: no answer is delivered after this.
  void stop() {
    {
      const std::lock_guard lock{delivery_};
      stopped_ = true;
    }
    boost::asio::post(context_, [self = shared_from_this()] { self->release(); });
  }
  void begin(const std::string& domain, bool host_only, dns::route_callback done);
  void look_up(const std::string& name, dns::record_type type, dns::record_callback done);

private:
  void listen();
  void release();
  template <class Callback, class Answer>
  void answer(const Callback& done, Answer value);
  lookup& add(std::uint64_t id, std::string name);
  std::unique_ptr<lookup> end(std::uint64_t id);
  void conclude(std::uint64_t id, result<mail_route> route);
  void conclude(std::uint64_t id, dns::record_answer records);
  void ask_addresses(std::uint64_t id, lookup& current);
  void ask_tlsa(std::uint64_t id, lookup& current);
  void ask_tlsa_of(std::uint64_t id, lookup& current, std::size_t host, std::size_t base);
  void ask(std::uint64_t id, lookup& current, const std::string& name, int type, std::size_t host,
           std::size_t base = 0);
  static void on_answer(void* data, int code, ub_result* answer);
  void take(std::unique_ptr<question> asked, int code, const ub_result* answer);
  void take_mx(std::uint64_t id, lookup& current, int code, const ub_result* answer);
  void take_address(const question& asked, lookup& current, int code, const ub_result* answer);
  void take_tlsa(const question& asked, lookup& current, int code, const ub_result* answer);
  void set_timeout(std::uint64_t id, lookup& current);
  void conclude_if_answered(std::uint64_t id, lookup& current);

  unbound_options options_;
  unbound_context unbound_;
  boost::asio::io_context& context_;
  boost::asio::posix::stream_descriptor pipe_;
  std::unique_ptr<random_source> random_;
  std::unordered_map<std::uint64_t, std::unique_ptr<lookup>> lookups_;
  std::uint64_t next_ = 1;
  std::mutex delivery_; ///< held while an answer is delivered
  bool stopped_ = false;
};

} // namespace warmfront::net
