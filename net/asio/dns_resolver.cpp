#include "net/asio/dns_resolver.hpp"

#include <boost/asio/post.hpp>

#include <utility>

#include "net/asio/dns_resolver_core.hpp"

namespace warmfront::net {

namespace {

class unbound_resolver final : public dns::resolver {
public:
  unbound_resolver(std::shared_ptr<unbound_core> core, boost::asio::io_context& context)
      : core_{std::move(core)}, context_{context} {}
  ~unbound_resolver() override { core_->stop(); }

  void resolve(const std::string& domain, dns::route_callback done) override {
    begin(domain, false, std::move(done));
  }
  void resolve_host(const std::string& host, dns::route_callback done) override {
    begin(host, true, std::move(done));
  }
  void look_up(const std::string& name, dns::record_type type, dns::record_callback done) override {
    boost::asio::post(context_, [core = core_, name, type, done = std::move(done)]() mutable {
      core->look_up(name, type, std::move(done));
    });
  }

private:
  void begin(const std::string& name, bool host_only, dns::route_callback done) {
    boost::asio::post(context_, [core = core_, name, host_only, done = std::move(done)]() mutable {
      core->begin(name, host_only, std::move(done));
    });
  }

  std::shared_ptr<unbound_core> core_;
  boost::asio::io_context& context_;
};

} // namespace

result<std::unique_ptr<dns::resolver>>
make_unbound_resolver(unbound_options options, io_threads& threads,
                      std::unique_ptr<random_source> random) {
  auto unbound = make_unbound_context(options);
  if (!unbound) {
    return unbound.error();
  }
  boost::asio::io_context& context = threads.next();
  auto core = std::make_shared<unbound_core>(std::move(options), std::move(unbound.value()),
                                             context, std::move(random));
  boost::asio::post(context, [core] { core->start(); });
  return std::unique_ptr<dns::resolver>{
      std::make_unique<unbound_resolver>(std::move(core), context)};
}

} // namespace warmfront::net
