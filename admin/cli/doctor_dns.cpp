#include "admin/cli/doctor_dns.hpp"

#include <future>
#include <utility>

#include "actors/core/random.hpp"
#include "actors/provisioning/address_inspection.hpp"
#include "net/asio/dns_resolver.hpp"
#include "net/asio/source_address.hpp"

namespace warmfront::admin::cli {

namespace {

constexpr std::chrono::milliseconds answer_patience{5000};

} // namespace

result<std::unique_ptr<dns_questions>> dns_questions::open(const config::dns_config& settings) {
  std::unique_ptr<dns_questions> questions{new dns_questions};
  net::unbound_options options;
  options.servers = settings.servers;
  options.timeout = answer_patience;
  WARMFRONT_TRY(resolver,
                net::make_unbound_resolver(std::move(options), questions->threads_,
                                           std::make_unique<seeded_random>(random_seed())));
  questions->resolver_ = std::move(resolver);
  return questions;
}

dns::record_answer dns_questions::look_up(const std::string& name, dns::record_type type) {
  std::promise<dns::record_answer> answered;
  resolver_->look_up(name, type,
                     [&](dns::record_answer answer) { answered.set_value(std::move(answer)); });
  return answered.get_future().get();
}

result<dns::mail_route> dns_questions::resolve(const std::string& domain) {
  std::promise<result<dns::mail_route>> answered;
  resolver_->resolve(domain,
                     [&](result<dns::mail_route> route) { answered.set_value(std::move(route)); });
  return answered.get_future().get();
}

std::vector<address_check> dns_questions::inspect(const std::string& address,
                                                  const std::string& helo) {
  address_inspection inspection{{ip_address{address}, helo, {}},
                                net::check_source_address(address)};
  auto questions = inspection.take_questions();
  while (!questions.empty()) {
    for (const auto& each : questions) {
      inspection.answer(each, look_up(each.name, each.type));
    }
    questions = inspection.take_questions();
  }
  return inspection.checks();
}

} // namespace warmfront::admin::cli
