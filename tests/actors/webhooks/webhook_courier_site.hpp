// A courier with a disk in memory, a clock of the test's, and receivers that do as they are told.
#pragma once

#include <catch2/catch.hpp>

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "actors/webhooks/webhook_courier.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/support/manual_clock.hpp"
#include "tests/support/scripted_http.hpp"
#include "tests/support/silent_log.hpp"

namespace warmfront::testing {

struct courier_site {
  courier_site() { open(); }

  /// As after a crash: memory is gone, the disk has what it has.
  void open() {
    todo.clear();
    writer.emplace(storage::event_writer::open(store, storage::event_stream::delivery).value());
    courier_ports its;
    its.store = &store;
    its.time = &time;
    its.log = &log;
    its.http = &http;
    its.random = &random;
    its.run = [this](std::function<void()> work) { todo.push_back(std::move(work)); };
    its.secrets = [](std::uint64_t) {
      return std::vector<std::string>{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"};
    };
    its.end = [this](std::uint64_t number, const std::string&) { ended.push_back(number); };
    its.wake = [] {};
    courier.emplace(std::move(its), rules);
    show();
  }
  void add(std::uint64_t number, const std::string& url, const std::string& account = "shop") {
    stored_webhook made;
    made.value.number = number;
    made.value.account = account_name{account};
    made.value.url = url;
    webhooks[number] = made;
    show();
  }
  void show() {
    std::vector<const stored_webhook*> all;
    for (const auto& [number, each] : webhooks)
      all.push_back(&each);
    courier->set_webhooks(all);
  }
  /// @returns their ids.
  std::set<std::string> log_events(std::size_t count, const std::string& account = "shop") {
    std::set<std::string> ids;
    storage::batch changes;
    for (std::size_t index = 0; index < count; ++index) {
      mail_event event;
      event.kind = event_kind::delivered;
      event.at = time.wall_now();
      event.about.recipient.message = message_id{time.wall_now(), 1, ++events_made};
      event.about.account = account_name{account};
      event.about.address = "r" + std::to_string(events_made) + "@example.com";
      ids.insert(event.id());
      writer->append(changes, event);
    }
    REQUIRE(storage::commit_and_wait(store, std::move(changes), storage::priority::progress));
    return ids;
  }
  void run() {
    for (bool busy = true; busy;) {
      busy = courier->turn();
      while (!todo.empty()) {
        const auto work = std::move(todo.front());
        todo.pop_front();
        work();
        busy = true;
      }
    }
  }
  void run_for(seconds span, seconds step = seconds{1}) {
    for (auto left = span; left.count() > 0; left -= step) {
      time.advance(step);
      run();
    }
  }
  webhook_report report(std::uint64_t number) {
    webhook_report made_report;
    made_report.value = webhooks.at(number).value;
    courier->pages().begin_turn();
    courier->describe(made_report);
    return made_report;
  }
  std::vector<dead_letter> letters(std::uint64_t number) {
    list_dead_letters which;
    which.webhook = number;
    which.limit = 1000;
    return courier->dead_letters(which).value();
  }

  storage::memory_store store;
  manual_clock time;
  silent_log log;
  scripted_http http;
  seeded_random random{7};
  webhook_rules rules;
  std::map<std::uint64_t, stored_webhook> webhooks;
  std::vector<std::uint64_t> ended;
  std::deque<std::function<void()>> todo;
  std::optional<storage::event_writer> writer;
  std::optional<webhook_courier> courier;
  std::uint64_t events_made = 0;
};

} // namespace warmfront::testing
