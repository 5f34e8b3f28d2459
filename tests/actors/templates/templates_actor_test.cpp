#include "actors/templates/templates_actor.hpp"

#include <catch2/catch.hpp>

#include "actors/chunks/chunks_actor.hpp"
#include "actors/templates/template_cache.hpp"
#include "storage/chunks.hpp"
#include "storage/memory/memory_store.hpp"
#include "tests/actors/control_mirror/manual_control_store.hpp"
#include "tests/support/actor_fixture.hpp"
#include "tests/support/silent_log.hpp"

using namespace warmfront;

namespace {

using compiled_pointer = std::shared_ptr<const compiled_template>;

struct templates_fixture : warmfront::testing::actor_fixture {
  warmfront::testing::manual_control_store control;
  storage::memory_store store{storage::memory_store::acknowledgement::when_settled};
  warmfront::testing::silent_log log;
  chunks_shell chunks;
  templates_shell templates;

  templates_fixture() {
    also_settle([this] { return control.settle() + store.settle(); });
    chunks = spawn(chunks_behavior, static_cast<storage::store*>(&store));
    start();
  }
  ~templates_fixture() {
    kill(templates);
    kill(chunks);
  }
  void start() {
    templates = spawn(templates_behavior,
                      templates_ports{&control, &time(), &log, chunks_actor{chunks}, false});
  }
  template <class Answer, class Question>
  result<Answer> get(Question question) {
    return ask<answer<Answer>>(templates, std::move(question)).value;
  }
  result<template_report> put(const std::string& text) {
    return get<template_report>(
        put_template{account_name{"acme"}, template_name{"t"}, {"S", "", text}});
  }
  result<compiled_pointer> use() {
    return get<compiled_pointer>(use_template{account_name{"acme"}, template_name{"t"}, {}});
  }
};

} // namespace

TEST_CASE("templates actor: a template is ready for use, also after a restart", "[templates]") {
  templates_fixture of;
  CHECK(of.put("Dear {{name}}").value().current().required == std::vector<std::string>{"name"});
  const auto made = of.use().value();
  CHECK(made->version == 1);
  CHECK(made->content.render({{"name", "Ada"}}, 100).value().text == "Dear Ada");
  of.kill(of.templates);
  of.start();
  CHECK(of.use().value()->source.text == "Dear {{name}}");
}

TEST_CASE("templates actor: what does not compile is not stored", "[templates]") {
  templates_fixture of;
  CHECK(of.put("{{oops").error().field == "text");
  CHECK(of.use().error().code == errc::not_found);
  CHECK(of.store.scan(storage::family::segments, "", "", 10).value().empty());
}

TEST_CASE("templates actor: without space there is no template", "[templates]") {
  templates_fixture of;
  of.store.set_full(true);
  CHECK(of.put("text").error().code == errc::storage_full);
  CHECK(of.use().error().code == errc::not_found);
}

TEST_CASE("templates actor: an answer means that it is in effect", "[templates]") {
  templates_fixture of;
  REQUIRE(of.put("one"));
  REQUIRE(of.put("two"));
  CHECK(of.use().value()->version == 2);
  REQUIRE(of.get<done>(delete_template{account_name{"acme"}, template_name{"t"}}));
  CHECK(of.use().error().code == errc::not_found);
  CHECK(of.get<std::vector<template_report>>(list_templates{}).value().empty());
}

TEST_CASE("template cache: forgets what was used longest ago", "[templates]") {
  const auto made = std::make_shared<const cached_template>(
      cached_template{{"", "", std::string(1000, 'x')}, {}});
  template_cache cache{2 * (1024 + 8 * 1000)};
  const auto a = storage::chunk_id_of("a");
  const auto b = storage::chunk_id_of("b");
  const auto c = storage::chunk_id_of("c");
  cache.add(a, made);
  cache.add(b, made);
  CHECK(cache.find(a) != nullptr);
  cache.add(c, made);
  CHECK(cache.size() == 2);
  CHECK(cache.find(b) == nullptr);
  CHECK(cache.find(a) != nullptr);
  cache.add(a, made);
  CHECK(cache.size() == 2);
}
