// ListSendTasks as it is answered in a cluster.
#include <catch2/catch.hpp>

#include "admin/api/handlers.hpp"
#include "admin/tencent/handlers.hpp"

using namespace warmfront;
using namespace warmfront::admin;
using admin::tencent::handlers::list_send_tasks;

namespace {

/// A task whose only occurrence is being sent: a hundred of a thousand are counted.
task_report sending_task() {
  task_report report;
  report.value.id = task_id{7};
  report.value.account = account_name{"acme"};
  report.value.from = "news@sender.test";
  report.value.pool = pool_name{"cold"};
  auto& occurrence = report.occurrences.emplace_back();
  occurrence.task = task_id{7};
  occurrence.recipients = 1000;
  occurrence.ended.delivered = 100;
  report.segments.push_back({task_id{7}, 0, 1, node_name{"n2"}, true, {}, 900});
  return report;
}

std::vector<peer_answer> from_n2(const std::string& body) {
  return {{node_name{"n2"}, false, {200, body}}};
}

struct listing_call {
  node_view node;
  call request;

  listing_call() {
    node.alone = false;
    request.node = &node;
    request.who = {account_name{"acme"}, "k1", key_role::sender};
    request.body = {{"Offset", 0U}, {"Limit", 10U}};
  }
  ordered_json row(const std::string& queues, const std::string& tasks) {
    const answers given{std::vector{sending_task()},
                        std::vector<group_report>{},
                        std::vector<template_report>{},
                        std::vector<pool>{},
                        std::vector<queue_report>{},
                        from_n2(queues),
                        from_n2(tasks)};
    return std::get<ordered_json>(list_send_tasks(request, given))["Data"][0];
  }
};

const char* const live_of_n2 =
    R"({"items":[{"id":7,"progress":{"live":{"occurrence":0,"delivered":350}}}],"next":null})";

} // namespace

TEST_CASE("tasks: what other nodes have sent counts", "[tencent]") {
  listing_call of;
  const auto asked = std::get<std::vector<ask>>(list_send_tasks(of.request, {}));
  CHECK(asked.size() == 7);
  const auto row = of.row(R"({"items":[],"next":null})", live_of_n2);
  CHECK(row["RequestCount"] == 1000);
  CHECK(row["SendCount"] == 450);
  CHECK(row["TaskStatus"] == 5);
  CHECK(row["CacheCount"] == 0);
}

TEST_CASE("tasks: one that another node holds for today is paused", "[tencent]") {
  listing_call of;
  const auto row = of.row(
      R"({"items":[{"pool":"cold","class":"batch","state":"held","waiting":550}],"next":null})",
      live_of_n2);
  CHECK(row["TaskStatus"] == 6);
  CHECK(row["CacheCount"] == 550);
}
