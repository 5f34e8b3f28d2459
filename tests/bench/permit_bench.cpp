// What a permit costs in the warm-up rules: no actor, no disk. Prints `ns_per_permit=…` lines.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "actors/core/random.hpp"
#include "actors/warmup/ledger_book.hpp"

using namespace warmfront;

namespace {

const wall_time now{seconds{1'767'225'600}};

/// Ledgers that are open, with marks that become durable at once.
class bench {
public:
  explicit bench(std::vector<std::string> subjects) {
    storage::control_snapshot plans;
    plans.at = 1;
    plans.records.push_back(
        {"plans/large", encode(plan{plan_name{"large"}, {1'000'000'000}, false}), 1, 1, 0});
    storage::control_snapshot ledgers;
    ledgers.at = 1;
    for (const auto& subject : subjects) {
      if (!book_.load_mark(mark_key(subject, 0), encode(permit_mark{})))
        std::abort();
      const auto ledger = encode(new_ledger(plan_name{"large"}, now));
      ledgers.records.push_back({ledger_key(subject), ledger, 1, 1, 0});
      const auto leases = encode(ledger_day_record{{{node_name{"n1"}, 1'000'000'000}}});
      ledgers.records.push_back({ledger_day_key(subject, 0), leases, 1, 1, 0});
    }
    if (!book_.load_plans(plans) || !book_.load_ledgers(ledgers))
      std::abort();
  }

  /// @returns nanoseconds per permit over all requests.
  double measure(const std::vector<permit_request>& requests, std::size_t rounds) {
    std::uint64_t granted = 0;
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t round = 0; round < rounds; ++round)
      for (const auto& request : requests) {
        const auto verdict = book_.take(request, now);
        granted += verdict.what == permit_verdict::kind::granted ? 1 : 0;
        const auto effects = book_.take_effects();
        if (!effects.written.empty())
          book_.marks_written(effects.written);
      }
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
    return granted == 0 ? 0 : taken.count() / static_cast<double>(granted);
  }

private:
  ledger_book book_{warmup_rules{}};
};

permit_request request_of(const std::string& source, const std::string& domain) {
  permit_request request;
  request.candidates.emplace_back(source);
  request.sender_domain = domain_name{domain};
  return request;
}

double one_ledger() {
  bench of{{"192.0.2.1"}};
  const std::vector<permit_request> requests(100, request_of("192.0.2.1", "example.org"));
  of.measure(requests, 100);
  return of.measure(requests, 20'000);
}

double ten_thousand_ledgers() {
  constexpr std::size_t ledgers = 5'000;
  std::vector<std::string> sources;
  std::vector<std::string> domains;
  for (std::size_t i = 0; i < ledgers; ++i) {
    sources.push_back("10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".1");
    domains.push_back("sender-" + std::to_string(i) + ".example.org");
  }
  auto subjects = sources;
  subjects.insert(subjects.end(), domains.begin(), domains.end());
  bench of{subjects};
  seeded_random random{1};
  std::vector<permit_request> requests;
  for (int i = 0; i < 20'000; ++i)
    requests.push_back(
        request_of(sources[random.next() % ledgers], domains[random.next() % ledgers]));
  of.measure(requests, 1);
  return of.measure(requests, 50);
}

} // namespace

int main() {
  std::printf("ns_per_permit_one_ledger=%.0f\n", one_ledger());
  std::printf("ns_per_permit=%.0f\n", ten_thousand_ledgers());
  return 0;
}
