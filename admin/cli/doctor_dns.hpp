// Questions to the DNS that wait for their answers, for `warmfront doctor`.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "actors/messages/provisioning.hpp"
#include "cluster-config/config.hpp"
#include "net/asio/io_threads.hpp"
#include "net/dns/resolver.hpp"

namespace warmfront::admin::cli {

/// A resolver as the node has one; every question waits for at most some seconds.
class dns_questions {
public:
  [[nodiscard]] static result<std::unique_ptr<dns_questions>>
  open(const config::dns_config& settings);

  [[nodiscard]] dns::record_answer look_up(const std::string& name, dns::record_type type);
  [[nodiscard]] result<dns::mail_route> resolve(const std::string& domain);
  /// Name and address fit each other, and the name in EHLO has an address.
  [[nodiscard]] std::vector<address_check> inspect(const std::string& address,
                                                   const std::string& helo);

private:
  dns_questions() = default;

  net::io_threads threads_{1};
  std::unique_ptr<dns::resolver> resolver_;
};

} // namespace warmfront::admin::cli
