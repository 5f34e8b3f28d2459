#include "actors/suppressions/suppressions_actor.hpp"

#include <catch2/catch.hpp>

#include "actors/suppressions/suppression_record.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

const account_name company{"acme"};

caf::behavior played_listener(caf::event_based_actor* self, int* told) {
  self->set_default_handler(caf::drop);
  return {[told](const suppressions_known&) { ++*told; }};
}

struct suppressions_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  warmfront::testing::silent_log log;
  storage::memory_store disk;
  storage::suppression_reader reader;
  std::vector<send_frames> sent;
  suppressions_ports ports;
  int told = 0;
  caf::actor listener;
  suppressions_shell suppressions;

  explicit suppressions_fixture(bool in_cluster = false) {
    also_settle([this] { return control.settle(); });
    REQUIRE(reader.open(disk));
    listener = spawn(played_listener, &told);
    ports.control = &control;
    ports.time = &time();
    ports.log = &log;
    ports.disk = &disk;
    ports.reader = &reader;
    if (in_cluster) {
      ports.send = [this](send_frames frames) { sent.push_back(std::move(frames)); };
      ports.config.copies_wanted = true;
    }
  }
  ~suppressions_fixture() { kill(suppressions); }
  void start() {
    suppressions = spawn(suppressions_behavior, ports);
    settle();
  }
  void connect() {
    caf::anon_send(suppressions,
                   connect_listeners{caf::actor_cast<caf::strong_actor_ptr>(listener), nullptr});
    settle();
  }
  void tell_members(bool other_lives) {
    auto members = std::make_shared<std::vector<member>>(2);
    (*members)[0].self = true;
    (*members)[1].name = node_name{"n2"};
    (*members)[1].alive = other_lives;
    caf::anon_send(suppressions, members_changed{members, node_name{"n1"}});
    settle();
  }
  void join() {
    caf::anon_send(suppressions, peer_joined{node_name{"n2"}, 1});
    settle();
  }
  template <class Answer, class Question>
  result<Answer> get(Question question) {
    return ask<answer<Answer>>(suppressions, std::move(question)).value;
  }
  result<std::vector<suppression_report>> put(std::vector<std::string> addresses) {
    return get<std::vector<suppression_report>>(
        put_suppressions{company, suppression_reason::manual, std::move(addresses), {}, {}});
  }
  suppression_page list() { return get<suppression_page>(list_suppressions{}).value(); }
  void bounce(const std::string& address) {
    caf::anon_send(suppressions,
                   recipients_unknown{{{company, address, "550 5.1.1 no such user"}}});
    settle();
  }
  /// As an earlier release kept it.
  void put_former(const std::string& address, std::uint64_t number) {
    suppression_report value{
        company, address, suppression_reason::manual, number, time().wall_now(), {}, "from before"};
    storage::control_transaction made;
    made.then.push_back({suppression_key(company, address), encode(value)});
    made.then.push_back({last_suppression_key(), std::to_string(number)});
    control.transact(made, [](const auto&) {});
    settle();
  }
  std::size_t former() {
    std::size_t count = 0;
    control.range(std::string{suppressions_prefix},
                  [&](const auto& all) { count = all.value().records.size(); });
    settle();
    return count;
  }
  suppression_import_report import(const std::string& octets, bool is_csv = true) {
    import_suppressions command;
    command.account = company;
    command.is_csv = is_csv;
    command.source = std::make_shared<octets_in_memory>(octets);
    return get<suppression_import_report>(command).value();
  }
};

} // namespace

TEST_CASE("suppressions actor: an answer means that it is in effect, also after a restart",
          "[suppressions]") {
  suppressions_fixture of;
  of.start();
  CHECK(of.put({"Ada@a.example"}).value().front().address == "ada@a.example");
  CHECK(of.reader.counts(company, "ada@a.example", of.time().wall_now()));
  of.kill(of.suppressions);
  of.start();
  CHECK(of.list().total == 1);
  REQUIRE(of.get<done>(remove_suppressions{company, {"ADA@a.example"}}));
  CHECK_FALSE(of.reader.counts(company, "ada@a.example", of.time().wall_now()));
  CHECK(of.list().total == 0);
  CHECK(of.get<done>(remove_suppressions{company, {"ada@a.example"}}).error().code ==
        errc::not_found);
}

TEST_CASE("suppressions actor: a full disk takes removals and unsubscriptions, but no list",
          "[suppressions]") {
  suppressions_fixture of;
  of.start();
  of.disk.set_full(true);
  CHECK(of.put({"a@a.example"}));
  import_suppressions command;
  command.account = company;
  command.source = std::make_shared<octets_in_memory>("address\nb@a.example\n");
  CHECK(of.get<suppression_import_report>(command).error().code == errc::storage_full);
  of.disk.set_full(false);
  CHECK(of.list().total == 1);
  of.disk.fail_next(1, {errc::storage_full, "full", {}});
  CHECK(of.put({"c@a.example"}).error().code == errc::storage_full);
  CHECK(of.list().total == 1);
  CHECK(of.put({"c@a.example"}).value().front().number == 2);
}

TEST_CASE("suppressions actor: a list is read in pieces, and its report says what became of it",
          "[suppressions]") {
  suppressions_fixture of;
  of.start();
  REQUIRE(of.put({"7@a.example"}));
  std::string list = "address,reason\n";
  for (int i = 0; i < 100'000; ++i)
    list += std::to_string(i) + "@a.example," + (i == 7 ? "complaint" : "") + "\n";
  const auto report = of.import(list + "nobody,\n");
  CHECK(report.lines == 100'001);
  CHECK(report.added == 99'999);
  CHECK(report.changed == 1);
  CHECK(report.rejected == 1);
  CHECK(of.list().total == 100'000);
  CHECK(of.import("{\"address\":\"8@a.example\"}\n", false).added == 0);
}

TEST_CASE("suppressions actor: what an earlier release kept is moved, once", "[suppressions]") {
  suppressions_fixture of;
  of.put_former("a@a.example", 41);
  of.put_former("b@a.example", 42);
  of.control.fail_next_ranges(1);
  of.start();
  of.connect();
  CHECK(of.told == 0); // nobody knows yet whom not to send to
  of.advance(seconds{2});
  CHECK(of.told == 1);
  CHECK(of.list().total == 2);
  CHECK(of.list().items.front().number == 41);
  CHECK(of.list().items.front().text == "from before");
  CHECK(of.put({"c@a.example"}).value().front().number > 42);
  REQUIRE(of.get<done>(remove_suppressions{company, {"b@a.example"}}));
  of.kill(of.suppressions);
  of.advance(seconds{1});
  of.start();
  CHECK(of.list().total == 2); // b stays removed
  // A node of that release still writes.
  of.put_former("d@a.example", 43);
  CHECK(of.list().total == 3);
  CHECK(of.former() == 4);
  of.time().advance(seconds{3'700});
  of.advance(seconds{2});
  CHECK(of.former() == 0);
  CHECK(of.list().total == 3);
}

TEST_CASE("suppressions actor: unknown recipients are written together after a second",
          "[suppressions]") {
  suppressions_fixture of;
  of.start();
  of.bounce("Ada@a.example");
  of.bounce("bob@a.example");
  of.bounce("ADA@a.example");
  CHECK(of.list().total == 0);
  of.advance(milliseconds{1'100});
  const auto page = of.list();
  REQUIRE(page.total == 2);
  CHECK(page.items.front().reason == suppression_reason::hard_bounce);
  CHECK(page.items.front().text == "550 5.1.1 no such user");
  of.bounce("eve@a.example");
  of.advance(milliseconds{1'100});
  CHECK(of.list().total == 3);
}

TEST_CASE("suppressions actor: unknown recipients wait for the disk", "[suppressions]") {
  suppressions_fixture of;
  of.start();
  of.disk.fail_next(1, {errc::storage_full, "full", {}});
  of.bounce("ada@a.example");
  of.advance(seconds{2});
  CHECK(of.list().total == 0);
  of.advance(seconds{5});
  CHECK(of.list().total == 1);
}

TEST_CASE("suppressions actor: what is long over or removed is forgotten", "[suppressions]") {
  suppressions_fixture of;
  of.start();
  REQUIRE(of.put({"a@a.example", "b@a.example"}));
  REQUIRE(
      of.get<std::vector<suppression_report>>(put_suppressions{company,
                                                               suppression_reason::manual,
                                                               {"c@a.example"},
                                                               of.time().wall_now() + seconds{60},
                                                               {}}));
  REQUIRE(of.get<done>(remove_suppressions{company, {"b@a.example"}}));
  const auto entries = [&] {
    return of.disk.scan(storage::family::suppressions, "e/", "f", 10).value().size() +
           of.disk.scan(storage::family::suppressions, "o/", "p", 10).value().size();
  };
  of.time().advance(seconds{2 * 24 * 60 * 60});
  of.advance(seconds{2});
  CHECK(entries() == 6);
  of.time().advance(seconds{91 * 24 * 60 * 60});
  of.advance(seconds{2});
  CHECK(entries() == 2);
  CHECK(of.list().total == 1);
}

TEST_CASE("suppressions actor: a new node of a cluster takes mail when it has what others have",
          "[suppressions]") {
  suppressions_fixture of{true};
  of.start();
  of.connect();
  CHECK(of.told == 0);
  of.tell_members(true);
  CHECK(of.told == 0);
  of.join();
  CHECK(of.told == 0);
  caf::anon_send(of.suppressions,
                 frames_received{node_name{"n2"},
                                 1,
                                 {{suppression_frames_first, std::string{}}}}); // it has nothing
  of.settle();
  CHECK(of.told == 1);
  of.kill(of.suppressions);
  of.start();
  of.connect();
  CHECK(of.told == 2); // it has been complete before
}

TEST_CASE("suppressions actor: a node that nobody else lives beside takes mail", "[suppressions]") {
  suppressions_fixture of{true};
  of.start();
  of.connect();
  of.tell_members(false);
  CHECK(of.told == 1);
  CHECK(of.put({"a@a.example"})); // preferred: alone while nobody is there
}

TEST_CASE("suppressions actor: a change waits for its copy, where one is required",
          "[suppressions]") {
  suppressions_fixture of{true};
  of.ports.config.copy_required = true;
  of.start();
  of.tell_members(false);
  CHECK(of.put({"a@a.example"}).error().code == errc::unavailable);
  of.tell_members(true);
  of.join();
  auto waiting = of.asked<answer<std::vector<suppression_report>>>(
      of.suppressions,
      put_suppressions{company, suppression_reason::manual, {"b@a.example"}, {}, {}});
  of.settle();
  CHECK_FALSE(waiting->has_value());
  REQUIRE_FALSE(of.sent.empty());
  // What the other one says when it has all that it was told of.
  caf::anon_send(of.suppressions, frames_received{node_name{"n2"}, 1, of.sent.back().frames});
  of.settle();
  REQUIRE(waiting->has_value());
  CHECK((*waiting)->value.has_value());
}
