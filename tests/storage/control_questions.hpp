// Questions to a control store whose answers are waited for, and a watch that remembers.
#pragma once

#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "storage/control_store.hpp"

namespace warmfront::testing {

using storage::control_event;
using storage::control_snapshot;
using storage::control_transaction;
using storage::lease_id;
using storage::transaction_outcome;
using storage::watch_callback;
using change = control_transaction::change;

// Asks, lets things happen, and gives the answer, which must not have come inside the call.
template <class Value, class Subject, class Call>
result<Value> ask(Subject& subject, Call call) {
  auto answer = std::make_shared<std::promise<result<Value>>>();
  auto answered = answer->get_future();
  const auto caller = std::this_thread::get_id();
  auto inside = std::make_shared<std::atomic<bool>>(true);
  call([answer, inside, caller](const result<Value>& value) {
    CHECK_FALSE((*inside && std::this_thread::get_id() == caller));
    answer->set_value(value);
  });
  *inside = false;
  subject.settle();
  return answered.get();
}

template <class Subject>
transaction_outcome transact(Subject& subject, control_transaction what) {
  return ask<transaction_outcome>(
             subject,
             [&](auto done) { subject.store().transact(std::move(what), std::move(done)); })
      .value();
}

template <class Subject>
transaction_outcome put(Subject& subject, std::string key, std::string value, lease_id lease = 0) {
  return transact(subject, {{}, {change{std::move(key), std::move(value), lease}}});
}

template <class Subject>
control_snapshot range(Subject& subject, std::string prefix) {
  return ask<control_snapshot>(
             subject, [&](auto done) { subject.store().range(std::move(prefix), std::move(done)); })
      .value();
}

template <class Subject>
lease_id grant(Subject& subject, std::chrono::milliseconds time_to_live) {
  return ask<lease_id>(
             subject,
             [&](auto done) { subject.store().grant_lease(time_to_live, std::move(done)); })
      .value();
}

// What a watch has seen, from whatever thread.
struct witness {
  std::mutex mutex;
  std::vector<control_event> events;
  std::optional<error> failure;

  watch_callback callback() {
    return [this](const result<std::vector<control_event>>& seen) {
      const std::scoped_lock lock{mutex};
      if (seen) {
        events.insert(events.end(), seen.value().begin(), seen.value().end());
      } else {
        failure = seen.error();
      }
    };
  }
  std::size_t count() {
    const std::scoped_lock lock{mutex};
    return events.size();
  }
  bool failed_with(errc code) {
    const std::scoped_lock lock{mutex};
    return failure.has_value() && failure->code == code;
  }
  std::string story() {
    const std::scoped_lock lock{mutex};
    std::string told;
    for (const auto& event : events) {
      told += event.record.key + (event.deleted ? "-" : "=" + event.record.value) + "@" +
              std::to_string(event.record.modified) + " ";
    }
    return told;
  }
};

// Lets things happen until it is so, for at most ten seconds.
template <class Subject, class Predicate>
bool comes_true(Subject& subject, Predicate holds) {
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds{10};
  while (!holds() && std::chrono::steady_clock::now() < patience) {
    subject.settle();
    std::this_thread::yield();
  }
  return holds();
}

} // namespace warmfront::testing
