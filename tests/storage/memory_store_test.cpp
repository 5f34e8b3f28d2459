// The faults that the memory store can play.
#include <catch2/catch.hpp>

#include "storage/memory/memory_store.hpp"

namespace warmfront::storage {

namespace {

using acknowledgement = memory_store::acknowledgement;

struct answers {
  std::vector<std::string> heard; ///< `ok` or the code of the error

  commit_callback callback() {
    return [this](const result<void>& done) {
      heard.emplace_back(done ? "ok" : to_string(done.error().code));
    };
  }
  void put(store& target, std::string key, priority urgency = priority::growth) {
    batch changes;
    changes.put(family::spool, std::move(key), "v");
    target.commit(std::move(changes), urgency, callback());
  }
};

bool is_in(const store& in, std::string_view key) {
  return in.get(family::spool, key).value().has_value();
}

using codes = std::vector<std::string>;

} // namespace

TEST_CASE("memory store: settles when it is told to, in order", "[memory]") {
  memory_store subject{acknowledgement::when_settled};
  answers told;
  told.put(subject, "a");
  told.put(subject, "b");
  told.put(subject, "c");
  CHECK(told.heard.empty());
  CHECK_FALSE(is_in(subject, "a"));
  CHECK(subject.unsettled() == 3);
  CHECK(subject.settle(1) == 1);
  CHECK(is_in(subject, "a"));
  CHECK_FALSE(is_in(subject, "b"));
  CHECK(subject.settle() == 2);
  CHECK(told.heard == codes{"ok", "ok", "ok"});
}

TEST_CASE("memory store: a crash forgets what was not acknowledged, but for survivors",
          "[memory]") {
  memory_store subject{acknowledgement::when_settled};
  answers told;
  told.put(subject, "a");
  subject.settle();
  told.put(subject, "b");
  told.put(subject, "c");
  subject.crash(1);
  CHECK(subject.settle() == 0);
  CHECK(told.heard == codes{"ok"});
  CHECK(is_in(subject, "a"));
  CHECK(is_in(subject, "b"));
  CHECK_FALSE(is_in(subject, "c"));
}

TEST_CASE("memory store: the next commits fail as told, without effect", "[memory]") {
  memory_store subject;
  answers told;
  subject.fail_next(2, {errc::unavailable, "told to", {}});
  told.put(subject, "a");
  told.put(subject, "b");
  told.put(subject, "c");
  CHECK(told.heard == codes{"unavailable", "unavailable", "ok"});
  CHECK_FALSE(is_in(subject, "b"));
}

TEST_CASE("memory store: storage_failed stays until the process starts again", "[memory]") {
  memory_store subject;
  answers told;
  subject.fail_next(1, {errc::storage_failed, "told to", {}});
  told.put(subject, "a");
  told.put(subject, "b", priority::progress);
  CHECK(told.heard == codes{"storage_failed", "storage_failed"});
  CHECK(subject.health().failure.has_value());
  CHECK_FALSE(subject.health().accepts_growth);
  subject.crash();
  told.put(subject, "c");
  CHECK(told.heard.back() == "ok");
}

TEST_CASE("memory store: when full it refuses growth and lets progress through", "[memory]") {
  memory_store subject;
  answers told;
  subject.set_full(true);
  told.put(subject, "a");
  told.put(subject, "b", priority::progress);
  CHECK_FALSE(subject.health().accepts_growth);
  subject.set_full(false);
  told.put(subject, "c");
  CHECK(told.heard == codes{"storage_full", "ok", "ok"});
}

} // namespace warmfront::storage
