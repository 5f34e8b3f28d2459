// What it costs to make mails of a task: the real roles from the list to the spool, on a real
// disk, before a delivery that writes each mail, as if receivers took it at once. Prints
// `key=value` lines.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/send.hpp>

#include "actors/chunks/chunks_actor.hpp"
#include "actors/core/random.hpp"
#include "actors/delivery/merge_writer.hpp"
#include "actors/groups/groups_actor.hpp"
#include "actors/intake/intake_actor.hpp"
#include "actors/scheduler/scheduler_actor.hpp"
#include "actors/templates/templates_actor.hpp"
#include "storage/embedded_control_store.hpp"
#include "storage/rocks/rocks_store.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

constexpr std::size_t recipients_count = 200'000;
constexpr std::size_t mail_octets = 4096;
constexpr std::chrono::seconds patience{120};

void need(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "bench_tasks: %s failed\n", what);
  std::exit(1);
}

/// Octets that this process has sent to disks.
double written_octets() {
  std::ifstream file{"/proc/self/io"};
  std::string name;
  double value = 0;
  while (file >> name >> value)
    if (name == "write_bytes:")
      return value;
  need(false, "reading /proc/self/io");
  return 0;
}

/// Delivery as it is seen by the scheduler: takes merges, writes their mails, ends them.
struct endless_receiver {
  bool writes = false;
  caf::actor scheduler;
  std::size_t recipients = 0;
  std::size_t octets = 0;
  std::map<message_id, std::size_t> sizes;
  std::promise<void> all;

  void take(const spooled_mail& mail) {
    const auto count = mail.record.mail.recipients.size();
    if (writes) {
      const auto writer = merge_writer::make(mail.record, *mail.content,
                                             {"mta.example", 2 * mail_octets + 65536, nullptr});
      need(writer.has_value(), "reading a merge");
      for (std::uint32_t i = 0; i < count; ++i) {
        const auto written = writer.value().write(i);
        need(written.has_value(), "writing a mail");
        octets += written.value().size();
      }
    }
    sizes[mail.record.id] = count;
    recipients += count;
    caf::anon_send(scheduler, merge_ended{mail.record.id});
    if (recipients == recipients_count)
      all.set_value();
  }
};

caf::behavior receive_endlessly(caf::event_based_actor*, endless_receiver* world) {
  return {[world](const mails_spooled& m) {
            for (const auto& each : m.mails)
              world->take(*each);
          },
          [](const hold_tasks&) {},
          [](const count_task_backlogs&) { return std::vector<task_backlog>{}; },
          [world](const report_message& m) {
            message_report all_delivered;
            all_delivered.recipients.resize(world->sizes[m.id]);
            for (auto& each : all_delivered.recipients)
              each.state = recipient_state::delivered;
            return answer<message_report>{all_delivered};
          }};
}

std::string list_of_recipients() {
  std::string text = "email,name,city,code\n";
  for (std::size_t i = 0; i < recipients_count; ++i) {
    const auto number = std::to_string(i);
    text += "reader" + number + "@example" + std::to_string(i % 50) + ".test,Name " + number +
            ",Oslo," + number + "\n";
  }
  return text;
}

/// Texts that become a mail of about `mail_octets`.
template_source source_of_mail() {
  template_source source;
  source.subject = "News for {{name}}";
  source.text = "Dear {{name}} in {{city}}, your code is {{code}}.\n";
  while (source.text.size() < mail_octets - 600)
    source.text += "The quick brown fox jumps over the lazy dog, again and again.\n";
  return source;
}

/// The roles between a list and delivery.
class roles {
public:
  roles(const std::filesystem::path& folder, endless_receiver& world) {
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
    chunks_ = system_->spawn<caf::detached>(chunks_behavior, store_.get());
    templates_ = system_->spawn(templates_behavior,
                                templates_ports{control_.get(), &time_, &log_, chunks_, false});
    groups_ = system_->spawn<caf::detached>(groups_behavior,
                                            groups_ports{control_.get(), &time_, &log_, chunks_});
    delivery_ = caf::actor_cast<delivery_actor>(system_->spawn(receive_endlessly, &world));
    auto policy = std::make_shared<intake>(intake_config{.hostname = "mta.example", .node = 1},
                                           std::make_unique<seeded_random>(1));
    intake_ = system_->spawn(intake_behavior, std::move(policy), store_.get(),
                             static_cast<const warmfront::clock*>(&time_), delivery_,
                             replication_actor{}, intake_books{});
    scheduler_ports ports;
    ports.store = store_.get();
    ports.control = control_.get();
    ports.time = &time_;
    ports.log = &log_;
    ports.templates = templates_;
    ports.groups = groups_;
    ports.chunks = chunks_;
    ports.intake = intake_;
    ports.delivery = delivery_;
    scheduler_ = system_->spawn(scheduler_behavior, scheduler_config{node_name{"n1"}, true, {}},
                                std::move(ports));
    world.scheduler = caf::actor_cast<caf::actor>(scheduler_);
    pool shared;
    shared.name = pool_name{"shared"};
    shared.addresses = {{ip_address{"192.0.2.1"}, node_name{"n1"}, 1, plan_name{"warm"}}};
    const pools_changed known{std::make_shared<const std::vector<pool>>(std::vector<pool>{shared})};
    caf::anon_send(intake_, known);
    caf::anon_send(scheduler_, known);
  }
  ~roles() {
    for (const auto& each :
         {caf::actor_cast<caf::actor>(scheduler_), caf::actor_cast<caf::actor>(intake_),
          caf::actor_cast<caf::actor>(groups_), caf::actor_cast<caf::actor>(templates_),
          caf::actor_cast<caf::actor>(chunks_), caf::actor_cast<caf::actor>(delivery_)})
      caf::anon_send_exit(each, caf::exit_reason::kill);
    system_->await_all_actors_done();
    control_.reset();
    store_.reset();
  }
  roles(const roles&) = delete;
  roles& operator=(const roles&) = delete;

  template <class Answer, class Handle, class Question>
  Answer get(const Handle& whom, Question question) {
    caf::scoped_actor self{*system_};
    std::optional<Answer> got;
    self->request(caf::actor_cast<caf::actor>(whom), patience, std::move(question))
        .receive(
            [&](const answer<Answer>& given) {
              need(given.value.has_value(), "a question");
              got = given.value.value();
            },
            [](const caf::error&) { need(false, "an answer in time"); });
    return *got;
  }
  void prepare() {
    get<template_report>(templates_, put_template{acme_, template_name{"T"}, source_of_mail()});
    get<import_report>(groups_,
                       import_list{acme_, group_name{"G"}, list_format::csv, true,
                                   std::make_shared<octets_in_memory>(list_of_recipients())});
  }
  void begin() {
    create_task command;
    command.value.account = acme_;
    command.value.from_template = template_name{"T"};
    command.value.group = group_name{"G"};
    command.value.from = "news@sender.example";
    command.value.pool = pool_name{"shared"};
    command.value.when.start_at = std::chrono::floor<seconds>(time_.wall_now());
    get<task_report>(scheduler_, command);
  }

private:
  account_name acme_{"acme"};
  caf::actor_system_config settings_;
  std::unique_ptr<caf::actor_system> system_;
  system_clock time_;
  warmfront::testing::silent_log log_;
  std::unique_ptr<storage::store> store_;
  std::unique_ptr<storage::control_store> control_;
  chunks_actor chunks_;
  templates_actor templates_;
  groups_actor groups_;
  intake_actor intake_;
  delivery_actor delivery_;
  scheduler_actor scheduler_;
};

/// Recipients a second. The first run spools alone, the second one writes every mail, too.
void measure(const std::filesystem::path& folder, bool writes, const char* name) {
  endless_receiver world;
  world.writes = writes;
  std::filesystem::remove_all(folder);
  roles node{folder, world};
  node.prepare();
  const auto before = written_octets();
  const auto begin = std::chrono::steady_clock::now();
  node.begin();
  need(world.all.get_future().wait_for(patience) == std::future_status::ready, "the batch");
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
  const auto count = static_cast<double>(recipients_count);
  std::printf("%s_recipients_per_second=%.0f\n", name, count / taken.count());
  std::printf("%s_written_octets_per_recipient=%.1f\n", name, (written_octets() - before) / count);
  if (writes)
    std::printf("mail_octets=%.0f\n", static_cast<double>(world.octets) / count);
}

} // namespace

int main(int count, char** words) {
  need(count == 2, "usage: bench_tasks FOLDER");
  const std::filesystem::path folder{words[1]};
  measure(folder, false, "spool");
  measure(folder, true, "mails");
  std::filesystem::remove_all(folder);
  return 0;
}
