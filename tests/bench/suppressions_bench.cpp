// Ten million addresses that are not sent to: the real role on a real disk. What a list takes, what
// it costs in memory, how fast it is asked and how fast single entries come in. Prints `key=value`
// lines.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/core/random.hpp"
#include "actors/suppressions/suppressions_actor.hpp"
#include "net/dns/address_form.hpp"
#include "storage/embedded_control_store.hpp"
#include "storage/rocks/rocks_store.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

constexpr std::chrono::minutes patience{60};
const account_name bench_account{"acme"};

void need(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "bench_suppressions: %s failed\n", what);
  std::exit(1);
}

double resident_mebibytes() {
  std::ifstream file{"/proc/self/status"};
  std::string word;
  double value = 0;
  while (file >> word)
    if (word == "VmRSS:") {
      file >> value;
      return value / 1024;
    }
  return value;
}

/// Addresses in no order, as lists have them.
std::string address_of(std::uint64_t number) {
  const auto mixed = number * 0x9e3779b97f4a7c15ull;
  return "reader" + std::to_string(mixed >> 24) + "." + std::to_string(number) + "@example" +
         std::to_string(mixed % 1000) + ".test";
}

class list_of_addresses final : public octet_source {
public:
  explicit list_of_addresses(std::uint64_t count) : count_{count} {}
  void next(receiver then) override {
    constexpr std::uint64_t per_piece = 1000;
    std::string piece = next_ == 0 ? "address,reason\n" : "";
    const auto until = std::min(count_, next_ + per_piece);
    if (next_ == count_)
      piece.clear();
    for (; next_ < until; ++next_)
      piece += address_of(next_) + ",complaint\n";
    then(std::move(piece));
  }

private:
  std::uint64_t count_;
  std::uint64_t next_ = 0;
};

/// The role, on a store of its own.
class role {
public:
  explicit role(const std::filesystem::path& folder) {
    settings_.set("scheduler.max-threads", 2);
    system_ = std::make_unique<caf::actor_system>(settings_);
    storage::rocks_options options;
    options.directory = folder.string();
    auto opened = storage::open_rocks_store(options);
    need(opened.has_value(), "opening the store");
    store_ = std::move(opened).value();
    auto control = storage::open_embedded_control_store(*store_, time_);
    need(control.has_value(), "opening the control store");
    control_ = std::move(control).value();
    need(reader.open(*store_).has_value(), "reading the table");
    suppressions_ports its;
    its.control = control_.get();
    its.time = &time_;
    its.log = &log_;
    its.disk = store_.get();
    its.reader = &reader;
    its.config.seed = random_seed();
    actor_ = system_->spawn<caf::detached>(suppressions_behavior, std::move(its));
  }
  ~role() {
    caf::anon_send_exit(actor_, caf::exit_reason::kill);
    actor_ = suppressions_shell{};
    system_->await_all_actors_done();
    control_.reset();
    store_.reset();
  }
  role(const role&) = delete;
  role& operator=(const role&) = delete;

  template <class Answer, class Question>
  Answer get(Question question) {
    caf::scoped_actor self{*system_};
    std::optional<Answer> got;
    self->request(caf::actor_cast<caf::actor>(actor_), patience, std::move(question))
        .receive(
            [&](const answer<Answer>& given) {
              need(given.value.has_value(), "a question");
              got = given.value.value();
            },
            [](const caf::error&) { need(false, "an answer in time"); });
    return std::move(*got);
  }

  storage::suppression_reader reader;

private:
  system_clock time_;
  caf::actor_system_config settings_;
  std::unique_ptr<caf::actor_system> system_;
  warmfront::testing::silent_log log_;
  std::unique_ptr<storage::store> store_;
  std::unique_ptr<storage::control_store> control_;
  suppressions_shell actor_;
};

template <class Work>
double seconds_of(Work work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void import(role& node, std::uint64_t count) {
  import_suppressions list;
  list.account = bench_account;
  list.source = std::make_shared<list_of_addresses>(count);
  suppression_import_report report;
  const auto taken = seconds_of([&] { report = node.get<suppression_import_report>(list); });
  need(report.added == count, "taking the list");
  std::printf("import_per_second=%.0f\n", static_cast<double>(count) / taken);
}

void look_up(role& node, std::uint64_t count) {
  const auto asked = std::min<std::uint64_t>(count, 1'000'000);
  std::mt19937_64 random{1};
  const auto now = system_clock{}.wall_now();
  const auto rate = [&](bool known, std::uint64_t times) {
    std::uint64_t found = 0;
    const auto taken = seconds_of([&] {
      for (std::uint64_t i = 0; i < times; ++i) {
        const auto form = dns::comparable_address(
            known ? address_of(random() % count) : "someone" + std::to_string(i) + "@else.test");
        found += node.reader.counts(bench_account, form.value(), now) ? 1 : 0;
      }
    });
    need(found == (known ? times : 0), "looking up");
    return static_cast<double>(times) / taken;
  };
  std::printf("lookups_absent_per_second=%.0f\n", rate(false, asked));
  std::printf("lookups_present_per_second=%.0f\n", rate(true, asked / 10));
  std::printf("memory_after_lookups_mib=%.1f\n", resident_mebibytes());
}

/// As feedback hands them in: a few hundred of a batch, one batch after the other.
void put(role& node) {
  constexpr int batches = 100;
  constexpr int of_a_batch = 500;
  const auto taken = seconds_of([&] {
    for (int i = 0; i < batches; ++i) {
      put_suppressions command{bench_account, suppression_reason::unsubscribe, {}, {}, "by link"};
      for (int k = 0; k < of_a_batch; ++k)
        command.addresses.push_back("new" + std::to_string(i * of_a_batch + k) + "@next.test");
      need(node.get<std::vector<suppression_report>>(command).size() == of_a_batch, "putting");
    }
  });
  std::printf("puts_per_second=%.0f\n", batches * of_a_batch / taken);
}

} // namespace

int main(int count, char** words) {
  need(count == 3, "usage: bench_suppressions FOLDER ENTRIES");
  const std::filesystem::path folder{words[1]};
  const auto entries = std::strtoull(words[2], nullptr, 10);
  std::filesystem::remove_all(folder);
  {
    role node{folder};
    node.get<suppression_page>(list_suppressions{});
    std::printf("memory_before_mib=%.1f\n", resident_mebibytes());
    import(node, entries);
    std::printf("memory_after_import_mib=%.1f\n", resident_mebibytes());
  }
  std::uint64_t octets = 0;
  for (const auto& each : std::filesystem::recursive_directory_iterator{folder})
    octets += each.is_regular_file() ? each.file_size() : 0;
  std::printf("disk_mib=%.0f\n", static_cast<double>(octets) / (1024 * 1024));
  std::optional<role> node;
  const auto start = seconds_of([&] {
    node.emplace(folder);
    node->get<suppression_page>(list_suppressions{});
  });
  std::printf("restart_seconds=%.2f\nmemory_after_restart_mib=%.1f\n", start, resident_mebibytes());
  look_up(*node, entries);
  put(*node);
  node.reset();
  std::filesystem::remove_all(folder);
  return 0;
}
