#include "actors/groups/groups_actor.hpp"

#include <catch2/catch.hpp>

#include "actors/chunks/chunks_actor.hpp"
#include "actors/groups/group_book.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

const account_name acme{"acme"};
const group_name readers{"Readers"};

struct groups_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  storage::memory_store store{storage::memory_store::acknowledgement::when_settled};
  warmfront::testing::silent_log log;
  chunks_shell chunks;
  groups_shell groups;

  groups_fixture() {
    also_settle([this] { return control.settle() + store.settle(); });
    chunks = spawn(chunks_behavior, static_cast<storage::store*>(&store));
    start();
  }
  ~groups_fixture() {
    kill(groups);
    kill(chunks);
  }
  void start() {
    groups = spawn(groups_behavior, groups_ports{&control, &time(), &log, chunks_actor{chunks}});
  }
  template <class Answer, class Question>
  result<Answer> get(Question question) {
    return ask<answer<Answer>>(groups, std::move(question)).value;
  }
  import_list list_of(const std::string& text, bool replaces = false) {
    return {acme, readers, list_format::csv, replaces, std::make_shared<octets_in_memory>(text)};
  }
  result<import_report> import(const std::string& text, bool replaces = false) {
    return get<import_report>(list_of(text, replaces));
  }
  std::vector<std::string> addresses(std::uint64_t after = 0, std::size_t limit = 9999) {
    std::vector<std::string> found;
    const auto page = get<recipient_page>(list_recipients{acme, readers, after, limit});
    for (const auto& each : page.value().items)
      found.push_back(each.address);
    return found;
  }
};

std::string many(int from, int before) {
  std::string text = "email,name\n";
  for (int i = from; i < before; ++i)
    text += "r" + std::to_string(i) + "@b.example,N" + std::to_string(i) + "\n";
  return text;
}

} // namespace

TEST_CASE("groups actor: a list makes a group, a second one goes on after it", "[groups]") {
  groups_fixture of;
  const auto first = of.import("email,name\na@b.example,A\nb@b.example,B\n").value();
  CHECK(first.group.version == 1);
  CHECK(first.group.recipients == 2);
  const auto second = of.import("email,city\nb@B.EXAMPLE,Oslo\nc@b.example,Oslo\nnone,x\n").value();
  CHECK(second.accepted == 1);
  CHECK(second.repeated == 1);
  CHECK(second.rejected == 1);
  CHECK(second.rejections.front().line == 4);
  CHECK(second.group.version == 2);
  CHECK(of.addresses() == std::vector<std::string>{"a@b.example", "b@b.example", "c@b.example"});
  const auto page = of.get<recipient_page>(list_recipients{acme, readers, 2, 1}).value();
  CHECK(page.items.front().variables.at("city") == "Oslo");
  CHECK_FALSE(page.items.front().variables.contains("name"));
}

TEST_CASE("groups actor: a list may take the place of another", "[groups]") {
  groups_fixture of;
  REQUIRE(of.import("email\na@b.example\n"));
  CHECK(of.import("email\na@b.example\nz@b.example\n", true).value().accepted == 2);
  CHECK(of.addresses() == std::vector<std::string>{"a@b.example", "z@b.example"});
}

TEST_CASE("groups actor: pages go through segments, after a restart, too", "[groups]") {
  groups_fixture of;
  CHECK(of.import(many(0, 2500)).value().group.segments == 3);
  of.kill(of.groups);
  of.start();
  CHECK(of.addresses().size() == 2500);
  CHECK(of.addresses(998, 4) == std::vector<std::string>{"r998@b.example", "r999@b.example",
                                                         "r1000@b.example", "r1001@b.example"});
  CHECK(of.addresses(2500).empty());
  CHECK(of.import(many(2400, 2600)).value().accepted == 100);
}

TEST_CASE("groups actor: lists for one group that come at once follow each other", "[groups]") {
  groups_fixture of;
  const auto one = of.asked<answer<import_report>>(of.groups, of.list_of(many(0, 10)));
  const auto two = of.asked<answer<import_report>>(of.groups, of.list_of(many(5, 15)));
  of.settle();
  REQUIRE(one->has_value());
  REQUIRE(two->has_value());
  CHECK((*one)->value.value().accepted == 10);
  CHECK((*two)->value.value().accepted == 5);
  CHECK(of.addresses().size() == 15);
}

TEST_CASE("groups actor: a list that cannot be read or stored changes nothing", "[groups]") {
  groups_fixture of;
  REQUIRE(of.import(many(0, 3)));
  CHECK(of.import("name\nx\n").error().code == errc::invalid_argument);
  of.store.set_full(true);
  CHECK(of.import(many(3, 6)).error().code == errc::storage_full);
  of.store.set_full(false);
  CHECK(of.addresses().size() == 3);
  CHECK(of.import(many(3, 6)).value().group.version == 2);
}

TEST_CASE("groups actor: groups are made, listed, used and deleted", "[groups]") {
  groups_fixture of;
  CHECK(of.get<group_report>(create_group{acme, readers, "who reads"}).value().id == 1);
  CHECK(of.get<group_report>(create_group{acme, readers, {}}).error().code == errc::already_exists);
  CHECK(of.get<group_report>(create_group{acme, group_name{" x"}, {}}).error().field == "name");
  CHECK(of.get<group_report>(use_group{acme, readers}).value().recipients == 0);
  CHECK(of.addresses().empty());
  CHECK(of.get<std::vector<group_report>>(list_groups{account_name{"other"}, {}}).value().empty());
  REQUIRE(of.get<done>(delete_group{acme, readers}));
  CHECK(of.get<group_report>(use_group{acme, readers}).error().code == errc::not_found);
  CHECK(of.get<done>(delete_group{acme, readers}).error().code == errc::not_found);
}

TEST_CASE("group book: a version follows the one that it was made from", "[groups]") {
  group_book book;
  group_report value;
  value.account = acme;
  value.name = readers;
  value.id = 1;
  REQUIRE(book.apply({{group_key(acme, readers), encode(value), 1, 1}, false}));
  CHECK(book.build(acme, readers, 0, {}, {}).value().when.front().modified == 1);
  CHECK(book.build(acme, readers, 1, {}, {}).error().code == errc::conflict);
  CHECK(book.build(acme, group_name{"none"}, 0, {}, {}).error().code == errc::not_found);
}

TEST_CASE("group record: what is written is read", "[groups]") {
  group_report value;
  value.account = acme;
  value.name = group_name{"a b"};
  value.id = 7;
  value.description = "d";
  value.version = 2;
  value.recipients = 3;
  value.segments = 1;
  value.variables = {{"name", 2}};
  value.created_at = value.changed_at = wall_time{seconds{5}};
  CHECK(decode_group(group_key(acme, value.name), encode(value)).value() == value);
  CHECK(decode_group("groups/acme/a", "nonsense").error().code == errc::storage_corrupt);
}
