#include "actors/scheduler/task_book.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace warmfront;

namespace {

const wall_time monday{seconds{1'800'000'000}};
const node_name here{"n1"};
const node_name there{"n2"};

recurrence from_monday() {
  recurrence when;
  when.start_at = monday;
  return when;
}

/// A book and the store that it is told of: a change is applied when its comparisons hold.
struct book_of_tasks {
  task_book book;
  std::map<std::string, storage::control_record> records;
  storage::revision revision = 0;

  bool apply(const storage::control_transaction& made) {
    for (const auto& each : made.when) {
      const auto found = records.find(each.key);
      if ((found == records.end() ? 0 : found->second.modified) != each.modified)
        return false;
    }
    ++revision;
    for (const auto& each : made.then) {
      storage::control_record record{each.key, each.value.value_or(""), revision, revision};
      if (each.value)
        records[each.key] = record;
      else
        records.erase(each.key);
      REQUIRE(book.apply({record, !each.value.has_value()}));
    }
    return true;
  }
  template <class Made>
  bool run(const result<Made>& made) {
    return made && apply(made.value());
  }
  task_id create(const recurrence& when = from_monday()) {
    create_task command;
    command.value.account = account_name{"acme"};
    command.value.when = when;
    REQUIRE(run(book.build(command, monday)));
    return book.list({}).value().back().value.id;
  }
  occurrence_name fire(task_id id, std::uint32_t segments, std::uint64_t number = 0) {
    occurrence_content content;
    content.recipients = segments * 10;
    content.segments = segments;
    REQUIRE(run(book.fire(id, {number, monday + seconds{number}}, content, monday)));
    return {id, number};
  }
  bool claim(const occurrence_name& name, std::uint32_t segment, const node_name& by = here) {
    return run(book.claim(name, by, {{segment, 10}}));
  }
  bool end(const segment_name& name, std::uint64_t delivered) {
    return apply(book.end(name, {delivered, 10 - delivered, 0, 0, 0}, monday));
  }
  bool act(task_id id, task_change what) {
    return run(book.build(act_on_task{id, {}, what}, monday));
  }
};

} // namespace

TEST_CASE("task book: a named request makes one task, however often it comes", "[tasks]") {
  book_of_tasks of;
  create_task command;
  command.value.account = account_name{"acme"};
  command.value.when = from_monday();
  command.value.request_key = "k";
  command.value.request_digest = "d";
  REQUIRE(of.run(of.book.build(command, monday)));
  const auto again = of.book.build(command, monday);
  REQUIRE(again);
  CHECK(again.value().then.empty());
  CHECK(of.book.find_named(account_name{"acme"}, "k")->id == task_id{1});
  CHECK(of.book.find_named(account_name{"other"}, "k") == nullptr);
  CHECK(of.book.find_named(account_name{"acme"}, "") == nullptr);
  command.value.request_digest = "x";
  CHECK(of.book.build(command, monday).error().field == "Idempotency-Key");
  command.value.account = account_name{"other"};
  CHECK(of.run(of.book.build(command, monday)));
  CHECK(of.book.list({}).value().size() == 2);
}

TEST_CASE("task book: an occurrence is made once, whoever tries", "[tasks]") {
  book_of_tasks of;
  const auto id = of.create();
  const auto first = of.book.fire(id, {0, monday}, {}, monday).value();
  const auto second = of.book.fire(id, {0, monday}, {}, monday).value();
  CHECK(of.apply(first));
  CHECK_FALSE(of.apply(second));
  CHECK(of.book.fire(id, {0, monday}, {}, monday).error().code == errc::conflict);
  CHECK(of.book.find(id)->last_handled->number == 0);
}

TEST_CASE("task book: a segment is claimed once, expanded by its node, and counts once",
          "[tasks]") {
  book_of_tasks of;
  const auto name = of.fire(of.create(), 2);
  const segment_name segment{name, 0};
  const auto rival = of.book.claim(name, there, {{0, 10}}).value();
  REQUIRE(of.claim(name, 0));
  CHECK_FALSE(of.apply(rival));
  CHECK_FALSE(of.claim(name, 0, there));
  CHECK(of.book.next_segments(name, 9) == std::vector<std::uint32_t>{1});
  const message_id message{monday, 1, 7};
  CHECK(of.book.expand(segment, there, message).error().code == errc::conflict);
  REQUIRE(of.run(of.book.expand(segment, here, message)));
  CHECK(of.book.expand(segment, here, message).value().then.empty());
  CHECK(of.book.expand(segment, here, message_id{monday, 1, 8}).error().code == errc::conflict);
  CHECK(of.book.segments_of(here).front().message == message);
  const auto ended = of.book.end(segment, {7, 3, 0, 0, 0}, monday);
  CHECK(of.apply(ended));
  CHECK_FALSE(of.apply(ended));
  CHECK(of.book.end(segment, {7, 3, 0, 0, 0}, monday).then.empty());
  CHECK(of.book.find(name)->ended.delivered == 7);
}

TEST_CASE("task book: an occurrence has ended when all of its segments have", "[tasks]") {
  book_of_tasks of;
  const auto id = of.create();
  const auto name = of.fire(id, 2);
  REQUIRE(of.claim(name, 0));
  REQUIRE(of.end({name, 0}, 10));
  CHECK(of.book.find(name)->state == occurrence_state::sending);
  CHECK(of.book.unclaimed(*of.book.find(name)) == 10);
  CHECK(of.book.finish(id, monday).then.empty());
  REQUIRE(of.claim(name, 1));
  REQUIRE(of.end({name, 1}, 9));
  CHECK(of.book.find(name)->state == occurrence_state::finished);
  CHECK(of.book.find(name)->ended == outcome_counts{19, 1, 0, 0, 0});
  REQUIRE(of.apply(of.book.finish(id, monday)));
  CHECK(of.book.find(id)->state == task_state::finished);
}

TEST_CASE("task book: paused, nothing is claimed; resumed, it goes on", "[tasks]") {
  book_of_tasks of;
  const auto id = of.create();
  const auto name = of.fire(id, 2);
  CHECK(of.book.claimable() == std::vector{name});
  REQUIRE(of.act(id, task_change::pause));
  CHECK(of.book.claimable().empty());
  CHECK(of.book.firing().empty());
  CHECK(of.book.on_hold() == std::vector{id});
  CHECK(of.book.fire(id, {1, monday}, {}, monday).error().code == errc::conflict);
  REQUIRE(of.act(id, task_change::resume));
  CHECK(of.book.claimable() == std::vector{name});
  CHECK(of.book.on_hold().empty());
}

TEST_CASE("task book: cancelled, what nobody has counts at once, the rest when it ends",
          "[tasks]") {
  book_of_tasks of;
  const auto id = of.create();
  const auto name = of.fire(id, 3);
  const auto other = of.fire(id, 1, 1);
  REQUIRE(of.claim(name, 0));
  const auto late = of.book.claim(name, there, {{1, 10}}).value();
  REQUIRE(of.act(id, task_change::cancel));
  CHECK_FALSE(of.apply(late));
  CHECK(of.book.find(other)->state == occurrence_state::cancelled);
  CHECK(of.book.find(name)->state == occurrence_state::sending);
  CHECK(of.book.find(name)->ended.cancelled == 20);
  CHECK(of.run(of.book.build(delete_task{id, {}})) == false);
  REQUIRE(of.apply(of.book.end({name, 0}, {4, 0, 0, 0, 6}, monday)));
  CHECK(of.book.find(name)->state == occurrence_state::cancelled);
  CHECK(of.book.find(name)->ended == outcome_counts{4, 0, 0, 0, 26});
  CHECK(of.book.build(act_on_task{id, {}, task_change::resume}, monday).error().code ==
        errc::conflict);
  REQUIRE(of.run(of.book.build(delete_task{id, {}})));
  CHECK(of.book.list({}).value().empty());
  CHECK(of.records.size() == 1); // the last id
}

TEST_CASE("task book: what cannot begin is told, and what was given up is counted", "[tasks]") {
  book_of_tasks of;
  auto daily = from_monday();
  daily.repeat = recurrence::every{};
  const auto id = of.create(daily);
  occurrence_content broken;
  broken.failure = "there is no template";
  REQUIRE(of.run(of.book.fire(id, {0, monday}, broken, monday)));
  CHECK(of.book.find(occurrence_name{id, 0})->state == occurrence_state::failed);
  REQUIRE(of.apply(of.book.give_up(id, {3, monday}, 3)));
  CHECK(of.book.find(id)->given_up == 3);
  CHECK(of.book.give_up(id, {2, monday}, 1).then.empty());
  CHECK(of.book.find(id)->last_handled->number == 3);
  REQUIRE(of.run(of.book.fire(id, {4, monday}, {}, monday)));
  CHECK(of.book.find(occurrence_name{id, 4})->state == occurrence_state::finished);
}

TEST_CASE("task book: the last twenty occurrences that have ended are kept", "[tasks]") {
  book_of_tasks of;
  auto daily = from_monday();
  daily.repeat = recurrence::every{};
  const auto id = of.create(daily);
  const auto sending = of.fire(id, 1);
  for (std::uint64_t number = 1; number < 40; ++number)
    of.fire(id, 0, number);
  const auto report = of.book.list({id, {}, 3}).value().front();
  CHECK(report.occurrences.size() == 21);
  CHECK(report.occurrences.front().which.number == 39);
  CHECK(report.occurrences.back().which.number == sending.number);
  CHECK(report.next.size() == 3);
}

TEST_CASE("task book: fifty at once are sent, the next one is told that it is too many",
          "[tasks]") {
  book_of_tasks of;
  auto daily = from_monday();
  daily.repeat = recurrence::every{};
  const auto id = of.create(daily);
  for (std::uint64_t number = 0; number < 51; ++number)
    of.fire(id, 1, number);
  CHECK(of.book.find(occurrence_name{id, 49})->state == occurrence_state::sending);
  CHECK(of.book.find(occurrence_name{id, 50})->state == occurrence_state::failed);
}

TEST_CASE("task book: accounts do not reach each other's tasks", "[tasks][security]") {
  book_of_tasks of;
  const auto id = of.create();
  const account_name other{"other"};
  CHECK(of.book.list({id, other}).error().code == errc::not_found);
  CHECK(of.book.list({task_id::none, other}).value().empty());
  CHECK(of.book.build(act_on_task{id, other, task_change::cancel}, monday).error().code ==
        errc::not_found);
  CHECK(of.book.build(delete_task{id, other}).error().code == errc::not_found);
}

TEST_CASE("task book: nodes that race and see old states count every recipient once",
          "[tasks][property]") {
  const auto seed = GENERATE(range(0u, 100u));
  CAPTURE(seed);
  std::mt19937 random{seed};
  book_of_tasks of;
  const auto id = of.create();
  const auto name = of.fire(id, 20);
  // What somebody built from what was so, to be applied some time later.
  std::vector<storage::control_transaction> late;
  std::map<std::uint32_t, int> ends;
  for (int step = 0; step < 2000; ++step) {
    const auto& by = random() % 2 == 0 ? here : there;
    const auto owned = of.book.segments_of(by);
    const auto next = of.book.next_segments(name, 1 + random() % 3);
    result<storage::control_transaction> made = storage::control_transaction{};
    if (const auto what = random() % 4; what < 2 && !next.empty()) {
      std::vector<wanted_segment> wanted;
      for (const auto each : next)
        wanted.push_back({each, 10});
      made = of.book.claim(name, by, wanted);
    } else if (what == 2 && !owned.empty()) {
      made = of.book.end({name, owned.front().number}, {10, 0, 0, 0, 0}, monday);
    } else if (step > 500 && random() % 200 == 0) {
      made = of.book.build(act_on_task{id, {}, task_change::cancel}, monday);
    }
    if (made)
      late.push_back(made.value());
    if (random() % 2 == 0 && !late.empty()) {
      const auto which = random() % late.size();
      of.apply(late[which]);
      late.erase(late.begin() + static_cast<std::ptrdiff_t>(which));
    }
    const auto& now = *of.book.find(name);
    REQUIRE(now.ended.total() + of.book.unclaimed(now) +
                10 * (of.book.segments_of(here).size() + of.book.segments_of(there).size()) ==
            200);
  }
  for (const auto& by : {here, there})
    for (const auto& each : of.book.segments_of(by))
      REQUIRE(of.end({name, each.number}, 10));
  while (!of.book.next_segments(name, 1).empty()) {
    const auto next = of.book.next_segments(name, 1).front();
    REQUIRE(of.claim(name, next));
    REQUIRE(of.end({name, next}, 10));
  }
  CHECK(of.book.find(name)->ended.total() == 200);
  CHECK(of.book.find(name)->state != occurrence_state::sending);
}

TEST_CASE("task record: what is written is read", "[tasks]") {
  task value;
  value.id = task_id{7};
  value.account = account_name{"acme"};
  value.key_id = "k";
  value.from_template = template_name{"T"};
  value.group = group_name{"G"};
  value.from = "Ada <a@example.net>";
  value.subject = "{{x}}";
  value.reply_to = {"r@example.net"};
  value.headers = {{"X-A", "1"}};
  value.variables = {{"x", "1"}};
  value.attachments = chunk_id{};
  value.pool = pool_name{"p"};
  value.when.start_at = monday;
  value.when.until = monday + seconds{1};
  value.when.misfire = misfire_policy::catch_up;
  value.state = task_state::paused;
  value.reason = "why";
  value.created_at = monday;
  value.changed_at = monday;
  value.last_handled = occurrence{3, monday};
  value.given_up = 2;
  for (const auto& repeat :
       {decltype(value.when.repeat){recurrence::once{}},
        decltype(value.when.repeat){recurrence::every{std::chrono::hours{6}}},
        decltype(value.when.repeat){recurrence::by_rule{"FREQ=DAILY", "Europe/Berlin"}}}) {
    value.when.repeat = repeat;
    CHECK(decode_task(value.id, encode(value)).value() == value);
  }
  task_occurrence one{task_id{7}, {3, monday},
                      monday,     occurrence_state::cancelled,
                      "r",        2,
                      {},         4,
                      {},         2000,
                      3,          2,
                      {0},        {1, 2, 3, 4, 5},
                      monday};
  CHECK(decode_occurrence({task_id{7}, 3}, encode(one)).value() == one);
  CHECK(decode_occurrence({task_id{7}, 4}, encode(one)).error().code == errc::storage_corrupt);
  const task_segment segment{task_id{7}, 3, 1, here, true, message_id{monday, 1, 9}, 1000};
  CHECK(decode_segment({{task_id{7}, 3}, 1}, encode(segment)).value() == segment);
  CHECK(decode_task(task_id{1}, "nonsense").error().code == errc::storage_corrupt);
}

TEST_CASE("task record: keys are read, foreign ones left alone", "[tasks]") {
  const segment_name name{{task_id{12}, 34}, 56};
  CHECK(parse_task_key(segment_key(name))->name == name);
  CHECK(parse_task_key(occurrence_key(name.of))->what == parsed_task_key::kind::occurrence);
  CHECK(parse_task_key(task_key(name.of.task))->name.of.task == name.of.task);
  CHECK(parse_task_key(last_task_key())->what == parsed_task_key::kind::last);
  for (const auto* key : {"tasks/", "tasks/task/1", "tasks/later/1", "tasks/task/",
                          "tasks/occurrence/00000000000000000012", "x"})
    CHECK_FALSE(parse_task_key(key));
}
