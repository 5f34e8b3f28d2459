// What it costs to write down what comes back: the real roles of feedback and suppressions on a
// real disk, with mail in the spool to which it belongs. Prints `key=value` lines.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/scoped_actor.hpp>

#include "actors/core/random.hpp"
#include "actors/feedback/feedback_actor.hpp"
#include "actors/feedback/inbound_mail.hpp"
#include "actors/suppressions/suppressions_actor.hpp"
#include "net/feedback/token.hpp"
#include "storage/embedded_control_store.hpp"
#include "storage/rocks/rocks_store.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

constexpr std::uint64_t messages_count = 100;
constexpr std::uint32_t recipients_each = 1'000;
constexpr std::size_t events_count = 400'000;
constexpr std::size_t events_per_batch = 500;
constexpr std::size_t batches_under_way = 8;
constexpr std::chrono::seconds patience{120};

void need(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "bench_feedback: %s failed\n", what);
  std::exit(1);
}

message_id bench_message(std::uint64_t number, wall_time now) {
  return {now, 1, number};
}

mail_subject bench_subject(std::uint64_t number, std::uint32_t index, wall_time now) {
  mail_subject about;
  about.recipient = {bench_message(number, now), index};
  about.account = account_name{"shop"};
  about.address = "reader" + std::to_string(number * recipients_each + index) + "@example" +
                  std::to_string(index % 50) + ".test";
  about.sender_domain = domain_name{"news.shop.example"};
  about.provider = provider_name{"gmail"};
  about.source = ip_address{"192.0.2." + std::to_string(10 + index % 4)};
  about.task = task_id{1 + number % 3};
  return about;
}

/// Mail that was sent: messages with a thousand recipients, all delivered.
void fill_spool(storage::store& store, wall_time now) {
  for (std::uint64_t number = 0; number < messages_count; ++number) {
    storage::spooled_message message;
    message.id = bench_message(number, now);
    message.mail.reverse_path = "news@news.shop.example";
    message.source.account = account_name{"shop"};
    message.accepted_at = now;
    storage::batch changes;
    for (std::uint32_t i = 0; i < recipients_each; ++i) {
      const auto about = bench_subject(number, i, now);
      message.mail.recipients.push_back({about.address, {}, {}});
      storage::recipient_record record;
      record.state = static_cast<std::uint8_t>(recipient_state::delivered);
      record.source = about.source;
      record.last_reply = "250 2.0.0 OK queued";
      record.charged = {{ledger_subject{about.source.str()}, 3}};
      changes.put(storage::family::spool, storage::recipient_key(about.recipient),
                  storage::encode(record));
    }
    changes.put(storage::family::spool, storage::message_key(message.id), storage::encode(message));
    need(storage::commit_and_wait(store, std::move(changes), storage::priority::progress)
             .has_value(),
         "filling the spool");
  }
}

/// Of a hundred events 60 are opens, 30 clicks, 5 bounces, 2 complaints, 3 unsubscriptions.
feedback_item bench_item(random_source& random, wall_time now) {
  feedback_item item;
  item.event.at = now;
  item.event.about =
      bench_subject(random.next() % messages_count,
                    static_cast<std::uint32_t>(random.next() % recipients_each), now);
  const auto kind = random.next() % 100;
  item.event.kind = kind < 60   ? event_kind::opened
                    : kind < 90 ? event_kind::clicked
                    : kind < 95 ? event_kind::bounced
                    : kind < 97 ? event_kind::complained
                                : event_kind::unsubscribed;
  if (item.event.kind == event_kind::bounced) {
    // A return path knows message and index alone.
    item.event.about = {};
    item.event.about.recipient =
        bench_subject(random.next() % messages_count,
                      static_cast<std::uint32_t>(random.next() % recipients_each), now)
            .recipient;
    item.event.bounce_class = "invalid";
    item.event.status = "5.1.1";
    item.event.reply = "550 5.1.1 no such user";
  }
  if (item.event.kind == event_kind::clicked)
    item.event.url = "https://shop.example/offer?id=" + std::to_string(random.next() % 1000);
  return item;
}

/// Keeps so many batches under way until all are answered.
double record_all(caf::actor_system& system, const feedback_actor& subject,
                  std::vector<record_feedback> batches) {
  const auto begin = std::chrono::steady_clock::now();
  caf::scoped_actor self{system};
  const auto all = std::make_shared<std::vector<record_feedback>>(std::move(batches));
  const caf::actor me = caf::actor_cast<caf::actor>(self);
  system.spawn([=](caf::event_based_actor* driver) {
    struct progress {
      std::size_t next = 0;
      std::size_t done = 0;
      std::function<void()> go;
    };
    const auto at = std::make_shared<progress>();
    at->go = [=] {
      if (at->next >= all->size())
        return;
      driver->request(subject, patience, std::move((*all)[at->next++]))
          .then(
              [=](const answer<done>& kept) {
                need(kept.value.has_value(), "recording");
                at->go();
                if (++at->done == all->size()) {
                  driver->send(me, done{});
                  at->go = nullptr;
                }
              },
              [](const caf::error&) { need(false, "waiting for an answer"); });
    };
    for (std::size_t i = 0; i < batches_under_way; ++i)
      at->go();
  });
  self->receive([](const done&) {});
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void bench_tokens() {
  const auto key = feedback::token_key::make(std::string(32, 'k')).value();
  constexpr int count = 20'000;
  const auto about = bench_subject(1, 2, wall_time{std::chrono::hours{500'000}});
  const auto begin = std::chrono::steady_clock::now();
  std::size_t octets = 0;
  for (int i = 0; i < count; ++i) {
    auto one = about;
    one.recipient.index = static_cast<std::uint32_t>(i);
    const auto token = feedback::make_link_token(key, one);
    need(feedback::parse_link_token(key, token).has_value(), "reading a token");
    octets = token.size();
  }
  const std::chrono::duration<double, std::micro> spent = std::chrono::steady_clock::now() - begin;
  std::printf("token_make_and_read_us=%.2f\ntoken_octets=%zu\n", spent.count() / count, octets);
}

void run(const std::filesystem::path& folder) {
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  system_clock time;
  testing::silent_log log;
  storage::rocks_options options;
  options.directory = folder.string();
  auto store = std::move(storage::open_rocks_store(std::move(options))).value();
  auto control = std::move(storage::open_embedded_control_store(*store, time)).value();
  const auto now = time.wall_now();
  fill_spool(*store, now);
  caf::actor_system_config config;
  config.set("scheduler.policy", caf::atom("sharing"));
  config.set("scheduler.max-threads", 1);
  caf::actor_system system{config};
  feedback_ports its;
  its.store = store.get();
  its.time = &time;
  its.log = &log;
  its.config.self = node_name{"n1"};
  const feedback_actor subject = caf::actor_cast<feedback_actor>(
      system.spawn<caf::detached>(feedback_behavior, std::move(its)));
  suppressions_ports list;
  list.control = control.get();
  list.time = &time;
  list.log = &log;
  list.disk = store.get();
  list.config.node = 1;
  const auto suppressions = system.spawn<caf::detached>(suppressions_behavior, std::move(list));
  connect_listeners listeners{nullptr, nullptr};
  listeners.suppressions = caf::actor_cast<caf::strong_actor_ptr>(suppressions);
  caf::anon_send(subject, listeners);
  seeded_random random{7};
  std::vector<record_feedback> batches(events_count / events_per_batch);
  for (auto& batch : batches)
    for (std::size_t i = 0; i < events_per_batch; ++i)
      batch.items.push_back(bench_item(random, now));
  const auto spent = record_all(system, subject, std::move(batches));
  std::printf("events=%zu\nevents_per_second=%.0f\n", events_count,
              static_cast<double>(events_count) / spent);
  caf::anon_send_exit(subject, caf::exit_reason::kill);
  caf::anon_send_exit(suppressions, caf::exit_reason::kill);
}

} // namespace

int main(int argc, char** argv) {
  need(argc == 2, "usage: bench_feedback FOLDER:");
  bench_tokens();
  run(argv[1]);
  std::filesystem::remove_all(argv[1]);
  return 0;
}
